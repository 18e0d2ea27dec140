package acceptance_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// What Argo's controller and the clock do is no drift: runs begin and end, are suspended and resumed, ticks come, and
// every plan is empty. Nor is what kubectl and GitOps tools note on objects. A suspended schedule is one: nobody would
// see that it does nothing.
func TestAccTheControllerIsNoDrift(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": strings.ReplaceAll(driftConfig, "FORCE", "false") + `
resource "kfp_component" "slow" {
  name      = "slow"
  outputs   = { said = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "sleep 15; echo done > {{ outputs.said.path }}"] }
}
resource "kfp_pipeline" "busy" {
  name    = "busy"
  tasks   = {
    a = { component = kfp_component.slow.ref, retry = { limit = 1 }, cache = { enabled = true } }
    b = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.a.output }}" } }
  }
  on_exit = { bye = { component = kfp_component.say.ref, inputs = { text = "{{ run.status }}" } } }
}
resource "kfp_run" "now" {
  pipeline = kfp_pipeline.busy.ref
  wait     = false
}
resource "kfp_recurring_run" "often" {
  name     = "often"
  pipeline = kfp_pipeline.busy.ref
  cron     = "* * * * *"
}
`})
	defer w.mustRun("destroy", "-auto-approve", "-input=false")
	w.mustRun("apply", "-auto-approve", "-input=false")
	// As argo suspend and argo resume do, which write the spec of the run.
	w.unchanged()
	e.kubectl(t, "patch", "workflow", e.directRun(t), "--type=merge", "-p", `{"spec":{"suspend":true}}`)
	w.unchanged()
	e.noted(t)
	w.unchanged()
	e.kubectl(t, "patch", "workflow", e.directRun(t), "--type=merge", "-p", `{"spec":{"suspend":null}}`)
	w.unchanged()
	e.kubectl(t, "patch", "cronworkflow", "often", "--type=merge", "-p", `{"spec":{"suspend":true}}`)
	w.planned("~ enabled = false -> true", "Plan: 0 to add, 1 to change, 0 to destroy.")
	e.kubectl(t, "patch", "cronworkflow", "often", "--type=merge", "-p", `{"spec":{"suspend":false}}`)
	plans := 4
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); plans++ {
		w.unchanged()
		time.Sleep(5 * time.Second)
	}
	// The ticks came meanwhile, and the notes are still there.
	if runs := mustList(t, e, backend.Workflows); len(runs) < 2 {
		t.Errorf("there are %d runs: the schedule did nothing, so nothing is proved", len(runs))
	}
	if o, err := e.dynamic.Resource(schema.GroupVersionResource(backend.WorkflowTemplates)).Namespace(e.Namespace).Get(t.Context(), "busy", metav1.GetOptions{}); err != nil || o.GetLabels()["kustomize.toolkit.fluxcd.io/name"] != "etl" {
		t.Errorf("the notes of others are gone: %v", err)
	}
	t.Logf("%d plans were empty", plans)
}

// noted writes what kubectl apply, Argo CD, Flux and Helm write on objects that they look after or pass through.
func (e *testEnv) noted(t *testing.T) {
	t.Helper()
	for _, kind := range []string{"workflowtemplates", "cronworkflows", "configmaps", "workflows"} {
		e.kubectl(t, "annotate", kind, "--selector=app.kubernetes.io/managed-by=terraform-provider-kfp", "--overwrite",
			`kubectl.kubernetes.io/last-applied-configuration={"kind":"WorkflowTemplate","spec":{"entrypoint":"another"}}`,
			"argocd.argoproj.io/tracking-id=etl:argoproj.io/WorkflowTemplate:etl/busy", "argocd.argoproj.io/sync-options=Prune=false", "meta.helm.sh/release-name=etl")
		e.kubectl(t, "label", kind, "--selector=app.kubernetes.io/managed-by=terraform-provider-kfp", "--overwrite",
			"argocd.argoproj.io/instance=etl", "kustomize.toolkit.fluxcd.io/name=etl", "app.kubernetes.io/instance=etl", "team=others")
	}
}

// directRun is the name of the run that a kfp_run has made, not a schedule.
func (e *testEnv) directRun(t *testing.T) string {
	t.Helper()
	for _, o := range mustList(t, e, backend.Workflows) {
		if o.GetLabels()["workflows.argoproj.io/cron-workflow"] == "" && o.GetLabels()["terraform-provider-kfp/recurring-run"] == "" {
			return o.GetName()
		}
	}
	t.Fatal("there is no run of a kfp_run")
	return ""
}
