package operate

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

// cached is a WorkflowTemplate with the field that only some schemas declare.
func cached(name string) map[string]any {
	cache := map[string]any{"configMap": map[string]any{"name": "c", "key": "unused"}}
	templates := []any{map[string]any{"name": "main", "memoize": map[string]any{"key": "k", "cache": cache}}}
	return map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTemplate", "metadata": map[string]any{
			"name": name, "namespace": "etl",
		},
		"spec": map[string]any{"templates": templates},
	}
}

// A cluster whose schema does not declare a field that no controller reads gets objects without it, and is asked once.
func TestObjectsFitTheSchemaOfTheCluster(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{true, false} {
		var refused, taken atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Content-Type", "application/json")
			if strict && bytes.Contains(body, []byte(`"key":"unused"`)) {
				refused.Add(1)
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":500,"message":"failed to create typed patch object `+
					`(etl/x; argoproj.io/v1alpha1, Kind=WorkflowTemplate): .spec.templates[name=\"main\"].memoize.cache.configMap.key: field not declared in schema"}`)
				return
			}
			taken.Add(1)
			_, _ = w.Write(body)
		}))
		d := &Operator{Backend: cluster.New(cluster.Config{Host: server.URL})}
		put := func(name string) error { return d.Put(t.Context(), backend.WorkflowTemplates, cached(name)) }
		var first errgroup.Group // several at a time, all of which may be refused
		for _, name := range []string{"a", "b", "c"} {
			first.Go(func() error { return put(name) })
		}
		if err := first.Wait(); err != nil {
			t.Error(err)
		}
		before := refused.Load()
		if err := put("d"); err != nil || refused.Load() != before || taken.Load() != 4 || (before > 0) != strict {
			t.Errorf("strict %v: %v, %d refused, then %d, %d taken", strict, err, before, refused.Load(), taken.Load())
		}
		server.Close()
	}
}
