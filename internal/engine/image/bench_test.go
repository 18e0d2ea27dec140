package image_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
)

// servers runs a benchmark against a registry in the process and against the real one, if there is one.
func servers(b *testing.B, f func(b *testing.B, s *imagetest.Server, repo string)) {
	for _, c := range []struct {
		name  string
		start func(testing.TB) *imagetest.Server
	}{{"in process", imagetest.InProcess}, {"real", imagetest.Real}} {
		b.Run(c.name, func(b *testing.B) {
			s := c.start(b)
			f(b, s, fmt.Sprintf("%s/kfp-test/bench-%d", s.Host, time.Now().UnixNano()))
		})
	}
}

// BenchmarkOneLineChange goes from the plan to the pushed image, each time as a new process would.
func BenchmarkOneLineChange(b *testing.B) {
	servers(b, func(b *testing.B, s *imagetest.Server, repo string) {
		pushBase(b, newClient(b), repo+":base")
		content := map[string]string{}
		for i := range 200 {
			content[fmt.Sprintf("pkg%d/mod%d.py", i%10, i)] = fmt.Sprintf("x = %d\n", i)
		}
		src := lay(b, b.TempDir(), content)
		spec := image.Spec{
			Repository: repo, Platforms: []string{"linux/amd64"},
			Python: &image.Python{SourceDir: src, BaseImage: repo + ":base"},
		}
		i := 0
		for b.Loop() {
			i++
			lay(b, src, map[string]string{"main.py": fmt.Sprintf("print(%d, %d)\n", i, time.Now().UnixNano())})
			c := newClient(b)
			p := prepare(b, spec)
			_, err := p.Lookup(b.Context(), c)
			must(b, err)
			_, err = p.Ensure(b.Context(), c, nil, nil)
			must(b, err)
		}
		b.ReportMetric(float64(len(s.Requests()))/float64(i), "requests/op")
	})
}

// BenchmarkNoChange is a second apply: hash two hundred files and ask for the tag.
func BenchmarkNoChange(b *testing.B) {
	servers(b, func(b *testing.B, s *imagetest.Server, repo string) {
		pushBase(b, newClient(b), repo+":base")
		content := map[string]string{}
		for i := range 200 {
			content[fmt.Sprintf("pkg%d/mod%d.py", i%10, i)] = fmt.Sprintf("x = %d\n", i)
		}
		spec := image.Spec{
			Repository: repo, Python: &image.Python{SourceDir: lay(b, b.TempDir(), content), BaseImage: repo + ":base"},
		}
		_, err := prepare(b, spec).Ensure(b.Context(), newClient(b), nil, nil)
		must(b, err)
		s.Requests()
		i := 0
		for b.Loop() {
			i++
			_, err := prepare(b, spec).Lookup(b.Context(), newClient(b))
			must(b, err)
		}
		b.ReportMetric(float64(s.Count("HEAD /manifests/"))/float64(i), "HEADs/op")
		b.ReportMetric(float64(len(s.Requests()))/float64(i), "requests/op")
	})
}

// TestRealLargeSource pushes 200 MiB and looks at what was allocated.
func TestRealLargeSource(t *testing.T) {
	host := imagetest.RealHost(t)
	if testing.Short() {
		t.Skip("pushes 200 MiB")
	}
	src := t.TempDir()
	buf := make([]byte, 10<<20)
	for i := range 20 {
		_, _ = rand.Read(buf)
		must(t, os.WriteFile(filepath.Join(src, fmt.Sprintf("f%02d.bin", i)), buf, 0o644))
	}
	c := newClient(t)
	repo := fmt.Sprintf("%s/kfp-test/large-%d", host, time.Now().UnixNano())
	pushBase(t, c, repo+":base")
	spec := image.Spec{
		Repository: repo, Platforms: []string{"linux/amd64"}, Python: &image.Python{
			SourceDir: src, BaseImage: repo + ":base",
		},
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	p := prepare(t, spec)
	hashed := time.Since(start)
	_, err := p.Ensure(t.Context(), c, nil, nil)
	must(t, err)
	runtime.ReadMemStats(&after)
	t.Logf(
		"hashed in %s, pushed after %s, %d KiB allocated", hashed, time.Since(start), (after.TotalAlloc-before.TotalAlloc)>>10,
	)
	if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
		t.Errorf("pushing 200 MiB allocated %d bytes", used)
	}
}
