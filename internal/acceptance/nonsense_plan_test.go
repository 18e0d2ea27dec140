package acceptance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/component"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/pipeline"
)

// nonsense is what somebody may put in the place of any value: with minimal definitions nobody checks it.
var nonsense = []any{
	nil, map[string]any{
		"entrypoint": "other", "suspend": true,
	}, "", "x", "{{=x}}", -1.5, true, []any{}, []any{nil}, []any{"x"}, []any{map[string]any{}}, map[string]any{}, map[string]any{"x": nil}, map[string]any{"name": 5.0},
}

// attempt is one value at one place.
type attempt struct {
	leaf
	value any
}

func (a attempt) String() string { return fmt.Sprintf("%s = %#v", a.path, a.value) }

// attempts are nonsense at the places of an object that anybody may write, apart from what identifies it: some of them,
// see oneOf.
func attempts(content map[string]any) []attempt {
	var places []leaf
	for _, key := range []string{"spec", "data", "status"} {
		if content[key] != nil {
			places = append(places, placesIn(content[key], []any{key}, key)...)
		}
	}
	step := oneOf(173, 37) // primes: each value comes to be tried
	if len(places) < 100 {
		step = oneOf(5, 5)
	}
	var all []attempt
	for i, place := range places {
		for n, value := range nonsense {
			if i == 0 || (i*len(nonsense)+n)%step == 0 {
				all = append(all, attempt{place, value})
			}
		}
	}
	return all
}

// placesIn are all values below a path, inner ones too.
func placesIn(v any, keys []any, path string) []leaf {
	all := []leaf{{keys, path}}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, placesIn(v[key], append(slices.Clone(keys), key), path+"."+key)...)
		}
	case []any:
		for i, e := range v {
			all = append(all, placesIn(e, append(slices.Clone(keys), i), fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return all
}

// survives lets refresh read an object with nonsense in it, and read it again into the state that came of that, as a
// plan after a refresh does: it may neither panic nor fail, and something must tell.
func survives[M any](
	t *testing.T, content map[string]any, state M, refresh func(*M, *backend.Object) diag.Diagnostics,
) {
	t.Helper()
	content = copied(t, content)
	before := state
	refresh(&before, cluster.ObjectOf(copied(t, content)))
	all := attempts(content)
	for _, a := range all {
		changed := with(t, content, a.keys, a.value)
		try(t, a.String(), func() {
			after := state
			for range 2 {
				if diags := refresh(&after, cluster.ObjectOf(changed)); diags.HasError() {
					t.Errorf("%s: %v", a, diags)
				}
				if !isVoid(a.value) && !reflect.DeepEqual(meaning(t, content), meaning(t, changed)) && reflect.DeepEqual(before, after) {
					t.Errorf("%s: nothing tells", a)
				}
			}
		})
	}
	t.Logf("%d attempts", len(all))
}

// try names what was tried where it panics.
func try(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: panic: %v", what, r)
		}
	}()
	f()
}

// isVoid reports whether a value may mean no more than its absence.
func isVoid(v any) bool {
	list, isList := v.([]any)
	object, isObject := v.(map[string]any)
	return v == nil || v == "" || isList && len(list) == 0 || isObject && len(object) == 0
}

// meaning is what an object says: without the fields that no controller reads, and without those that are null, which
// are not there for Kubernetes.
func meaning(t *testing.T, content map[string]any) any {
	t.Helper()
	read, err := layout.WithoutUnreadFields(copied(t, content))
	if err != nil {
		t.Fatal(err)
	}
	return withoutNulls(read)
}

func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if inner == nil {
				delete(v, key)
			} else {
				v[key] = withoutNulls(inner)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return v
}

func TestNonsenseInAPipeline(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	r, template, root, state := everyPipeline(t)
	content, err := layout.AsJSON(template)
	if err != nil {
		t.Fatal(err)
	}
	survives(t, content, state, func(m *pipeline.Model, live *backend.Object) (diags diag.Diagnostics) {
		r.Refresh(ctx, m, live, root, &diags)
		return diags
	})
}

func TestNonsenseInAComponent(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, components := everyPart(t)
	for _, c := range components {
		compiled, err := compile.Component(c)
		if err != nil {
			t.Fatal(err)
		}
		state := component.Model{Inputs: types.MapNull(kit.InputType), Outputs: types.MapNull(kit.OutputType)}
		diags := state.SetSpec(ctx, c)
		diags.Append(state.SetDerived(ctx, c, compiled.Version)...)
		if diags.HasError() {
			t.Fatal(diags)
		}
		r := &component.Resource{
			Configured: kit.Configured{
				Session: &kit.Session{Operator: &operate.Operator{Backend: cluster.New(cluster.Config{})}},
			},
		}
		refresh := func(m *component.Model, live, code *backend.Object) (diags diag.Diagnostics) {
			r.Refresh(ctx, m, live, code, &diags)
			return diags
		}
		content, err := layout.AsJSON(compiled.Template)
		if err != nil {
			t.Fatal(err)
		}
		var code *backend.Object
		if compiled.Code != nil {
			files, err := layout.AsJSON(compiled.Code)
			if err != nil {
				t.Fatal(err)
			}
			code = cluster.ObjectOf(files)
			survives(t, files, state, func(m *component.Model, code *backend.Object) diag.Diagnostics {
				return refresh(m, cluster.ObjectOf(copied(t, content)), code)
			})
		}
		survives(
			t, content, state, func(m *component.Model, live *backend.Object) diag.Diagnostics { return refresh(m, live, code) },
		)
	}
}

