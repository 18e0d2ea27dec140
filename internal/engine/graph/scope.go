package graph

import (
	"maps"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Env is what the expressions of one place may refer to.
type Env = expr.Env

// The hidden parameters that tell on_exit tasks what became of the others.
const (
	StatusParameter   = "kfp-status"
	FailuresParameter = "kfp-failures"
)

// Scope gives the environments of a pipeline's texts.
type Scope struct {
	pipeline spec.Pipeline
	around   *spec.Pipeline // of a group: its pipeline
	graph    *Graph
	tasks    map[string]expr.Var // parameters, run and the outputs of all tasks
	exit     map[string]expr.Var
}

func newScope(p spec.Pipeline, g *Graph, around *spec.Pipeline) *Scope {
	const names = 3 // of a task with one output: its status, and the output by two names
	s := &Scope{
		pipeline: p, around: around, graph: g, tasks: make(map[string]expr.Var, names*len(g.Tasks)),
		exit: map[string]expr.Var{},
	}
	for _, env := range []map[string]expr.Var{s.tasks, s.exit} {
		for name, in := range p.Parameters {
			env["parameters."+name] = parameterVar(name, in)
		}
		if p.Open.Parameters {
			env["parameters."+expr.Anything] = open
		}
		maps.Copy(env, runVars)
	}
	s.exit["run.status"] = expr.Var{Type: spec.String, Argo: "inputs.parameters." + StatusParameter, Coding: expr.Plain}
	s.exit["run.failures"] = expr.Var{
		Type: spec.ListOf(spec.Struct), Argo: "inputs.parameters." + FailuresParameter, Coding: expr.Quoted,
	}
	s.exit["run.final_status"] = finalStatusVar(s.exit)
	addTasks(s.tasks, p.Tasks, g.Tasks)
	addTasks(s.exit, p.OnExit, g.Exit)
	if p.Open.Tasks {
		s.tasks["tasks."+expr.Anything] = open
	}
	if p.Open.OnExit {
		s.exit["tasks."+expr.Anything] = open
	}
	return s
}

// open is a variable of which nothing is known yet.
var open = expr.Var{Type: spec.Any, Open: true}

func parameterVar(name string, in spec.Input) expr.Var {
	kind := "parameters"
	if in.Type.IsArtifact() {
		kind = "artifacts"
	}
	return expr.Var{Type: in.Type, Argo: "inputs." + kind + "." + name, Optional: in.TakesNil()}
}

// TaskName is a task's name in Argo, which allows hyphens and no underscores there. Names that differ only in that are
// refused. A name that is a word of the expression language gets a hyphen behind it, which no other name ends in: Argo
// evaluates its `depends` as an expression, in which it takes hyphens for underscores and such a word for no name.
func TaskName(name string) string {
	if expr.IsWord(name) {
		return name + "-"
	}
	return strings.ReplaceAll(name, "_", "-")
}

func addTasks(env map[string]expr.Var, tasks map[string]spec.Task, nodes map[string]*Node) {
	unsure := mayHaveFailed(tasks, nodes)
	for name, n := range nodes {
		argo := "tasks." + TaskName(name)
		env["tasks."+name+".status"] = expr.Var{Type: spec.String, Argo: argo + ".status", Coding: expr.Plain}
		if n.open {
			env["tasks."+name+".output"], env["tasks."+name+".outputs."+expr.Anything] = open, open
		}
		for out, o := range n.Outputs {
			if n.openOnes[out] {
				env["tasks."+name+".outputs."+out] = open
				if len(n.Outputs) == 1 {
					env["tasks."+name+".output"] = open
				}
				continue
			}
			kind := "parameters"
			if o.Type.IsArtifact() {
				kind = "artifacts"
			}
			v := expr.Var{
				Type: o.Type, Argo: argo + ".outputs." + kind + "." + out, Foreign: true,
				Nullable: n.Skippable || unsure[name], Failing: unsure[name], Conditional: n.Conditional,
			}
			if n.Item != "" || keptAsList(tasks[name].Component, o.Type) {
				v.Coding = expr.Collected
				v.Sparse = n.Item != "" && tasks[name].Component.Outputs[out].Optional
			} else if o.Optional {
				v = v.MayBeMissing()
			}
			env["tasks."+name+".outputs."+out] = v
			if len(n.Outputs) == 1 {
				env["tasks."+name+".output"] = v
			}
		}
	}
}

// mayHaveFailed finds the tasks after whose failure another one may run.
func mayHaveFailed(tasks map[string]spec.Task, nodes map[string]*Node) map[string]bool {
	unsure := map[string]bool{}
	for name, t := range tasks {
		unsure[name] = unsure[name] || t.AllowFailure
		if t.RunIf == "" || t.RunIf == spec.AllSucceeded {
			continue
		}
		for _, need := range nodes[name].Needs {
			unsure[need.Task] = true
		}
	}
	return unsure
}

// Task is the environment of a task.
func (s *Scope) Task(name string) Env {
	return Env{
		Own: ownVars(name, s.graph.Tasks[name]), Shared: s.tasks, Elsewhere: s.notInTasks(s.graph.Tasks[name]),
		Self: "tasks." + name,
	}
}

// Exit is the environment of an on_exit task.
func (s *Scope) Exit(name string) Env {
	return Env{
		Own: ownVars(name, s.graph.Exit[name]), Shared: s.exit, Elsewhere: s.notInExit(s.graph.Exit[name]), Self: "tasks." + name,
	}
}

// Outputs is the environment of the pipeline's outputs.
func (s *Scope) Outputs() Env {
	return Env{Own: runOutputs, Shared: s.tasks, Elsewhere: s.notInTasks(nil)}
}
