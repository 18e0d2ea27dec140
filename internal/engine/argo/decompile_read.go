package argo

import (
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ReadPipeline decodes an object and reads it; see DecompilePipeline.
func ReadPipeline(template Decoder, refs Refs, prior *spec.Pipeline) (spec.Pipeline, []Unread, error) {
	var w wfv1.WorkflowTemplate
	if err := template(&w); err != nil {
		return spec.Pipeline{}, nil, err
	}
	p, unread := DecompilePipeline(&w, refs, prior)
	return p, unread, nil
}

// ReadComponent decodes the objects of a component's version and reads them; see DecompileComponent. code is nil where it
// is not there.
func ReadComponent(template, code Decoder, prior *spec.Component) (spec.Component, []Unread, error) {
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
		if o, ok := t.(map[string]any); ok && o["name"] == MainTemplate {
			return o["script"] != nil
		}
	}
	return false
}
