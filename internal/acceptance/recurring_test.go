package acceptance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// talking is a pipeline whose runs say a text, at once, and end after some seconds.
const talking = requiredProviders + `
resource "kfp_component" "say" {
  name    = "say"
  inputs  = { text = { type = "string" }, seconds = { type = "integer" } }
  outputs = { said = { type = "string" } }
  container = {
    image   = "busybox:1.36"
    command = ["sh", "-c", "printf %s \"$1\" > \"$2\"; sleep \"$3\"", "sh"]
    args    = ["{{ inputs.text }}", "{{ outputs.said.path }}", "{{ inputs.seconds }}"]
  }
}

resource "kfp_pipeline" "talk" {
  name       = "talk"
  parameters = { text = { type = "string" }, seconds = { type = "integer", default = "1" } }
  tasks      = { say = { component = kfp_component.say.ref, inputs = { text = "PREFIX{{ parameters.text }}", seconds = "{{ parameters.seconds }}" } } }
  outputs    = { said = "{{ tasks.say.output }}" }
}
`

// everyMinute is a recurring run of the pipeline talk.
func everyMinute(name, text string, seconds int, more string) string {
	if !strings.Contains(more, "cron") {
		more += "\n  cron = \"* * * * *\""
	}
	return fmt.Sprintf(`
resource "kfp_recurring_run" %q {
  name       = %q
  pipeline   = kfp_pipeline.talk.ref
  parameters = { text = %q, seconds = %d }
  history    = { succeeded = 20, failed = 20 }
  %s
}
`, name, name, text, seconds, more)
}

// scheduledRun is what became of one run of a schedule.
type scheduledRun struct {
	tick                     time.Time
	name, uid, phase, output string
	owned                    bool
}

// scheduledRuns returns the runs of a recurring run in the order of their ticks.
func (e *testEnv) scheduledRuns(t *testing.T, recurring string) []scheduledRun {
	t.Helper()
	list, err := e.dynamic.Resource(schema.GroupVersionResource(backend.Workflows)).Namespace(e.Namespace).List(t.Context(),
		metav1.ListOptions{LabelSelector: "terraform-provider-kfp/recurring-run=" + recurring})
	if err != nil {
		t.Fatal(err)
	}
	var runs []scheduledRun
	for _, o := range list.Items {
		r := scheduledRun{name: o.GetName(), uid: string(o.GetUID()), owned: len(o.GetOwnerReferences()) > 0}
		if r.tick, err = time.Parse(time.RFC3339, o.GetAnnotations()["workflows.argoproj.io/scheduled-time"]); err != nil {
			t.Fatalf("run %s has no tick: %v", o.GetName(), err)
		}
		r.phase, _, _ = unstructured.NestedString(o.Object, "status", "phase")
		r.output = runOutput(o)
		runs = append(runs, r)
	}
	slices.SortFunc(runs, func(a, b scheduledRun) int { return a.tick.Compare(b.tick) })
	return runs
}

// runOutput is the only output parameter of a run.
func runOutput(o unstructured.Unstructured) string {
	parameters, _, _ := unstructured.NestedSlice(o.Object, "status", "nodes", o.GetName(), "outputs", "parameters")
	for _, p := range parameters {
		if m, ok := p.(map[string]any); ok {
			return fmt.Sprint(m["value"])
		}
	}
	return ""
}

// ticksAfter are the distances of runs from a time in seconds.
func ticksAfter(runs []scheduledRun, from time.Time) []int {
	var after []int
	for _, r := range runs {
		after = append(after, int(r.tick.Sub(from).Seconds()))
	}
	return after
}

// until waits for a moment on the clock.
func until(t *testing.T, moment time.Time) {
	t.Helper()
	select {
	case <-t.Context().Done():
		t.Fatal(t.Context().Err())
	case <-time.After(time.Until(moment)):
	}
}

