package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// serve returns a client of a server that answers as answer does, and waits little.
func serve(t *testing.T, answer http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	c := New(Config{Host: server.URL, ConfigPaths: []string{}})
	c.bounds = bounds{longestPause: 0, patience: 300 * time.Millisecond, slowest: 1 << 20, silence: 200 * time.Millisecond}
	return c
}

func workflow(name, phase string) map[string]any {
	return map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow",
		"metadata": map[string]any{"namespace": "etl", "name": name, "resourceVersion": "1"},
		"status":   map[string]any{"phase": phase},
	}
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
	w.(http.Flusher).Flush()
}

func isWatch(r *http.Request) bool { return r.URL.Query().Get("watch") == "true" }

// A server that asks for an hour of rest is asked again a few times, and then the error says so.
func TestAServerThatAsksForALongPause(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		tries := atomic.Int64{}
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			tries.Add(1)
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(code)
		})
		_, err := c.Get(t.Context(), backend.Workflows, "etl", "run")
		if err == nil || !backend.IsUnknown(err) || !strings.Contains(err.Error(), "to be left alone for 3600 s") || tries.Load() < 5 {
			t.Errorf("%d: after %d tries: %v", code, tries.Load(), err)
		}
	}
}

// An answer that hardly moves, or never comes, ends.
func TestASlowAnswerEnds(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]string{"drop by drop": `{"apiVersion":"`, "nothing": ""} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			for i := 0; ; i++ {
				if first != "" {
					fmt.Fprint(w, " ")
					w.(http.Flusher).Flush()
				}
				select {
				case <-r.Context().Done():
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		})
		began := time.Now()
		_, err := c.Get(t.Context(), backend.Workflows, "etl", "run")
		if err == nil || !backend.IsUnknown(err) || !strings.Contains(err.Error(), "did not answer to the end within 300ms") || time.Since(began) > 10*time.Second {
			t.Errorf("%s: after %s: %v", name, time.Since(began), err)
		}
	}
}

// An answer that takes long because it is large does not end.
func TestALargeAnswerMayTakeLong(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		content := workflow("run", "Running")
		content["data"] = strings.Repeat("x", 1<<20)
		data, _ := json.Marshal(content)
		w.Header().Set("Content-Type", "application/json")
		for len(data) > 0 {
			n := min(len(data), 256<<10)
			_, _ = w.Write(data[:n])
			w.(http.Flusher).Flush()
			data = data[n:]
			time.Sleep(100 * time.Millisecond)
		}
	})
	if _, err := c.Get(t.Context(), backend.Workflows, "etl", "run"); err != nil {
		t.Error(err)
	}
}

// Whatever a watch tells that is not the object's next state, the wait goes on with reading the object.
func TestFollowGoesOn(t *testing.T) {
	t.Parallel()
	event := func(kind string, object any) string {
		data, _ := json.Marshal(map[string]any{"type": kind, "object": object})
		return string(data) + "\n"
	}
	other, otherKind := workflow("other", "Succeeded"), workflow("run", "Succeeded")
	otherKind["kind"] = "CronWorkflow"
	for name, told := range map[string]string{
		"silence":              "",
		"another object":       event("MODIFIED", other),
		"another object's end": event("DELETED", other),
		"another kind":         event("MODIFIED", otherKind),
		"another kind's end":   event("DELETED", otherKind),
		"a bookmark":           event("BOOKMARK", workflow("run", "")),
		"an unknown event":     event("SOMETHING", workflow("run", "Succeeded")),
		"an expired version": event(
			"ERROR", map[string]any{"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": 410, "reason": "Expired"},
		),
		"no object":     event("MODIFIED", nil),
		"a text":        event("MODIFIED", "x"),
		"no JSON":       "<html>\n",
		"half an event": `{"type":"MODIFIED","object":{"kind":`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reads := atomic.Int64{}
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case isWatch(r):
					w.Header().Set("Content-Type", "application/json")
					fmt.Fprint(w, told)
					w.(http.Flusher).Flush()
					if !strings.HasPrefix(told, `{"type":"MODIFIED","object":{"kind":`) {
						<-r.Context().Done()
					}
				case reads.Add(1) < 3:
					write(w, workflow("run", "Running"))
				default:
					write(w, workflow("run", "Succeeded"))
				}
			})
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var phases []string
			err := c.Follow(ctx, backend.Workflows, "etl", "run", func(o *backend.Object) (bool, error) {
				if o == nil {
					return true, fmt.Errorf("taken for gone")
				}
				var wf struct{ Status struct{ Phase string } }
				if err := o.Into(&wf); err != nil {
					return true, err
				}
				phases = append(phases, wf.Status.Phase)
				return wf.Status.Phase == "Succeeded", nil
			})
			if got := strings.Join(phases, " "); err != nil || got != "Running Running Succeeded" {
				t.Errorf("%s, %v", got, err)
			}
		})
	}
}

