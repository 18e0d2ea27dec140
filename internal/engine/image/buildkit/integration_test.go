package buildkit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// daemon is a registry with python:3.11-slim and busybox:1.36, and a daemon that reaches it, or the test is skipped.
type daemon struct {
	host    string
	client  *registry.Client
	builder *Builder
	repo    string // a new repository
}

func setup(t testing.TB) daemon {
	t.Helper()
	host := imagetest.RealHost(t)
	address := os.Getenv("KFP_TEST_BUILDKIT")
	if address == "" {
		t.Skip("KFP_TEST_BUILDKIT is not set: it names a daemon such as tcp://127.0.0.1:1234")
	}
	r := daemon{host: host, client: newClient(t, map[string]registry.Settings{"docker.io": {Mirror: host}})}
	var err error
	r.builder, err = New(Options{Address: address}, r.client)
	must(t, err)
	r.repo = fmt.Sprintf(
		"%s/kfp-test/%s-%d", host, strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-")), time.Now().UnixNano(),
	)
	return r
}

func prepare(t testing.TB, s image.Spec) *image.Prepared {
	t.Helper()
	p, l := s.Prepare(t.Context())
	if l.HasError() {
		t.Fatal(l)
	}
	return p
}

// logOf collects progress as text.
type logOf struct{ strings.Builder }

func (l *logOf) add(p image.Progress) { fmt.Fprintf(l, "%s %s %s\n", p.State, p.Step, p.Line) }

func TestRealDockerfile(t *testing.T) {
	r := setup(t)
	content := map[string]string{
		"Dockerfile": "ARG V=none\nFROM python:3.11-slim\nARG V\nCOPY . /src\nRUN echo building $V && python3 -c " +
			"'import pathlib; pathlib.Path(\"/out\").write_text(\"x\")' && ls -la /src\n",
		"a.txt":          "one",
		"keep/größe.txt": "two",
		"skip/no.txt":    "three",
		".dockerignore":  "skip\n",
	}
	var digests []string
	for i := range 2 {
		dir := lay(t, t.TempDir(), content)
		must(t, os.Chmod(dir+"/a.txt", []os.FileMode{0o600, 0o664}[i]))
		s := image.Spec{Repository: r.repo, Dockerfile: &image.Dockerfile{Context: dir, Args: map[string]string{"V": "v1"}}}
		if i == 1 {
			s.Repository += "-2"
		}
		p := prepare(t, s)
		if l := p.CheckBases(t.Context(), r.client, image.Status{Work: image.Build}); len(l) > 0 {
			t.Error(l)
		}
		var log logOf
		res, err := p.Ensure(t.Context(), r.client, r.builder, log.add)
		if err != nil {
			t.Fatalf("%v\n%s", err, log.String())
		}
		if i == 0 && !strings.Contains(log.String(), "building v1") {
			t.Error(log.String())
		}
		if strings.Contains(log.String(), "docker/dockerfile") {
			t.Error("a frontend was pulled")
		}
		digests = append(digests, res.Digest)
		st, err := p.Lookup(t.Context(), r.client)
		if err != nil || st.Digest != res.Digest {
			t.Error(st, err)
		}
	}
	if digests[0] != digests[1] {
		t.Error("two machines, two digests", digests)
	}
	names := filesOf(t, r, r.repo+"@"+digests[0])
	if names["src/a.txt"] == "" || names["src/keep/größe.txt"] == "" || names["src/.dockerignore"] == "" || names["src/skip/no.txt"] != "" {
		t.Error(names)
	}
	for n, info := range names {
		if strings.HasPrefix(n, "src/") && !strings.Contains(info, "1980-01-01") {
			t.Errorf("%s is %s", n, info)
		}
	}
}

// TestRealChangeOfTheSameSize guards against the daemon taking a file for unchanged because size and time are equal.
func TestRealChangeOfTheSameSize(t *testing.T) {
	r := setup(t)
	dir := lay(t, t.TempDir(), map[string]string{"Dockerfile": "FROM busybox:1.36\nCOPY a /a\n", "a": "one"})
	s := image.Spec{Repository: r.repo, Dockerfile: &image.Dockerfile{Context: dir}}
	first, err := prepare(t, s).Ensure(t.Context(), r.client, r.builder, nil)
	must(t, err)
	lay(t, dir, map[string]string{"a": "two"})
	second, err := prepare(t, s).Ensure(t.Context(), r.client, r.builder, nil)
	must(t, err)
	if a, b := filesOf(t, r, first.Reference)["a"], filesOf(t, r, second.Reference)["a"]; !strings.Contains(a, "one") || !strings.Contains(b, "two") {
		t.Errorf("%q, %q", a, b)
	}
}

