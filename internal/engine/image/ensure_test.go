package image_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// fakeBuilder pushes a random image by digest, as BuildKit would.
type fakeBuilder struct {
	t      testing.TB
	client *registry.Client
	during func() // while it builds

	mu       sync.Mutex
	requests []image.BuildRequest
}

func (b *fakeBuilder) Build(ctx context.Context, req image.BuildRequest, _ func(image.Progress)) (string, error) {
	b.mu.Lock()
	b.requests = append(b.requests, req)
	b.mu.Unlock()
	if b.during != nil {
		b.during()
	}
	img, err := random.Image(1000, 1)
	must(b.t, err)
	f, err := img.ConfigFile()
	must(b.t, err)
	f.OS, f.Architecture, f.Config.Labels = "linux", "amd64", req.Labels
	img, err = mutate.ConfigFile(img, f)
	must(b.t, err)
	d, err := img.Digest()
	must(b.t, err)
	return d.String(), b.client.Push(ctx, req.Reference.Repository().Digest(d.String()), img)
}

func TestEnsurePython(t *testing.T) {
	s, c := imagetest.InProcess(t), newClient(t)
	base := pushBase(t, c, s.Host+"/library/python:3").(v1.ImageIndex)
	baseDigest, _ := base.Digest()
	src := lay(t, t.TempDir(), map[string]string{"main.py": "print('one')\n", "lib/util.py": "x = 1\n"})
	spec := image.Spec{
		Repository: s.Host + "/team/app", Python: &image.Python{SourceDir: src, BaseImage: s.Host + "/library/python:3"},
	}
	p := prepare(t, spec)

	st, err := p.Lookup(t.Context(), c)
	if err != nil || st != (image.Status{Work: image.Layers}) {
		t.Errorf("%+v %v", st, err)
	}
	if l := p.CheckBases(t.Context(), c, st); len(l) != 0 {
		t.Error(l)
	}
	var steps []string
	r, err := p.Ensure(t.Context(), c, nil, func(p image.Progress) { steps = append(steps, p.Step+" "+string(p.State)) })
	must(t, err)
	if r.Work != image.Layers || r.BaseDigest != baseDigest.String() || r.Reference != s.Host+"/team/app@"+r.Digest {
		t.Errorf("%+v", r)
	}
	if len(steps) != 4 || steps[3] != "push "+p.Reference.String()+" done" {
		t.Errorf("%q", steps)
	}
	cfg, err := c.Config(t.Context(), p.Reference, registry.Direct)
	must(t, err)
	if cfg.Workdir != "/app" || !slices.Contains(cfg.Env, "PYTHONPATH=/app") || cfg.User != "1000" || len(cfg.Platforms) != 2 || cfg.Labels[image.LabelContent] != p.ContentHash {
		t.Errorf("%+v", cfg)
	}

	// A second plan: one HEAD, whatever the base does meanwhile.
	pushBase(t, c, s.Host+"/library/python:3")
	s.Requests()
	st, err = prepare(t, spec).Lookup(t.Context(), c)
	if err != nil || st.Digest != r.Digest || st.Work != image.Nothing || !slices.Equal(s.Requests(), []string{"HEAD /v2/team/app/manifests/" + p.Reference.Tag()}) {
		t.Errorf("%+v %v", st, err)
	}
	again, err := prepare(t, spec).Ensure(t.Context(), c, nil, nil)
	if err != nil || again.Digest != r.Digest || again.Work != image.Nothing || again.BaseDigest != baseDigest.String() {
		t.Errorf("%+v %v", again, err)
	}
}

// TestOneLineSendsOneLayer counts what a change of one source line sends.
func TestOneLineSendsOneLayer(t *testing.T) {
	s, c := imagetest.InProcess(t), newClient(t)
	pushBase(t, c, s.Host+"/python:3")
	src := lay(t, t.TempDir(), map[string]string{"main.py": "print('one')\n"})
	spec := image.Spec{
		Repository: s.Host + "/app", Platforms: []string{"linux/amd64"},
		Python: &image.Python{SourceDir: src, BaseImage: s.Host + "/python:3"},
	}
	_, err := prepare(t, spec).Ensure(t.Context(), c, nil, nil)
	must(t, err)
	lay(t, src, map[string]string{"main.py": "print('two')\n"})
	s.Requests()
	_, err = prepare(t, spec).Ensure(t.Context(), newClient(t), nil, nil)
	must(t, err)
	if n := s.Count("PATCH "); n != 2 {
		t.Errorf("%d blobs were sent, want the source and the configuration", n)
	}
}

