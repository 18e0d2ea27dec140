package layers

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newClient(t testing.TB) *registry.Client {
	c, err := registry.New(registry.Options{
		Keychain: authn.NewMultiKeychain(), Retry: registry.Retry{Base: time.Millisecond},
	})
	must(t, err)
	return c
}

func parse(t testing.TB, s string) registry.Reference {
	r, err := registry.ParseReference(s)
	must(t, err)
	return r
}

func baseImage(t testing.TB, arch, variant string, mt types.MediaType) v1.Image {
	img, err := random.Image(1000, 2)
	must(t, err)
	f, err := img.ConfigFile()
	must(t, err)
	f.OS, f.Architecture, f.Variant = "linux", arch, variant
	f.Config = v1.Config{
		User: "1000", Cmd: []string{"python3"}, Env: []string{"PATH=/bin", "PYTHONPATH=/opt"},
		Labels: map[string]string{"a": "b"},
	}
	img, err = mutate.ConfigFile(img, f)
	must(t, err)
	return mutate.MediaType(img, mt)
}

func pushed(t testing.TB, c *registry.Client, ref string, what remote.Taggable) *remote.Descriptor {
	must(t, c.Push(t.Context(), parse(t, ref), what))
	d, err := c.Fetch(t.Context(), parse(t, ref), registry.ViaMirror)
	must(t, err)
	return d
}

func layerOf(t testing.TB, tree *files.Tree) *Layer {
	l, err := New(t.Context(), tree, "test")
	must(t, err)
	return l
}

func TestApplyToImage(t *testing.T) {
	for _, mt := range []types.MediaType{types.DockerManifestSchema2, types.OCIManifestSchema1} {
		s, c := imagetest.InProcess(t), newClient(t)
		base := pushed(t, c, s.Host+"/base:1", baseImage(t, "amd64", "", mt))
		l := layerOf(t, files.Inline("app/main.py", []byte("print()"), 0))
		out, err := Apply(t.Context(), base, []string{"linux/amd64"}, Config{
			Env: map[string]string{"B": "2", "A": "1"}, EnvPrepend: map[string]string{"PYTHONPATH": "/app"}, Workdir: "/app", Labels: map[string]string{"c": "d"},
		}, l)
		must(t, err)
		img := out.(v1.Image)
		must(t, validate.Image(img))
		f, err := img.ConfigFile()
		must(t, err)
		want := []string{"PATH=/bin", "PYTHONPATH=/app:/opt", "A=1", "B=2"}
		if !slices.Equal(f.Config.Env, want) || f.Config.User != "1000" || f.Config.WorkingDir != "/app" || len(f.Config.Labels) != 2 || f.Config.Cmd[0] != "python3" {
			t.Errorf("%+v", f.Config)
		}
		m, err := img.Manifest()
		must(t, err)
		if got := m.Layers[2].MediaType; (mt == types.DockerManifestSchema2) != (got == types.DockerLayer) {
			t.Errorf("a layer of type %s in a manifest of type %s", got, mt)
		}
		s.Requests()
		must(t, c.Push(t.Context(), parse(t, s.Host+"/other:1"), out))
		// The base's layers are mounted; the new layer and the configuration are sent.
		if n := s.Count("PATCH "); n != 2 {
			t.Errorf("%d uploads", n)
		}
		again, err := Apply(t.Context(), base, nil, Config{Entrypoint: []string{"/e"}}, l)
		must(t, err)
		f, err = again.(v1.Image).ConfigFile()
		must(t, err)
		if f.Config.Entrypoint[0] != "/e" || f.Config.Cmd != nil {
			t.Errorf("an entrypoint keeps the base's arguments: %+v", f.Config)
		}
		if _, err := Apply(t.Context(), base, []string{"linux/arm64"}, Config{}, l); err == nil || err.Error() != "the base has no image for linux/arm64; it has linux/amd64" {
			t.Error(err)
		}
	}
}

func TestApplyToIndex(t *testing.T) {
	s, c := imagetest.InProcess(t), newClient(t)
	add := func(os, arch, variant string) mutate.IndexAddendum {
		return mutate.IndexAddendum{Add: baseImage(t, arch, variant, types.OCIManifestSchema1),
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: os, Architecture: arch, Variant: variant}}}
	}
	attestation := add("unknown", "unknown", "")
	attestation.Annotations = map[string]string{"vnd.docker.reference.type": "attestation-manifest"}
	base := pushed(t, c, s.Host+"/base:1", mutate.AppendManifests(empty.Index,
		add("linux", "amd64", ""), attestation, add("linux", "arm64", "v8"), add("linux", "arm", "v7")))
	l := layerOf(t, files.Inline("a", []byte("b"), 0))
	for _, tc := range []struct {
		ask  []string
		want int
	}{{nil, 3}, {[]string{"linux/arm64"}, 1}, {[]string{"linux/arm/v7", "linux/amd64"}, 2}} {
		out, err := Apply(t.Context(), base, tc.ask, Config{Workdir: "/w"}, l)
		must(t, err)
		m, err := out.(v1.ImageIndex).IndexManifest()
		must(t, err)
		if len(m.Manifests) != tc.want {
			t.Errorf("%v: %d images", tc.ask, len(m.Manifests))
		}
		must(t, c.Push(t.Context(), parse(t, s.Host+"/new:1"), out))
		d, err := c.Fetch(t.Context(), parse(t, s.Host+"/new:1"), registry.ViaMirror)
		must(t, err)
		idx, err := d.ImageIndex()
		must(t, err)
		must(t, validate.Index(idx))
	}
	_, err := Apply(t.Context(), base, []string{"linux/s390x"}, Config{}, l)
	var ce registry.ContentError
	if !errors.As(err, &ce) || !strings.Contains(err.Error(), "it has linux/amd64, linux/arm64, linux/arm/v7") {
		t.Error(err)
	}
}

func TestLayerIsTheSameEachTime(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "f"), []byte("content"), 0o644))
	tree, err := files.Scan(t.Context(), dir, files.Options{})
	must(t, err)
	l := layerOf(t, tree.Below("/app"))
	must(t, validate.Layer(l))
	r, err := l.Uncompressed()
	must(t, err)
	h, err := tar.NewReader(r).Next()
	must(t, err)
	if h.Name != "app/f" {
		t.Errorf("the first entry is %s: the directory itself must not be in the layer", h.Name)
	}
	must(t, r.Close())
	must(t, os.WriteFile(filepath.Join(dir, "f"), []byte("CONTENT"), 0o644))
	for _, open := range []func() (io.ReadCloser, error){l.Compressed, l.Uncompressed} {
		r, err := open()
		must(t, err)
		n, err := io.Copy(io.Discard, r)
		var fe *files.Error
		if !errors.As(err, &fe) || n >= l.size {
			t.Errorf("%d of %d bytes, %v", n, l.size, err)
		}
	}
	s, c := imagetest.InProcess(t), newClient(t)
	img, err := mutate.Append(baseImage(t, "amd64", "", types.OCIManifestSchema1), mutate.Addendum{Layer: l})
	must(t, err)
	err = c.Push(t.Context(), parse(t, s.Host+"/a:b"), img)
	var fe *files.Error
	if !errors.As(err, &fe) || !strings.Contains(err.Error(), "changed while") {
		t.Error(err)
	}
	if n := s.Count("PATCH /blobs/uploads/"); n > 4 {
		t.Errorf("a changed file was tried again: %d uploads", n)
	}
}
