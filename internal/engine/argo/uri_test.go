package argo_test

import (
	"strings"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
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
	compare(t, "component-uri", o.Template.Spec.Templates[:4]) // the variants are made of the same
	accepted(t, o.Template)
	back, unread := decompile.DecompileComponent(o.Template, nil, nil)
	if len(unread) > 0 {
		t.Error(unread)
	}
	if again := mustComponent(t, back); again.Version != o.Version {
		t.Errorf("read back it is another version: %+v", back)
	}
}

// Where the pod that finds the addresses fails, its task has failed. Else nobody sees it.
func TestFailureBeforeTheContainer(t *testing.T) {
	t.Parallel()
	for phase, pods := range map[wfv1.NodePhase]int64{wfv1.NodeFailed: 1, wfv1.NodeSucceeded: 0} {
		nodes := wfv1.Nodes{}
		boundary := ""
		for _, name := range []string{"r", "r.t", "r.t.kfp-place", "r.t.kfp-place.kfp-inner"} {
			node := wfv1.NodeStatus{ID: name, Name: name, Type: wfv1.NodeTypeDAG, Phase: phase, BoundaryID: boundary}
			if strings.HasSuffix(name, layout.InnerTask) {
				node.Type, node.Message = wfv1.NodeTypePod, "image not found"
			}
			nodes[name], boundary = node, name
		}
		wf := &wfv1.Workflow{Status: wfv1.WorkflowStatus{Phase: wfv1.WorkflowPhase(phase), Nodes: nodes}}
		wf.Name = "r"
		s, err := status.Status(wf, nil)
		if err != nil {
			t.Fatal(err)
		}
		task := s.Tasks["t"]
		if len(s.Tasks) != 1 || task.Attempts != pods || int64(len(task.Failures)) != pods {
			t.Errorf("%s: %+v", phase, s.Tasks)
		} else if pods > 0 && (task.Failures[0].Message != "image not found" || !task.Failures[0].HasPod) {
			t.Errorf("%+v", task.Failures)
		}
	}
}
