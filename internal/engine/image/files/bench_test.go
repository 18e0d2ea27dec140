package files

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// layBig makes n files of size bytes each.
func layBig(b testing.TB, n, size int) string {
	dir := b.TempDir()
	buf := make([]byte, size)
	for i := range n {
		_, _ = rand.Read(buf[:min(size, 64)])
		path := filepath.Join(dir, fmt.Sprintf("d%02d", i%20), fmt.Sprintf("f%04d", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, buf, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

func BenchmarkHash(b *testing.B) {
	for _, c := range []struct {
		name        string
		files, size int
	}{
		{"200 files of 4 KiB", 200, 4 << 10}, {"5000 files of 4 KiB", 5000, 4 << 10}, {"200 MiB in 20 files", 20, 10 << 20},
	} {
		b.Run(c.name, func(b *testing.B) {
			dir := layBig(b, c.files, c.size)
			b.SetBytes(int64(c.files * c.size))
			for b.Loop() {
				tree, err := Scan(b.Context(), dir, Options{})
				if err != nil {
					b.Fatal(err)
				}
				if _, _, err := tree.Sum(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStoredGzip(b *testing.B) {
	buf := make([]byte, 1<<20)
	b.SetBytes(int64(len(buf)))
	w := NewStoredGzip(io.Discard)
	for b.Loop() {
		_, _ = w.Write(buf)
	}
}

// TestLargeTreeIsStreamed hashes 200 MiB and looks at what was allocated.
func TestLargeTreeIsStreamed(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200 MiB")
	}
	dir := layBig(t, 20, 10<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, length, err := scan(t, dir, Options{}).Sum(t.Context()); err != nil || length < 200<<20 {
		t.Fatal(length, err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("hashing 200 MiB allocated %d bytes", used)
	}
}
