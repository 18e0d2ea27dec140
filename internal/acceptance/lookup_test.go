package acceptance_test

import (
	"os"
	"strings"
	"testing"
	"time"
)

// The guide shows the check that TestAccLookups runs.
func TestGuideShowsTheTestedCheck(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../templates/guides/schedules-and-backfill.md")
	if err != nil {
		t.Fatal(err)
	}
	tested, err := os.ReadFile("../../examples/data-sources/kfp_runs/data-source.tf")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(guide), string(tested)) {
		t.Error("the guide's check is not that of examples/data-sources/kfp_runs")
	}
}

// One configuration makes a pipeline; others find it, and are checked against what it takes.
func TestAccLookups(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	example := func(file string) string {
		text, err := os.ReadFile("../../examples/" + file)
		if err != nil {
			t.Fatal(err)
		}
		return requiredProviders + string(text)
	}
	schedule := strings.Replace(example("resources/kfp_recurring_run/resource.tf"), "0 4 * * *", "* * * * *", 1)
	// A day of 13 fails.
	schedule = strings.Replace(schedule, "return 42", "return 42 // (1 - int(day.endswith(\"-13\")))", 1)
	made := env.workspace(t, map[string]string{"main.tf": schedule})
	made.mustRun("apply", "-auto-approve", "-input=false")

	run := env.workspace(t, map[string]string{"main.tf": example("data-sources/kfp_pipeline/data-source.tf") + `
output "rows" { value = kfp_run.once.outputs.rows }
output "ref" { value = data.kfp_pipeline.load.ref }
output "types" { value = "${data.kfp_pipeline.load.inputs.day.type} ${data.kfp_pipeline.load.outputs.rows.type}" }
`})
	if out := run.mustRun("apply", "-auto-approve", "-input=false"); !strings.Contains(out, `rows = "42"`) || !strings.Contains(out, `types = "string integer"`) {
		t.Errorf("the run of the pipeline found gave something else:\n%s", out)
	}
	twice := env.workspace(t, map[string]string{"main.tf": example("data-sources/kfp_component/data-source.tf")})
	twice.mustRun("apply", "-auto-approve", "-input=false")
	for name, text := range map[string]string{
		`There is no pipeline "lod-orders" in namespace`: strings.ReplaceAll(
			example("data-sources/kfp_pipeline/data-source.tf"), `"load-orders"`, `"lod-orders"`,
		),
		"There is load-orders": strings.ReplaceAll(
			example("data-sources/kfp_pipeline/data-source.tf"), `"load-orders"`, `"lod-orders"`,
		),
		`has no parameter "dya"`: strings.ReplaceAll(
			example("data-sources/kfp_pipeline/data-source.tf"), "day =", "dya =",
		),
		`Component "load-orders" in namespace`: strings.ReplaceAll(
			example("data-sources/kfp_component/data-source.tf"), `name = "load-orders"`,
			"name = \"load-orders\"\n version = \"x\"",
		),
		`has no input "dya"`: strings.ReplaceAll(
			example("data-sources/kfp_component/data-source.tf"), "day = \"{{", "dya = \"{{",
		),
	} {
		w := env.workspace(t, map[string]string{"main.tf": text})
		out, err := w.Run("plan", "-input=false")
		if flat := flatten(out); err == nil || !strings.Contains(flat, name) {
			t.Errorf("want %q, got %v:\n%s", name, err, out)
		}
	}

	// The check of the documents: at first nothing has ended, then a run has, then one has failed.
	watch := env.workspace(t, map[string]string{"main.tf": example("data-sources/kfp_runs/data-source.tf") + `
data "kfp_runs" "all" {
  pipeline = "load-orders"
}
output "runs" { value = data.kfp_runs.all.runs }
`})
	env.awaitScheduled(t, "nightly-load", "Succeeded")
	out := watch.mustRun("plan", "-input=false")
	if strings.Contains(out, "Check block assertion failed") {
		t.Errorf("a check fails though all is well:\n%s", out)
	}
	for _, part := range []string{`"rows" = "42"`, `"recurring_run" = "nightly-load"`, `"phase" = "Succeeded"`, `"duration_seconds" = `, `"day" = "2026-01-31"`} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Replace(part, `"`, "", 2)) && !strings.Contains(out, part) {
			t.Errorf("the runs lack %s:\n%s", part, out)
		}
	}
	made.Write(
		"main.tf",
		strings.Replace(schedule, `"{{ format_time(schedule.local_time, \"2006-01-02\", \"-24h\") }}"`, `"2026-02-13"`, 1),
	)
	made.mustRun("apply", "-auto-approve", "-input=false")
	env.awaitScheduled(t, "nightly-load", "Failed")
	out, err := watch.Run("plan", "-input=false")
	if err == nil {
		t.Errorf("the postcondition lets a failed run pass:\n%s", out)
	}
	for _, part := range []string{"The nightly load failed: nightly-load-", "is Failed:"} {
		if !strings.Contains(flatten(out), part) {
			t.Errorf("the plan lacks %q:\n%s", part, out)
		}
	}
	for _, w := range []*workspace{twice, run, made} {
		w.mustRun("destroy", "-auto-approve", "-input=false")
	}
}

func flatten(out string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(out, "│", " ")), " ")
}

// awaitScheduled waits until the newest ended run of a schedule is in a phase.
func (e *testEnv) awaitScheduled(t *testing.T, recurring, phase string) {
	t.Helper()
	last := ""
	for range 600 {
		for _, r := range e.scheduledRuns(t, recurring) {
			if r.phase == "Succeeded" || r.phase == "Failed" {
				last = r.phase
			}
		}
		if last == phase {
			return
		}
		time.Sleep(300 * time.Millisecond)
	}
	t.Fatalf("the last run of %s is %q, not %s", recurring, last, phase)
}
