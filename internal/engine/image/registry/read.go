package registry

import (
	"context"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Config is what an image says about how it runs.
type Config struct {
	Digest     string   // of what the reference means: the index, where there is one
	Platforms  []string // such as "linux/amd64" and "linux/arm/v7", in the image's order
	Platform   string   // the one that the rest was read from
	Entrypoint []string
	Cmd        []string
	Workdir    string
	User       string
	Env        []string // NAME=value
	Labels     map[string]string
}

// Via says where an image is read from.
type Via bool

// Images that somebody else pushed are read through the mirror of their registry if there is one. Images that are
// pushed from here are read directly, since nothing is pushed to mirrors.
const (
	ViaMirror Via = true
	Direct    Via = false
)

// Config reads an image's configuration. Of several platforms it is
// linux/amd64's, or the first one's if there is no such. It costs two or three requests. The error is an *Error.
func (c *Client) Config(ctx context.Context, ref Reference, via Via) (*Config, error) {
	at, d, err := c.get(ctx, ref, via)
	if err != nil {
		return nil, err
	}
	cfg, err := configOf(d)
	if err != nil {
		return nil, c.fail(ctx, "read", ref.written, at.Context().RegistryStr(), err)
	}
	return cfg, nil
}

// Fetch returns what a reference means, for use as a base: its layers are read when they are needed, under the same
// context. The error is an *Error.
func (c *Client) Fetch(ctx context.Context, ref Reference, via Via) (*remote.Descriptor, error) {
	_, d, err := c.get(ctx, ref, via)
	return d, err
}

// Wrap turns an error that came up while reading what Fetch returned into an *Error.
func (c *Client) Wrap(ctx context.Context, ref Reference, err error) error {
	if err == nil {
		return nil
	}
	return c.fail(ctx, "read", ref.written, ref.repo.RegistryStr(), err)
}

func (c *Client) get(ctx context.Context, ref Reference, via Via) (name.Reference, *remote.Descriptor, error) {
	find := c.table.direct
	if via == ViaMirror {
		find = c.table.mirrored
	}
	repo, err := find(ref.repo)
	if err != nil {
		return nil, nil, err
	}
	at := ref.in(repo)
	d, err := c.puller.Get(ctx, at)
	if err != nil {
		return nil, nil, c.fail(ctx, "read", ref.written, repo.RegistryStr(), err)
	}
	return at, d, nil
}

func configOf(d *remote.Descriptor) (*Config, error) {
	out := &Config{Digest: d.Digest.String()}
	var img v1.Image
	if d.MediaType.IsIndex() {
		idx, err := d.ImageIndex()
		if err != nil {
			return nil, err
		}
		chosen, err := choose(idx, out)
		if err != nil {
			return nil, err
		}
		if img, err = idx.Image(chosen); err != nil {
			return nil, err
		}
	} else {
		var err error
		if img, err = d.Image(); err != nil {
			return nil, err
		}
	}
	f, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	if len(out.Platforms) == 0 {
		out.Platform = PlatformString(v1.Platform{OS: f.OS, Architecture: f.Architecture, Variant: f.Variant})
		out.Platforms = []string{out.Platform}
	}
	out.Entrypoint, out.Cmd, out.Workdir, out.User = f.Config.Entrypoint, f.Config.Cmd, f.Config.WorkingDir, f.Config.User
	out.Env, out.Labels = f.Config.Env, f.Config.Labels
	return out, nil
}

func choose(idx v1.ImageIndex, out *Config) (v1.Hash, error) {
	m, err := idx.IndexManifest()
	if err != nil {
		return v1.Hash{}, err
	}
	var digests []v1.Hash
	for _, d := range m.Manifests {
		if IsPlatformImage(d) {
			digests = append(digests, d.Digest)
			out.Platforms = append(out.Platforms, PlatformString(*d.Platform))
		}
	}
	if len(digests) == 0 {
		return v1.Hash{}, ContentError("the index holds no image with a platform")
	}
	i := max(0, slices.Index(out.Platforms, "linux/amd64"))
	out.Platform = out.Platforms[i]
	return digests[i], nil
}

// ContentError is something in an image that cannot be worked with; a clause without a full stop.
type ContentError string

// Error is the clause.
func (e ContentError) Error() string { return string(e) }

// IsPlatformImage tells whether an index's entry is an image that runs, and not an attestation about one or a nested
// index.
func IsPlatformImage(d v1.Descriptor) bool {
	return d.MediaType.IsImage() && d.Platform != nil && d.Platform.OS != "" && d.Platform.OS != "unknown" &&
		d.Annotations["vnd.docker.reference.type"] == ""
}

// PlatformString writes a platform as os/architecture or os/architecture/variant. The variant v8 of arm64 is left out,
// since it is the only one there.
func PlatformString(p v1.Platform) string {
	parts := []string{p.OS, p.Architecture}
	if p.Variant != "" && (p.Architecture != "arm64" || p.Variant != "v8") {
		parts = append(parts, p.Variant)
	}
	return strings.Join(parts, "/")
}
