package decompile

import (
	"encoding/json"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// decompileInterface reads what a component or pipeline takes and gives. The arguments hold values and choices; the
// annotation holds what Argo has no field for.
func decompileInterface(w *wfv1.WorkflowTemplate, artifacts wfv1.Artifacts) (spec.Interface, []layout.Unread) {
	var unread []layout.Unread
	var types layout.InterfaceTypes
	if text := w.Annotations[layout.TypesAnnotation]; text != "" {
		if err := json.Unmarshal([]byte(text), &types); err != nil {
			unread = append(
				unread,
				layout.Unread{
					Path:   `metadata.annotations["` + layout.TypesAnnotation + `"]`,
					Reason: "it is not the JSON that it was: " + err.Error(),
				},
			)
		}
	}
	i := spec.Interface{}
	for _, p := range w.Spec.Arguments.Parameters {
		known, ok := types.Inputs[p.Name]
		if !ok {
			known.Type = spec.String
		}
		layout.Set(&i.Inputs, p.Name, decompileInput(p, known))
	}
	for _, a := range artifacts {
		if a.Name == expr.NoArtifact {
			continue
		}
		known, ok := types.Inputs[a.Name]
		if !ok {
			known = layout.InputType{Type: spec.Artifact, Optional: a.Optional}
		}
		layout.Set(&i.Inputs, a.Name, spec.Input{Type: known.Type, Optional: known.Optional, Description: known.Description})
	}
	for name, o := range types.Outputs {
		layout.Set(&i.Outputs, name, spec.Output{Type: o.Type, Description: o.Description, Optional: o.Optional})
	}
	return i, unread
}

func decompileInput(p wfv1.Parameter, known layout.InputType) spec.Input {
	in := spec.Input{Type: known.Type, Optional: known.Optional}
	if p.Description != nil {
		in.Description = wire.Decode(p.Description.String())
	}
	for _, v := range p.Enum {
		in.AllowedValues = append(in.AllowedValues, layout.DecodeValue(v.String(), known.Type))
	}
	if p.Value == nil {
		return in
	}
	if text := p.Value.String(); !in.Optional || text != absentValue(known.Type) {
		in.Default = new(layout.DecodeValue(text, known.Type))
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
