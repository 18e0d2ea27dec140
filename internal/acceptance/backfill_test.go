package acceptance_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// backfilled is a disabled schedule of every hour and a backfill of it.
func backfilled(text string, more string) string {
	return strings.Replace(talking, "PREFIX", "", 1) + fmt.Sprintf(`
resource "kfp_recurring_run" "hourly" {
  name       = "hourly"
  pipeline   = kfp_pipeline.talk.ref
  parameters = { text = %q, seconds = 1 }
  cron       = "0 * * * *"
  timezone   = "Europe/Berlin"
  enabled    = false
}

resource "kfp_backfill" "this" {
  name          = "past"
  recurring_run = kfp_recurring_run.hourly.ref
  %s
}
`, text, more)
}

// backfillRun is a run of a backfill.
type backfillRun struct {
	uid, phase, output string
	tick, started, end time.Time
}

func (e *testEnv) backfillRuns(t *testing.T, name string) []backfillRun {
	t.Helper()
	list, err := e.dynamic.Resource(schema.GroupVersionResource(backend.Workflows)).Namespace(e.Namespace).List(
		t.Context(), metav1.ListOptions{LabelSelector: "terraform-provider-kfp/backfill=" + name},
	)
	if err != nil {
		t.Fatal(err)
	}
	var runs []backfillRun
	for _, o := range list.Items {
		r := backfillRun{uid: string(o.GetUID()), output: runOutput(o)}
		r.phase, _, _ = unstructured.NestedString(o.Object, "status", "phase")
		for _, f := range []struct {
			text string
			to   *time.Time
		}{
			{o.GetAnnotations()["workflows.argoproj.io/scheduled-time"], &r.tick},
			{nestedText(o, "status", "startedAt"), &r.started}, {nestedText(o, "status", "finishedAt"), &r.end},
		} {
			if *f.to, err = time.Parse(time.RFC3339, f.text); err != nil && f.text != "" {
				t.Fatal(err)
			}
		}
		runs = append(runs, r)
	}
	slices.SortFunc(runs, func(a, b backfillRun) int { return a.tick.Compare(b.tick) })
	return runs
}

func nestedText(o unstructured.Unstructured, path ...string) string {
	text, _, _ := unstructured.NestedString(o.Object, path...)
	return text
}

// backfillState is what the state says of the only backfill.
type backfillState struct {
	Ticks, Succeeded, Failed, Remaining []string
	Runs                                map[string]struct{ Run, Phase string }
}