func TestSameDigestFromTwoMachines(t *testing.T) {
	s := imagetest.InProcess(t)
	pushBase(t, newClient(t), s.Host+"/python:3")
	var digests []string
	for i := range 2 {
		src := lay(t, t.TempDir(), map[string]string{"b.py": "1", "a/c.py": "2"})
		must(t, os.Chmod(filepath.Join(src, "b.py"), []os.FileMode{0o600, 0o664}[i]))
		spec := image.Spec{
			Repository: fmt.Sprintf("%s/app%d", s.Host, i),
			Python:     &image.Python{SourceDir: src, BaseImage: s.Host + "/python:3"},
		}
		r, err := prepare(t, spec).Ensure(t.Context(), newClient(t), nil, nil)
		must(t, err)
		digests = append(digests, r.Digest)
	}
	if digests[0] != digests[1] {
		t.Error(digests)
	}
}

func TestEnsureWithRequirements(t *testing.T) {
	s, c := imagetest.InProcess(t), newClient(t)
	base := pushBase(t, c, s.Host+"/python:3").(v1.ImageIndex)
	baseDigest, _ := base.Digest()
	src := lay(t, t.TempDir(), map[string]string{"main.py": "1"})
	spec := image.Spec{Repository: s.Host + "/app", Python: &image.Python{SourceDir: src, BaseImage: s.Host + "/python:3",
		Requirements: []string{"numpy==2.1.0"}, IndexURLs: []string{"https://me:hunter2@pypi.example.com/simple"}}}
	p := prepare(t, spec)
	if strings.Contains(p.Dockerfile, "hunter2") || !strings.Contains(p.Dockerfile, "--index-url "+
		"https://pypi.example.com/simple") {
		t.Error(p.Dockerfile)
	}
	if st, err := p.Lookup(t.Context(), c); err != nil || st.Work != image.Build {
		t.Error(st, err)
	}
	_, err := p.Ensure(t.Context(), c, nil, nil)
	var be *image.BuildError
	if !errors.As(err, &be) || !strings.Contains(err.Error(), "Give image_builder") {
		t.Error(err)
	}
	b := &fakeBuilder{t: t, client: c}
	r, err := p.Ensure(t.Context(), c, b, nil)
	must(t, err)
	if r.Work != image.Build || r.BaseDigest != baseDigest.String() || len(b.requests) != 1 {
		t.Errorf("%+v after %d builds", r, len(b.requests))
	}
	req := b.requests[0]
	if req.Context != nil || len(req.Pins) != 1 || req.Pins[0].Digest != baseDigest.String() || !strings.Contains(string(req.Secrets["netrc"]), "password hunter2") {
		t.Errorf("%+v", req)
	}

	// Another source needs neither builder nor base.
	lay(t, src, map[string]string{"main.py": "2"})
	p = prepare(t, spec)
	st, err := p.Lookup(t.Context(), c)
	if err != nil || st.Work != image.Layers || p.CheckBases(t.Context(), c, st) != nil {
		t.Error(st, err)
	}
	r, err = p.Ensure(t.Context(), c, nil, nil)
	if err != nil || r.Work != image.Layers || r.BaseDigest != baseDigest.String() {
		t.Error(r, err)
	}
	if again, err := p.Ensure(t.Context(), c, nil, nil); err != nil || again.BaseDigest != baseDigest.String() {
		t.Error(again, err)
	}
}

