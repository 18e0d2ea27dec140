package decompile

import (
	"encoding/json"
	"fmt"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// ReadRef reads the ref of a component version, a pipeline or a pipeline's version off its WorkflowTemplate, and its
// description.
func ReadRef(into layout.Decoder) (ref spec.Ref, description string, err error) {
	var w wfv1.WorkflowTemplate
	if err := into(&w); err != nil {
		return spec.Ref{}, "", err
	}
	kind := spec.Kind(w.Labels[layout.KindLabel])
	if kind == layout.PinnedKind {
		kind = spec.PipelineKind
	}
	if kind != spec.ComponentKind && kind != spec.PipelineKind {
		return spec.Ref{}, "", fmt.Errorf(
			"WorkflowTemplate %s/%s is neither a component nor a pipeline of this provider", w.Namespace, w.Name,
		)
	}
	ref = spec.Ref{
		Kind: kind, Namespace: w.Namespace, Name: w.Labels[layout.NameLabel], Version: w.Labels[layout.VersionLabel],
	}
	ref.Interface, err = publicInterface(w)
	if err != nil {
		return spec.Ref{}, "", fmt.Errorf("reading what %s %s/%s takes and gives: %w", kind, ref.Namespace, ref.Name, err)
	}
	return ref, w.Annotations[layout.DescribeKey], nil
}

// publicInterface is what a caller has to know: the annotation has the types, the arguments have the rest.
func publicInterface(w wfv1.WorkflowTemplate) (spec.Interface, error) {
	var known layout.InterfaceTypes
	if err := json.Unmarshal([]byte(w.Annotations[layout.TypesAnnotation]), &known); err != nil {
		return spec.Interface{}, fmt.Errorf("annotation %s: %w", layout.TypesAnnotation, err)
	}
	i := spec.Interface{Inputs: map[string]spec.Input{}, Outputs: map[string]spec.Output{}}
	for name, in := range known.Inputs {
		i.Inputs[name] = spec.Input{
			Type: in.Type, Description: in.Description, Optional: in.Optional, AllowedValues: in.Allowed,
		}
	}
	for name, out := range known.Outputs {
		i.Outputs[name] = spec.Output{Type: out.Type, Description: out.Description, Optional: out.Optional}
	}
	for _, p := range w.Spec.Arguments.Parameters {
		in, ok := i.Inputs[p.Name]
		if !ok {
			continue
		}
		if p.Description != nil {
			in.Description = wire.Decode(p.Description.String())
		}
		if p.Value != nil {
			if absent, optional := layout.DefaultText(spec.Input{Type: in.Type, Optional: in.Optional}); !optional || p.Value.String() != absent {
				in.Default = new(layout.DecodeValue(p.Value.String(), in.Type))
			}
		}
		i.Inputs[p.Name] = in
	}
	return i, nil
}
