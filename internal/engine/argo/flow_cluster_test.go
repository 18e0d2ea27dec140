package argo_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The table of the guide on control flow, two and three steps deep, against a real controller. What has to become of
// each task, and of all together, is computed here from the guide's words. Each small graph is a pipeline; one run has
// many of them as tasks that may fail. Hardly any has a pod: outputs come from the cache, and a failure is an
// expression that fails.

// How a task uses one before it.
const (
	byData     = "data"     // its output
	byFallback = "fallback" // its output ?? 'f'
	byOrder    = "order"    // depends_on
)

type flowNeed struct{ task, by string }

type flowTask struct {
	needs          []flowNeed
	runIf          spec.RunIf
	skipped        bool   // when is false
	fails          string // "expression" or "pod"
	allowed        bool   // allow_failure
	loop           string // "two" items, "none", or "filtered": when is false for each item
	bounded, locks bool
}

type flowGraph map[string]flowTask

func (g flowGraph) String() string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(g)) {
		lines = append(lines, fmt.Sprintf("%s: %+v", name, g[name]))
	}
	return strings.Join(lines, "; ")
}

// What becomes of a task.
type flowEnd int

const (
	succeeded   flowEnd = iota
	skipped             // its condition was false
	leftOut             // one before it was skipped, or does not give what it needs
	allowed             // it failed, and may
	failed              // it failed, and nobody has handled that yet
	leftForFail         // it did not run because of a failure
)

// isFailure reports whether a failure goes on from a task to those that need it.
func (e flowEnd) isFailure() bool { return e == failed || e == leftForFail }

// oracle says what becomes of each task, and how Argo calls that.
func (g flowGraph) oracle() (ends map[string]flowEnd, phases map[string][]string, fails bool) {
	ends, phases = map[string]flowEnd{}, map[string][]string{}
	needed := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(g)) { // a needs none, b only a, c only a and b
		t := g[name]
		ends[name], phases[name] = g.end(t, ends)
		for _, n := range t.needs {
			needed[n.task] = needed[n.task] || t.runIf != spec.Always
		}
	}
	for name, end := range ends {
		fails = fails || end.isFailure() && !needed[name]
	}
	return ends, phases, fails
}

func (g flowGraph) end(t flowTask, ends map[string]flowEnd) (flowEnd, []string) {
	failure := slices.ContainsFunc(t.needs, func(n flowNeed) bool { return ends[n.task].isFailure() })
	if t.runIf != "" {
		if !t.looks(ends) {
			return unless(failure, leftOut), []string{"Omitted"}
		}
		if t.skipped {
			return unless(failure, skipped), []string{"Skipped"}
		}
		return t.outcome()
	}
	if failure {
		return leftForFail, []string{"Omitted"}
	}
	for _, n := range t.needs {
		before := ends[n.task]
		if n.by == byData && before != succeeded || n.by == byOrder && before == leftOut {
			return leftOut, []string{"Omitted"}
		}
	}
	if t.skipped {
		return skipped, []string{"Skipped"}
	}
	return t.outcome()
}

func unless(failure bool, otherwise flowEnd) flowEnd {
	if failure {
		return leftForFail
	}
	return otherwise
}

// looks reports whether run_if lets the task run.
func (t flowTask) looks(ends map[string]flowEnd) bool {
	one, all := false, true
	for _, n := range t.needs {
		e := ends[n.task]
		hit := e == failed || e == allowed
		if t.runIf == spec.AnySucceeded {
			hit = e == succeeded
		}
		one, all = one || hit, all && hit
	}
	switch t.runIf {
	case spec.AllDone, spec.Always:
		return true
	case spec.AllFailed:
		return all
	}
	return one
}

func (t flowTask) outcome() (flowEnd, []string) {
	switch {
	case t.loop == "none":
		return succeeded, []string{"Skipped", "Succeeded"} // which of the two is Argo's affair
	case t.loop == "filtered" || t.fails == "":
		return succeeded, []string{"Succeeded"}
	case t.allowed:
		return allowed, []string{"Failed", "Error"}
	}
	return failed, []string{"Failed", "Error"}
}

// flowSay is a component that gives "v"; flowFail is one that fails.
func flowSay(c *cluster) (say, fail spec.Ref) {
	i := spec.Interface{
		Inputs: map[string]spec.Input{
			"a": {Type: spec.String, Default: new("")}, "b": {Type: spec.String, Default: new("")},
			"bad": {Type: spec.String, Default: new("")},
		},
		Outputs: map[string]spec.Output{"said": {Type: spec.String}},
	}
	return c.component("say", i, `printf v > "$1"`, "{{ outputs.said.path }}"), c.component("fail", i, "exit 3")
}

