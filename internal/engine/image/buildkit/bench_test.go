package buildkit

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
)

// BenchmarkOneLineChange goes from the plan to the pushed image: one file changes in a Dockerfile's context of two
// hundred, onto the Python base.
func BenchmarkOneLineChange(b *testing.B) {
	r := setup(b)
	content := map[string]string{"Dockerfile": "FROM python:3.11-slim\nWORKDIR /app\nCOPY . /app\n"}
	for i := range 200 {
		content[fmt.Sprintf("pkg%d/mod%d.py", i%10, i)] = fmt.Sprintf("x = %d\n", i)
	}
	dir := lay(b, b.TempDir(), content)
	s := image.Spec{Repository: r.repo, Dockerfile: &image.Dockerfile{Context: dir}}
	for b.Loop() {
		lay(b, dir, map[string]string{"main.py": fmt.Sprintf("print(%d)\n", time.Now().UnixNano())})
		p := prepare(b, s)
		_, err := p.Lookup(b.Context(), r.client)
		must(b, err)
		_, err = p.Ensure(b.Context(), r.client, r.builder, nil)
		must(b, err)
	}
}

// TestRealLargeContext sends 200 MiB to the daemon and looks at what was allocated.
func TestRealLargeContext(t *testing.T) {
	r := setup(t)
	if testing.Short() {
		t.Skip("sends 200 MiB")
	}
	dir := lay(
		t, t.TempDir(),
		map[string]string{"Dockerfile": "FROM busybox:1.36\nCOPY . /data\nRUN cat /data/*.bin | wc -c >/n && rm -r /data\n"},
	)
	buf := make([]byte, 10<<20)
	for i := range 20 {
		_, _ = rand.Read(buf)
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%02d.bin", i)), buf, 0o644))
	}
	p := prepare(t, image.Spec{Repository: r.repo, Dockerfile: &image.Dockerfile{Context: dir}})
	peak := make(chan uint64)
	stop := make(chan struct{})
	go func() {
		var most uint64
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(50 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	}()
	start := time.Now()
	_, err := p.Ensure(t.Context(), r.client, r.builder, nil)
	close(stop)
	most := <-peak
	must(t, err)
	t.Logf("built in %s with a heap of at most %d MiB", time.Since(start), most>>20)
	if most > 150<<20 {
		t.Errorf("the heap grew to %d bytes", most)
	}
}
