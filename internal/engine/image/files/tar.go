package files

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// copyBuffer is large enough that reading files is not the slow part of hashing them.
const copyBuffer = 256 << 10

// WriteTar writes the tree as a tar stream that depends on nothing but names, kinds, normalised modes, link targets
// and contents. If files cannot be read, the stream is broken off and the error joins an *Error for each of them.
func (t *Tree) WriteTar(ctx context.Context, w io.Writer) error {
	tw := tar.NewWriter(w)
	buf := make([]byte, copyBuffer)
	for i, e := range t.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := writeEntry(tw, e, buf)
		if err == nil {
			continue
		}
		var fe *Error
		if !errors.As(err, &fe) {
			return err
		}
		return errors.Join(append([]error{err}, allUnreadable(t.entries[i+1:])...)...)
	}
	return tw.Close()
}

func writeEntry(tw *tar.Writer, e Entry, buf []byte) error {
	h := &tar.Header{Format: tar.FormatPAX, Name: e.Name, Mode: int64(e.Mode), ModTime: Epoch}
	switch e.Kind {
	case Dir:
		h.Typeflag, h.Name = tar.TypeDir, e.Name+"/"
		return tw.WriteHeader(h)
	case Link:
		h.Typeflag, h.Linkname = tar.TypeSymlink, e.Target
		return tw.WriteHeader(h)
	}
	h.Typeflag, h.Size = tar.TypeReg, e.Size
	r, err := e.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	if err := tw.WriteHeader(h); err != nil {
		return err
	}
	// One byte more than was announced is read, so that a file that grew is noticed as well as one that shrank.
	n, err := io.CopyBuffer(struct{ io.Writer }{tw}, struct{ io.Reader }{io.LimitReader(r, e.Size)}, buf)
	if err != nil {
		return readOrWrite(e, err)
	}
	if extra, _ := r.Read(buf[:1]); n != e.Size || extra != 0 {
		return &Error{
			Path: e.shown(), Reason: fmt.Sprintf("changed while it was read (it had %d bytes)", e.Size), Remedy: "Run again.",
		}
	}
	return nil
}

// readOrWrite tells a file that cannot be read from a stream that cannot be written.
func readOrWrite(e Entry, err error) error {
	var pe *fs.PathError
	if e.path != "" && errors.As(err, &pe) {
		return unreadable(e.path, err)
	}
	return err
}

func allUnreadable(entries []Entry) []error {
	var errs []error
	for _, e := range entries {
		if e.Kind != File {
			continue
		}
		r, err := e.Open()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		r.Close()
	}
	return errs
}

func (e Entry) shown() string {
	if e.path != "" {
		return e.path
	}
	return e.Name
}

// Sum is the sha256 of the tar stream and its length in bytes.
func (t *Tree) Sum(ctx context.Context) (sum [sha256.Size]byte, length int64, err error) {
	h := sha256.New()
	c := &counter{w: h}
	if err := t.WriteTar(ctx, c); err != nil {
		return sum, 0, err
	}
	h.Sum(sum[:0])
	return sum, c.n, nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