// tasks are the graph as tasks of a pipeline with the parameter x, which is "x". No two graphs have the same locks.
func (g flowGraph) tasks(number int, say, fail spec.Ref) map[string]spec.Task {
	tasks := map[string]spec.Task{}
	for name, t := range g {
		task := spec.Task{Component: say, Inputs: map[string]string{}, RunIf: t.runIf, AllowFailure: t.allowed, Settings: spec.Settings{
			Cache: &spec.Cache{Enabled: true, Key: "flow"},
		}}
		for _, n := range t.needs {
			output, none := "tasks."+n.task+".output", "'f'"
			if g[n.task].loop != "" {
				none = "['f']"
			}
			if n.by == byFallback {
				output += " ?? " + none
			}
			if g[n.task].loop != "" {
				output = "toJSON(" + output + ")"
			}
			if n.by == byOrder {
				task.DependsOn = append(task.DependsOn, n.task)
			} else {
				task.Inputs[n.task] = "{{ " + output + " }}"
			}
		}
		switch t.fails {
		case "expression":
			task.Inputs["bad"] = "{{ string(int(parameters.x)) }}"
		case "pod":
			task.Component = fail
		}
		if t.loop != "" {
			task.ForEach = map[string]string{"two": `["p","q"]`, "none": "{{ fromJSON('[]') }}", "filtered": `["p","q"]`}[t.loop]
		}
		if t.skipped {
			task.When = "parameters.x == 'y'"
		}
		if t.loop == "filtered" {
			task.When = "each.value == 'y'"
		}
		if t.bounded {
			task.Parallelism = new(int64(1))
		}
		if t.locks {
			task.Synchronization = &spec.Synchronization{Mutexes: []string{fmt.Sprintf("flow-%d-%s", number, name)}}
		}
		tasks[name] = task
	}
	return tasks
}

// flowTable is every pair of tasks, and what may stand behind the second.
func flowTable() []flowGraph {
	firsts := []flowTask{
		{}, {fails: "expression"}, {fails: "expression", allowed: true}, {skipped: true},
		{loop: "two"}, {loop: "none"}, {loop: "filtered"}, {
			loop: "two", skipped: true,
		}, {loop: "none", skipped: true}, {loop: "two", fails: "expression", allowed: true},
		{loop: "two", bounded: true}, {loop: "none", bounded: true, locks: true}, {locks: true, skipped: true},
	}
	var all []flowGraph
	for _, first := range firsts {
		for _, by := range []string{byData, byFallback, byOrder} {
			for _, second := range []flowTask{{}, {fails: "expression", allowed: true}} {
				second.needs = []flowNeed{{"a", by}}
				all = append(all, flowGraph{"a": first, "b": second})
			}
		}
		for _, runIf := range spec.RunIfs {
			if runIf != spec.AllSucceeded {
				all = append(all, flowGraph{"a": first, "b": {runIf: runIf, needs: []flowNeed{{"a", byOrder}}}})
			}
		}
	}
	return all
}

// flowRandom is a graph of three tasks.
func flowRandom(r *rand.Rand) flowGraph {
	one := func(in int) bool { return r.IntN(in) == 0 }
	g := flowGraph{}
	for i, name := range []string{"a", "b", "c"} {
		t := flowTask{skipped: one(4), allowed: one(4), locks: one(8)}
		if one(3) {
			t.fails = "expression"
			if one(12) {
				t.fails = "pod"
			}
		}
		if one(4) {
			t.loop = []string{"two", "none", "filtered"}[r.IntN(3)]
			t.bounded = one(2)
			t.skipped = t.skipped && t.loop != "filtered"
			if t.loop != "two" {
				t.fails = ""
			}
		}
		for _, before := range []string{"a", "b"}[:i] {
			if before == "a" && name == "c" && one(2) {
				continue
			}
			t.needs = append(t.needs, flowNeed{before, []string{byData, byFallback, byOrder}[r.IntN(3)]})
		}
		if i > 0 && one(4) {
			t.runIf = []spec.RunIf{spec.AnySucceeded, spec.AllFailed, spec.AnyFailed, spec.AllDone, spec.Always}[r.IntN(5)]
			for n := range t.needs {
				if t.needs[n].by == byData {
					t.needs[n].by = byOrder
				}
			}
		}
		g[name] = t
	}
	return g
}