// A server that breaks every watch at once is not hammered.
func TestFollowDoesNotHammer(t *testing.T) {
	t.Parallel()
	reads := atomic.Int64{}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if isWatch(r) {
			return
		}
		reads.Add(1)
		write(w, workflow("run", "Running"))
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_ = c.Follow(ctx, backend.Workflows, "etl", "run", func(*backend.Object) (bool, error) { return false, nil })
	if n := reads.Load(); n > 5 {
		t.Errorf("it was read %d times in two seconds", n)
	}
}

// A list whose next page has expired begins again, and is read at once where that happens each time.
func TestAListThatExpires(t *testing.T) {
	t.Parallel()
	for _, expires := range []int64{1, 2, 1000} {
		seconds, requests := atomic.Int64{}, atomic.Int64{}
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			list := map[string]any{"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowList"}
			q := r.URL.Query()
			switch {
			case q.Get("continue") != "" && seconds.Add(1) <= expires:
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusGone)
				fmt.Fprint(
					w, `{"apiVersion":"v1","kind":"Status","status":"Failure","code":410,"reason":"Expired","message":"too old"}`,
				)
				return
			case q.Get("continue") != "":
				list["items"] = []any{workflow("b", "")}
			case q.Get("limit") == "":
				list["items"] = []any{workflow("a", ""), workflow("b", "")}
			default:
				list["metadata"] = map[string]any{"continue": "more"}
				list["items"] = []any{workflow(fmt.Sprintf("gone-%d", requests.Load()), ""), workflow("a", "")}
			}
			write(w, list)
		})
		all, err := c.List(t.Context(), backend.Workflows, "etl", "")
		if err != nil || all["a"] == nil || all["b"] == nil || len(all) > 3 || requests.Load() > 10 {
			t.Errorf("%d times expired: %d objects after %d requests, %v", expires, len(all), requests.Load(), err)
		}
	}
}

// A server that goes on with the same page for ever is left.
func TestAListWithoutEnd(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		write(
			w,
			map[string]any{
				"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowList", "metadata": map[string]any{"continue": "more"},
				"items": []any{},
			},
		)
	})
	if _, err := c.List(t.Context(), backend.Workflows, "etl", ""); err == nil {
		t.Error("it has no end, and was read to the end")
	}
}

// An answer of something else is not believed, whatever was asked.
func TestOtherAnswersAreNotBelieved(t *testing.T) {
	t.Parallel()
	kind, name, namespace := workflow("run", ""), workflow("other", ""), workflow("run", "")
	kind["kind"] = "ConfigMap"
	namespace["metadata"].(map[string]any)["namespace"] = "other"
	for what, answer := range map[string]map[string]any{"kind": kind, "name": name, "namespace": namespace} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/workflows") {
				write(w, map[string]any{"apiVersion": "v1", "kind": "WorkflowList", "items": []any{answer}})
				return
			}
			write(w, answer)
		})
		ctx := t.Context()
		asked := map[string]func() error{
			"get":    func() error { _, err := c.Get(ctx, backend.Workflows, "etl", "run"); return err },
			"find":   func() error { _, err := c.Find(ctx, backend.Workflows, "etl", "run"); return err },
			"create": func() error { _, err := c.Create(ctx, backend.Workflows, workflow("run", "")); return err },
			"apply":  func() error { _, err := c.Apply(ctx, backend.Workflows, workflow("run", ""), false); return err },
			"patch": func() error {
				_, err := c.Patch(ctx, backend.Workflows, "etl", "run", map[string]any{})
				return err
			},
		}
		for verb, ask := range asked {
			if err := ask(); backend.ReasonOf(err) != backend.Misled || !backend.IsUnknown(err) {
				t.Errorf("%s of another %s: %v", verb, what, err)
			}
		}
	}
}
