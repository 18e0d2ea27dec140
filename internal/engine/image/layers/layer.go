package layers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
)

// Layer is an image layer made of a tree. Its bytes are gzip without compression: every registry and container runtime
// takes that, and its digest does not depend on the release of a compressor. They are made anew each time they are
// read, so that a layer takes no memory.
type Layer struct {
	tree      *files.Tree
	createdBy string
	digest    v1.Hash
	diffID    v1.Hash
	size      int64
	mediaType types.MediaType
}

// New reads the tree once to find the layer's digests. The text createdBy stands in the image's history.
func New(ctx context.Context, tree *files.Tree, createdBy string) (*Layer, error) {
	outer, inner := sha256.New(), sha256.New()
	n := &counter{}
	gz := files.NewStoredGzip(io.MultiWriter(outer, n))
	if err := tree.WriteTar(ctx, io.MultiWriter(inner, gz)); err != nil {
		return nil, err
	}
	if err := gz.Close(); err != nil {
		return nil, err
	}
	return &Layer{
		tree: tree, createdBy: createdBy, digest: sum(outer), diffID: sum(inner), size: n.n, mediaType: types.OCILayer,
	}, nil
}

func sum(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(h.Sum(nil))}
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// Digest implements v1.Layer.
func (l *Layer) Digest() (v1.Hash, error) { return l.digest, nil }

// DiffID implements v1.Layer. It is the sha256 of the tree's tar stream.
func (l *Layer) DiffID() (v1.Hash, error) { return l.diffID, nil }

// Size implements v1.Layer.
func (l *Layer) Size() (int64, error) { return l.size, nil }

// MediaType implements v1.Layer.
func (l *Layer) MediaType() (types.MediaType, error) { return l.mediaType, nil }

// Compressed implements v1.Layer. Reading ends with a *files.Error if a file has changed since New.
func (l *Layer) Compressed() (io.ReadCloser, error) {
	return l.stream(l.digest, func(ctx context.Context, w io.Writer) error {
		gz := files.NewStoredGzip(w)
		if err := l.tree.WriteTar(ctx, gz); err != nil {
			return err
		}
		return gz.Close()
	}), nil
}

// Uncompressed implements v1.Layer. Reading ends with a *files.Error if a file has changed since New.
func (l *Layer) Uncompressed() (io.ReadCloser, error) {
	return l.stream(l.diffID, l.tree.WriteTar), nil
}

// stream writes in the background what is read from the result. Closing the result ends it.
func (l *Layer) stream(want v1.Hash, write func(context.Context, io.Writer) error) io.ReadCloser {
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		h := sha256.New()
		held := &holder{w: w}
		err := write(ctx, io.MultiWriter(held, h))
		if err == nil && sum(h) != want {
			err = &files.Error{Path: l.createdBy, Reason: "a file changed while the image was being made", Remedy: "Run again."}
		}
		if err == nil {
			err = held.flush()
		}
		w.CloseWithError(err)
	}()
	return &closer{r, cancel}
}

// holder keeps the last piece back. A receiver that knows the size would take the last byte for the end, and never
// see that the content is not what was promised.
type holder struct {
	w    io.Writer
	last []byte
}

func (h *holder) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := h.flush(); err != nil {
		return 0, err
	}
	h.last = append(h.last, p...)
	return len(p), nil
}

func (h *holder) flush() error {
	_, err := h.w.Write(h.last)
	h.last = h.last[:0]
	return err
}

type closer struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (c *closer) Close() error {
	c.cancel()
	return c.PipeReader.Close()
}

// String is for logs.
func (l *Layer) String() string {
	return fmt.Sprintf("%s (%d files, %d bytes)", l.digest, l.tree.Files(), l.size)
}
