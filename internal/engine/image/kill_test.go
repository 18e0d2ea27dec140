package image_test

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/imagetest"
)

// TestSIGKILL kills a process at each stage of its push, and looks at what is left.
func TestSIGKILL(t *testing.T) {
	if host := os.Getenv("KFP_TEST_CHILD"); host != "" {
		p := prepare(t, childSpec(host, os.Getenv("KFP_TEST_CHILD_DIR")))
		_, err := p.Ensure(t.Context(), newClient(t), nil, nil)
		must(t, err)
		return
	}
	for name, start := range map[string]func(testing.TB) *imagetest.Server{"in process": imagetest.InProcess, "real": imagetest.Real} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			src := lay(t, t.TempDir(), map[string]string{"main.py": strings.Repeat(t.TempDir(), 10_000)})
			pushBase(t, newClient(t), s.Host+"/kfp-test/kill-base:1")
			p := prepare(t, childSpec(s.Host, src))
			for _, at := range []string{"HEAD /manifests/", "PATCH /blobs/", "PUT /blobs/", "PUT /manifests/sha256", "PUT /manifests/kfp1"} {
				child := exec.Command(os.Args[0], "-test.run=^TestSIGKILL$")
				child.Env = append(os.Environ(), "KFP_TEST_CHILD="+s.Host, "KFP_TEST_CHILD_DIR="+src)
				var once sync.Once
				reached := make(chan struct{})
				s.Break(at, -1, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
					once.Do(func() { close(reached) })
					s.Silence(w, r, next)
				})
				must(t, child.Start())
				<-reached
				must(t, child.Process.Kill())
				if err := child.Wait(); err == nil {
					t.Fatalf("%s: the process ended by itself", at)
				}
				s.Mend()
				if st, err := p.Lookup(t.Context(), newClient(t)); err != nil || st.Digest != "" {
					t.Errorf("%s: %+v %v", at, st, err)
				}
			}
			r, err := p.Ensure(t.Context(), newClient(t), nil, nil)
			must(t, err)
			if st, err := p.Lookup(t.Context(), newClient(t)); err != nil || st.Digest != r.Digest {
				t.Error(st, err)
			}
			must(t, newClient(t).Delete(t.Context(), ref(t, r.Reference)))
		})
	}
}

func childSpec(host, dir string) image.Spec {
	return image.Spec{
		Repository: host + "/kfp-test/kill", Python: &image.Python{SourceDir: dir, BaseImage: host + "/kfp-test/kill-base:1"},
	}
}
