package kfpir

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// outputs links the outputs of a graph with those of its tasks. Their types are those of what they are: the package
// calls everything that a loop has collected a list.
func (s *scope) outputs(dag *irDAG, texts map[string]string) {
	for _, name := range spec.Names(s.of.outputs) {
		slot := s.of.outputs[name]
		from := dag.Outputs.Artifacts[name].All
		if source := dag.Outputs.Parameters[name]; !slot.artifact {
			from = parameterSelectors(source)
			if source.Map != nil {
				s.gap(source.Line, gapMapOutput, "Output %q of component %q is one.", name, s.of.label)
				continue
			}
		}
		if len(from) == 0 {
			delete(s.of.outputs, name) // the compiler declares more than a graph gives
			continue
		}
		s.chosen(slot, name, from, texts)
	}
	for _, name := range sorted(dag.Outputs.Parameters, dag.Outputs.Artifacts) {
		if s.of.outputs[name] == nil {
			s.errorf(dag.Outputs.Line, "Unknown output", "Component %q does not declare its output %q.%s", s.of.label,
				name,
				problem.Suggest(name, spec.Names(s.of.outputs)))
		}
	}
}

// chosen is the first of several outputs that exists (KFP's OneOf).
func (s *scope) chosen(slot *slot, name string, from []irSelector, texts map[string]string) {
	var code []string
	for i, one := range from {
		v := s.output(irProducer{Place: one.Place, Task: one.Task}, one.Parameter+one.Artifact, false)
		if v.code == "" {
			return // told already
		}
		if i == 0 {
			slot.in.Type = v.typ
		} else {
			v = v.as(slot.in.Type)
		}
		from := s.tasks[one.Task]
		inner := from.to.outputs[one.Parameter+one.Artifact]
		slot.collected = slot.collected || from.loop() || inner.collected
		code = append(code, v.code)
	}
	only := s.tasks[from[0].Task]
	switch isSkippable := len(from) == 1 && only.ir.Trigger.Condition != "" && !only.loop(); {
	case isSkippable && !slot.artifact && s.looped[s.of.label]:
		// A list of at most one, which the loop around joins.
		code[0] = "tasks." + only.ours + ".status == 'Succeeded' ? [" + code[0] + "] : []"
		slot.in.Type, slot.collected = spec.ListOf(slot.in.Type), true
		s.warnf(from[0].Line, "More than KFP does", "Output %q of component %q comes from task %q, which has a "+
			"condition. Open-source KFP cannot collect it where that was false. Here the list leaves such items out.", name,
			s.of.label, only.name)
	case isSkippable:
		s.warnf(from[0].Line, "Output of a task that may be skipped", "Output %q of component %q comes from task "+
			"%q, which has a "+
			"condition. Where that is false, and something takes the output, the run fails, as it does in KFP.", name,
			s.of.label,
			only.name)
	}
	texts[slot.name] = tag(strings.Join(code, " ?? "))
	s.places[s.at+"outputs["+quoted(slot.name)+"]"] = from[0].Line
}
