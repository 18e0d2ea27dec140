package kfpir

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// parameterTypes are by KFP's name, and by its number in the protocol.
var parameterTypes = map[string]spec.Type{
	"NUMBER_DOUBLE": spec.Float, "1": spec.Float, "NUMBER_INTEGER": spec.Integer, "2": spec.Integer,
	"STRING": spec.String, "3": spec.String, "BOOLEAN": spec.Boolean, "4": spec.Boolean, "LIST": spec.List,
	"5":      spec.List,
	"STRUCT": spec.Struct, "6": spec.Struct, "TASK_FINAL_STATUS": spec.FinalStatus, "7": spec.FinalStatus,
}

// primitiveTypes are those of the field that parameterType has replaced.
var primitiveTypes = map[string]spec.Type{
	"INT": spec.Integer, "1": spec.Integer, "DOUBLE": spec.Float, "2": spec.Float, "STRING": spec.String,
	"3": spec.String,
}

// parameterType is the type of a parameter; a string where it is not known, with a finding.
func (f *findings) parameterType(p irParameter, name string) spec.Type {
	types, n := parameterTypes, p.Type
	if isNull(n) {
		types, n = primitiveTypes, p.OldType
	}
	if isNull(n) {
		f.errorf(p.Line, "Parameter without a type", "%q has no parameterType.", name)
		return spec.String
	}
	t, ok := types[n.Value]
	if !ok || n.Kind != yaml.ScalarNode {
		if n.Value == "TASK_CONFIG" || n.Value == "8" {
			f.gap(n.Line, gapTaskConfig, "%q is of type TASK_CONFIG.", name)
			return spec.Struct
		}
		f.errorf(n.Line, "Unknown type", "%q is of type %s.%s", name, abbreviate(n.Value), problem.Suggest(n.Value,
			[]string{
				"NUMBER_DOUBLE", "NUMBER_INTEGER", "STRING", "BOOLEAN", "LIST", "STRUCT", "TASK_FINAL_STATUS",
			}))
		return spec.String
	}
	return t
}

// artifactType is the type of an artifact, by the title of its schema.
func (f *findings) artifactType(t irArtifactType, list bool) spec.Type {
	title := t.Title
	if title == "" {
		title = titleOf(t.Instance)
	}
	found := spec.Artifact
	if known, err := spec.ParseType(strings.TrimPrefix(title, "system.")); err == nil && known.IsArtifact() {
		found = known
	} else if title != "" {
		f.warnf(t.Line, "Type that is an Artifact here", "Artifacts of type %s are of type Artifact, which fits "+
			"every other one.",
			abbreviate(title))
	}
	if list {
		return spec.ListOf(found)
	}
	return found
}

// titleOf is the title that a schema, itself YAML, says.
func titleOf(schema string) string {
	for line := range strings.Lines(schema) {
		if title, ok := strings.CutPrefix(strings.TrimSpace(line), "title:"); ok {
			if title = strings.TrimPrefix(strings.TrimSpace(title), "kfp."); title != "" {
				return "system." + title
			}
		}
	}
	return ""
}

// takes is a parameter that a component or a group takes.
func (f *findings) takes(p irParameter, name string) spec.Input {
	in := spec.Input{Type: f.parameterType(p, name), Description: p.Description, Optional: p.Optional}
	for _, n := range p.Literals {
		if text, ok := f.given(n, in.Type, name); ok {
			in.AllowedValues = append(in.AllowedValues, text)
		}
	}
	if isNull(p.Default) {
		return in
	}
	if text, ok := f.given(p.Default, in.Type, name); ok {
		in.Default, in.Optional = &text, false
	}
	return in
}

// given is a constant of a declaration as text, which holds no expressions.
func (f *findings) given(n *yaml.Node, want spec.Type, name string) (string, bool) {
	constant := f.constant(n)
	text, ok := inType(constant, want)
	if !ok {
		f.errorf(n.Line, "Value of another type", "%q is of type %s, which %s is not.", name, want,
			abbreviate(plain(constant)))
	}
	return text, ok
}
