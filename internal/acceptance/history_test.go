package acceptance_test

import (
	"strings"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// flat is what terraform prints without its frames and line breaks.
func flat(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "│", " ")), " ")
}

// nests is an outer pipeline around an inner one of one task, which says a word, with a run and pinned schedules.
func nests(word, more string) string {
	return requiredProviders + `
resource "kfp_component" "say" {
  name      = "say"
  outputs   = { word = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "printf '` + word + `' > $0", "{{ outputs.word.path }}"] }
}
resource "kfp_pipeline" "inner" {
  name    = "inner"
  tasks   = { say = { component = kfp_component.say.ref, cache = { enabled = true } } }
  outputs = { word = "{{ tasks.say.output }}" }
}
resource "kfp_pipeline" "outer" {
  name    = "outer"
  tasks   = { inside = { component = kfp_pipeline.inner.ref } }
  outputs = { word = "{{ tasks.inside.output }}" }
}
resource "kfp_run" "this" { pipeline = kfp_pipeline.outer.ref }
resource "kfp_recurring_run" "before" {
  name     = "before"
  pipeline = kfp_pipeline.outer.ref
  cron     = "0 0 1 1 *"
  pin      = true
}
output "word" { value = kfp_run.this.outputs.word }
` + more
}

// A change inside an inner pipeline is another version of the outer one: its run runs again, and a schedule that is
// pinned afterwards gets copies of what there is then. What was cached goes with its component.
func TestAccVersionsCountPipelinesInside(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": nests("old", "")})
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.Write("main.tf", nests("new", strings.NewReplacer(`"before"`, `"after"`).Replace(`
resource "kfp_recurring_run" "before" {
  name     = "before"
  pipeline = kfp_pipeline.outer.ref
  cron     = "0 0 1 1 *"
  pin      = true
}`)))
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	if word := strings.TrimSpace(w.mustRun("output", "-raw", "word")); word != "new" {
		t.Errorf("the run gave %q after the inner pipeline changed", word)
	}
	templates, err := e.List(t.Context(), backend.WorkflowTemplates)
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{} // of the component → the name of the copy that uses it
	for _, o := range templates {
		if strings.HasPrefix(o.GetName(), "outer-") {
			inner := templateNamed(templates, usedBy(t, o, "inner-"))
			versions[usedBy(t, inner, "say-")] = o.GetName()
		}
	}
	if len(versions) != 2 {
		t.Errorf("the pinned copies of the outer pipeline, by the component inside: %v", versions)
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
	argo := *e
	argo.Namespace = "argo"
	caches, err := argo.List(t.Context(), backend.ConfigMaps)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range caches {
		if strings.HasPrefix(c.GetName(), "kfp-cache-"+e.Namespace) {
			t.Errorf("config map %s is left in the controller's namespace", c.GetName())
		}
	}
}

// usedBy is the name with a prefix that the tasks of a template refer to.
func usedBy(t *testing.T, o unstructured.Unstructured, prefix string) string {
	t.Helper()
	all, err := o.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(all), `"templateRef":{"name":"`+prefix)
	name, _, _ := strings.Cut(rest, `"`)
	return prefix + name
}

func templateNamed(all []unstructured.Unstructured, name string) unstructured.Unstructured {
	for _, o := range all {
		if o.GetName() == name {
			return o
		}
	}
	return unstructured.Unstructured{Object: map[string]any{}}
}

// mixed is a run in which a failure is allowed, and an item of a loop over a pipeline fails for good after two
// attempts.
func mixed(bad, more string) string {
	return requiredProviders + `
resource "kfp_component" "try" {
  name      = "try"
  inputs    = { word = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "echo trying $0; [ $0 != ` + bad + ` ]", "{{ inputs.word }}"] }
}
resource "kfp_pipeline" "inner" {
  name       = "inner"
  parameters = { word = { type = "string" } }
  tasks      = { load = { component = kfp_component.try.ref, inputs = { word = "{{ parameters.word }}" }, retry = { limit = 1 } } }
}
resource "kfp_component" "fail" {
  name      = "fail"
  container = { image = "busybox:1.36", command = ["sh", "-c", "echo never mind; exit 4"] }
}
resource "kfp_pipeline" "mixed" {
  name  = "mixed"
  tasks = {
    may_fail = { component = kfp_component.fail.ref, allow_failure = true }
    nested   = { component = kfp_pipeline.inner.ref, for_each = jsonencode(["a", "b"]), inputs = { word = "{{ each.value }}" } }
  }
}
` + more
}

