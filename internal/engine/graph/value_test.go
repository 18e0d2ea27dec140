package graph_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A value that fits is data, whatever braces are in it. What is no value of its type, and looks like an expression, is
// told to be one.
func TestBracesInTheParametersOfARun(t *testing.T) {
	t.Parallel()
	const fits = ""
	for _, c := range []struct {
		typ        spec.Type
		text, want string
	}{
		{spec.String, "{{ run.name }}", fits},
		{spec.List, `["a", "{{workflow.name}}"]`, fits},
		{spec.ListOf(spec.String), `["{{ tasks.a.output }}"]`, fits},
		{spec.Struct, `{"a": {"b": "{{=1 + 1}}"}}`, fits},
		{spec.Integer, "{{ 1 + 1 }}", "Expressions are not possible here"},
		{spec.List, "{{ [1] }}", "Expressions are not possible here"},
		{spec.Boolean, "{{ true }}", "Expressions are not possible here"},
		{spec.Integer, "ten", `"ten" is not a`},
	} {
		ref := spec.Ref{
			Kind: spec.PipelineKind, Namespace: "etl", Name: "p",
			Interface: spec.Interface{Inputs: map[string]spec.Input{"x": {Type: c.typ}}},
		}
		found := graph.CheckRun(spec.Run{Namespace: "etl", Pipeline: ref, Parameters: map[string]string{"x": c.text}})
		switch {
		case c.want == fits && len(found) > 0:
			t.Errorf("%s %s: %v", c.typ, c.text, found)
		case c.want != fits && (len(found) != 1 || !strings.Contains(found[0].Detail, c.want)):
			t.Errorf("%s %s: want %q, got %v", c.typ, c.text, c.want, found)
		}
	}
}