func TestEnsureDockerfile(t *testing.T) {
	s, c := imagetest.InProcess(t), newClient(t)
	dir := lay(t, t.TempDir(), map[string]string{"Dockerfile": "FROM a\nCOPY x /x\n", "x": "1"})
	t.Setenv("KFP_TEST_SECRET", "hunter2")
	spec := image.Spec{
		Repository: s.Host + "/app", Platforms: []string{"linux/arm64", "linux/amd64"},
		Dockerfile: &image.Dockerfile{Context: dir, Secrets: map[string]image.Secret{"s": {Env: "KFP_TEST_SECRET"}}},
	}
	b := &fakeBuilder{t: t, client: c, during: func() { lay(t, dir, map[string]string{"x": "2"}) }}
	p := prepare(t, spec)
	_, err := p.Ensure(t.Context(), c, b, nil)
	var fe *files.Error
	if !errors.As(err, &fe) {
		t.Errorf("a file changed during the build: %v", err)
	}
	if ok, err := c.Exists(t.Context(), p.Reference); ok || err != nil {
		t.Error("and its image got the tag", err)
	}
	b.during = nil
	p = prepare(t, spec)
	r, err := p.Ensure(t.Context(), c, b, nil)
	must(t, err)
	req := b.requests[1]
	if string(req.Secrets["s"]) != "hunter2" || !slices.Equal(req.Platforms, []string{"linux/amd64", "linux/arm64"}) || req.Key != p.ContentHash {
		t.Errorf("%+v", req)
	}
	if st, err := p.Lookup(t.Context(), c); err != nil || st.Digest != r.Digest {
		t.Error(st, err)
	}
	spec.Dockerfile.Secrets = map[string]image.Secret{"s": {Env: "KFP_TEST_NOT_SET"}, "f": {File: "/nowhere"}}
	if _, err := prepare(t, spec).Ensure(t.Context(), c, b, nil); err == nil || !strings.Contains(err.Error(), `the build secret "f" cannot be read`) {
		t.Error(err)
	}
	delete(spec.Dockerfile.Secrets, "f")
	lay(t, dir, map[string]string{"x": "3"})
	if _, err := prepare(t, spec).Ensure(t.Context(), c, b, nil); err == nil || !strings.Contains(err.Error(), "KFP_TEST_NOT_SET, which is not set") {
		t.Error(err)
	}
}

func TestEnsureAppend(t *testing.T) {
	s, c := imagetest.InProcess(t), newClient(t)
	pushBase(t, c, s.Host+"/base:1")
	dir := lay(
		t, t.TempDir(), map[string]string{"tool": "#!/bin/sh\n", "d/x": "1", "d/skip": "2", "d/.dockerignore": "skip"},
	)
	spec := image.Spec{Repository: s.Host + "/app", Platforms: []string{"linux/arm64"}, Append: &image.Append{
		BaseImage: s.Host + "/base:1", Entrypoint: []string{"/usr/bin/tool"}, User: "7", Workdir: "/w", Env: map[string]string{"A": "b"},
		Files: map[string]image.FileSource{
			"/usr/bin/tool": {Path: filepath.Join(dir, "tool"), Mode: "0755"}, "/d": {Path: filepath.Join(dir, "d")},
			"/d/x": {Content: new("override")},
		},
	}}
	p := prepare(t, spec)
	if p.Files != 3 {
		t.Errorf("%d files", p.Files)
	}
	_, err := p.Ensure(t.Context(), c, nil, nil)
	must(t, err)
	cfg, err := c.Config(t.Context(), p.Reference, registry.Direct)
	must(t, err)
	if cfg.Entrypoint[0] != "/usr/bin/tool" || cfg.Cmd != nil || cfg.User != "7" || cfg.Workdir != "/w" || !slices.Equal(cfg.Platforms, []string{"linux/arm64"}) {
		t.Errorf("%+v", cfg)
	}
	spec.Platforms = []string{"linux/s390x"}
	_, err = prepare(t, spec).Ensure(t.Context(), c, nil, nil)
	if registry.KindOf(err) != registry.Rejected || !strings.Contains(err.Error(), "it has linux/amd64, linux/arm64") {
		t.Error(err)
	}
}

func TestCheckBases(t *testing.T) {
	s, c := imagetest.InProcess(t), newClient(t)
	dir := lay(
		t, t.TempDir(), map[string]string{"Dockerfile": "FROM " + s.Host + "/no:1\nCOPY --from=127.0.0.1:1/x /a /b\n"},
	)
	p := prepare(t, image.Spec{Repository: s.Host + "/app", Dockerfile: &image.Dockerfile{Context: dir}})
	l := p.CheckBases(t.Context(), c, image.Status{Work: image.Build})
	wants(t, l, "dockerfile.file: Base image cannot be used: In line 1 of the Dockerfile: Cannot read "+s.Host+"/no:1: the registry answers 404",
		"dockerfile.file: Registry cannot be asked: In line 2 of the Dockerfile: Whether the image exists could not be "+
			"checked.")
	if len(l) != 2 || !l.HasError() {
		t.Error(l)
	}
	if l := p.CheckBases(t.Context(), c, image.Status{Work: image.Nothing}); l != nil {
		t.Error(l)
	}
}