func TestClusterControlFlow(t *testing.T) {
	t.Parallel()
	testControlFlow(newCluster(t))
}

func TestLocalControlFlow(t *testing.T) {
	t.Parallel()
	testControlFlow(newDirectory(t))
}

func testControlFlow(c *cluster) {
	t := c.T
	say, fail := flowSay(c)
	r := rand.New(rand.NewPCG(1, 2))
	graphs := flowTable()
	for range 150 {
		graphs = append(graphs, flowRandom(r))
	}
	x := map[string]spec.Input{"x": {Type: spec.String, Default: new("x")}}
	ok := spec.Task{Component: say, Settings: spec.Settings{Cache: &spec.Cache{Enabled: true, Key: "flow"}}}
	const batch = 80
	var outer []spec.Ref
	var asExit []bool
	for from := 0; from < len(graphs); from += batch {
		p := spec.Pipeline{Name: fmt.Sprintf("outer-%d", from), Tasks: map[string]spec.Task{"warm": ok}}
		for i := from; i < min(from+batch, len(graphs)); i++ {
			of := spec.Pipeline{Name: fmt.Sprintf("graph-%d", i), Parameters: x, Tasks: graphs[i].tasks(i, say, fail)}
			asExit = append(asExit, i%4 == 3)
			if asExit[i] {
				of.Tasks, of.OnExit = map[string]spec.Task{"fine": ok}, of.Tasks
			}
			p.Tasks[fmt.Sprintf("g%d", i)] = spec.Task{
				Component: c.pipeline(of), AllowFailure: true, DependsOn: []string{"warm"},
			}
		}
		outer = append(outer, c.pipeline(p))
	}
	for n, run := range c.start(outer...) {
		wf := c.wait(run, 8*time.Minute)
		if wf.Status.Phase != wfv1.WorkflowSucceeded {
			t.Errorf("run %s is %s: %s", run, wf.Status.Phase, wf.Status.Message)
		}
		tasks := c.status(wf).Tasks
		for i := n * batch; i < min((n+1)*batch, len(graphs)); i++ {
			name := fmt.Sprintf("g%d", i)
			path := name
			if asExit[i] {
				path += "/onExit"
			}
			_, phases, fails := graphs[i].oracle()
			var wrong []string
			for task, want := range phases {
				if got := string(tasks[path+"/"+task].Phase); !slices.Contains(want, got) {
					wrong = append(wrong, fmt.Sprintf("task %s is %s, want %s", task, got, strings.Join(want, " or ")))
				}
			}
			if got := tasks[name].Phase; (got != spec.PhaseSucceeded) != fails {
				wrong = append(wrong, fmt.Sprintf("the pipeline is %s, want failure: %t", got, fails))
			}
			wrong = append(wrong, graphs[i].values(wf, path)...)
			if len(wrong) > 0 {
				t.Errorf("%s: %s\n\t%s", path, graphs[i], strings.Join(wrong, "\n\t"))
			}
		}
	}
}

// values checks what the tasks that ran were given.
func (g flowGraph) values(wf *wfv1.Workflow, path string) []string {
	ends, _, _ := g.oracle()
	var wrong []string
	for _, node := range wf.Status.Nodes {
		for name, t := range g {
			if node.Type != wfv1.NodeTypePod || node.Inputs == nil || taskOf(wf.Name, node.Name) != path+"/"+name {
				continue
			}
			for _, n := range t.needs {
				if n.by == byOrder {
					continue
				}
				p := node.Inputs.GetParameterByName(n.task)
				if want := g.gives(n.task, ends[n.task]); p == nil || p.Value == nil || p.Value.String() != want {
					wrong = append(wrong, fmt.Sprintf("task %s got %v of %s, want %s", name, p, n.task, want))
				}
			}
		}
	}
	return wrong
}

// gives is the output of a task, or its fallback.
func (g flowGraph) gives(task string, end flowEnd) string {
	loop := g[task].loop
	switch {
	case end == succeeded && loop == "":
		return "v"
	case loop == "":
		return "f"
	case end != succeeded:
		return `["f"]`
	case loop == "two":
		return `["v","v"]`
	}
	return "[]"
}

// taskOf is the path of the task of a node.
func taskOf(run, node string) string {
	var names []string
	for name := range strings.SplitSeq(strings.TrimPrefix(node, run), ".") {
		name, _, _ = strings.Cut(name, "[")
		name, _, _ = strings.Cut(name, "(")
		if name != "kfp-inner" && name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, "/")
}
