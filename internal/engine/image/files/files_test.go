package files

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// lay writes files below dir; a name that ends in a slash makes a directory, a content "-> x" a link to x.
func lay(t *testing.T, dir string, content map[string]string) {
	t.Helper()
	for name, text := range content {
		path := filepath.Join(dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		switch target, isLink := strings.CutPrefix(text, "-> "); {
		case strings.HasSuffix(name, "/"):
			must(t, os.MkdirAll(path, 0o755))
		case isLink:
			must(t, os.Symlink(target, path))
		default:
			must(t, os.WriteFile(path, []byte(text), 0o644))
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func names(tree *Tree) []string {
	var out []string
	for _, e := range tree.Entries() {
		n := e.Name
		if e.Kind == Dir {
			n += "/"
		}
		out = append(out, n)
	}
	return out
}

func sum(t *testing.T, tree *Tree) string {
	t.Helper()
	s, _, err := tree.Sum(t.Context())
	must(t, err)
	return string(s[:])
}

func scan(t *testing.T, dir string, o Options) *Tree {
	t.Helper()
	tree, err := Scan(t.Context(), dir, o)
	must(t, err)
	return tree
}

func TestScanNormalises(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, map[string]string{"a.txt": "x", "a/b": "y", "a/c/d.sh": "z", "link": "-> a/b", "empty/": ""})
	must(t, os.Chmod(filepath.Join(dir, "a.txt"), 0o600))
	must(t, os.Chmod(filepath.Join(dir, "a/c/d.sh"), 0o711))
	must(t, os.Chmod(filepath.Join(dir, "a"), 0o700))
	tree := scan(t, dir, Options{})
	want := []string{"a/", "a/b", "a/c/", "a/c/d.sh", "a.txt", "link"}
	if d := cmp.Diff(want, names(tree)); d != "" {
		t.Fatal(d)
	}
	if got := names(scan(t, dir, Options{EmptyDirs: true})); len(got) != len(want)+1 {
		t.Errorf("the empty directory is missing: %v", got)
	}
	var b bytes.Buffer
	must(t, tree.WriteTar(t.Context(), &b))
	modes := map[string]int64{}
	for r := tar.NewReader(&b); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		must(t, err)
		modes[h.Name] = h.Mode
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || !h.ModTime.Equal(Epoch) {
			t.Errorf("%s is not normalised: %+v", h.Name, h)
		}
	}
	wantModes := map[string]int64{
		"a/": 0o755, "a/b": 0o644, "a/c/": 0o755, "a/c/d.sh": 0o755, "a.txt": 0o644, "link": 0o777,
	}
	if d := cmp.Diff(wantModes, modes); d != "" {
		t.Error(d)
	}
}

// TestSumOfTwoMachines lays the same two hundred files in other orders, with other times, owners and umasks.
func TestSumOfTwoMachines(t *testing.T) {
	content := map[string]string{"run.sh": "#!/bin/sh\n", "pkg/up": "-> ../run.sh"}
	for i := range 200 {
		content[filepath.ToSlash(filepath.Join(
			"pkg", string(rune('a'+i%26)), strings.Repeat("n", 1+i/26)+".py",
		))] = strings.Repeat("x", i)
	}
	content["daten/größe-模型-🙂.txt"] = "unicode"
	content[strings.Repeat("long/", 40)+"name"] = "deep"
	a, b := t.TempDir(), t.TempDir()
	lay(t, a, content)
	lay(t, b, content) // map order differs, and so does the order on disk
	i := 0
	must(t, filepath.WalkDir(b, func(path string, d fs.DirEntry, err error) error {
		must(t, err)
		i++
		if d.Type().IsRegular() {
			must(t, os.Chmod(path, 0o664))
			must(t, os.Chtimes(path, time.Now(), time.Unix(int64(i)*1e6, 0)))
		}
		if os.Getuid() == 0 && d.Type()&fs.ModeSymlink == 0 {
			must(t, os.Chown(path, 1000+i, 7))
		}
		return nil
	}))
	must(t, os.Chmod(filepath.Join(a, "run.sh"), 0o755))
	must(t, os.Chmod(filepath.Join(b, "run.sh"), 0o700))
	first := sum(t, scan(t, a, Options{}))
	if first != sum(t, scan(t, b, Options{})) {
		t.Fatal("the same content has two sums")
	}
	must(t, os.WriteFile(filepath.Join(b, "run.sh"), []byte("#!/bin/sh \n"), 0o755))
	if first == sum(t, scan(t, b, Options{})) {
		t.Error("another content has the same sum")
	}
	must(t, os.WriteFile(filepath.Join(b, "run.sh"), []byte("#!/bin/sh\n"), 0o755))
	must(t, os.Chmod(filepath.Join(b, "run.sh"), 0o644))
	if first == sum(t, scan(t, b, Options{})) {
		t.Error("a lost executable bit has the same sum")
	}
}

func TestScanRefuses(t *testing.T) {
	tests := map[string]struct {
		content map[string]string
		want    []string // in the error, all of them
	}{
		"a link that leaves": {
			map[string]string{"a/l": "-> ../../etc/passwd"}, []string{"a/l", `"../../etc/passwd"`, "leads out of the directory"},
		},
		"an absolute link": {
			map[string]string{"l": "-> /etc/passwd"}, []string{`/l: `, `"/etc/passwd"`, "absolute"},
		},
		"a link through another": {
			map[string]string{"d/e/f": "x", "s": "-> d/e", "l": "-> s/../../../x"}, []string{`/l: `, "leads out"},
		},
		"a loop of two": {
			map[string]string{"a": "-> b", "b": "-> a"}, []string{"leads in a cycle: a → b → a", "cycle: b → a → b"},
		},
		"a loop onto itself":           {map[string]string{"a": "-> a"}, []string{"cycle: a → a"}},
		"a whiteout":                   {map[string]string{".wh.x": ""}, []string{".wh.", "deletion"}},
		"two that normalise to one":    {map[string]string{"e\u0301": "1", "\u00e9": "2"}, []string{"Unicode"}},
		"several mistakes at one time": {map[string]string{"l": "-> /a", "m": "-> ../b", "ok": ""}, []string{"/l: ", "/m: "}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			lay(t, dir, tc.content)
			_, err := Scan(t.Context(), dir, Options{})
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range tc.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q is not in: %v", w, err)
				}
			}
		})
	}
}

