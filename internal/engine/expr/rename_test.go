package expr_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
)

func TestRename(t *testing.T) {
	t.Parallel()
	names := map[string]string{
		"tasks.loop": "tasks.train", "tasks.loop.outputs.train_model": "tasks.train.outputs.model", "parameters.x": "each.value",
	}
	for text, want := range map[string]string{
		"{{ tasks.loop.outputs.train_model }}":                     "{{ tasks.train.outputs.model }}",
		"{{ tasks.loop.status }}":                                  "{{ tasks.train.status }}",
		"a {{ tasks.loops.status }} tasks.loop":                    "a {{ tasks.loops.status }} tasks.loop",
		"{{ parameters.x.field + 'parameters.x' }}":                "{{ each.value.field + 'parameters.x' }}",
		"{{ parameters['x'][0] ?? other.parameters.x }}":           "{{ each.value[0] ?? other.parameters.x }}",
		"{{ map(tasks.loop.outputs.train_model, # + 1) }} and {{}": "{{ map(tasks.train.outputs.model, # + 1) }} and {{",
	} {
		parsed, errs := expr.Parse(text)
		if len(errs) > 0 {
			if want != "" && text[len(text)-2:] != "{}" {
				t.Errorf("%s: %v", text, errs)
			}
			continue
		}
		if got := parsed.Rename(names).String(); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	when, errs := expr.ParseExpression("tasks.loop.outputs.train_model > 1")
	if len(errs) > 0 || when.Rename(names).String() != "tasks.train.outputs.model > 1" {
		t.Errorf("%v %v", when, errs)
	}
}