// One timeline serves all: schedules of every minute begin together at t0 and are edited, switched on and off, removed
// and pinned while their runs are in progress.
func TestAccRecurringRuns(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders})
	// Applying takes a while, and everything has to be there before the first tick.
	if s := time.Now().Second(); s > 15 {
		until(t, time.Now().Truncate(time.Minute).Add(time.Minute+time.Second))
	}
	t0 := time.Now().Truncate(time.Minute).Add(time.Minute)
	at := func(seconds int) time.Time { return t0.Add(time.Duration(seconds) * time.Second) }

	const local = "{{ schedule.time }} {{ format_time(schedule.local_time, '2006-01-02 15:04', '-24h') }}"
	config := map[string]string{
		"fires":   everyMinute("fires", local, 1, `timezone = "America/New_York"`),
		"moved":   everyMinute("moved", "x", 45, ""),
		"edited":  everyMinute("edited", "first", 75, "concurrency = \"forbid\"\nstarting_deadline = \"10m\""),
		"off":     everyMinute("off", "x", 1, "enabled = false\nstarting_deadline = \"1h\""),
		"forbid":  everyMinute("forbid", "x", 75, `concurrency = "forbid"`),
		"late":    everyMinute("late", "x", 75, "concurrency = \"forbid\"\nstarting_deadline = \"10m\""),
		"replace": everyMinute("replace", "x", 75, `concurrency = "replace"`),
		"bounded": everyMinute("bounded", "x", 150, `max_concurrency = 2`),
		"ending":  everyMinute("ending", "x", 1, fmt.Sprintf("end_time = %q", at(90).Format(time.RFC3339))),
		"removed": everyMinute("removed", "x", 45, ""),
		"pinned":  everyMinute("pinned", "x", 1, "pin = true"),
	}
	apply := func(prefix string) {
		t.Helper()
		parts := slices.Sorted(maps.Values(config))
		w.Write("main.tf", strings.Replace(talking, "PREFIX", prefix, 1)+strings.Join(parts, ""))
		w.mustRun("apply", "-auto-approve", "-input=false")
	}
	apply("old ")
	if late := time.Since(t0); late > 0 {
		t.Fatalf("the first apply took %s too long for this test's timeline", late)
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	until(t, at(10))
	first := map[string]scheduledRun{}
	for _, name := range []string{"moved", "edited", "removed"} {
		runs := env.scheduledRuns(t, name)
		if len(runs) != 1 || !runs[0].tick.Equal(t0) {
			t.Fatalf("%s has the runs %+v", name, runs)
		}
		first[name] = runs[0]
	}
	config["moved"] = everyMinute("moved", "x", 45, "cron = \"0 5 1 1 *\"\n timezone = \"Asia/Tokyo\"")
	config["off"] = everyMinute("off", "x", 1, "starting_deadline = \"1h\"")
	delete(config, "removed")
	apply("new ")
	if time.Now().After(at(57)) {
		t.Fatal("the second apply took too long for this test's timeline")
	}

	// At t0+60 forbid skips a tick. An edit after it must not make up for it, at once or when the run has ended.
	until(t, at(64))
	config["edited"] = everyMinute("edited", "second", 75, "concurrency = \"forbid\"\nstarting_deadline = \"10m\"")
	apply("new ")
	until(t, at(110))
	checkTicks(t, env, t0, "edited", 0)
	until(t, at(140))

	for name, want := range map[string][]int{
		"fires": {0, 60, 120}, "moved": {0}, "edited": {0, 120}, "off": {60, 120}, "forbid": {0, 120}, "late": {0, 60}, "replace": {0, 60, 120},
		"bounded": {0, 60, 120}, "ending": {0, 60}, "removed": {0}, "pinned": {0, 60, 120},
	} {
		checkTicks(t, env, t0, name, want...)
	}
	checkOutputs(t, env, "fires", func(r scheduledRun) string {
		prefix := "new "
		if r.tick.Equal(t0) {
			prefix = "old "
		}
		day := r.tick.Add(-24 * time.Hour).In(newYork(t))
		return prefix + r.tick.UTC().Format(time.RFC3339) + " " + day.Format("2006-01-02 15:04")
	})
	checkOutputs(t, env, "pinned", func(scheduledRun) string { return "old x" })
	for name, before := range first {
		runs := env.scheduledRuns(t, name)
		if runs[0].uid != before.uid || runs[0].phase != "Succeeded" {
			t.Errorf("the run of %s did not survive: %+v", name, runs[0])
		}
		if name == "removed" && runs[0].owned {
			t.Error("the run of the removed schedule still has an owner")
		}
	}
	if runs := env.scheduledRuns(t, "forbid"); runs[0].phase != "Succeeded" {
		t.Errorf("forbid: %+v", runs)
	}
	if runs := env.scheduledRuns(t, "replace"); runs[0].phase != "Failed" || runs[1].phase != "Failed" || runs[2].phase != "Running" {
		t.Errorf("replace: %+v", runs)
	}
	if runs := env.scheduledRuns(t, "bounded"); runs[0].phase != "Running" || runs[1].phase != "Running" || runs[2].phase != "Pending" {
		t.Errorf("bounded: %+v", runs)
	}
	checkRecurringState(t, w, at(120))

	out := w.mustRun("destroy", "-auto-approve", "-input=false")
	left, err := env.List(t.Context(), backend.CronWorkflows)
	if err != nil || len(left) > 0 {
		t.Errorf("destroy left %d schedules: %v\n%s", len(left), err, out)
	}
	if err := env.checkOnlyRunning(t); err != nil {
		t.Error(err)
	}
}

