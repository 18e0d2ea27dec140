package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"golang.org/x/sync/errgroup"
)

// jobs is how many blobs of one image are sent at a time.
const jobs = 4

type blobKey struct {
	registry string
	digest   v1.Hash
}

// blob is what is known of one blob in one registry. Whoever holds turn may upload it.
type blob struct {
	turn chan struct{}
	home *name.Repository // where it is; written while turn is held
}

// Push uploads an image or index to a tag. Every blob is sent once to a registry however many images have it, and
// mounted from there into other repositories. Manifests follow when all blobs are there, and the tag comes last, so
// that it never means something half-written. The error is an *Error.
func (c *Client) Push(ctx context.Context, ref Reference, what remote.Taggable) error {
	repo, err := c.table.direct(ref.repo)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		err = c.push(ctx, ref.in(repo), what)
		if err == nil || ctx.Err() != nil || attempt == 3 {
			break
		}
		switch {
		case ended(err):
			// The shared pusher was doing this for another image, whose own context has ended.
		case lostBlob(err):
			// Something was deleted from the registry since this process put it there.
			if err := c.renewPusher(); err != nil {
				return err
			}
		default:
			return c.fail(ctx, "push", ref.written, repo.RegistryStr(), err)
		}
	}
	if err != nil {
		return c.fail(ctx, "push", ref.written, repo.RegistryStr(), err)
	}
	return nil
}

func (c *Client) push(ctx context.Context, ref name.Reference, what remote.Taggable) error {
	layers, err := layersOf(what)
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(jobs)
	for _, l := range layers {
		g.Go(func() error { return c.upload(gctx, ref.Context(), l) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return c.pusher.Load().Push(ctx, ref, what)
}

// Tag makes a tag mean what a digest of the same repository means. The error is an *Error.
func (c *Client) Tag(ctx context.Context, ref Reference, digest string) error {
	pinned := ref.Repository().Digest(digest)
	d, err := c.Fetch(ctx, pinned, Direct)
	if err != nil {
		return err
	}
	repo, err := c.table.direct(ref.repo)
	if err != nil {
		return err
	}
	if err := c.pusher.Load().Put(ctx, repo.Tag(ref.tag), d); err != nil {
		return c.fail(ctx, "push", ref.written, repo.RegistryStr(), err)
	}
	return nil
}

// layersOf lists each layer of all images once.
func layersOf(what remote.Taggable) ([]v1.Layer, error) {
	seen := map[v1.Hash]bool{}
	var out []v1.Layer
	add := func(img v1.Image) error {
		layers, err := img.Layers()
		if err != nil {
			return err
		}
		for _, l := range layers {
			d, err := l.Digest()
			if err != nil {
				return err
			}
			if !seen[d] {
				seen[d] = true
				out = append(out, l)
			}
		}
		return nil
	}
	switch w := what.(type) {
	case v1.Image:
		return out, add(w)
	case v1.ImageIndex:
		m, err := w.IndexManifest()
		if err != nil {
			return nil, err
		}
		for _, d := range m.Manifests {
			img, err := w.Image(d.Digest)
			if err != nil {
				return nil, err
			}
			if err := add(img); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("cannot push a %T", what)
}

// upload brings one layer into a repository, waiting while another image brings it into the same registry.
func (c *Client) upload(ctx context.Context, repo name.Repository, l v1.Layer) error {
	mt, err := l.MediaType()
	if err != nil {
		return err
	}
	digest, err := l.Digest()
	if err != nil {
		return err
	}
	if !mt.IsDistributable() {
		return nil
	}
	b := c.blob(blobKey{repo.RegistryStr(), digest})
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if b.home != nil && *b.home == repo {
		return nil
	}
	if b.home != nil {
		if m, ok := l.(*remote.MountableLayer); ok {
			l = m.Layer
		}
		l = &remote.MountableLayer{Layer: l, Reference: b.home.Digest(digest.String())}
	}
	if err := c.pusher.Load().Upload(ctx, repo, l); err != nil {
		return err
	}
	b.home = &repo
	return nil
}

func (c *Client) blob(key blobKey) *blob {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.blobs[key]
	if b == nil {
		b = &blob{turn: make(chan struct{}, 1)}
		c.blobs[key] = b
	}
	return b
}

// lostBlob tells whether a registry misses something that a manifest names.
func lostBlob(err error) bool {
	var te *transport.Error
	if !errors.As(err, &te) {
		return false
	}
	for _, d := range te.Errors {
		switch d.Code {
		case transport.ManifestBlobUnknownErrorCode, transport.BlobUnknownErrorCode, transport.ManifestUnknownErrorCode, transport.ManifestInvalidErrorCode:
			return true
		}
	}
	return false
}
