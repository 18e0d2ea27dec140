package argo_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// uploader is a container that is told where its artifacts lie.
func uploader() spec.Component {
	return spec.Component{
		Namespace: "etl", Name: "upload",
		Interface: spec.Interface{
			Inputs: map[string]spec.Input{
				"data": {Type: spec.Dataset}, "hint": {Type: spec.Artifact, Optional: true}, "text": {Type: spec.String},
			},
			Outputs: map[string]spec.Output{
				"model": {Type: spec.Model}, "report": {Type: spec.HTML}, "log": {Type: spec.Artifact}, "n": {Type: spec.Integer},
			},
		},
		Container: &spec.Container{
			Image: "busybox:1.36", Command: []string{"upload"},
			Args: []string{
				"{{ inputs.data.uri }}", "{{ inputs.hint.uri ?? 'none' }}", "--to={{ outputs.model.uri }}", "{{ outputs.log.path }}",
				"{{ outputs.report.uri }}", "{{ outputs.report.path }}", "{{ inputs.text }}", "{{ outputs.n.path }}",
			},
		},
	}
}

func TestGoldenAddresses(t *testing.T) {
	t.Parallel()
	o := mustComponent(t, uploader())
	compare(t, "component-uri", o.Template)
	accepted(t, o.Template)
	back, unread := decompile.DecompileComponent(o.Template, nil, nil)
	if len(unread) > 0 {
		t.Error(unread)
	}
	if again := mustComponent(t, back); again.Version != o.Version {
		t.Errorf("read back it is another version: %+v", back)
	}
}