func newYork(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// checkTicks compares the ticks that ran, as seconds from a time. The run of one that is due while Argo is busy may
// come a little later.
func checkTicks(t *testing.T, env *testEnv, from time.Time, recurring string, want ...int) {
	t.Helper()
	if got := ticksAfter(env.scheduledRuns(t, recurring), from); !slices.Equal(got, want) {
		t.Errorf("%s ran at %v, want %v", recurring, got, want)
	}
}

// checkOutputs compares what the runs that have ended said.
func checkOutputs(t *testing.T, env *testEnv, recurring string, want func(scheduledRun) string) {
	t.Helper()
	ended := 0
	for _, r := range env.scheduledRuns(t, recurring) {
		if r.phase != "Succeeded" {
			continue
		}
		ended++
		if r.output != want(r) {
			t.Errorf("run %s of %s said %q, want %q", r.name, recurring, r.output, want(r))
		}
	}
	if ended < 2 {
		t.Errorf("only %d runs of %s have ended", ended, recurring)
	}
}

// checkRecurringState reads what a refresh tells.
func checkRecurringState(t *testing.T, w *workspace, last time.Time) {
	t.Helper()
	w.mustRun("apply", "-refresh-only", "-auto-approve", "-input=false")
	var state struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Name, Type string
					Values     struct {
						LastScheduledTime string   `json:"last_scheduled_time"`
						NextRuns          []string `json:"next_runs"`
						Drift             []string
					}
				}
			} `json:"root_module"`
		}
	}
	if err := json.Unmarshal([]byte(w.mustRun("show", "-json")), &state); err != nil {
		t.Fatal(err)
	}
	for _, r := range state.Values.RootModule.Resources {
		if r.Type != "kfp_recurring_run" || r.Name != "fires" {
			continue
		}
		seen, err := time.Parse(time.RFC3339, r.Values.LastScheduledTime)
		if err != nil || seen.Before(last) {
			t.Errorf("last_scheduled_time is %q, want %s or later", r.Values.LastScheduledTime, last)
		}
		if len(r.Values.NextRuns) != 5 || !strings.HasSuffix(r.Values.NextRuns[0], last.In(newYork(t)).Format("Z07:00")) || len(r.Values.Drift) > 0 {
			t.Errorf("state: %+v", r.Values)
		}
	}
}

// checkOnlyRunning fails if a destroy left runs that had ended or not begun, or a bound.
func (e *testEnv) checkOnlyRunning(t *testing.T) error {
	t.Helper()
	runs, err := e.List(t.Context(), backend.Workflows)
	if err != nil {
		return err
	}
	for _, o := range runs {
		if strings.HasPrefix(o.GetName(), "removed-") {
			continue // it was in progress when its schedule was removed
		}
		created := o.GetCreationTimestamp().Time
		phase, _, _ := unstructured.NestedString(o.Object, "status", "phase")
		if phase == "Succeeded" && time.Since(created) > 2*time.Minute || phase == "Pending" {
			return fmt.Errorf("run %s is left, %s", o.GetName(), phase)
		}
	}
	maps, err := e.List(t.Context(), backend.ConfigMaps)
	if err != nil {
		return err
	}
	for _, o := range maps {
		if strings.HasSuffix(o.GetName(), "-concurrency") {
			return fmt.Errorf("config map %s is left", o.GetName())
		}
	}
	return nil
}
