package graph

import (
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// absentOutputs refuses outputs without a fallback where run_if lets the task run though they do not exist.
func (c *checker) absentOutputs(at problem.Path, t spec.Task, n *Node) {
	if t.RunIf == "" || t.RunIf == spec.AllSucceeded || t.RunIf == spec.AnySucceeded && len(n.Needs) == 1 {
		return
	}
	for _, text := range n.texts {
		for _, u := range unguarded(text) {
			if u.task != "" {
				c.problems.Errorf(
					text.place(at), "Output may be absent",
					"run_if = %q lets this task run though task %q has not succeeded, and then %s does not exist. Give a fallback, "+
						"such as {{ %s ?? 'none' }}, or change run_if.",
					t.RunIf, u.task, u.name, u.name,
				)
			}
		}
	}
}

// unguarded are the uses in a text that need a value: no operands of ??, and nothing of a task whose status the text asks
// for, as in tasks.a.status == 'Succeeded' ? tasks.a.output : 'none'.
func unguarded(t text) []use {
	uses := t.uses()
	asked := map[string]bool{}
	for _, u := range uses {
		if u.status {
			asked[u.task] = true
		}
	}
	return slices.DeleteFunc(uses, func(u use) bool { return u.guarded || asked[u.task] })
}

// isOptionalOutput reports whether an output of the pipeline may not be there though the pipeline has succeeded: it is
// that of a task, as it is, which may not run, or may not give it itself.
func (c *checker) isOptionalOutput(given *expr.Typed) bool {
	reference, isBare := given.Bare()
	n, output := c.outputOf(reference)
	if !isBare || n == nil {
		return false
	}
	v, _ := given.Env().Lookup(reference)
	t := n.Outputs[output].Type
	return n.Outputs[output].Optional || v.Missing || c.absence(n, t) != "" || !t.IsArtifact() && c.failure(n) != ""
}

// outputOf is the task whose output a reference names. Nil: it names none.
func (c *checker) outputOf(reference string) (n *Node, output string) {
	task, output := outputReference(reference)
	if n = c.graph.Tasks[task]; n == nil {
		return nil, ""
	}
	return n, n.outputName(output)
}

// absentOutput refuses an output of the pipeline that cannot be computed though the pipeline has succeeded. What uses
// an output of a task that was skipped is left out, but there is nobody who could leave out an output.
func (c *checker) absentOutput(at problem.Path, given text, isOptional bool) {
	for _, u := range unguarded(given) {
		n, output := c.outputOf(u.name)
		if n == nil {
			continue
		}
		t := n.Outputs[output].Type
		why := c.failure(n)
		if why == "" && !isOptional {
			why = c.absence(n, t)
		}
		isList := n.Item != "" || keptAsList(n.component, t)
		if why == "" || t.IsArtifact() && isList || !t.IsArtifact() && isOptional {
			continue
		}
		c.problems.Errorf(at, "Output may be absent",
			"%s: then the %s succeeds, and %s does not exist. %s", why, c.what(), u.name, fallback(u.name, t, c.what()))
	}
}

// absence says why an output of a task may not exist though nothing failed; empty: it exists. A loop that was skipped
// has an empty list.
func (c *checker) absence(n *Node, t spec.Type) string {
	switch {
	case n.Item != "" || keptAsList(n.component, t):
		return ""
	case n.Conditional:
		return "Task " + n.quoted() + " may be skipped, by its condition"
	case n.missing:
		return "Task " + n.quoted() + " may be left out, for a task before it that did not give what it needs"
	}
	return ""
}

// failure says why the pipeline may succeed though a task has failed; empty: it does not.
func (c *checker) failure(n *Node) string {
	if c.pipeline.Tasks[n.Name].AllowFailure {
		return "Task " + n.quoted() + " may fail"
	}
	for _, name := range spec.Names(c.pipeline.Tasks) {
		runIf := c.pipeline.Tasks[name].RunIf
		if runIf == "" || runIf == spec.AllSucceeded || runIf == spec.Always {
			continue
		}
		for _, need := range c.graph.Tasks[name].Needs {
			if need.Task == n.Name {
				return "Task " + n.quoted() + " may fail, which task \"" + name + "\" handles"
			}
		}
	}
	return ""
}

func (n *Node) quoted() string { return `"` + n.Name + `"` }

// fallback says what can stand in for an output that may be absent.
func fallback(name string, t spec.Type, what string) string {
	if t.IsArtifact() {
		return "Choose another artifact where it is missing, {{ " + name + " ?? tasks.other.output }}, or let the task that uses " +
			"the " + what + " have the condition."
	}
	value := "'none'"
	switch {
	case t == spec.Integer || t == spec.Float:
		value = "0"
	case t == spec.Boolean:
		value = "false"
	case t.IsList():
		value = "[]"
	case t == spec.Struct:
		value = "{}"
	}
	return "Say what stands in for it: {{ " + name + " ?? " + value + " }}."
}
