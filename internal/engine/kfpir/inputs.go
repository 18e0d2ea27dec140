package kfpir

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// parameter is the value of a parameter of a task. Placeholders in it are filled later.
func (s *scope) parameter(n *node, p irParameterValue) value {
	var v value
	switch {
	case p.TaskOutput != nil:
		v = s.output(*p.TaskOutput, p.TaskOutput.Parameter, completes(n.ir.Trigger))
	case p.Input != "":
		v = s.ofGroup(p.Input, p.Line, false)
	case p.FinalStatus != nil:
		v = s.finalStatus(*p.FinalStatus)
	case p.Runtime != nil:
		v = s.constantOrInput(*p.Runtime)
	default:
		s.errorf(p.Line, "Input without a value", "An input of task %q is given nothing.", n.name)
	}
	v.line = p.Line
	if p.Selector != "" {
		v = s.selected(v, p.Selector)
	}
	return v
}

// constantOrInput is a constant, or what a deprecated field names.
func (s *scope) constantOrInput(v irRuntime) value {
	if v.RuntimeParameter != "" {
		return s.ofGroup(v.RuntimeParameter, v.Line, false)
	}
	n := v.Constant
	if old := v.ConstantValue; old != nil {
		for _, one := range []*yaml.Node{old.Int, old.Double, old.String} {
			if c := s.constant(one); c != nil {
				return value{constant: c, typ: typeOf(c), line: v.Line}
			}
		}
	}
	c := s.constant(n)
	return value{constant: c, typ: typeOf(c), line: v.Line}
}

// ofGroup is a parameter of the graph itself.
func (s *scope) ofGroup(name string, line int, artifact bool) value {
	in, ok := s.of.inputs[name]
	if !ok || in.artifact != artifact {
		s.errorf(line, "Unknown input", "Component %q has no such input as %q.%s", s.of.label, name,
			problem.Suggest(name, spec.Names(s.of.inputs)))
		return value{constant: "", typ: spec.String}
	}
	return s.lifted(value{code: "parameters." + in.name, typ: in.in.Type, optional: in.in.TakesNil(), line: line})
}

func (s *scope) lifted(v value) value {
	if s.lift == nil {
		return v
	}
	return s.lift(v)
}

// output is an output of another task. late: that one may have failed.
func (s *scope) output(p irProducer, name string, late bool) value {
	from, ok := s.tasks[p.Task]
	if !ok {
		s.errorf(p.Line, "Unknown task", "There is no task %q in component %q.%s", p.Task, s.of.label,
			problem.Suggest(p.Task, spec.Names(s.tasks)))
		return value{constant: "", typ: spec.String}
	}
	out, ok := from.to.outputs[name]
	if !ok {
		s.errorf(p.Line, "Unknown output", "Task %q has no output %q.%s", p.Task, name,
			problem.Suggest(name, spec.Names(from.to.outputs)))
		return value{constant: "", typ: spec.String}
	}
	if from.makesClaim() {
		return s.claimName(from)
	}
	output := out.name
	if from.importer() {
		output = spec.ImportOutput
	}
	var code []string
	for _, task := range from.names() {
		code = append(code, "tasks."+task+".outputs."+output)
	}
	v := value{code: strings.Join(code, " ?? "), typ: out.in.Type, line: p.Line}
	if from.loop() {
		v.typ = spec.ListOf(v.typ)
		if out.collected && !out.artifact {
			v.nested, v.code, v.typ = v.code, "flatten("+v.code+")", out.in.Type
		}
	}
	if v = s.lifted(v); late && s.lift == nil {
		v = v.or(absent(v.typ))
	}
	return v
}

// absent is what a task gets of one that has failed: an empty value of its type, where KFP gives an empty text.
func absent(t spec.Type) string {
	switch {
	case t == spec.String:
		return "''"
	case t == spec.Integer, t == spec.Float:
		return "0"
	case t == spec.Boolean:
		return "false"
	case t == spec.Struct, t == spec.FinalStatus:
		return "{}"
	case t.IsList() && !t.IsArtifact():
		return "[]"
	}
	return "nil"
}

// artifact is the value of an artifact of a task.
func (s *scope) artifact(a irArtifactValue) value {
	if a.TaskOutput != nil {
		return s.output(*a.TaskOutput, a.TaskOutput.Artifact, false)
	}
	return s.ofGroup(a.Input, a.Line, true)
}

// placeholdersIn fills the placeholders of constants, which name other inputs of the task.
func (s *scope) placeholdersIn(n *node, given map[string]value) {
	for _, name := range spec.Names(n.ir.Inputs.Parameters) {
		v, ok := given[name]
		if !ok || v.code != "" || v.constant == nil {
			continue
		}
		given[name] = fillAll(v.constant, v.line, func(p placeholder) value {
			if p.isInput() {
				if other, ok := given[p.name]; ok && p.name != name {
					return other
				}
				if n.isItem(p.name) {
					return value{code: "each.value", typ: spec.Any, line: v.line}
				}
			}
			return s.runValue(p, n.name, v.line)
		})
	}
}

var (
	selector = regexp.MustCompile(`^parseJson\(string_value\)((?:\["[^"]*"\]|\['[^']*'\]|\[\d+\])+)$`)
	member   = regexp.MustCompile(`\[(?:"([^"]*)"|'([^']*)'|(\d+))\]`)
)

// selected is a part of a value: KFP parses it as JSON, and follows the keys.
func (s *scope) selected(v value, path string) value {
	m := selector.FindStringSubmatch(strings.TrimSpace(path))
	if m == nil {
		s.errorf(v.line, "Unknown selector", "%s is not like parseJson(string_value)[\"key\"].", abbreviate(path))
		return v
	}
	code := operand(v.expression())
	if v.typ == spec.String {
		code = "fromJSON(" + code + ")"
	}
	for _, step := range member.FindAllStringSubmatch(m[1], -1) {
		if step[3] != "" {
			code += "[" + step[3] + "]"
			continue
		}
		code += "[" + quote(step[1]+step[2]) + "]"
	}
	return value{code: code, typ: spec.Any, line: v.line}
}
