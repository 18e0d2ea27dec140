package buildkit

import (
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/moby/buildkit/client"
	digest "github.com/opencontainers/go-digest"
	"github.com/tonistiigi/fsutil"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/files"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func lay(t testing.TB, dir string, content map[string]string) string {
	t.Helper()
	for name, text := range content {
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func newClient(t testing.TB, r map[string]registry.Settings) *registry.Client {
	t.Helper()
	c, err := registry.New(registry.Options{Keychain: authn.NewMultiKeychain(), Registries: r})
	must(t, err)
	return c
}

func ref(t testing.TB, s string) registry.Reference {
	t.Helper()
	r, err := registry.ParseReference(s)
	must(t, err)
	return r
}

// TestTreeIsWalkedAsDirectoriesAre compares with BuildKit's own view of a directory, through the filters that a daemon
// asks for.
func TestTreeIsWalkedAsDirectoriesAre(t *testing.T) {
	dir := lay(
		t, t.TempDir(),
		map[string]string{"a/b/c": "1", "a/b.txt": "2", "a.txt": "3", ".dockerignore": "x", "z/y/x": "4", "é": "5"},
	)
	must(t, os.Symlink("a/b", filepath.Join(dir, "link")))
	must(t, os.Symlink("../z", filepath.Join(dir, "a/up")))
	tree, err := files.Scan(t.Context(), dir, files.Options{EmptyDirs: true})
	must(t, err)
	ours := &treeFS{tree: tree, broken: func(err error) { t.Error(err) }}
	theirs, err := fsutil.NewFS(dir)
	must(t, err)
	walk := func(f fsutil.FS, opt *fsutil.FilterOpt, target string) (out []string) {
		f, err := fsutil.NewFilterFS(f, opt)
		must(t, err)
		must(t, f.Walk(t.Context(), target, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			out = append(out, p+" "+d.Type().Type().String())
			return nil
		}))
		return out
	}
	for name, opt := range map[string]*fsutil.FilterOpt{
		"all":           {},
		"one file":      {FollowPaths: []string{".dockerignore"}},
		"through links": {FollowPaths: []string{"link/c", "a/up/y"}},
		"a wildcard":    {FollowPaths: []string{"a*"}},
		"included":      {IncludePatterns: []string{"a/b"}},
		"excluded":      {ExcludePatterns: []string{"a", "!a/b.txt"}},
		"missing":       {FollowPaths: []string{"nope"}},
	} {
		for _, target := range []string{"/", "", "a"} {
			if d := cmp.Diff(walk(theirs, opt, target), walk(ours, opt, target)); d != "" {
				t.Errorf("%s, %q:\n%s", name, target, d)
			}
		}
	}
	must(t, os.Remove(filepath.Join(dir, "a.txt")))
	var broken error
	ours.broken = func(err error) { broken = err }
	if _, err := ours.Open("a.txt"); err == nil || broken == nil {
		t.Error("a file that vanished goes unnoticed")
	}
	if _, err := ours.Open("nope"); !os.IsNotExist(err) {
		t.Error(err)
	}
}

func TestNewRefuses(t *testing.T) {
	reg := newClient(t, nil)
	for name, o := range map[string]Options{
		"nothing":            {},
		"an unknown scheme":  {Address: "docker-container://x"},
		"no port":            {Address: "tcp://host"},
		"no path":            {Address: "unix://"},
		"TLS over a socket":  {Address: "unix:///x", TLS: &TLS{}},
		"no certificate":     {Address: "tcp://h:1", TLS: &TLS{CA: "hunter2"}},
		"half a certificate": {Address: "tcp://h:1", TLS: &TLS{Key: "hunter2"}},
	} {
		if _, err := New(o, reg); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnreachableBuilder(t *testing.T) {
	b, err := New(Options{Address: "tcp://127.0.0.1:1", Connect: 100 * time.Millisecond}, newClient(t, nil))
	must(t, err)
	_, err = b.Build(t.Context(), image.BuildRequest{Reference: ref(t, "r.example.com/a:b")}, nil)
	if err == nil || !strings.Contains(err.Error(), "Cannot build r.example.com/a:b: the builder does not answer: ") || !strings.Contains(err.Error(), "Check the address") {
		t.Error(err)
	}
}

// TestOutputIsCutIntoLines sends a secret in random pieces.
func TestOutputIsCutIntoLines(t *testing.T) {
	var r redact.Redactor
	r.Add("hunter2-and-more")
	text := "first\r\n\x1b[31mred\x1b[0m\n10%\r50%\r100%\nkey=hunter2-and-more;\n\nlast without end"
	for seed := range uint64(50) {
		var got []string
		w := newWatcher(func(p image.Progress) {
			if p.State == image.Output {
				got = append(got, p.Line)
			}
		}, r.Text)
		ch := make(chan *client.SolveStatus)
		done := make(chan struct{})
		go func() { defer close(done); w.watch(ch) }()
		now := time.Now()
		v := &client.Vertex{Digest: digest.FromString("v"), Name: "[1/1] RUN x", Started: &now}
		ch <- &client.SolveStatus{Vertexes: []*client.Vertex{v}}
		rng := rand.New(rand.NewPCG(seed, 1))
		for rest := text; rest != ""; {
			n := 1 + rng.IntN(len(rest))
			ch <- &client.SolveStatus{Logs: []*client.VertexLog{{Vertex: v.Digest, Data: []byte(rest[:n])}}}
			rest = rest[n:]
		}
		end := *v
		end.Completed, end.Error = &now, "exit code: 1 of hunter2-and-more"
		ch <- &client.SolveStatus{Vertexes: []*client.Vertex{&end}}
		close(ch)
		<-done
		want := []string{"first", "red", "100%", "key=(secret);", "last without end"}
		if !slices.Equal(got, want) {
			t.Fatalf("%q", got)
		}
		err := w.failure(context.Background(), "a:b", os.ErrInvalid)
		if s := err.Error(); !strings.HasPrefix(s, "Cannot build a:b: step [1/1] RUN x failed: exit code: 1 of "+
			"(secret).\n\nThe last lines of the step:\n  first\n") {
			t.Fatal(s)
		}
	}
}

func TestPolicy(t *testing.T) {
	if policy(nil, nil) != nil || policy([]image.Pin{{Reference: ref(t, "a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")}}, nil) != nil {
		t.Error("a policy that says nothing")
	}
	p := policy(
		[]image.Pin{{Reference: ref(t, "python:3"), Digest: "sha256:x"}},
		[]registry.Mirror{{Registry: "docker.io", Location: "h/p"}},
	)
	var got []string
	for _, r := range p.Rules {
		got = append(got, r.Selector.Identifier+" > "+r.Updates.Identifier)
	}
	if !slices.Equal(got, []string{"docker-image://docker.io/library/python:3 > " +
		"docker-image://docker.io/library/python:3@sha256:x", "docker-image://docker.io/* > docker-image://h/p/${1}"}) {
		t.Error(got)
	}
}
