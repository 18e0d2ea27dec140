package acceptance_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// proxied returns a kubeconfig that leads to the API server through a proxy, which tells of each request and each
// answer.
func (e *testEnv) proxied(t *testing.T, asked func(*http.Request), answered func(*http.Response) error) string {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", e.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Transport: transport, FlushInterval: -1, ModifyResponse: answered, Rewrite: func(r *httputil.ProxyRequest) {
		asked(r.In)
		r.SetURL(target)
	}}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(
		`{"apiVersion":"v1","kind":"Config","current-context":"c","contexts":[{"name":"c","context":{"cluster":"c"}}],"clusters":[{"name":"c","cluster":{"server":%q}}]}`,
		server.URL,
	)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// countingProxy returns a kubeconfig whose requests are counted.
func (e *testEnv) countingProxy(t *testing.T, requests *atomic.Int64) string {
	t.Helper()
	return e.proxied(t, func(*http.Request) { requests.Add(1) }, nil)
}

// A plan lists each kind of object once, page by page, however many resources there are.
func TestAccPlanOfManyResourcesIsCheap(t *testing.T) {
	t.Parallel()
	const pipelines, most = 198, 20
	e := newTestEnv(t)
	var requests atomic.Int64
	w := e.workspace(t, map[string]string{"main.tf": providerOnly + fmt.Sprintf(`
provider "kfp" { config_path = %q }
resource "kfp_component" "say" {
  name      = "say"
  inputs    = { text = { type = "string" } }
  container = { image = "busybox:1.36", command = ["echo"], args = ["{{ inputs.text }}"] }
}
resource "kfp_component" "rate" {
  name   = "rate"
  python = { base_image = "python:3.12-slim", source = "def rate(state: str) -> float:\n    return 0.5\n" }
}
resource "kfp_pipeline" "many" {
  count = %d
  name  = "many-${count.index}"
  tasks = { say = { component = kfp_component.say.ref, inputs = { text = "hello" } }, rate = { component = kfp_component.rate.ref, inputs = { state = "OH" } } }
}
`, e.countingProxy(t, &requests), pipelines)})
	w.mustRun("apply", "-auto-approve", "-input=false", "-parallelism=20") // the namespace goes with everything in it
	requests.Store(0)
	w.unchanged()
	n := requests.Load()
	t.Logf("a plan of %d resources made %d requests", pipelines+2, n)
	if n == 0 || n >= most {
		t.Errorf("a plan of %d resources made %d requests; fewer than %d are wanted", pipelines+2, n, most)
	}
}