func TestConcurrentEnsureBuildsOnce(t *testing.T) {
	s, c := imagetest.InProcess(t), newClient(t)
	pushBase(t, c, s.Host+"/python:3")
	b := &fakeBuilder{t: t, client: c}
	var wg sync.WaitGroup
	for i := range 6 {
		src := lay(t, t.TempDir(), map[string]string{"main.py": fmt.Sprint(i / 2)})
		wg.Go(func() {
			spec := image.Spec{
				Repository: s.Host + "/app",
				Python:     &image.Python{SourceDir: src, BaseImage: s.Host + "/python:3", Requirements: []string{"x"}},
			}
			if _, err := prepare(t, spec).Ensure(t.Context(), c, b, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(b.requests) != 1 {
		t.Errorf("the same requirements were built %d times", len(b.requests))
	}
}

// TestKilledPushConverges ends Ensure in the middle of a push and runs it again as a new process would.
func TestKilledPushConverges(t *testing.T) {
	s := imagetest.InProcess(t)
	pushBase(t, newClient(t), s.Host+"/python:3")
	src := lay(t, t.TempDir(), map[string]string{"main.py": strings.Repeat("x", 1<<20)})
	p := prepare(
		t, image.Spec{Repository: s.Host + "/app", Python: &image.Python{SourceDir: src, BaseImage: s.Host + "/python:3"}},
	)
	for _, at := range []string{"POST /blobs/", "PATCH /blobs/", "PUT /blobs/", "PUT /manifests/sha256", "PUT /manifests/kfp1"} {
		ctx, cancel := context.WithCancel(t.Context())
		s.Break(at, 1, imagetest.Then(cancel))
		_, err := p.Ensure(ctx, newClient(t), nil, nil)
		cancel()
		s.Mend()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", at, err)
		}
		st, err := p.Lookup(t.Context(), newClient(t))
		must(t, err)
		if st.Digest != "" && at != "PUT /manifests/kfp1" {
			t.Errorf("%s: the tag is there", at)
		}
	}
	r, err := p.Ensure(t.Context(), newClient(t), nil, nil)
	must(t, err)
	if st, err := p.Lookup(t.Context(), newClient(t)); err != nil || st.Digest != r.Digest {
		t.Error(st, err)
	}
}

// TestTagMovesBetweenPlanAndApply: what the plan knew stays, and the apply records what the tag meant then.
func TestTagMovesBetweenPlanAndApply(t *testing.T) {
	s, c := imagetest.InProcess(t), newClient(t)
	pushBase(t, c, s.Host+"/python:3")
	src := lay(t, t.TempDir(), map[string]string{"main.py": "1"})
	spec := image.Spec{Repository: s.Host + "/app", Python: &image.Python{SourceDir: src, BaseImage: s.Host + "/python:3"}}
	planned := prepare(t, spec)
	moved := pushBase(t, c, s.Host+"/python:3").(v1.ImageIndex)
	applied := prepare(t, spec)
	if planned.ContentHash != applied.ContentHash || planned.Reference != applied.Reference {
		t.Error("the plan's hash did not hold")
	}
	r, err := applied.Ensure(t.Context(), c, nil, nil)
	must(t, err)
	if d, _ := moved.Digest(); r.BaseDigest != d.String() {
		t.Errorf("the base is recorded as %s", r.BaseDigest)
	}
}

func TestUnreachableRegistry(t *testing.T) {
	src := lay(t, t.TempDir(), map[string]string{"main.py": ""})
	p := prepare(
		t, image.Spec{Repository: "127.0.0.1:1/app", Python: &image.Python{SourceDir: src, BaseImage: "127.0.0.1:1/b"}},
	)
	st, err := p.Lookup(t.Context(), newClient(t))
	if registry.KindOf(err) != registry.Unreachable || st.Work != image.Layers {
		t.Error(st, err)
	}
}
