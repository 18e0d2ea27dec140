package files

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tonistiigi/fsutil"
	"pgregory.net/rapid"
)

// component draws few different names, so that patterns and files meet often.
var component = rapid.SampledFrom([]string{"a", "b", "src", "x.py", "y.py", ".git", "a-b", "data"})

var patternPart = rapid.SampledFrom([]string{
	"a", "b", "src", "x.py", "*", "**", "*.py", "[ab]", "?", ".git", "a*", "data",
})

func drawPath(t *rapid.T, part *rapid.Generator[string], label string) string {
	parts := rapid.SliceOfN(part, 1, 4).Draw(t, label)
	return filepath.Join(parts...)
}

func drawPatterns(t *rapid.T, label string, most int) []string {
	var out []string
	for range rapid.IntRange(0, most).Draw(t, label+" count") {
		p := drawPath(t, patternPart, label)
		if rapid.IntRange(0, 2).Draw(t, label+" again") == 0 {
			p = "!" + p
		}
		out = append(out, p)
	}
	return out
}

// layRandom makes files of drawn names below a new directory. A name that a file already takes is skipped.
func layRandom(t *rapid.T, parent string, names []string, r *rand.Rand) string {
	dir, err := os.MkdirTemp(parent, "tree")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		path := filepath.Join(dir, n)
		if os.MkdirAll(filepath.Dir(path), fs.FileMode(0o700|r.IntN(0o100))) != nil {
			continue
		}
		_ = os.WriteFile(path, []byte(n), fs.FileMode(0o600|r.IntN(0o100)))
	}
	return dir
}

// TestIgnoreAgreesWithBuildKit compares with the filter that BuildKit's client and daemon apply to a context.
func TestIgnoreAgreesWithBuildKit(t *testing.T) {
	tmp := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var names []string
		for range rapid.IntRange(1, 12).Draw(t, "files") {
			names = append(names, drawPath(t, component, "file"))
		}
		dir := layRandom(t, tmp, names, rand.New(rand.NewPCG(1, 2)))
		defer os.RemoveAll(dir)
		ignore, include := drawPatterns(t, "ignore", 5), drawPatterns(t, "include", 2)
		want, wantErr := buildkitNames(dir, ignore, include)
		tree, err := Scan(t.Context(), dir, Options{Ignore: ignore, Include: include, EmptyDirs: true})
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("BuildKit says %v and we say %v", wantErr, err)
		}
		if err != nil {
			return
		}
		var got []string
		for _, e := range tree.Entries() {
			got = append(got, e.Name)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("ignore %q include %q:\n%s", ignore, include, d)
		}
	})
}

func buildkitNames(dir string, ignore, include []string) ([]string, error) {
	base, err := fsutil.NewFS(dir)
	if err != nil {
		return nil, err
	}
	filtered, err := fsutil.NewFilterFS(base, &fsutil.FilterOpt{ExcludePatterns: ignore, IncludePatterns: include})
	if err != nil {
		return nil, err
	}
	var out []string
	err = filtered.Walk(context.Background(), "", func(path string, _ fs.DirEntry, err error) error {
		out = append(out, filepath.ToSlash(path))
		return err
	})
	return out, err
}

// TestSumIgnoresOrderAndModes lays the same names in two orders with other permissions for group and others.
func TestSumIgnoresOrderAndModes(t *testing.T) {
	tmp := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var names []string
		for i := range rapid.IntRange(1, 12).Draw(t, "files") {
			names = append(names, drawPath(t, component, "file")+strconv.Itoa(i))
		}
		a := layRandom(t, tmp, names, rand.New(rand.NewPCG(1, 1)))
		defer os.RemoveAll(a)
		shuffled := rapid.Permutation(names).Draw(t, "order")
		b := layRandom(t, tmp, shuffled, rand.New(rand.NewPCG(1, 1)))
		defer os.RemoveAll(b)
		copyExecutable(t, a, b)
		var sums [2][32]byte
		for i, dir := range []string{a, b} {
			tree, err := Scan(t.Context(), dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if sums[i], _, err = tree.Sum(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if sums[0] != sums[1] {
			t.Fatal("the order of creation changes the sum")
		}
	})
}

// copyExecutable gives b's files a's executable bits, and nothing else of a's modes.
func copyExecutable(t *rapid.T, a, b string) {
	err := filepath.WalkDir(a, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(a, path)
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o640)
		if info.Mode()&0o111 != 0 {
			mode = 0o740
		}
		return os.Chmod(filepath.Join(b, rel), mode)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCompareNamesIsATotalOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawPath(t, component, "a"), drawPath(t, component, "b")
		if got, want := sign(CompareNames(a, b)), sign(fsutil.ComparePath(a, b)); got != want {
			t.Fatalf("%q and %q: %d, BuildKit says %d", a, b, got, want)
		}
	})
}

func sign(n int) int { return max(-1, min(1, n)) }

func TestStoredGzip(t *testing.T) {
	for _, n := range []int{0, 1, maxStored - 1, maxStored, maxStored + 1, 3*maxStored + 17} {
		data := bytes.Repeat([]byte("0123456789"), n/10+1)[:n]
		var whole, pieces bytes.Buffer
		w := NewStoredGzip(&whole)
		_, err := w.Write(data)
		must(t, err)
		must(t, w.Close())
		w = NewStoredGzip(&pieces)
		for c := range slices.Chunk(data, 1000) {
			_, err = w.Write(c)
			must(t, err)
		}
		must(t, w.Close())
		if !bytes.Equal(whole.Bytes(), pieces.Bytes()) {
			t.Errorf("%d bytes: the sizes of the writes change the stream", n)
		}
		r, err := gzip.NewReader(&whole)
		must(t, err)
		got, err := io.ReadAll(r)
		must(t, err)
		if !bytes.Equal(got, data) {
			t.Errorf("%d bytes do not come back", n)
		}
	}
}
