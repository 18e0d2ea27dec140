package acceptance_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// silence is the body of a watch that is open and tells nothing.
type silence struct {
	ctx context.Context
	io.Closer
}

func (s silence) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, io.EOF
}

// What stands before the API server asks for an hour of rest, keeps a watch silent, lets the list of what there is
// expire and answers with something else: an apply still ends well, soon after its run.
func TestAccBoundsOnWaiting(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	var pauses, watches, odd atomic.Int64
	kubeconfig := e.proxied(t, func(*http.Request) {}, func(r *http.Response) error {
		path, get := r.Request.URL.Path, r.Request.Method == http.MethodGet
		isWatch := r.Request.URL.Query().Get("watch") != ""
		switch {
		case get && isWatch && watches.Add(1) == 1:
			r.Body = silence{r.Request.Context(), r.Body}
		case get && !isWatch && strings.Contains(path, "/workflowtemplates") && pauses.Add(1) == 1:
			r.StatusCode = http.StatusTooManyRequests
			r.Header.Set("Retry-After", "3600")
		case get && !isWatch && strings.Contains(path, "/workflows/talk-") && odd.Add(1) == 1:
			_ = r.Body.Close()
			text := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other","namespace":"other"}}`
			r.Body, r.ContentLength = io.NopCloser(bytes.NewBufferString(text)), int64(len(text))
			r.Header.Del("Content-Length")
			r.Header.Del("Content-Encoding")
		}
		return nil
	})
	w := e.workspace(t, map[string]string{"main.tf": talking + `
resource "kfp_run" "once" {
  pipeline   = kfp_pipeline.talk.ref
  parameters = { text = "x" }
}
`})
	w.set = []string{"KUBE_CONFIG_PATH=" + kubeconfig}
	began := time.Now()
	w.mustRun("apply", "-auto-approve", "-input=false")
	t.Logf(
		"%d reads of templates, %d watches, %d reads of runs, %s", pauses.Load(), watches.Load(), odd.Load(),
		time.Since(began).Round(time.Second),
	)
	if watches.Load() < 1 || pauses.Load() < 2 || odd.Load() < 2 {
		t.Error("nothing was in the way")
	}
	if time.Since(began) > 5*time.Minute {
		t.Errorf("it took %s", time.Since(began))
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
}
