package acceptance_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// What somebody changes with kubectl shows attribute by attribute, is taken back by the next apply, and an import of
// the object plans nothing.
func TestAccRecurringRunDriftAndImport(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config := strings.Replace(talking, "PREFIX", "", 1) + `
resource "kfp_recurring_run" "nightly" {
  name              = "nightly"
  description       = "Every night."
  pipeline          = kfp_pipeline.talk.ref
  parameters        = { text = "{{ format_time(schedule.local_time, '2006-01-02', '-24h') }}", seconds = 3 }
  cron              = "0 4 * * *"
  timezone          = "America/New_York"
  start_time        = "2026-01-01T00:00:00-05:00"
  starting_deadline = "10m"
  max_concurrency   = 2
  history           = { succeeded = 5 }
}

resource "kfp_recurring_run" "fixed" {
  name       = "fixed"
  pipeline   = kfp_pipeline.talk.ref
  parameters = { text = "x" }
  interval   = "45m"
  pin        = true
}
`
	w := env.workspace(t, map[string]string{"main.tf": config})
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	env.kubectl(t, "patch", "cronworkflow", "nightly", "--type=merge", "-p", `{"spec":{"suspend":true,"timezone":"Europe/Berlin","schedules":["0 3 * * *","5 4 * * MON"],
		"failedJobsHistoryLimit":7,"concurrencyPolicy":"Forbid","when":"","startingDeadlineSeconds":30,
		"workflowSpec":{"priority":5,"serviceAccountName":"other","arguments":{"parameters":[{"name":"text","value":"x{{=1+1}}"},{"name":"seconds","value":"9"}]}}}}`)
	env.kubectl(t, "patch", "configmap", "nightly-concurrency", "--type=merge", "-p", `{"data":{"runs":"7"}}`)
	out := w.mustRun("plan", "-input=false")
	flat := strings.Join(strings.Fields(out), " ")
	for _, part := range []string{
		`~ enabled = false -> true`, `~ timezone = "Europe/Berlin" -> "America/New_York"`, `+ cron = "0 4 * * *"`, `- "5 4 * * MON",`, `- failed = 7 -> null`,
		`~ concurrency = "forbid" -> "allow"`, `+ start_time = "2026-01-01T00:00:00-05:00"`, `~ starting_deadline = "30s" -> "10m"`, `~ max_concurrency = 7 -> 2`,
		`~ "seconds" = "9" -> "3"`, `~ "text" = "x{{=1+1}}" -> "{{ format_time(`, `- "spec.workflowSpec.priority",`, `~ service_account = "other" -> `,
		"0 to add, 1 to change, 0 to destroy",
	} {
		if !strings.Contains(flat, part) {
			t.Errorf("the plan lacks %s", part)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.mustRun("plan", "-detailed-exitcode", "-input=false")
	for _, o := range mustList(t, env, backend.CronWorkflows) {
		if _, found, _ := unstructured.NestedFieldNoCopy(o.Object, "spec", "workflowSpec", "priority"); found {
			t.Errorf("%s still has a priority", o.GetName())
		}
	}

	// A new version of the pipeline does not move what is pinned, and changes nothing about the import.
	w.Write("main.tf", strings.Replace(config, `"{{ parameters.text }}"`, `"new {{ parameters.text }}"`, 1))
	w.mustRun("apply", "-auto-approve", "-input=false")
	for _, name := range []string{"nightly", "fixed"} {
		w.mustRun("state", "rm", "kfp_recurring_run."+name)
		w.mustRun("import", "-input=false", "kfp_recurring_run."+name, env.Namespace+"/"+name)
	}
	if out, err := w.Run("plan", "-detailed-exitcode", "-input=false"); err != nil {
		t.Errorf("the plan after the import is not empty: %v\n%s", err, out)
	}
	if out, err := w.Run("import", "-input=false", "kfp_recurring_run.nightly", "Not/A/Name"); err == nil {
		t.Errorf("a bad identifier is imported:\n%s", out)
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

func mustList(t *testing.T, env *testEnv, r backend.Kind) []unstructured.Unstructured {
	t.Helper()
	objects, err := env.List(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}
