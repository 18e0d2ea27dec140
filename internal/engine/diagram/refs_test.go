package diagram

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
)

func TestTemplateRefs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []reference
	}{
		{"plain tasks.a.output", nil},
		{"{{ tasks.a.output }}", []reference{{"tasks", "a", "output"}}},
		{"{{ tasks.a.outputs.x }} and {{parameters.p}}", []reference{{"tasks", "a", "outputs.x"}, {"parameters", "p", ""}}},
		{"{{ tasks.a.outputs.x.field[0] }}", []reference{{"tasks", "a", "outputs.x"}}},
		{
			`{{ tasks["a-b"].output ?? tasks['c'].outputs["d"] }}`,
			[]reference{{"tasks", "a-b", "output"}, {"tasks", "c", "outputs.d"}},
		},
		{"{{ tasks?.a?.output }}", []reference{{"tasks", "a", "output"}}},
		{"{{ tasks . a . status }}", []reference{{"tasks", "a", "status"}}},
		{`{{ "tasks.a.output" + 'parameters.p' }}`, nil},
		{`{{ "}}" + tasks.a.output }}`, []reference{{"tasks", "a", "output"}}},
		{`{{ {"k": {"l": tasks.a.output}} }}`, []reference{{"tasks", "a", "output"}}},
		{
			`{{ {"k": {"l": 1}}.k.l + tasks.a.output }} {{ parameters.p }}`,
			[]reference{{"tasks", "a", "output"}, {"parameters", "p", ""}},
		},
		{"{{ each.value.tasks.a }}", nil},
		{"{{ mytasks.a.output + tasks2.b.output + 2tasks.c }}", nil},
		{"{{ [1..tasks.a.output] }}", []reference{{"tasks", "a", "output"}}},
		{"{{ tasks }} {{ tasks. }} {{ tasks[ }} {{ tasks[0].x }}", nil},
		{"{{ tasks.a.output", nil},
		{`{{ "unclosed }} {{ tasks.a.output }}`, nil},
		{"{{ tasks.日本語.output }}", []reference{{"tasks", "日本語", "output"}}},
	} {
		got := templateRefs(c.text)
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(reference{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

// The lexer must find what the expression language finds.
func TestRefsAreThoseOfTheLanguage(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"tasks.a.output", "tasks.a.outputs.x + parameters.p", "tasks.heads.output ?? tasks.tails.output", "tasks.a.status " +
			"== 'Failed' && !parameters.flag",
		`len(tasks.a.outputs.list) > 3 ? parameters.x : "tasks.b.output"`, `tasks["a"].output`, "filter(tasks.a.output, " +
			"{# > parameters.low})",
		"map(parameters.list, {#.tasks})", "each.value.tasks", "tasks.a.outputs.x.field.deep", `{"tasks": parameters.tasks}`, "[tasks.a.output, tasks.b.output][0]",
		"tasks.a.output startsWith 'x' || tasks.b.output in parameters.list", "parameters.list[1:2]", "run.name + parameters.p",
	} {
		parsed, errs := expr.ParseExpression(text)
		if len(errs) > 0 {
			t.Errorf("%s: %v", text, errs)
			continue
		}
		var want, got []string
		for _, r := range parsed.References() {
			parts := strings.SplitN(r.Name, ".", 4)
			if parts[0] == "tasks" || parts[0] == "parameters" {
				want = append(want, strings.Join(parts[:min(2, len(parts))], "."))
			}
		}
		for _, r := range expressionRefs(text) {
			got = append(got, r.root+"."+r.name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-language +lexer):\n%s", text, diff)
		}
	}
}