// shelf is an API server that only gives away what is put on it.
type shelf struct {
	mu      sync.Mutex
	objects map[string]map[string]any // by path
}

func newShelf(t testing.TB) (*shelf, *server) {
	t.Helper()
	s := &shelf{objects: map[string]map[string]any{}}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(
		`{"apiVersion":"v1","kind":"Config","current-context":"c","contexts":[{"name":"c","context":{"cluster":"c"}}],"clusters":[{"name":"c","cluster":{"server":%q}}]}`,
		web.URL,
	)
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s, &server{t: t, kubeconfig: kubeconfig}
}

func (s *shelf) Put(r backend.Kind, name string, content map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[collection(r)+"/"+name] = content
}

func collection(r backend.Kind) string {
	group := "/api/" + r.Version
	if r.Group != "" {
		group = "/apis/" + r.Group + "/" + r.Version
	}
	return group + "/namespaces/etl/" + r.Resource
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if found, ok := s.objects[r.URL.Path]; ok {
		_ = json.NewEncoder(w).Encode(found)
		return
	}
	kinds := map[string]string{
		"workflowtemplates": "WorkflowTemplateList", "workflows": "WorkflowList", "cronworkflows": "CronWorkflowList",
		"configmaps": "ConfigMapList", "pods": "PodList",
	}
	if kind, ok := kinds[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]]; ok && r.Method == http.MethodGet {
		items := []any{}
		for path, content := range s.objects {
			if strings.HasPrefix(path, r.URL.Path+"/") {
				items = append(items, content)
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"kind": kind, "apiVersion": "argoproj.io/v1alpha1", "items": items})
		return
	}
	w.WriteHeader(http.StatusNotFound)
	name := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	_ = json.NewEncoder(w).Encode(map[string]any{
		"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404,
		"details": map[string]any{"name": name},
	})
}

// fill puts an object of every kind there, and a run that has ended.
func (s *shelf) fill(t *testing.T) []subject {
	t.Helper()
	all := compiledSubjects(t)
	for _, sub := range all {
		content, err := layout.AsJSON(sub.object)
		if err != nil {
			t.Fatal(err)
		}
		s.Put(sub.kind, content["metadata"].(map[string]any)["name"].(string), content)
	}
	s.Put(backend.Workflows, "once", endedRun(t))
	return all
}

// Whatever a live CronWorkflow or Workflow holds, Terraform gets a state that it takes, and a plan without an error.
func TestNonsenseOverTheProtocol(t *testing.T) {
	t.Parallel()
	shelf, s := newShelf(t)
	all := shelf.fill(t)
	all = append(all, subject{"kfp_run", "etl/once", backend.Workflows, endedRun(t), false})
	for _, sub := range all {
		if sub.kind != backend.CronWorkflows && sub.kind != backend.Workflows {
			continue // the others are read as they are in a plan, which costs less
		}
		content, err := layout.AsJSON(sub.object)
		if err != nil {
			t.Fatal(err)
		}
		content = copied(t, content)
		name := content["metadata"].(map[string]any)["name"].(string)
		f := s.terraform()
		state := f.adopt(sub.resource, sub.id)
		config := f.configOf(sub.resource, state)
		tried := attempts(content)
		for _, a := range append(tried, insane(sub.kind)...) {
			changed := with(t, content, a.keys, a.value)
			shelf.Put(sub.kind, name, changed)
			try(t, a.String(), func() {
				f := s.terraform()
				after, problem := f.Refresh(sub.resource, state)
				if problem != "" || after == nil {
					t.Errorf("%s of %s: %s", a, sub.id, problem)
					return
				}
				for attribute, v := range after {
					if !v.IsFullyKnown() {
						t.Errorf("%s of %s: %s is not known", a, sub.id, attribute)
					}
				}
				changes := f.plan(sub.resource, config, after)
				if _, problem := f.Refresh(sub.resource, after); problem != "" {
					t.Errorf("%s of %s, read again: %s", a, sub.id, problem)
				}
				if sub.kind == backend.CronWorkflows && !strings.HasPrefix(a.path, "status") && !isVoid(a.value) && !reflect.DeepEqual(content, changed) && len(changes) == 0 {
					t.Errorf("%s of %s: nothing tells", a, sub.id)
				}
			})
		}
		shelf.Put(sub.kind, name, content)
		t.Logf("%s: %d attempts", sub.id, len(tried))
	}
}

