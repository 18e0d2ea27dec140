package graph

import (
	"maps"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Env is what the expressions of one place may refer to.
type Env = expr.Env

// Scope gives the environments of a pipeline's texts.
type Scope struct {
	pipeline spec.Pipeline
	graph    *Graph
	tasks    Env // parameters, run and the outputs of all tasks
	exit     Env
}

func newScope(p spec.Pipeline, g *Graph) *Scope {
	s := &Scope{pipeline: p, graph: g, tasks: Env{}, exit: Env{}}
	for _, env := range []Env{s.tasks, s.exit} {
		for name, in := range p.Parameters {
			env["parameters."+name] = parameterVar(name, in)
		}
		env["run.name"] = expr.Var{Type: spec.String, Argo: "workflow.name", Coding: expr.Plain}
	}
	s.exit["run.status"] = expr.Var{Type: spec.String, Argo: "workflow.status", Coding: expr.Plain}
	s.exit["run.failures"] = expr.Var{Type: spec.ListOf(spec.Struct), Argo: "workflow.failures", Coding: expr.Quoted}
	addTasks(s.tasks, g.Tasks)
	addTasks(s.exit, g.Exit)
	return s
}

func parameterVar(name string, in spec.Input) expr.Var {
	kind := "parameters"
	if in.Type.IsArtifact() {
		kind = "artifacts"
	}
	return expr.Var{Type: in.Type, Argo: "inputs." + kind + "." + name}
}

func addTasks(env Env, nodes map[string]*Node) {
	for name, n := range nodes {
		argo := "tasks." + strings.ReplaceAll(name, "_", "-")
		env["tasks."+name+".status"] = expr.Var{Type: spec.String, Argo: argo + ".status", Coding: expr.Plain}
		for out, o := range n.Outputs {
			kind := "parameters"
			if o.Type.IsArtifact() {
				kind = "artifacts"
			}
			v := expr.Var{Type: o.Type, Argo: argo + ".outputs." + kind + "." + out, Nullable: n.Skippable}
			if n.Item != "" && !o.Type.IsArtifact() {
				v.Coding = expr.Collected
			}
			env["tasks."+name+".outputs."+out] = v
			if len(n.Outputs) == 1 {
				env["tasks."+name+".output"] = v
			}
		}
	}
}

// Task is the environment of a task: the names that its texts use.
func (s *Scope) Task(name string) Env { return s.graph.Tasks[name].env(s.tasks) }

// Exit is the environment of an on_exit task.
func (s *Scope) Exit(name string) Env { return s.graph.Exit[name].env(s.exit) }

// Outputs is the environment of the pipeline's outputs.
func (s *Scope) Outputs() Env { return s.tasks }

// env is the environment of the task's texts.
func (n *Node) env(shared Env) Env {
	own := Env{}
	if n.Item != "" {
		value, index := expr.ItemVars(n.Item, n.Indexed)
		own["each.value"] = value
		if n.Indexed {
			own["each.index"] = index
		}
	}
	return used(own, shared, n.texts)
}

// used adds to own names the shared ones that texts use, so that a pipeline costs no more than its tasks do. If one of
// them does not exist, everything that does is there for the message.
func used(own, shared Env, texts []text) Env {
	env := maps.Clone(own)
	for _, t := range texts {
		if t.template == nil {
			continue
		}
		for _, r := range t.template.References() {
			if _, _, ok := own.Lookup(r.Segments); ok {
				continue
			}
			name, v, ok := shared.Lookup(r.Segments)
			if ok {
				env[name] = v
				continue
			}
			if len(own) == 0 {
				return shared
			}
			env = maps.Clone(shared)
			maps.Copy(env, own)
			return env
		}
	}
	return env
}
