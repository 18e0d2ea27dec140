package image_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lay writes files below dir and returns it.
func lay(t testing.TB, dir string, content map[string]string) string {
	t.Helper()
	for name, text := range content {
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func newClient(t testing.TB) *registry.Client {
	t.Helper()
	c, err := registry.New(registry.Options{
		Keychain: authn.NewMultiKeychain(), Retry: registry.Retry{Attempts: 3, Base: time.Millisecond},
	})
	must(t, err)
	return c
}

// prepare fails the test if the spec has an error.
func prepare(t testing.TB, s image.Spec) *image.Prepared {
	t.Helper()
	p, l := s.Prepare(t.Context())
	if l.HasError() {
		t.Fatal(l)
	}
	return p
}

// ref reads a reference, which must be one.
func ref(t testing.TB, s string) registry.Reference {
	t.Helper()
	r, err := registry.ParseReference(s)
	must(t, err)
	return r
}

// pushBase puts an index of two platforms into a registry.
func pushBase(t testing.TB, c *registry.Client, name string) remote.Taggable {
	t.Helper()
	idx := v1.ImageIndex(empty.Index)
	for _, arch := range []string{"amd64", "arm64"} {
		img, err := random.Image(10_000, 2)
		must(t, err)
		f, err := img.ConfigFile()
		must(t, err)
		f.OS, f.Architecture, f.Config = "linux", arch, v1.Config{Cmd: []string{"python3"}, User: "1000"}
		img, err = mutate.ConfigFile(img, f)
		must(t, err)
		idx = mutate.AppendManifests(
			idx,
			mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}},
		)
	}
	must(t, c.Push(t.Context(), ref(t, name), idx))
	return idx
}

// wants checks that each text is in one of the problems.
func wants(t testing.TB, l problem.List, texts ...string) {
	t.Helper()
	for _, w := range texts {
		found := false
		for _, p := range l {
			found = found || strings.Contains(p.String(), w)
		}
		if !found {
			t.Errorf("no problem says %q in:\n%v", w, l)
		}
	}
}
