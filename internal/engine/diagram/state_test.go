package diagram

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/golden"
)

var begin = time.Date(2026, 1, 31, 14, 3, 0, 0, time.UTC)

// took is a task that has ended, so many seconds after the begin of the run and after its own.
func took(phase spec.Phase, start, seconds int) spec.TaskStatus {
	started := begin.Add(time.Duration(start) * time.Second)
	return spec.TaskStatus{
		Phase: phase, StartedAt: started, FinishedAt: started.Add(time.Duration(seconds) * time.Second), Attempts: 1,
	}
}

func runOf(phase spec.Phase, seconds int, tasks map[string]spec.TaskStatus) *Run {
	run := &Run{Name: "a-run", RunStatus: spec.RunStatus{Phase: phase, StartedAt: begin, Tasks: tasks}}
	if phase.Ended() {
		run.FinishedAt = begin.Add(time.Duration(seconds) * time.Second)
	}
	return run
}

func with(t spec.TaskStatus, change func(*spec.TaskStatus)) spec.TaskStatus {
	change(&t)
	return t
}

// everyState has a construct of each kind in each state that it can be in.
func everyState() (spec.Pipeline, Options) {
	p := spec.Pipeline{
		Name: "every-state",
		Tasks: tasks{
			"load":    {Component: component("load")},
			"cached":  {Component: component("load")},
			"retried": {Component: component("load"), Inputs: inputs{"a": "{{ tasks.load.output }}"}},
			"broken":  {Component: component("fit"), Inputs: inputs{"a": "{{ tasks.load.output }}"}},
			"dead":    {Component: component("fit"), Inputs: inputs{"a": "{{ tasks.broken.output }}"}},
			"rescue":  {Component: component("fit"), RunIf: spec.AnyFailed, DependsOn: []string{"broken"}},
			"spared":  {Component: component("fit"), RunIf: spec.AnyFailed, DependsOn: []string{"load"}},
			"gated":   {Component: component("fit"), When: "tasks.load.output > 3"},
			"empty":   {Component: component("fit"), ForEach: "{{ tasks.load.output }}"},
			"loop":    {Component: component("fit"), ForEach: "{{ tasks.load.output }}"},
			"torn":    {Component: component("fit"), ForEach: "{{ tasks.load.output }}"},
			"running": {Component: component("fit"), Inputs: inputs{"a": "{{ tasks.retried.output }}"}},
			"pending": {Component: component("fit"), Inputs: inputs{"a": "{{ tasks.retried.output }}"}},
			"later":   {Component: component("fit"), Inputs: inputs{"a": "{{ tasks.running.output }}"}},
			"gate":    {Approval: &spec.Approval{Timeout: "24h"}, DependsOn: []string{"retried"}},
			"nested":  {Component: spec.Ref{Kind: spec.PipelineKind, Name: "inner"}},
			"closed":  {Component: spec.Ref{Kind: spec.PipelineKind, Name: "unknown"}},
			"group":   {Component: spec.Ref{Kind: spec.GroupKind, Name: "inside"}, ForEach: "[1,2]"},
			"import":  {Component: spec.ImportRef(spec.Artifact), Inputs: inputs{spec.ImportURI: "s3://bucket/key"}},
		},
		Groups: map[string]spec.Group{"inside": {Tasks: tasks{"step": {Component: component("fit")}}}},
		OnExit: tasks{"bye": {Component: component("mail")}},
	}
	resolve := func(r spec.Ref) (spec.Pipeline, bool) {
		return spec.Pipeline{Tasks: tasks{"deep": {Component: component("fit")}, "never": {Component: component("fit")}}}, r.Name == "inner"
	}
	ok, bad := spec.PhaseSucceeded, spec.PhaseFailed
	run := runOf(spec.PhaseRunning, 0, map[string]spec.TaskStatus{
		"load":        took(ok, 0, 12),
		"cached":      with(took(ok, 0, 0), func(t *spec.TaskStatus) { t.Cached, t.Attempts = true, 0 }),
		"retried":     with(took(ok, 12, 200), func(t *spec.TaskStatus) { t.Attempts = 3 }),
		"broken":      with(took(bad, 12, 3), func(t *spec.TaskStatus) { t.Message = "Error (exit code 1): <script>no</script>" }),
		"dead":        {Phase: spec.PhaseOmitted, Message: "omitted: depends condition not met"},
		"rescue":      took(ok, 15, 7400),
		"spared":      {Phase: spec.PhaseOmitted},
		"gated":       {Phase: spec.PhaseSkipped, Message: "when '1 > 3' evaluated false"},
		"empty":       {Phase: spec.PhaseSkipped, Message: "Skipped, empty params"},
		"loop":        with(took(spec.PhaseRunning, 12, 0), func(t *spec.TaskStatus) { t.Items, t.ItemsDone = 200, 37 }),
		"torn":        with(took(bad, 12, 90), func(t *spec.TaskStatus) { t.Items, t.ItemsDone, t.ItemsFailed = 200, 200, 3 }),
		"running":     took(spec.PhaseRunning, 212, 0),
		"pending":     {Phase: spec.PhasePending, Message: "0/1 nodes are available: 1 Insufficient cpu."},
		"gate":        took(spec.PhaseRunning, 212, 0),
		"nested":      took(spec.PhaseRunning, 0, 0),
		"nested/deep": took(ok, 0, 60),
		"closed":      took(spec.PhaseError, 0, 100000),
		"group":       with(took(ok, 0, 61), func(t *spec.TaskStatus) { t.Items, t.ItemsDone = 2, 2 }),
		"group/step":  with(took(ok, 0, 61), func(t *spec.TaskStatus) { t.Items, t.ItemsDone, t.Attempts = 2, 2, 2 }),
		"import":      with(took(ok, 0, 0), func(t *spec.TaskStatus) { t.Attempts = 0 }),
	})
	return p, Options{Resolve: resolve, Run: run}
}

