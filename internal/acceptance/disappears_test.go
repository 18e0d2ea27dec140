package acceptance_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// everyResource has one of each resource but kfp_image, whose disappearance TestAccImageProof shows.
func everyResource() string {
	return backfilled("{{ schedule.time }}", "from = \"2026-03-01T00:00:00Z\"\n  to = \"2026-03-01T01:00:00Z\"") + `
resource "kfp_run" "now" {
  pipeline   = kfp_pipeline.talk.ref
  parameters = { text = "x", seconds = 3600 }
  wait       = false
}
`
}

func (e *testEnv) remove(t *testing.T, r backend.Kind, name string) {
	t.Helper()
	if err := e.dynamic.Resource(schema.GroupVersionResource(r)).Namespace(e.Namespace).Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}

// What somebody has deleted is planned to be created, alone, and comes back under its name. What a run or a backfill
// has done remains true without its objects.
func TestAccDisappears(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": everyResource()})
	defer w.mustRun("destroy", "-auto-approve", "-input=false")
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	say := e.versionOf(t, "say")
	run := func() string {
		t.Helper()
		for _, o := range mustList(t, e, backend.Workflows) {
			if o.GetLabels()["terraform-provider-kfp/backfill"] == "" {
				return o.GetName()
			}
		}
		t.Fatal("there is no run")
		return ""
	}
	for _, test := range []struct {
		address string
		kind    backend.Kind
		name    string
	}{
		{"kfp_component.say", backend.WorkflowTemplates, say}, // though the pipeline, the schedule and the run use it
		{"kfp_pipeline.talk", backend.WorkflowTemplates, "talk"},
		{"kfp_recurring_run.hourly", backend.CronWorkflows, "hourly"},
		{"kfp_run.now", backend.Workflows, run()}, // it had not ended
	} {
		e.remove(t, test.kind, test.name)
		w.planned("# "+test.address+" will be created", "Plan: 1 to add, 0 to change, 0 to destroy.")
		w.mustRun("apply", "-auto-approve", "-input=false")
		if _, err := e.dynamic.Resource(schema.GroupVersionResource(test.kind)).Namespace(e.Namespace).Get(t.Context(), test.name, metav1.GetOptions{}); err != nil {
			t.Errorf("%s did not come back under its name: %v", test.address, err)
		}
		w.unchanged()
	}
	// The backfill's runs and its ledger: nothing of it is run again.
	for _, o := range mustList(t, e, backend.Workflows) {
		if o.GetLabels()["terraform-provider-kfp/backfill"] != "" {
			e.remove(t, backend.Workflows, o.GetName())
		}
	}
	w.unchanged()
	for _, o := range mustList(t, e, backend.ConfigMaps) {
		if o.GetLabels()["app.kubernetes.io/managed-by"] == "terraform-provider-kfp" {
			e.remove(t, backend.ConfigMaps, o.GetName())
		}
	}
	w.unchanged()
}

// scheduled is a component, a pipeline and a recurring run.
const scheduled = `
resource "kfp_recurring_run" "nightly" {
  name       = "nightly"
  pipeline   = kfp_pipeline.talk.ref
  parameters = { text = "x" }
  cron       = "0 4 29 2 *"
}
`

// Two states that declare the same objects: the second is refused, kind by kind, until it imports them.
func TestAccTwoStates(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	config := talking + scheduled
	first := e.workspace(t, map[string]string{"main.tf": config})
	first.mustRun("apply", "-auto-approve", "-input=false")
	second := e.workspace(t, map[string]string{"main.tf": config})
	var imports strings.Builder
	for _, one := range []struct{ address, name string }{{"kfp_component.say", e.versionOf(t, "say")}, {"kfp_pipeline.talk", "talk"}, {"kfp_recurring_run.nightly", "nightly"}} {
		id := e.Namespace + "/" + one.name
		out, err := second.Run("apply", "-auto-approve", "-input=false")
		resource, _, _ := strings.Cut(one.address, ".")
		for _, text := range []string{id + " exists already", "to = " + resource + ".NAME", `id = "` + id + `"`, "is exactly what this resource would write", "take_over_identical"} {
			if err == nil || !strings.Contains(unframed(out), text) {
				t.Errorf("the error does not say %q: %v\n%s", text, err, out)
			}
		}
		fmt.Fprintf(&imports, "import {\n  to = %s\n  id = %q\n}\n", one.address, id)
		second.Write("main.tf", config+imports.String())
	}
	second.mustRun("apply", "-auto-approve", "-input=false")
	second.unchanged()

	// What is not identical is not taken over, whatever the provider is told.
	third := e.workspace(t, map[string]string{"main.tf": strings.Replace(config, `"0 4 29 2 *"`, `"0 5 29 2 *"`, 1)})
	third.set = []string{"KFP_TAKE_OVER_IDENTICAL=true"}
	out, err := third.Run("apply", "-auto-approve", "-input=false")
	if err == nil || !strings.Contains(unframed(out), "CronWorkflow "+e.Namespace+"/nightly exists already") || strings.Contains(out, "take_over_identical") {
		t.Errorf("another schedule is taken over, or the error is wrong: %v\n%s", err, out)
	}
	first.mustRun("destroy", "-auto-approve", "-input=false")
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// Another program that declares an object of any kind by server-side apply is a conflict that names it and the fields.
func TestAccConflictsOfEveryKind(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	config := talking + scheduled
	w := e.workspace(t, map[string]string{"main.tf": config})
	defer w.mustRun("destroy", "-auto-approve", "-input=false")
	w.mustRun("apply", "-auto-approve", "-input=false")
	for _, test := range []struct {
		resource backend.Kind
		kind     string
		name     string
		spec     map[string]any
		field    string
	}{
		{
			backend.WorkflowTemplates, "WorkflowTemplate", e.versionOf(t, "say"), map[string]any{"entrypoint": "other"},
			"spec.entrypoint",
		},
		{backend.WorkflowTemplates, "WorkflowTemplate", "talk", map[string]any{"entrypoint": "other"}, "spec.entrypoint"},
		{
			backend.CronWorkflows, "CronWorkflow", "nightly",
			map[string]any{"suspend": true, "schedules": []any{"1 1 1 1 *"}, "workflowSpec": map[string]any{}}, "spec.schedules",
		},
	} {
		declared := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "argoproj.io/v1alpha1", "kind": test.kind, "metadata": map[string]any{"name": test.name}, "spec": test.spec,
		}}
		objects := e.dynamic.Resource(schema.GroupVersionResource(test.resource)).Namespace(e.Namespace)
		if _, err := objects.Apply(t.Context(), test.name, declared, metav1.ApplyOptions{FieldManager: "gitops", Force: true}); err != nil {
			t.Fatal(err)
		}
		w.Write("main.tf", config)
		out, err := w.Run("apply", "-auto-approve", "-input=false")
		for _, text := range []string{`"gitops"`, test.field, "force_conflicts"} {
			if err == nil || !strings.Contains(unframed(out), text) {
				t.Errorf("%s %s: the error does not say %q: %v\n%s", test.kind, test.name, text, err, out)
			}
		}
		w.Write("main.tf", config+"\nprovider \"kfp\" { force_conflicts = true }\n")
		w.mustRun("apply", "-auto-approve", "-input=false")
		w.unchanged()
	}
}

