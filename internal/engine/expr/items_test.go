package expr_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// argoItem is what Argo's processItem makes of one item of withParam.
func argoItem(item wfv1.Item) map[string]any {
	vars := map[string]any{}
	switch item.GetType() {
	case wfv1.String:
		vars["item"] = item.GetStrVal()
	case wfv1.Map:
		for k, v := range item.GetMapVal() {
			vars["item."+k] = fmt.Sprintf("%v", v)
		}
		text, _ := json.Marshal(item.GetMapVal())
		vars["item"] = string(text)
	case wfv1.List:
		text, _ := json.Marshal(item.GetListVal())
		vars["item"] = string(text)
	default:
		vars["item"] = fmt.Sprintf("%v", item)
	}
	return vars
}

func TestLoops(t *testing.T) {
	t.Parallel()
	for _, s := range hostile {
		for _, c := range []struct {
			elem  spec.Type
			items []any
			text  string // over each.value
			want  spec.Type
			gives func(any) any
		}{
			{spec.String, []any{"a", s, "5", "true", "[1]", `{"a":1}`}, "each.value", spec.String, nil},
			{spec.Integer, []any{1, 9007199254740991, -3}, "each.value", spec.Integer, nil},
			{spec.Integer, []any{1, 2}, "each.value + 1", spec.Integer, func(v any) any { return v.(int) + 1 }},
			{spec.Float, []any{0.5, 2.0}, "each.value * 2", spec.Float, func(v any) any { return v.(float64) * 2 }},
			{spec.Boolean, []any{true, false}, "not each.value", spec.Boolean, func(v any) any { return !v.(bool) }},
			{spec.ListOf(spec.String), []any{[]any{"a", s}, []any{}}, "each.value", spec.ListOf(spec.String), nil},
			{
				spec.ListOf(spec.Integer), []any{[]any{1, 2}, []any{}}, "sum(each.value)", spec.Integer,
				func(v any) any { return len(v.([]any)) * 3 / 2 },
			},
			{spec.Struct, []any{
				map[string]any{"k": s, "item": 1}, map[string]any{"k": "x\ny\"z\\"},
			}, "each.value.k", spec.String, func(v any) any { return v.(map[string]any)["k"] }},
			{spec.Struct, []any{map[string]any{"k": s}}, "each.value", spec.Struct, nil},
			{spec.Any, []any{
				1.5, s, map[string]any{"k": s}, nil, true, []any{s},
			}, "toJSON(each.value)", spec.String, func(v any) any { text, _ := json.Marshal(v); return string(text) }},
			{spec.Any, []any{s, "5"}, "each.value", spec.String, nil},
			{
				spec.Any, []any{map[string]any{"k": s}}, "each.value.k", spec.String,
				func(v any) any { return v.(map[string]any)["k"] },
			},
		} {
			for _, indexed := range []bool{false, true} {
				checkLoop(t, c.elem, c.items, c.text, c.want, c.gives, indexed)
			}
		}
	}
}

func checkLoop(
	t *testing.T, elem spec.Type, items []any, text string, want spec.Type, gives func(any) any, indexed bool,
) {
	t.Helper()
	list := spec.ListOf(elem)
	if elem == spec.Any {
		list = spec.List
	}
	w := newWorld().add("parameters.items", list, "inputs.parameters.items", items)
	constant, err := wire.Marshal(items)
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{"{{ parameters.items }}", "{{ filter(parameters.items, true) }}", expr.Quote(constant)} {
		compiled, err := parse(t, source).In(w.env).CompileItems(elem, indexed)
		if err != nil {
			t.Fatal(err)
		}
		if back, ok := expr.NewDecompiler(w.env).Items(compiled, elem, indexed); !ok || back != source {
			t.Errorf("%s decompiles to %q, want %q", compiled, back, source)
		}
		withParam, err := argo(compiled, w.argo)
		if err != nil {
			t.Fatalf("%s: %v", compiled, err)
		}
		var expanded []wfv1.Item
		if err := json.Unmarshal([]byte(withParam), &expanded); err != nil || len(expanded) != len(items) {
			t.Fatalf("%s gives %s: %v", compiled, withParam, err)
		}
		value, index := expr.ItemVars(elem, indexed)
		env := expr.Env{Shared: map[string]expr.Var{"each.value": value}}
		if indexed {
			env.Shared["each.index"] = index
		}
		for i, item := range expanded {
			checkItem(t, env, argoItem(item), text, want, gives, items[i])
			if indexed {
				checkItem(t, env, argoItem(item), "each.index + 1", spec.Integer, func(any) any { return i + 1 }, nil)
			}
		}
	}
}

func checkItem(
	t *testing.T, env expr.Env, vars map[string]any, text string, want spec.Type, gives func(any) any, item any,
) {
	t.Helper()
	tmpl := parse(t, "{{ "+text+" }}")
	if _, errs := tmpl.In(env).Check(want); len(errs) > 0 {
		t.Fatalf("%s: %v", text, errs)
	}
	compiled, err := tmpl.In(env).Compile(want)
	if err != nil {
		t.Fatal(err)
	}
	value, err := argo(compiled, vars)
	if err == nil {
		value, err = arrive(value)
	}
	if err != nil {
		t.Fatalf("%s with %v: %v", compiled, vars, err)
	}
	if gives != nil {
		item = gives(item)
	}
	if got := received(t, value, want); !reflect.DeepEqual(asJSON(got), asJSON(item)) {
		t.Errorf("%s compiles to %s, with %q gives %#v, want %#v", text, compiled, vars["item"], got, item)
	}
}