// insane are values that the server takes even with full definitions, and that mean nothing.
func insane(r backend.Kind) []attempt {
	if r != backend.CronWorkflows {
		return nil
	}
	var all []attempt
	for path, values := range map[string][]any{
		"timezone": {
			"Mars/X", "Local", "../etc",
		}, "schedules": {
			[]any{"* * *"}, []any{"0 0 31 2 *"}, []any{"@every 0s"}, []any{"CRON_TZ=Mars/X 0 4 * * *"},
			[]any{"0 4 * * *", "* * *"}, []any{""},
		},
		"when": {
			"{{=", "1 == 2", "{{= cronworkflow.lastScheduledTime }}",
		}, "concurrencyPolicy": {"Sometimes"}, "startingDeadlineSeconds": {-5.0, 1e18}, "schedule": {"* * *"},
		"failedJobsHistoryLimit": {-1.0}, "workflowMetadata": {map[string]any{"annotations": map[string]any{}}},
	} {
		for _, value := range values {
			all = append(all, attempt{leaf{[]any{"spec", path}, "spec." + path}, value})
		}
	}
	return all
}

// endedRun is a run of everyPart's pipeline as Argo leaves it.
func endedRun(t *testing.T) map[string]any {
	t.Helper()
	var run map[string]any
	err := json.Unmarshal([]byte(`{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{"name":"once","namespace":"etl","labels":{"app.kubernetes.io/managed-by":"terraform-provider-kfp"}},
"spec":{"workflowTemplateRef":{"name":"every"},"serviceAccountName":"robot","arguments":{"parameters":[{"name":"word","value":"x"}]}},
"status":{"phase":"Failed","message":"child failed","startedAt":"2026-01-01T00:00:00Z","finishedAt":"2026-01-01T00:01:00Z","nodes":{
"once":{"id":"once","name":"once","displayName":"once","type":"DAG","phase":"Failed","children":["once-1","once-2"],"outputs":{"parameters":[{"name":"text","value":"x"}]},"inputs":{"parameters":[{"name":"word","value":"x"}]}},
"once-1":{"id":"once-1","name":"once.first","displayName":"first","type":"Retry","phase":"Failed","message":"Error (exit code 1): x","children":["once-2"]},
"once-2":{"id":"once-2","name":"once.first(0)","displayName":"first(0)","type":"Pod","phase":"Failed","message":"Error (exit code 1): x","outputs":{"exitCode":"1","parameters":[{"name":"kfp-artifact-file","value":"{\"metadata\":{\"a\":1}}"}]},
"memoizationStatus":{"hit":false,"key":"k","cacheName":"c"},"resourcesDuration":{"cpu":1},"startedAt":"2026-01-01T00:00:00Z","finishedAt":"2026-01-01T00:01:00Z"}}}}`), &run)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// A state that lacks what it must have, since somebody has edited it or another version wrote it, does not panic.
func TestStatesWithHoles(t *testing.T) {
	t.Parallel()
	shelf, s := newShelf(t)
	all := shelf.fill(t)
	for _, sub := range append(all, subject{"kfp_run", "etl/once", backend.Workflows, nil, false}) {
		if sub.immutable {
			continue
		}
		f := s.terraform()
		state := f.adopt(sub.resource, sub.id)
		config := f.configOf(sub.resource, state)
		for what, broken := range holes(t, state) {
			typ := f.typeOf(sub.resource)
			try(t, sub.id+" without "+what, func() {
				_, err := f.server.ReadResource(
					t.Context(),
					&tfprotov6.ReadResourceRequest{TypeName: sub.resource, CurrentState: f.wire(typ, tftypes.NewValue(typ, broken))},
				)
				if err != nil {
					t.Error(err)
				}
				value := f.wire(typ, tftypes.NewValue(typ, broken))
				_, err = f.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
					TypeName: sub.resource, PriorState: value, ProposedNewState: value, Config: f.wire(
						typ, tftypes.NewValue(typ, config),
					),
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// holes are the values of a resource that lack one attribute, or one attribute of an object in it.
func holes(t *testing.T, state map[string]tftypes.Value) map[string]map[string]tftypes.Value {
	t.Helper()
	all := map[string]map[string]tftypes.Value{}
	for name, v := range state {
		broken := maps.Clone(state)
		broken[name] = tftypes.NewValue(v.Type(), nil)
		all[name] = broken
		if !v.Type().Is(tftypes.Object{}) || v.IsNull() {
			continue
		}
		var inner map[string]tftypes.Value
		if err := v.As(&inner); err != nil {
			t.Fatal(err)
		}
		for attribute, w := range inner {
			object := maps.Clone(inner)
			object[attribute] = tftypes.NewValue(w.Type(), nil)
			broken := maps.Clone(state)
			broken[name] = tftypes.NewValue(v.Type(), object)
			all[name+"."+attribute] = broken
		}
	}
	return all
}