func TestRealFailure(t *testing.T) {
	r := setup(t)
	t.Setenv("KFP_TEST_SECRET", "hunter2-is-secret")
	dir := lay(
		t, t.TempDir(),
		map[string]string{
			"Dockerfile": "FROM python:3.11-slim\nRUN --mount=type=secret,id=s for i in $(seq 40); do echo line $i; done; " +
				"cat /run/secrets/s; echo; exit 3\n",
		},
	)
	p := prepare(
		t,
		image.Spec{
			Repository: r.repo,
			Dockerfile: &image.Dockerfile{Context: dir, Secrets: map[string]image.Secret{"s": {Env: "KFP_TEST_SECRET"}}},
		},
	)
	var log logOf
	_, err := p.Ensure(t.Context(), r.client, r.builder, log.add)
	var be *image.BuildError
	if !errors.As(err, &be) {
		t.Fatal(err)
	}
	if !strings.Contains(be.Step, "RUN --mount=type=secret") || !strings.Contains(be.Message, "exit code: 3") || len(be.Lines) != 20 || be.Lines[19] != "(secret)" || be.Lines[18] != "line 40" {
		t.Errorf("%+v", be)
	}
	if text := log.String() + err.Error(); strings.Contains(text, "hunter2") {
		t.Error(text)
	}
	if ok, err := r.client.Exists(t.Context(), p.Reference); ok || err != nil {
		t.Error("a failed build has a tag", err)
	}
}

func TestRealSecretsTargetsAndPlatforms(t *testing.T) {
	r := setup(t)
	t.Setenv("KFP_TEST_SECRET", "hunter2-is-secret")
	dir := lay(t, t.TempDir(), map[string]string{
		"app.Dockerfile": "FROM busybox:1.36 AS first\nRUN --mount=type=secret,id=s,required=true wc -c " +
			"</run/secrets/s >/n\nFROM first AS second\nRUN false\n",
		"app.Dockerfile.dockerignore": "*\n", ".dockerignore": "",
	})
	s := image.Spec{Repository: r.repo, Platforms: []string{"linux/amd64"}, Dockerfile: &image.Dockerfile{
		Context: dir, File: "app.Dockerfile", Target: "first", Secrets: map[string]image.Secret{
			"s": {Env: "KFP_TEST_SECRET"},
		}}}
	res, err := prepare(t, s).Ensure(t.Context(), r.client, r.builder, nil)
	must(t, err)
	if n := filesOf(t, r, res.Reference)["n"]; !strings.Contains(n, "17") {
		t.Errorf("%q", n)
	}
	cfg, err := r.client.Config(t.Context(), ref(t, res.Reference), registry.Direct)
	must(t, err)
	if cfg.Platform != "linux/amd64" || cfg.Labels[image.LabelContent] == "" {
		t.Errorf("%+v", cfg)
	}
}

func TestRealRequirements(t *testing.T) {
	r := setup(t)
	url := imagetest.Index(t, "me:hunter2-index", "kfpone", "kfptwo")
	src := lay(
		t, t.TempDir(),
		map[string]string{"main.py": "import kfpone, kfptwo, lib\nprint(kfpone.VERSION)\n", "lib.py": "x = 1\n"},
	)
	s := image.Spec{Repository: r.repo, Python: &image.Python{SourceDir: src, BaseImage: "python:3.11-slim",
		Requirements: []string{"kfpone==1.0", "kfptwo"}, IndexURLs: []string{
			strings.Replace(url, "//", "//me:hunter2-index@", 1) + "/simple/",
		},
		TrustedHosts: []string{"127.0.0.1"}}}
	p := prepare(t, s)
	var log logOf
	res, err := p.Ensure(t.Context(), r.client, r.builder, log.add)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	if strings.Contains(log.String()+p.Dockerfile, "hunter2") {
		t.Error("the login of the index is shown")
	}
	base, err := r.client.Resolve(t.Context(), ref(t, "python:3.11-slim"))
	must(t, err)
	if res.BaseDigest != base || res.Work != image.Build {
		t.Errorf("%+v, the base is %s", res, base)
	}
	names := filesOf(t, r, res.Reference)
	for _, want := range []string{"app/main.py", "kfpone/__init__.py", "kfptwo/__pycache__/__init__.cpython-311.pyc"} {
		found := false
		for n, info := range names {
			if strings.HasSuffix(n, want) {
				found = true
				if !strings.Contains(info, "1980-01-01") {
					t.Errorf("%s is %s", n, info)
				}
			}
			if strings.Contains(info, "hunter2") {
				t.Errorf("%s holds the login", n)
			}
		}
		if !found {
			t.Errorf("%s is not in the image", want)
		}
	}

	// A test build runs what was made: the modules can be imported, from anywhere.
	check := lay(
		t, t.TempDir(),
		map[string]string{
			"Dockerfile": "FROM " + res.Reference + "\nRUN pwd && python3 main.py && cd / && python3 -c 'import lib, kfptwo; " +
				"print(\"imported\")'\n",
		},
	)
	var out logOf
	_, err = prepare(
		t, image.Spec{Repository: r.repo + "-check", Dockerfile: &image.Dockerfile{Context: check}},
	).Ensure(t.Context(), r.client, r.builder, out.add)
	must(t, err)
	if !strings.Contains(out.String(), "/app\n") || !strings.Contains(out.String(), "imported\n") {
		t.Error(out.String())
	}

	// Without the daemon's cache the requirements come out the same, and a changed source needs no builder.
	again := s
	again.Repository += "-again"
	again.Python.IndexURLs = []string{
		strings.Replace(
			imagetest.Index(t, "me:hunter2-index", "kfpone", "kfptwo"), "//", "//me:hunter2-index@", 1,
		) + "/simple/",
	}
	p2 := prepare(t, again)
	_, err = p2.Ensure(t.Context(), r.client, r.builder, nil)
	must(t, err)
	one, two := topLayer(t, r, p.Dependencies), topLayer(t, r, p2.Dependencies)
	if one != two {
		t.Errorf("pip made two layers of the same: %s and %s", one, two)
	}
	lay(t, src, map[string]string{"main.py": "print('two')\n"})
	res, err = prepare(t, again).Ensure(t.Context(), r.client, nil, nil)
	if err != nil || res.Work != image.Layers {
		t.Error(res, err)
	}
}