func TestScanTakesInnerLinks(t *testing.T) {
	dir := t.TempDir()
	lay(
		t, dir,
		map[string]string{
			"d/e/f": "x", "s": "-> d/e", "d/back": "-> ../s/../e/f", "dangling": "-> d/later", "d/parent": "-> ..",
		},
	)
	tree := scan(t, dir, Options{})
	if e, ok := tree.Lookup("d/back"); !ok || e.Target != "../s/../e/f" {
		t.Errorf("the link is %+v", e)
	}
	if _, ok := tree.Lookup("s/f"); ok {
		t.Error("a link to a directory was followed")
	}
}

func TestScanRefusesSpecialFiles(t *testing.T) {
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "sock"))
	must(t, err)
	defer l.Close()
	must(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "bad\xff"), nil, 0o644))
	_, err = Scan(t.Context(), dir, Options{})
	for _, w := range []string{"sock: is a socket", "pipe: is a named pipe", `\xff`, "UTF-8"} {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("%q is not in: %v", w, err)
		}
	}
	if n := len(Errors(err)); n != 3 {
		t.Errorf("%d errors, want 3", n)
	}
	scan(t, dir, Options{Ignore: []string{"sock", "pipe", "bad*"}})
}

func TestLimitsNameTheLargest(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, map[string]string{"a": strings.Repeat("x", 3000), "data/big": strings.Repeat("x", 90_000), "b": ""})
	_, err := Scan(t.Context(), dir, Options{Limits: Limits{Bytes: 50_000}})
	if err == nil || !strings.Contains(err.Error(), `"data" (87.9 KiB), "a" (2.9 KiB)`) {
		t.Error(err)
	}
	if _, err = Scan(t.Context(), dir, Options{Limits: Limits{Files: 2}}); err == nil {
		t.Error("three files passed a limit of two")
	}
}

func TestChangedWhileRead(t *testing.T) {
	for name, text := range map[string]string{"grew": "longer than before", "shrank": ""} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			lay(t, dir, map[string]string{"f": "before"})
			tree := scan(t, dir, Options{})
			must(t, os.WriteFile(filepath.Join(dir, "f"), []byte(text), 0o644))
			if err := tree.WriteTar(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "changed while it "+
				"was read") {
				t.Error(err)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, map[string]string{"f": "x"})
	tree := scan(t, dir, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Scan(ctx, dir, Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := tree.WriteTar(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestJoin(t *testing.T) {
	a, b := Inline("/etc/app/a", []byte("1"), 0), Inline("etc/app/b", []byte("2"), 0o600)
	tree, err := Join(b, a)
	must(t, err)
	if d := cmp.Diff([]string{"etc/app/a", "etc/app/b"}, names(tree)); d != "" {
		t.Error(d)
	}
	if _, err := Join(a, a); err == nil || !strings.Contains(err.Error(), "/etc/app/a: is given twice") {
		t.Error(err)
	}
	if _, err := Join(a, Inline("etc/app", nil, 0)); err == nil || !strings.Contains(err.Error(), "lies below /etc/app, which is a file") {
		t.Error(err)
	}
	for _, bad := range []string{"", "/", "a/../b", "a//b", "/.wh.x", "x\x00", "\xff"} {
		if CheckName(bad) == nil {
			t.Errorf("%q passed", bad)
		}
	}
	for _, good := range []string{"/a/b", "a", "/größe", "dir/"} {
		if err := CheckName(good); err != nil {
			t.Error(err)
		}
	}
}