// killer stands before the API server. It kills a process group when the server has accepted an object, before anybody
// hears of it: then there is an object that no state knows.
type killer struct {
	kubeconfig string
	group      atomic.Int64
}

// newKiller strikes at the first write to a collection for which matches is true.
func newKiller(t *testing.T, e *testEnv, matches func(*http.Request) bool) *killer {
	t.Helper()
	k := &killer{}
	k.kubeconfig = e.proxied(t, func(*http.Request) {}, func(r *http.Response) error {
		if group := k.group.Load(); group != 0 && r.StatusCode < 300 && matches(r.Request) {
			k.group.Store(0)
			return syscall.Kill(-int(group), syscall.SIGKILL)
		}
		return nil
	})
	return k
}

// An apply dies with the machine when the server has an object and the state has not. The next one says so, and goes on
// where the user says that no other state stands for it; a run is found again without being told.
func TestAccKilledBetweenObjectAndState(t *testing.T) {
	t.Parallel()
	writes := func(method, part string) func(*http.Request) bool {
		return func(r *http.Request) bool { return r.Method == method && strings.Contains(r.URL.Path, part) }
	}
	const run = `
resource "kfp_run" "once" {
  pipeline   = kfp_pipeline.talk.ref
  parameters = { text = "x" }
}
`
	for _, test := range []struct {
		name    string
		matches func(*http.Request) bool
		told    string // kind of the object of which the next apply tells; empty: it just goes on
	}{
		{"component", writes(http.MethodPatch, "/workflowtemplates/say-"), "WorkflowTemplate"},
		{"pipeline", writes(http.MethodPatch, "/workflowtemplates/talk"), "WorkflowTemplate"},
		{"recurring run", writes(http.MethodPatch, "/cronworkflows/nightly"), "CronWorkflow"},
		{"run", writes(http.MethodPost, "/workflows"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := newTestEnv(t)
			config := talking + scheduled
			if test.told == "" {
				config = talking + run
			}
			w := e.workspace(t, map[string]string{"main.tf": config})
			k := newKiller(t, e, test.matches)
			w.set = []string{"KUBE_CONFIG_PATH=" + k.kubeconfig}
			first := w.Command("apply", "-auto-approve", "-input=false")
			first.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := first.Start(); err != nil {
				t.Fatal(err)
			}
			k.group.Store(int64(first.Process.Pid))
			if err := first.Wait(); err == nil {
				t.Fatal("nobody was killed")
			}
			removeLock(t, w)
			w.set = nil
			if test.told != "" {
				out, err := w.Run("apply", "-auto-approve", "-input=false")
				for _, text := range []string{test.told + " " + e.Namespace + "/", "exists already", "by an apply that was " +
					"killed before its state was saved", "import {", "KFP_TAKE_OVER_IDENTICAL"} {
					if err == nil || !strings.Contains(unframed(out), text) {
						t.Errorf("the error does not say %q: %v\n%s", text, err, out)
					}
				}
				w.set = []string{"KFP_TAKE_OVER_IDENTICAL=true"}
			}
			w.mustRun("apply", "-auto-approve", "-input=false")
			w.set = nil
			w.unchanged()
			if runs := mustList(t, e, backend.Workflows); test.told == "" && len(runs) != 1 {
				t.Errorf("there are %d runs", len(runs))
			}
			w.mustRun("destroy", "-auto-approve", "-input=false")
			if err := e.checkEmpty(nil); err != nil {
				t.Error(err)
			}
		})
	}
}
