package compile

import (
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// DAG is the tasks of one DAG, which look at what became of each other.
type DAG struct {
	Tasks map[string]spec.Task
	Nodes map[string]*graph.Node
	// Uncertain are the expressions of its outputs that may have no value.
	Uncertain []string
}

var everyState = []string{"Succeeded", "Failed", "Errored", "Skipped", "Omitted"}

// Depends is Argo's condition on the tasks before.
func (d DAG) Depends(name string) string {
	t, n := d.Tasks[name], d.Nodes[name]
	joined, states := " && ", []string(nil)
	switch t.RunIf {
	case spec.AnySucceeded, spec.AnyFailed:
		joined = " || "
	}
	var parts []string
	for _, need := range n.Needs {
		switch t.RunIf {
		case spec.AnySucceeded:
			states = d.givingStates(need.Task)
		case spec.AllFailed, spec.AnyFailed:
			states = []string{"Failed", "Errored"}
		case spec.AllDone, spec.Always:
			states = everyState
		default:
			parts = append(parts, d.success(need, len(n.Needs)+len(n.Choices) > 1))
			continue
		}
		parts = append(parts, anyState(need.Task, states, joined == " && " && len(n.Needs)+len(n.Choices) > 1))
	}
	condition := strings.Join(parts, joined)
	if t.RunIf == spec.AnySucceeded && len(parts) == 1 {
		condition = "(" + condition + ")" // read back it would be the same as all_succeeded
	}
	if isSpecial(t) {
		return condition
	}
	for _, choice := range n.Choices {
		var given []string
		for _, task := range choice {
			given = append(given, anyState(task, d.givingStates(task), false))
		}
		condition += " && (" + strings.Join(given, " || ") + ")"
	}
	return condition
}

// isSpecial reports whether a task looks at failures before it, instead of standing none.
func isSpecial(t spec.Task) bool { return t.RunIf != "" && t.RunIf != spec.AllSucceeded }

// success is the condition on a task before under which one that needs it to succeed runs. A task that was skipped
// stops those that use its outputs, unless they have a fallback; it does not stop those that only come after it. A
// fallback also stands in for a task that was left out, unless that was because of a failure.
func (d DAG) success(need graph.Need, inParentheses bool) string {
	if need.Data {
		return anyState(need.Task, d.givingStates(need.Task), inParentheses)
	}
	n, t, name := d.Nodes[need.Task], d.Tasks[need.Task], layout.TaskName(need.Task)
	harmless := func(state string) string {
		if f := d.before(need.Task); !f.isNone() {
			return state + noFailure + f.depends() + ")"
		}
		return state
	}
	states := []string{name + ".Succeeded"}
	if isSpecial(t) && n.Conditional {
		states = append(states, harmless(name+".Skipped"))
	} else {
		states = append(states, name+".Skipped")
	}
	if need.Guarded && n.Omittable {
		states = append(states, harmless(name+".Omitted"))
	}
	if t.AllowFailure {
		states = append(states, name+".Failed", name+".Errored")
	}
	text := strings.Join(states, " || ")
	if inParentheses {
		return "(" + text + ")"
	}
	return text
}

// noFailure begins the part of a condition that names tasks further up.
const noFailure = " && !("

// givingStates are the states of a task that has given its outputs. A loop without items, which Argo calls skipped,
// gives an empty list.
func (d DAG) givingStates(task string) []string {
	states := []string{"Succeeded"}
	if n := d.Nodes[task]; n.Item != "" && !n.Conditional {
		states = append(states, "Skipped")
	}
	return states
}

func anyState(task string, states []string, inParentheses bool) string {
	parts := make([]string, len(states))
	for i, s := range states {
		parts[i] = layout.TaskName(task) + "." + s
	}
	text := strings.Join(parts, " || ")
	if inParentheses && len(parts) > 1 {
		return "(" + text + ")"
	}
	return text
}

// failure is a condition on the states of tasks: one of them failed though it may not, and nobody has handled that. It
// is needed because Argo's state Omitted does not tell whether a task was left out for a failure or for one that was
// skipped.
type failure struct {
	tasks   map[string]bool     // one of these failed
	unheard map[string]*failure // or one that looks at failures did not run, and one of those before it failed
	dag     DAG
}

func (f *failure) isNone() bool { return len(f.tasks)+len(f.unheard) == 0 }

func (d DAG) noFailure() *failure {
	return &failure{tasks: map[string]bool{}, unheard: map[string]*failure{}, dag: d}
}

// before is the failure of a task that another one needs.
func (d DAG) before(task string) *failure {
	f := d.noFailure()
	seen := map[string]bool{}
	for _, need := range d.Nodes[task].Needs {
		d.collect(f, need.Task, seen)
	}
	return f
}

// collect adds a task that failed, or was left out for a failure.
func (d DAG) collect(f *failure, task string, seen map[string]bool) {
	if seen[task] {
		return
	}
	seen[task] = true
	t := d.Tasks[task]
	if !t.AllowFailure {
		f.tasks[task] = true
	}
	if t.RunIf == spec.Always {
		return // what failed before counts without it
	}
	if isSpecial(t) {
		if before := d.before(task); !before.isNone() {
			f.unheard[task] = before
		}
		return
	}
	for _, need := range d.Nodes[task].Needs {
		d.collect(f, need.Task, seen)
	}
}

// idleStates are those of a task that has not run.
func (f *failure) idleStates(task string) []string {
	if f.dag.Nodes[task].Conditional {
		return []string{"Omitted", "Skipped"}
	}
	return []string{"Omitted"}
}

// depends writes the condition for depends.
func (f *failure) depends() string {
	var parts []string
	for _, task := range spec.Names(f.tasks) {
		parts = append(parts, anyState(task, []string{"Failed", "Errored"}, false))
	}
	for _, task := range spec.Names(f.unheard) {
		parts = append(parts, anyState(task, f.idleStates(task), true)+" && ("+f.unheard[task].depends()+")")
	}
	return strings.Join(parts, " || ")
}

// expression writes it for Argo's expressions.
func (f *failure) expression() string {
	var parts []string
	if len(f.tasks) > 0 {
		parts = append(
			parts, "any("+quoted(spec.Names(f.tasks), layout.TaskName)+`, tasks[#].status in ["Failed", "Error"])`,
		)
	}
	for _, task := range spec.Names(f.unheard) {
		idle := quoted(f.idleStates(task), func(state string) string { return state })
		parts = append(parts, `tasks["`+layout.TaskName(task)+`"].status in `+idle+" and ("+f.unheard[task].expression()+")")
	}
	return strings.Join(parts, " or ")
}

func quoted(names []string, as func(string) string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = `"` + as(name) + `"`
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// WithoutFailures leaves out what a condition says of tasks further up.
func WithoutFailures(condition string) string {
	for {
		before, rest, found := strings.Cut(condition, noFailure)
		if !found {
			return condition
		}
		depth := 1
		end := strings.IndexFunc(rest, func(c rune) bool {
			switch c {
			case '(':
				depth++
			case ')':
				depth--
			}
			return depth == 0
		})
		if end < 0 {
			return condition
		}
		condition = before + rest[end+1:]
	}
}

// leaves are the tasks that no other one needs.
func (d DAG) leaves() []string {
	return slices.DeleteFunc(spec.Names(d.Tasks), func(task string) bool { return !d.Nodes[task].Leaf })
}

// counted are the tasks whose failures, and those before them, count: those that no other one needs, but for one that
// always runs, which handles no failure.
func (d DAG) counted() []string {
	needed := map[string]bool{}
	for name, t := range d.Tasks {
		for _, need := range d.Nodes[name].Needs {
			needed[need.Task] = needed[need.Task] || t.RunIf != spec.Always
		}
	}
	return slices.DeleteFunc(spec.Names(d.Tasks), func(task string) bool { return needed[task] })
}
