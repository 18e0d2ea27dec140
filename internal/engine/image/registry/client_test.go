package registry

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
)

var quick = Retry{Attempts: 4, Base: time.Millisecond, MaxWait: 2 * time.Second, Stall: 800 * time.Millisecond}

func client(t testing.TB, o Options) *Client {
	t.Helper()
	if o.Retry == (Retry{}) {
		o.Retry = quick
	}
	if o.Keychain == nil {
		o.Keychain = authn.NewMultiKeychain() // not the developer's own
	}
	c, err := New(o)
	must(t, err)
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func parse(t testing.TB, s string) Reference {
	t.Helper()
	r, err := ParseReference(s)
	must(t, err)
	return r
}

func randomImage(t testing.TB) v1.Image {
	t.Helper()
	img, err := random.Image(50_000, 3)
	must(t, err)
	return img
}

func TestPushDigestDelete(t *testing.T) {
	s := imagetest.InProcess(t)
	c := client(t, Options{})
	ref := parse(t, s.Host+"/team/app:v1")
	_, err := c.Digest(t.Context(), ref)
	if KindOf(err) != NotFound {
		t.Fatal(err)
	}
	img := randomImage(t)
	must(t, c.Push(t.Context(), ref, img))
	reqs := s.Requests()
	if last := reqs[len(reqs)-1]; last != "PUT /v2/team/app/manifests/v1" {
		t.Errorf("the last request is %s and not the tag's", last)
	}
	want, _ := img.Digest()
	got, err := c.Digest(t.Context(), ref)
	if err != nil || got != want.String() {
		t.Error(got, err)
	}
	if r := s.Requests(); !slices.Equal(r, []string{"HEAD /v2/team/app/manifests/v1"}) {
		t.Errorf("a check costs %v", r)
	}
	pinned := ref.Repository().Digest(got)
	must(t, c.Delete(t.Context(), pinned))
	must(t, c.Delete(t.Context(), pinned))
	if ok, err := c.Exists(t.Context(), pinned); ok || err != nil {
		t.Error(ok, err)
	}
	if err := c.Delete(t.Context(), ref); err == nil {
		t.Error("a tag was deleted")
	}
	must(t, c.Push(t.Context(), ref, img))
}

// TestNewProcessChecksWithOneHead counts the requests of a second apply over five images.
func TestNewProcessChecksWithOneHead(t *testing.T) {
	s := imagetest.InProcess(t)
	for i := range 5 {
		must(t, client(t, Options{}).Push(t.Context(), parse(t, fmt.Sprintf("%s/team/app%d:v1", s.Host, i)), randomImage(t)))
	}
	s.Requests()
	c := client(t, Options{})
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			if ok, err := c.Exists(t.Context(), parse(t, fmt.Sprintf("%s/team/app%d:v1", s.Host, i))); !ok || err != nil {
				t.Error(ok, err)
			}
		})
	}
	wg.Wait()
	if heads, all := s.Count("HEAD /manifests/"), len(s.Requests()); heads != 5 || all != 6 {
		t.Errorf("%d HEADs of %d requests, want 5 and one GET /v2/", heads, all)
	}
}

// TestSharedBlobIsSentOnce pushes images with a common layer into several repositories at the same time.
func TestSharedBlobIsSentOnce(t *testing.T) {
	s := imagetest.InProcess(t)
	c := client(t, Options{})
	base := randomImage(t)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			extra, err := random.Layer(100, "application/vnd.docker.image.rootfs.diff.tar.gzip")
			must(t, err)
			img, err := mutate.AppendLayers(base, extra)
			must(t, err)
			must(t, c.Push(t.Context(), parse(t, fmt.Sprintf("%s/team/app%d:v1", s.Host, i)), img))
		})
	}
	wg.Wait()
	// Three common layers, six layers and six configurations of the images' own.
	if n := s.Count("PATCH /blobs/uploads/"); n != 3+6+6 {
		t.Errorf("%d uploads, want 15", n)
	}
}

func TestIndexIsPushedChildrenFirst(t *testing.T) {
	s := imagetest.InProcess(t)
	c := client(t, Options{})
	idx, err := random.Index(1000, 2, 3)
	must(t, err)
	must(t, c.Push(t.Context(), parse(t, s.Host+"/a:v1"), idx))
	reqs := s.Requests()
	if s := reqs[len(reqs)-1]; s != "PUT /v2/a/manifests/v1" {
		t.Errorf("the last request is %s", s)
	}
}

func TestMirror(t *testing.T) {
	s := imagetest.InProcess(t)
	c := client(t, Options{Registries: map[string]Settings{"docker.io": {Mirror: s.Host + "/hub"}}})
	idx, err := random.Index(100, 1, 2)
	must(t, err)
	must(t, c.Push(t.Context(), parse(t, s.Host+"/hub/library/python:3"), idx))
	want, _ := idx.Digest()
	if got, err := c.Resolve(t.Context(), parse(t, "python:3")); err != nil || got != want.String() {
		t.Error(got, err)
	}
	if m := c.Mirrors(); len(m) != 1 || m[0] != (Mirror{"docker.io", s.Host + "/hub"}) {
		t.Error(m)
	}
}

func platformed(img v1.Image, os, arch string) mutate.IndexAddendum {
	return mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: os, Architecture: arch}}}
}

func TestConfig(t *testing.T) {
	s := imagetest.InProcess(t)
	c := client(t, Options{})
	img, err := mutate.ConfigFile(randomImage(t), &v1.ConfigFile{OS: "linux", Architecture: "arm64", Variant: "v8",
		Config: v1.Config{Entrypoint: []string{"/e"}, Cmd: []string{"c"}, WorkingDir: "/w", User: "7", Env: []string{"A=b"}}})
	must(t, err)
	other, err := mutate.ConfigFile(
		randomImage(t), &v1.ConfigFile{OS: "linux", Architecture: "amd64", Config: v1.Config{User: "amd"}},
	)
	must(t, err)
	must(t, c.Push(t.Context(), parse(t, s.Host+"/a:b"), img))
	cfg, err := c.Config(t.Context(), parse(t, s.Host+"/a:b"), ViaMirror)
	must(t, err)
	if cfg.User != "7" || cfg.Entrypoint[0] != "/e" || cfg.Workdir != "/w" || cfg.Platform != "linux/arm64" {
		t.Errorf("%+v", cfg)
	}
	idx := mutate.AppendManifests(emptyIndex(), platformed(img, "linux", "arm64"), platformed(other, "linux", "amd64"),
		platformed(randomImage(t), "unknown", "unknown"))
	must(t, c.Push(t.Context(), parse(t, s.Host+"/a:idx"), idx))
	cfg, err = c.Config(t.Context(), parse(t, s.Host+"/a:idx"), ViaMirror)
	must(t, err)
	if cfg.User != "amd" || !slices.Equal(cfg.Platforms, []string{"linux/arm64", "linux/amd64"}) {
		t.Errorf("%+v", cfg)
	}
	must(t, c.Push(t.Context(), parse(t, s.Host+"/a:empty"), emptyIndex()))
	if _, err := c.Config(t.Context(), parse(t, s.Host+"/a:empty"), ViaMirror); KindOf(err) != Rejected || !strings.Contains(err.Error(), "holds no image") {
		t.Error(err)
	}
	if _, err := c.Config(t.Context(), parse(t, s.Host+"/a:none"), ViaMirror); KindOf(err) != NotFound {
		t.Error(err)
	}
}