func topLayer(t testing.TB, r daemon, ref registry.Reference) string {
	t.Helper()
	d, err := r.client.Fetch(t.Context(), ref, registry.Direct)
	must(t, err)
	img, err := d.Image()
	must(t, err)
	ls, err := img.Layers()
	must(t, err)
	h, err := ls[len(ls)-1].Digest()
	must(t, err)
	return h.String()
}

// filesOf lists the files of an image with their time, and content if that is short.
func filesOf(t testing.TB, r daemon, reference string) map[string]string {
	t.Helper()
	d, err := r.client.Fetch(t.Context(), ref(t, reference), registry.Direct)
	must(t, err)
	img, err := d.Image()
	must(t, err)
	return list(t, img)
}

func list(t testing.TB, img v1.Image) map[string]string {
	t.Helper()
	return imagetest.Files(t, mutate.Extract(img))
}

func TestRealCancelled(t *testing.T) {
	r := setup(t)
	dir := lay(t, t.TempDir(), map[string]string{"Dockerfile": "FROM busybox:1.36\nRUN echo started && sleep 60\n"})
	p := prepare(t, image.Spec{Repository: r.repo, Dockerfile: &image.Dockerfile{Context: dir}})
	ctx, cancel := context.WithCancel(t.Context())
	start := time.Now()
	_, err := p.Ensure(ctx, r.client, r.builder, func(p image.Progress) {
		if p.Line == "started" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || time.Since(start) > 20*time.Second {
		t.Error(err, time.Since(start))
	}
}

// TestRealDialer reaches the daemon through connections that the caller opens.
func TestRealDialer(t *testing.T) {
	r := setup(t)
	address := strings.TrimPrefix(os.Getenv("KFP_TEST_BUILDKIT"), "tcp://")
	network := "tcp"
	if a, ok := strings.CutPrefix(address, "unix://"); ok {
		network, address = "unix", a
	}
	var mu sync.Mutex
	dials := 0
	b, err := New(Options{Dial: func(ctx context.Context) (net.Conn, error) {
		mu.Lock()
		dials++
		mu.Unlock()
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}, r.client)
	must(t, err)
	dir := lay(t, t.TempDir(), map[string]string{"Dockerfile": "FROM busybox:1.36\nCOPY x /x\n", "x": time.Now().String()})
	_, err = prepare(
		t, image.Spec{Repository: r.repo, Dockerfile: &image.Dockerfile{Context: dir}},
	).Ensure(t.Context(), r.client, b, nil)
	must(t, err)
	if dials == 0 {
		t.Error("the dialer was not used")
	}
}

func TestRealMissingBase(t *testing.T) {
	r := setup(t)
	dir := lay(t, t.TempDir(), map[string]string{"Dockerfile": "FROM " + r.host + "/library/nothing:1\n"})
	p := prepare(t, image.Spec{Repository: r.repo, Dockerfile: &image.Dockerfile{Context: dir}})
	if l := p.CheckBases(t.Context(), r.client, image.Status{Work: image.Build}); !l.HasError() {
		t.Error(l)
	}
	_, err := p.Ensure(t.Context(), r.client, r.builder, nil)
	var be *image.BuildError
	if !errors.As(err, &be) || !strings.Contains(err.Error(), "not found") {
		t.Error(err)
	}
}