func readBackfillState(t *testing.T, w *workspace) backfillState {
	t.Helper()
	var state struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Type   string
					Values json.RawMessage
				}
			} `json:"root_module"`
		}
	}
	if err := json.Unmarshal([]byte(w.mustRun("show", "-json")), &state); err != nil {
		t.Fatal(err)
	}
	var found backfillState
	for _, r := range state.Values.RootModule.Resources {
		if r.Type != "kfp_backfill" {
			continue
		}
		if err := json.Unmarshal(r.Values, &found); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// Thirty ticks, three at a time, and the apply is killed in the middle: each tick runs once, in order.
func TestAccBackfillIsTakenUpAfterAKill(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config := backfilled("{{ schedule.time }} {{ format_time(schedule.local_time, '15h') }}",
		"from = \"2026-03-28T20:00:00Z\"\nto = \"2026-03-30T02:00:00Z\"\nparallelism = 3")
	w := env.workspace(t, map[string]string{"main.tf": config})
	first := w.Command("apply", "-auto-approve", "-input=false")
	first.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	before := env.awaitBackfill(t, "past", 8)
	if err := syscall.Kill(-first.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	removeLock(t, w)
	// The second apply must not need the runs that were over to know that they were.
	gone := env.deleteOneEnded(t, before)

	if out, err := w.Run("apply", "-auto-approve", "-input=false"); err != nil {
		t.Fatalf("second apply: %v\n%s", err, out)
	}
	runs := env.backfillRuns(t, "past")
	state := readBackfillState(t, w)
	if len(runs) != 29 || len(state.Ticks) != 30 || len(state.Succeeded) != 30 || len(state.Failed)+len(state.Remaining) > 0 || len(state.Runs) != 30 {
		t.Fatalf("%d runs, state %+v", len(runs), state)
	}
	uids := map[time.Time]string{}
	for _, r := range runs {
		uids[r.tick] = r.uid
		local := r.tick.In(berlin(t))
		if want := r.tick.UTC().Format(time.RFC3339) + " " + local.Format("15h"); r.output != want || r.phase != "Succeeded" {
			t.Errorf("run of %s: %s, said %q, want %q", r.tick, r.phase, r.output, want)
		}
	}
	for _, r := range before {
		if r.tick.Equal(gone) {
			continue
		}
		if uids[r.tick] != r.uid {
			t.Errorf("the run of %s was started twice", r.tick)
		}
	}
	checkOrder(t, runs, 3)
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	// More time runs what is new only.
	w.Write("main.tf", strings.Replace(config, "03-30T02:00", "03-30T04:00", 1))
	if out, err := w.Run("apply", "-auto-approve", "-input=false"); err != nil {
		t.Fatalf("longer backfill: %v\n%s", err, out)
	}
	if runs := env.backfillRuns(t, "past"); len(runs) != 31 {
		t.Errorf("there are %d runs after two more ticks, want 31", len(runs))
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
	if left := env.backfillRuns(t, "past"); len(left) > 0 {
		t.Errorf("destroy left %d runs", len(left))
	}
}

// A run that fails stops the backfill; the next apply runs it again and goes on, without those that had succeeded.
func TestAccBackfillGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	times := "from = \"2026-03-01T00:00:00Z\"\nto = \"2026-03-01T04:00:00Z\""
	// 'sleep x' fails at the third tick.
	bad := strings.Replace(
		backfilled("{{ schedule.time }}", times), "sleep \\\"$3\\\"", "case $1 in *T02*) echo broken hour; exit 3;; esac", 1,
	)
	w := env.workspace(t, map[string]string{"main.tf": bad})
	out, err := w.Run("apply", "-auto-approve", "-input=false")
	if err == nil {
		t.Fatalf("a failed run is no failure:\n%s", out)
	}
	flat := strings.Join(strings.Fields(strings.ReplaceAll(out, "│", " ")), " ")
	for _, part := range []string{"Runs of the backfill failed", "4 in all, succeeded: 2, failed: 1, remaining: 1", "exit code 3", "broken hour"} {
		if !strings.Contains(flat, part) {
			t.Errorf("the diagnostic lacks %q:\n%s", part, out)
		}
	}
	before := env.backfillRuns(t, "past")
	if len(before) != 3 || before[2].phase != "Failed" {
		t.Fatalf("runs after the failure: %+v", before)
	}
	w.Write("main.tf", strings.Replace(bad, "exit 3", "exit 0", 1))
	if out, err := w.Run("apply", "-auto-approve", "-input=false"); err != nil {
		t.Fatalf("second apply: %v\n%s", err, out)
	}
	after := env.backfillRuns(t, "past")
	if len(after) != 4 || after[0].uid != before[0].uid || after[1].uid != before[1].uid || after[2].uid == before[2].uid {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if state := readBackfillState(t, w); len(state.Succeeded) != 4 || len(state.Remaining)+len(state.Failed) > 0 {
		t.Errorf("state %+v", state)
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false")
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// awaitBackfill waits until so many runs are there and some have ended.
func (e *testEnv) awaitBackfill(t *testing.T, name string, started int) []backfillRun {
	t.Helper()
	for range 1200 {
		runs := e.backfillRuns(t, name)
		if len(runs) >= started {
			return runs
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatalf("fewer than %d runs of the backfill have begun", started)
	return nil
}

// deleteOneEnded removes the first run, which must have ended, as retention does.
func (e *testEnv) deleteOneEnded(t *testing.T, runs []backfillRun) time.Time {
	t.Helper()
	if runs[0].phase != "Succeeded" {
		t.Fatalf("the first run is %s", runs[0].phase)
	}
	name := fmt.Sprintf("past-%d", runs[0].tick.Unix())
	if err := e.dynamic.Resource(schema.GroupVersionResource(backend.Workflows)).Namespace(e.Namespace).Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	return runs[0].tick
}

// checkOrder wants runs to have started in the order of their ticks, never more than so many at a time. Argo's times
// have whole seconds.
func checkOrder(t *testing.T, runs []backfillRun, most int) {
	t.Helper()
	for i, r := range runs {
		if i > 0 && r.started.Before(runs[i-1].started.Add(-2*time.Second)) {
			t.Errorf("the run of %s started before that of %s", r.tick, runs[i-1].tick)
		}
		together := 0
		for _, other := range runs {
			if !other.started.After(r.started) && other.end.After(r.started) {
				together++
			}
		}
		if together > most {
			t.Errorf("%d runs were in progress at %s", together, r.started)
		}
	}
}

// An interrupted apply says what remains, and the next one takes the runs in progress over.
func TestAccBackfillIsTakenUpAfterAnInterrupt(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	config := strings.Replace(
		backfilled("{{ schedule.time }}", "from = \"2026-03-01T00:00:00Z\"\nto = \"2026-03-01T06:00:00Z\"\nparallelism = 2"),
		"seconds = 1 }", "seconds = 15 }", 1,
	)
	w := env.workspace(t, map[string]string{"main.tf": config})
	first := w.Command("apply", "-auto-approve", "-input=false")
	var out strings.Builder
	first.Stdout, first.Stderr = &out, &out
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	env.awaitBackfill(t, "past", 3)
	if err := first.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(); err == nil || !strings.Contains(flatten(out.String()), ": 6 in all, succeeded: ") || !strings.Contains(flatten(out.String()), "The next apply waits for it.") {
		t.Fatalf("the interrupted apply: %v\n%s", err, out.String())
	}
	before := env.backfillRuns(t, "past")
	if state := readBackfillState(t, w); len(state.Ticks) != 6 || len(state.Succeeded) == 0 || len(state.Remaining) < 2 {
		t.Errorf("state after the interrupt: %+v", state)
	}
	if out, err := w.Run("apply", "-auto-approve", "-input=false"); err != nil {
		t.Fatalf("second apply: %v\n%s", err, out)
	}
	after := env.backfillRuns(t, "past")
	for i, r := range before {
		if after[i].uid != r.uid {
			t.Errorf("the run of %s was started twice", r.tick)
		}
	}
	if state := readBackfillState(t, w); len(after) != 6 || len(state.Succeeded) != 6 {
		t.Errorf("%d runs, state %+v", len(after), state)
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false")

	// Other triggers run everything again.
	w.Write(
		"main.tf",
		strings.Replace(
			strings.Replace(config, "seconds = 15", "seconds = 1", 1), "parallelism = 2",
			"parallelism = 6\n  triggers = { again = 1 }", 1,
		),
	)
	if out, err := w.Run("apply", "-auto-approve", "-input=false"); err != nil {
		t.Fatalf("apply with triggers: %v\n%s", err, out)
	}
	again := env.backfillRuns(t, "past")
	for i, r := range again {
		if len(again) != 6 || r.uid == after[i].uid {
			t.Fatalf("triggers did not run everything again: %+v", again)
		}
	}
	// Destroying stops what is in progress.
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if left := env.backfillRuns(t, "past"); len(left) > 0 {
		t.Errorf("destroy left %d runs", len(left))
	}
}
