package kfpir

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// exits finds the tasks that run at the end of a group (dsl.ExitHandler): such a task comes after nothing else, and
// nobody needs what it gives.
func (s *scope) exits(dag *irDAG) {
	needed := map[string]bool{}
	for _, t := range dag.Tasks {
		for _, p := range producers(t) {
			needed[p] = true
		}
	}
	for _, name := range sorted(dag.Outputs.Parameters, dag.Outputs.Artifacts) {
		for _, one := range slices.Concat(dag.Outputs.Artifacts[name].All,
			parameterSelectors(dag.Outputs.Parameters[name])) {
			needed[one.Task] = true
		}
	}
	for _, name := range spec.Names(s.tasks) {
		n := s.tasks[name]
		if n.importer() || n.makesClaim() || n.loop() {
			continue
		}
		if !completes(n.ir.Trigger) || needed[name] || len(n.ir.After) != 1 {
			continue
		}
		guarded := s.tasks[n.ir.After[0]]
		if guarded == nil || guarded.to.group == nil || guarded.loop() {
			continue
		}
		if slices.Contains(producers(n.ir), guarded.name) {
			continue
		}
		n.exitOf = guarded
		guarded.runs = append(guarded.runs, n)
	}
}

func parameterSelectors(p irParameterSource) []irSelector {
	if p.From != nil {
		return []irSelector{*p.From}
	}
	if p.OneOf != nil {
		return p.OneOf.All
	}
	return nil
}

// producers are the tasks whose outputs a task is given.
func producers(t irTask) []string {
	var names []string
	for _, p := range t.Inputs.Parameters {
		if p.TaskOutput != nil {
			names = append(names, p.TaskOutput.Task)
		}
	}
	for _, a := range t.Inputs.Artifacts {
		if a.TaskOutput != nil {
			names = append(names, a.TaskOutput.Task)
		}
	}
	return names
}

// withExit is the group of a task with those that run at its end. What they are given becomes a parameter of the group,
// which knows nothing of the tasks around it.
func (s *scope) withExit(n *node, t *spec.Task) *callable {
	of := *n.to
	group := *n.to.group
	of.name = s.exitGroupName(n)
	of.inputs = maps.Clone(n.to.inputs)
	of.inputNames = newNamer()
	for _, in := range of.inputs {
		of.inputNames.keep(in.name)
	}
	group.OnExit = map[string]spec.Task{}
	at := "groups[" + quoted(of.name) + "]."
	lifted := map[string]value{}
	inner := *s
	inner.at, inner.exit = at, n.name
	inner.lift = func(v value) value { return s.liftInto(&of, t, lifted, v) }
	for _, e := range n.runs {
		exit := *e
		exit.ir.After = nil
		task := inner.task(&exit, inner.place("on_exit", e))
		task.RunIf = ""
		group.OnExit[e.ours] = task
	}
	group.Parameters = of.iface().Inputs
	of.group = &group
	s.groups[of.name] = &of
	s.places["groups["+quoted(of.name)+"]"] = n.to.line
	for path, line := range s.places { // the tasks are those of the group without an end
		if rest, ok := strings.CutPrefix(path, "groups["+quoted(n.to.name)+"].tasks"); ok {
			s.places[at+"tasks"+rest] = line
		}
	}
	return &of
}

// exitGroupName is the name of a group with an end: its own where no other task uses the same group.
func (s *scope) exitGroupName(n *node) string {
	users := 0
	count := func(tasks map[string]irTask) {
		for _, t := range tasks {
			if t.Component.Name == n.to.label {
				users++
			}
		}
	}
	count(s.ir.Root.DAG.Tasks)
	for _, c := range s.ir.Components {
		if c.DAG != nil {
			count(c.DAG.Tasks)
		}
	}
	if users == 1 {
		return n.to.name
	}
	return s.groupNames.group(fmt.Sprintf("%s of %s", n.name, s.of.label))
}

// liftInto makes a parameter of the group of a value from outside of it, unless it has that already.
func (s *scope) liftInto(of *callable, t *spec.Task, lifted map[string]value, v value) value {
	if known, ok := lifted[v.code]; ok {
		return known
	}
	in := s.handedAlready(of, t, v)
	if in == nil {
		in = &slot{
			name: of.inputNames.identifier(beyond.Replace(v.code)), in: spec.Input{Type: v.typ, Optional: v.optional},
			artifact: v.typ.IsArtifact(),
		}
		of.inputs["\x00"+v.code] = in
		t.Inputs[in.name] = v.hole()
	}
	inside := value{code: "parameters." + in.name, typ: in.in.Type, optional: in.in.TakesNil(), line: v.line}
	lifted[v.code] = inside
	return inside
}

// beyond makes a name of what stands outside of a group.
var beyond = strings.NewReplacer("parameters.", "", "tasks.", "", "outputs.", "")

// handedAlready is the parameter of the group that gets the same value.
func (s *scope) handedAlready(of *callable, t *spec.Task, v value) *slot {
	for _, name := range spec.Names(of.inputs) {
		if in := of.inputs[name]; !in.unused && t.Inputs[in.name] == v.hole() {
			return in
		}
	}
	return nil
}

// finalStatus is what KFP's driver gives a PipelineTaskFinalStatus.
func (s *scope) finalStatus(p irProducer) value {
	of, ok := s.tasks[p.Task]
	if !ok {
		s.errorf(p.Line, "Unknown task", "There is no task %q in component %q.", p.Task, s.of.label)
		return value{constant: "", typ: spec.String}
	}
	status := "run.status"
	if s.exit != p.Task {
		status = "tasks." + of.ours + ".status"
	}
	code := fmt.Sprintf("{state: %s == 'Succeeded' ? 'COMPLETE' : 'FAILED', pipelineTaskName: %s, "+
		"pipelineJobResourceName: run.name, error: {}}", status, quote(p.Task))
	return value{code: code, typ: spec.Struct, line: p.Line}
}
