package graph_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Only artifacts have addresses. An output whose address is used counts as written.
func TestAddressesInContainers(t *testing.T) {
	t.Parallel()
	for arg, want := range map[string]string{
		"{{ outputs.model.uri }}":                       "",
		"{{ outputs.model.path }}":                      "",
		"{{ inputs.data.uri }}":                         `outputs["model"]: Neither command nor args hold {{ outputs.model.path }}`,
		"{{ inputs.text.uri }} {{ outputs.model.uri }}": "args[0]: ",
		"{{ outputs.n.uri }} {{ outputs.model.uri }}":   "args[0]: ",
		"{{ inputs.hint.uri }} {{ outputs.model.uri }}": "args[0]: ",
		"{{ tasks.t.outputs.model.uri }}":               "args[0]: ",
	} {
		problems := graph.CheckComponent(spec.Component{
			Name: "c", Interface: spec.Interface{
				Inputs: map[string]spec.Input{
					"data": {Type: spec.Dataset}, "text": {Type: spec.String}, "hint": {Type: spec.Model, Optional: true},
				},
				Outputs: map[string]spec.Output{"model": {Type: spec.Model}, "n": {Type: spec.Integer}},
			},
			Container: &spec.Container{Image: "x", Args: []string{arg, "{{ outputs.n.path }}"}},
		})
		var all strings.Builder
		for _, p := range problems {
			all.WriteString(p.Path.String() + ": " + p.Detail + "\n")
		}
		text := all.String()
		if want == "" && text != "" || !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q", arg, text, want)
		}
	}
}