const mixedRun = `
resource "kfp_run" "this" { pipeline = kfp_pipeline.mixed.ref }
output "phases" { value = join(",", [for path, t in kfp_run.this.tasks : "${path}=${t.phase}"]) }
`

// The error of a run tells what failed it: the item, with its attempts and its log, and no failure that is allowed. The
// run stays as history when the next apply mends it, and goes with the resource. The same run is no other state's.
func TestAccFailedRunIsExplainedAndKept(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": mixed("b", mixedRun)})
	text := w.failure("apply", "-auto-approve", "-input=false")
	if !strings.Contains(text, `Task "nested/load", item 1 (b): Failed, exit code 1, 2 attempts`) || !strings.Contains(text, "trying b") {
		t.Errorf("the error does not tell which item failed:\n%s", text)
	}
	for _, wrong := range []string{"may_fail", "never mind", "trying a", "item 0", `Task "nested":`} {
		if strings.Contains(text, wrong) {
			t.Errorf("the error tells of %q, which is no cause:\n%s", wrong, text)
		}
	}
	w.Write("main.tf", mixed("nothing", mixedRun))
	w.mustRun("apply", "-auto-approve", "-input=false")
	if phases := w.mustRun("output", "-raw", "phases"); !strings.Contains(phases, "nested/load=Succeeded") {
		t.Errorf("the phases are %s", phases)
	}
	runs, err := e.List(t.Context(), backend.Workflows)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]string{}
	for _, run := range runs {
		phase, _, _ := unstructured.NestedString(run.Object, "status", "phase")
		kept[phase] = run.GetLabels()["terraform-provider-kfp/history"]
	}
	if len(runs) != 2 || kept["Failed"] != "true" || kept["Succeeded"] != "" {
		t.Errorf("%d runs are there, marked %v", len(runs), kept)
	}

	other := e.workspace(t, map[string]string{"main.tf": requiredProviders + `
data "kfp_pipeline" "mixed" { name = "mixed" }
resource "kfp_run" "this" { pipeline = data.kfp_pipeline.mixed.ref }
`})
	if text := other.failure("apply", "-auto-approve", "-input=false"); !strings.Contains(text, "another resource, "+
		"perhaps in another state, has had this very run") {
		t.Errorf("another state takes the run over:\n%s", text)
	}
	other.mustRun("destroy", "-auto-approve", "-input=false")
	w.unchanged()
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// Of two applies that make the same object at once, one makes it, and the other one is told so and leaves it alone.
func TestAccOnlyOneCreates(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	config := requiredProviders + `
resource "kfp_component" "many" {
  count     = 8
  name      = "c${count.index}"
  container = { image = "busybox:1.36", command = ["true"] }
}`
	states := []*workspace{
		e.workspace(t, map[string]string{"main.tf": config}), e.workspace(t, map[string]string{"main.tf": config}),
	}
	var applies sync.WaitGroup
	for _, w := range states {
		applies.Go(func() {
			if out, err := w.Run("apply", "-auto-approve", "-input=false"); err != nil && !strings.Contains(flat(out), "exists already") {
				t.Errorf("the apply failed for another reason:\n%s", out)
			}
		})
	}
	applies.Wait()
	holders := map[string]int{}
	for _, w := range states {
		for address := range strings.FieldsSeq(w.mustRun("state", "list")) {
			holders[address]++
		}
	}
	if len(holders) != 8 {
		t.Errorf("of 8 components, these are in a state: %v", holders)
	}
	for address, states := range holders {
		if states != 1 {
			t.Errorf("%s is in %d states", address, states)
		}
	}
	// A run as an account that is not there is told before anything of it is made.
	states[0].Write("main.tf", requiredProviders+`
resource "kfp_component" "new" {
  name      = "new"
  container = { image = "busybox:1.36", command = ["true"] }
}
resource "kfp_pipeline" "new" {
  name  = "new"
  tasks = { a = { component = kfp_component.new.ref } }
}
resource "kfp_run" "new" {
  pipeline        = kfp_pipeline.new.ref
  service_account = "nobody"
}`)
	if out := states[0].mustRun("plan", "-input=false"); !strings.Contains(flat(out), `service account "nobody", which is not there`) {
		t.Errorf("the plan does not warn of the account:\n%s", out)
	}
	for _, w := range states {
		w.mustRun("destroy", "-auto-approve", "-input=false")
	}
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}
