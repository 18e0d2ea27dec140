package decompile

import (
	"encoding/json"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// ReadPipeline decodes an object and reads it; see DecompilePipeline.
func ReadPipeline(template layout.Decoder, refs Refs, prior *spec.Pipeline) (spec.Pipeline, []layout.Unread, error) {
	var w wfv1.WorkflowTemplate
	if err := template(&w); err != nil {
		return spec.Pipeline{}, nil, err
	}
	p, unread := DecompilePipeline(&w, refs, prior)
	return p, unread, nil
}

// ReadComponent decodes the objects of a component's version and reads them; see DecompileComponent. code is nil where
// it is not there.
func ReadComponent(template, code layout.Decoder, prior *spec.Component) (spec.Component, []layout.Unread, error) {
	var w wfv1.WorkflowTemplate
	if err := template(&w); err != nil {
		return spec.Component{}, nil, err
	}
	var files *corev1.ConfigMap
	if code != nil {
		files = &corev1.ConfigMap{}
		if err := code(files); err != nil {
			return spec.Component{}, nil, err
		}
	}
	c, unread := DecompileComponent(&w, files, prior)
	return c, unread, nil
}

// MountsCode reports whether an object is a component with code of its own: its pods mount a config map.
func MountsCode(template map[string]any) bool {
	s, _ := template["spec"].(map[string]any)
	templates, _ := s["templates"].([]any)
	for _, t := range templates {
		if o, ok := t.(map[string]any); ok && o["name"] == layout.MainTemplate {
			return o["script"] != nil || mountsFiles(o["container"])
		}
	}
	return false
}

// mountsFiles reports whether a container has the files of its component.
func mountsFiles(container any) bool {
	c, _ := container.(map[string]any)
	mounts, _ := c["volumeMounts"].([]any)
	return slices.ContainsFunc(mounts, func(mount any) bool {
		m, _ := mount.(map[string]any)
		return m["mountPath"] == layout.CodeDirectory
	})
}

// addressIn is the address of an artifact in what travels beside it.
func addressIn(metadata string) string {
	var info struct {
		URI string `json:"uri"`
	}
	if json.Unmarshal([]byte(metadata), &info) != nil {
		return ""
	}
	return wire.Decode(info.URI)
}

// ReadArguments reads what a run was given: the name of the object of its pipeline, the service account, and the
// parameters, decoded by the pipeline's interface. pipeline is empty for a workflow that runs no template.
func ReadArguments(into layout.Decoder) (pipeline, version, serviceAccount string, parameters func(spec.Interface) map[string]string, err error) {
	var wf wfv1.Workflow
	if err := into(&wf); err != nil {
		return "", "", "", nil, err
	}
	if ref := wf.Spec.WorkflowTemplateRef; ref != nil && !ref.ClusterScope {
		pipeline = ref.Name
	}
	parameters = func(i spec.Interface) map[string]string {
		var given map[string]string
		for _, p := range wf.Spec.Arguments.Parameters {
			if name, ok := strings.CutPrefix(p.Name, layout.ArtifactParameter("")); ok && p.Value != nil {
				layout.Set(&given, name, addressIn(p.Value.String()))
			} else if p.Value != nil {
				layout.Set(&given, p.Name, layout.DecodeValue(p.Value.String(), i.Inputs[p.Name].Type))
			}
		}
		return given
	}
	return pipeline, wf.Labels[layout.PipelineVersion], wf.Spec.ServiceAccountName, parameters, nil
}