func ended(p spec.Pipeline, phase spec.Phase, tasks map[string]spec.TaskStatus) (spec.Pipeline, Options) {
	return p, Options{Run: runOf(phase, 95, tasks)}
}

func TestGoldenRuns(t *testing.T) {
	t.Parallel()
	compare := func(name string, p spec.Pipeline, o Options) {
		golden.Compare(t, "run_"+name+".svg", string(SVG(p, o)))
		golden.Compare(t, "run_"+name+".mmd", Mermaid(p, o))
	}
	p, o := everyState()
	compare("every_state", p, o)
	p, o = ended(carousel(), spec.PhaseSucceeded, map[string]spec.TaskStatus{
		"cost": took(spec.PhaseSucceeded, 0, 40), "tax": took(spec.PhaseSucceeded, 0, 20), "quote": took(spec.PhaseSucceeded, 41, 54),
	})
	compare("succeeded", p, o)
	p, o = ended(coinFlip(), spec.PhaseFailed, map[string]spec.TaskStatus{
		"flip": took(spec.PhaseSucceeded, 0, 10), "heads": took(spec.PhaseFailed, 11, 10), "tails": {Phase: spec.PhaseSkipped},
		"alarm": took(spec.PhaseSucceeded, 30, 10),
	})
	compare("failed", p, o)
	p, o = ended(spec.Pipeline{Name: "unborn", Tasks: tasks{"a": {Component: component("c")}}}, spec.PhasePending, nil)
	compare("pending", p, o)
	wide := layered(100)
	states := map[string]spec.TaskStatus{}
	for i, name := range spec.Names(wide.Tasks) {
		states[name] = took(spec.PhaseSucceeded, i, i)
	}
	p, o = ended(wide, spec.PhaseSucceeded, states)
	compare("large", p, o)
	if size := len(SVG(p, o)); size > 200_000 {
		t.Errorf("a picture of 100 tasks has %d bytes", size)
	}
}

// Every task says in words what became of it, with a sign, whoever sees no colours.
func TestStatesAreWords(t *testing.T) {
	t.Parallel()
	p, o := everyState()
	for _, picture := range []string{string(SVG(p, o)), Mermaid(p, o)} {
		for _, want := range []string{
			"succeeded after 12s", "from the cache", "succeeded after 3m 20s, 3 attempts", "failed after 3s", "left out: not all before it succeeded",
			"succeeded after 2h 3m", "left out: not any failed", "skipped: its condition is false", "skipped: no items",
			"running since 14:03:12, 37 of 200 items", "failed after 1m 30s, 3 of 200 items failed", "waits to start", "not started yet",
			"failed after 27h 47m", "running since 14:03:00",
		} {
			if !strings.Contains(strings.ReplaceAll(picture, "#58;", ":"), want) {
				t.Errorf("no %q in\n%.400s", want, picture)
			}
		}
	}
}

// What Argo says, and what a run is called, is nothing but text in a picture.
func TestRunsAreInert(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{"</title><script>alert(1)</script>", "]]>", `"]; click a href "javascript:x"`, "%%{init: {}}%%", "\x00\u202e\n"} {
		p := spec.Pipeline{Name: hostile, Tasks: tasks{hostile: {When: hostile}}}
		for _, phase := range []spec.Phase{spec.PhaseFailed, spec.PhasePending, spec.Phase(hostile)} {
			o := Options{Run: &Run{Name: hostile, RunStatus: spec.RunStatus{Phase: phase, Message: hostile, Tasks: map[string]spec.TaskStatus{
				hostile: {Phase: phase, Message: hostile, DisplayName: hostile},
			}}}}
			svgParts(t, SVG(p, o))
			for line := range strings.SplitSeq(strings.TrimSuffix(Mermaid(p, o), "\n"), "\n") {
				if !isOurs(line) {
					t.Errorf("not a line of ours: %q", line)
				}
			}
		}
	}
}

func TestElapsed(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[float64]string{
		-1: "0s", 0: "0s", 0.4: "0s", 59.4: "59s", 60: "1m 0s", 3599: "59m 59s", 3600: "1h 0m", 172799: "48h 0m", 172800: "2d 0h",
	} {
		if got := Elapsed(time.Duration(seconds * float64(time.Second))); got != want {
			t.Errorf("%s: %q, want %q", fmt.Sprint(seconds), got, want)
		}
	}
}
