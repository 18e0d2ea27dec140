package expr_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// An input of a wrapper that stands for an absent output counts as absent inside.
func TestMarkedAbsence(t *testing.T) {
	t.Parallel()
	input := func(name string) string {
		return "inputs.parameters." + name + ` == "` + wire.Absent + `" ? nil : inputs.parameters.` + name
	}
	env := expr.Env{Own: map[string]expr.Var{
		"tasks.s.output": {Type: spec.String, Code: input("s"), Nullable: true},
		"tasks.n.output": {Type: spec.Integer, Code: input("n"), Nullable: true},
	}}
	absent := map[string]any{"inputs.parameters.s": wire.Absent, "inputs.parameters.n": wire.Absent}
	present := map[string]any{"inputs.parameters.s": wire.Encode("{{workflow.name}}"), "inputs.parameters.n": "4"}
	for _, tc := range []struct {
		text            string
		want            spec.Type
		absent, present string
	}{
		{"{{ tasks.s.output ?? 'none' }}", spec.String, "none", "{{workflow.name}}"},
		{"{{ (tasks.n.output ?? 1) + 1 }}", spec.Integer, "2", "5"},
		{"<{{ tasks.s.output ?? 'none' }}>", spec.String, "<none>", "<{{workflow.name}}>"},
		{"{{ tasks.s.output == nil }}", spec.Boolean, "true", "false"},
	} {
		tmpl, errs := expr.Parse(tc.text)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		code, err := tmpl.In(env).Compile(tc.want)
		if err != nil {
			t.Fatal(err)
		}
		for want, vars := range map[string]map[string]any{tc.absent: absent, tc.present: present} {
			if got, err := argo(code, vars); err != nil || wire.Decode(got) != want {
				t.Errorf("%s as %s: %q (%v), want %q", tc.text, code, got, err, want)
			}
		}
	}
}

func TestNoFailures(t *testing.T) {
	t.Parallel()
	env := expr.Env{
		Own: map[string]expr.Var{
			"run.failures": {Type: spec.ListOf(spec.Struct), Argo: "workflow.failures", Coding: expr.Quoted},
		},
	}
	for text, wants := range map[string][2]string{"{{ len(run.failures) }}": {"0", "1"}, "{{ run.failures }}": {"[]", `[{"displayName":"bad"}]`}} {
		tmpl, errs := expr.Parse(text)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		code, err := tmpl.In(env).Compile(spec.Any)
		if err != nil {
			t.Fatal(err)
		}
		for i, failures := range []string{`"null"`, `"[{\"displayName\":\"bad\"}]"`} {
			if got, err := argo(code, map[string]any{"workflow.failures": failures}); err != nil || wire.Decode(got) != wants[i] {
				t.Errorf("%s as %s: %q (%v), want %q", text, code, got, err, wants[i])
			}
		}
	}
}
