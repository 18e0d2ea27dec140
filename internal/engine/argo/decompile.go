package argo

import (
	"encoding/json"
	"fmt"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// The inverse of the compiler. It guesses from the structure of an object what was compiled; whether the guess is right
// is seen by compiling it again. What an object does not tell, such as how a constant was spelled, is taken from what was
// there before, if that compiles to the same.

// Unread is a place of an object that no spec compiles to.
type Unread struct {
	Path   string // of the spec, as far as it is known, such as tasks["load"].inputs["day"]
	Reason string
}

func (u Unread) String() string { return u.Path + ": " + u.Reason }

// decompileInterface reads what a component or pipeline takes and gives. The arguments hold values and choices; the
// annotation holds what Argo has no field for.
func decompileInterface(w *wfv1.WorkflowTemplate, artifacts wfv1.Artifacts) (spec.Interface, []Unread) {
	var unread []Unread
	var types interfaceTypes
	if text := w.Annotations[TypesAnnotation]; text != "" {
		if err := json.Unmarshal([]byte(text), &types); err != nil {
			unread = append(unread, Unread{`metadata.annotations["` + TypesAnnotation + `"]`, "it is not the JSON that it was: " + err.Error()})
		}
	}
	i := spec.Interface{}
	for _, p := range w.Spec.Arguments.Parameters {
		known, ok := types.Inputs[p.Name]
		if !ok {
			known.Type = spec.String
		}
		set(&i.Inputs, p.Name, decompileInput(p, known))
	}
	for _, a := range artifacts {
		if a.Name == expr.NoArtifact {
			continue
		}
		known, ok := types.Inputs[a.Name]
		if !ok {
			known = inputType{Type: spec.Artifact, Optional: a.Optional}
		}
		set(&i.Inputs, a.Name, spec.Input{Type: known.Type, Optional: known.Optional, Description: known.Description})
	}
	for name, o := range types.Outputs {
		set(&i.Outputs, name, spec.Output{Type: o.Type, Description: o.Description})
	}
	return i, unread
}

func decompileInput(p wfv1.Parameter, known inputType) spec.Input {
	in := spec.Input{Type: known.Type, Optional: known.Optional}
	if p.Description != nil {
		in.Description = wire.Decode(p.Description.String())
	}
	for _, v := range p.Enum {
		in.AllowedValues = append(in.AllowedValues, decodeValue(v.String(), known.Type))
	}
	if p.Value == nil {
		return in
	}
	if text := p.Value.String(); !in.Optional || text != absentValue(known.Type) {
		in.Default = new(decodeValue(text, known.Type))
	}
	return in
}

// absentValue is what an optional input without a default gets.
func absentValue(t spec.Type) string {
	if t == spec.String {
		return wire.Absent
	}
	return "null"
}

// set puts a value into a map that may be nil.
func set[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

// specName is the name that a task has in the spec: it undoes taskName.
func specName(argo string) string {
	if word := strings.TrimSuffix(argo, "-"); expr.IsWord(word) {
		return word
	}
	return strings.ReplaceAll(argo, "-", "_")
}

func keyed(attribute, key string) string { return fmt.Sprintf("%s[%q]", attribute, key) }
