package graph

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Argo's controller ends, and ends again whenever it is started, where a task under its handler for the end of a run
// has to wait for a bound. So on_exit tasks are under that handler only if none of them can have to wait. But no other
// place tells what run.failures is.

// ExitMayWait reports whether a bound may hold back one of the on_exit tasks.
func (g *Graph) ExitMayWait(p spec.Pipeline) bool { return g.exitWait(p) != "" }

// exitWait says what can have to wait for what; empty: nothing.
func (g *Graph) exitWait(p spec.Pipeline) string {
	for _, name := range spec.Names(p.OnExit) {
		if kind := p.OnExit[name].Component.Kind; kind.IsGraph() {
			return fmt.Sprintf("task %q is a %s, which may have bounds of its own", name, kind)
		}
	}
	if p.Options.Parallelism == nil {
		return ""
	}
	bound := *p.Options.Parallelism
	behind := g.exitBehind()
	for _, name := range spec.Names(p.OnExit) {
		beside := int64(0)
		for other, t := range p.OnExit {
			switch {
			case other == name || behind[name][other] || behind[other][name]:
			case t.ForEach == "":
				beside++
			case t.Parallelism == nil:
				beside += bound
			default:
				beside += *t.Parallelism
			}
		}
		if beside >= bound {
			return fmt.Sprintf("task %q may run beside others, and parallelism = %d would hold it back", name, bound)
		}
	}
	return ""
}

// exitBehind tells for each on_exit task those that come before it.
func (g *Graph) exitBehind() map[string]map[string]bool {
	before := map[string]map[string]bool{}
	var visit func(name string) map[string]bool
	visit = func(name string) map[string]bool {
		if before[name] != nil {
			return before[name]
		}
		before[name] = map[string]bool{}
		for _, need := range g.Exit[name].Needs {
			before[name][need.Task] = true
			for further := range visit(need.Task) {
				before[name][further] = true
			}
		}
		return before[name]
	}
	for name := range g.Exit {
		visit(name)
	}
	return before
}

// exitBounds refuses failures where the tasks cannot be under Argo's handler.
func (c *checker) exitBounds() {
	why := c.graph.exitWait(c.pipeline)
	if why == "" {
		return
	}
	for _, name := range spec.Names(c.graph.Exit) {
		for _, reference := range c.graph.Exit[name].References() {
			if reference != "run.failures" && !strings.HasPrefix(reference, "run.failures.") {
				continue
			}
			c.problems.Errorf(problem.At("on_exit").Key(name), "Failures of a run whose end may have to wait",
				"Task %q uses run.failures, which Argo tells only to its handler for the end of a run, and its controller ends "+
					"where that has to wait: %s. Use run.status instead, or let the on_exit tasks come one after the other "+
					"(depends_on), without pipelines or groups among them.",
				name, why)
		}
	}
}
