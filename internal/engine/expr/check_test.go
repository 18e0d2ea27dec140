package expr_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func checkEnv() expr.Env {
	w := standardWorld("x")
	maps.Copy(w.env.Shared, map[string]expr.Var{
		"tasks.data.output":   {Type: spec.Dataset, Argo: "tasks.data.outputs.artifacts.x"},
		"tasks.data2.output":  {Type: spec.Dataset, Argo: "tasks.data2.outputs.artifacts.x", Nullable: true},
		"tasks.model.output":  {Type: spec.Model, Argo: "tasks.model.outputs.artifacts.x", Nullable: true},
		"tasks.any.output":    {Type: spec.Artifact, Argo: "tasks.any.outputs.artifacts.x", Nullable: true},
		"tasks.models.output": {Type: spec.ListOf(spec.Model), Argo: "tasks.models.outputs.artifacts.x"},
		"schedule.time":       {Type: spec.String, Argo: "workflow.scheduledTime", Coding: expr.Plain},
		"run.failures":        {Type: spec.ListOf(spec.Struct), Argo: "workflow.failures", Coding: expr.Quoted},
		"each.value":          {Type: spec.Any, Argo: "item", Coding: expr.JSON},
		"each.index":          {Type: spec.Integer, Code: `string(int(fromJSON(item)["index"]))`},
	})
	return w.env
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		want   spec.Type
		offset int
		says   string // parts of message and remedy, separated by |
	}{
		{"é{{ parameters.s", spec.String, 1, `no "}}" closes|{{ "{{" }}`},
		{"{{ parameters.s + 'a }}", spec.String, 18, "starts with ' here is not closed"},
		{"{{  }}", spec.String, 2, "empty"},
		{"x{{ parameters.m }}", spec.String, 4, "parameters has no m|parameters.n"},
		{"{{ parameter.s }}", spec.String, 3, "no name parameter|Did you mean \"parameters\"?"},
		{"{{ tasks.load_dta.output }}", spec.String, 3, "tasks has no load_dta|Did you mean \"tasks.load_data\"?"},
		{"{{ tasks.load_data.outpt }}", spec.String, 3, "tasks.load_data has no outpt|tasks.load_data.output"},
		{"{{ tasks.load_data }}", spec.String, 3, "tasks.load_data is not a value|tasks.load_data.output"},
		{"{{ parameters.s + 1 }}", spec.String, 16, "mismatched types string and integer|string()"},
		{"é {{ 1 + 2 ** }}", spec.String, 13, "ends too early"},
		{"{{ parameters.f }}", spec.Integer, 2, "gives float, and integer is wanted|int(…)"},
		{"{{ parameters.n / 2 }}", spec.Integer, 2, "division always gives a float"},
		{" {{ parameters.n }}", spec.Integer, 3, "makes the value a string|spaces"},
		{"{{ parameters.n }}", spec.String, 2, "string(…)"},
		{"{{ parameters.cfg }}", spec.String, 2, "toJSON(…)"},
		{"{{ parameters.s }}", spec.Boolean, 2, "Compare it"},
		{"{{ parameters.s }}", spec.ListOf(spec.String), 2, "fromJSON"},
		{"{{ parameters.texts }}", spec.ListOf(spec.Integer), 2, "gives list(string), and list(integer) is wanted"},
		{"{{ tasks.data.output }}", spec.Model, 2, "gives Dataset, and Model is wanted"},
		{"{{ tasks.data.output }}", spec.String, 2, "gives Dataset, and string is wanted"},
		{"{{ parameters.s }}", spec.Dataset, 2, "gives string, and Dataset is wanted"},
		{"a {{ tasks.data.output }}", spec.String, 4, "cannot be part of a text"},
		{"{{ string(tasks.data.output) }}", spec.String, 10, "artifact, which has no value"},
		{"some", spec.Dataset, 0, "takes the output of a task"},
		{"{{ now() }}", spec.Any, 3, "now cannot be used|schedule.time"},
		{"{{ sprig.upper(parameters.s) }}", spec.Any, 3, "sprig cannot be used"},
		{"{{ env('x') }}", spec.Any, 3, "env cannot be used"},
		{"{{ upperr(parameters.s) }}", spec.Any, 3, "Did you mean \"upper\"?"},
		{"{{ parameters.s.Format('x') }}", spec.Any, 16, "no functions of their own"},
		{"{{ format_time(schedule.time, '%Y') }}", spec.String, 30, "no part of a time"},
		{"{{ format_time(schedule.time, '2006', '1 day') }}", spec.String, 38, "not a duration"},
		{"{{ format_time(schedule.time) }}", spec.String, 3, "takes a time, a layout"},
		{"{{ let x = 1; x }}", spec.Any, 7, "let"},
		{"{{ b'x' }}", spec.Any, 3, "byte"},
		{"{{ parameters.opt + 'x' }}", spec.String, 3, "parameters.opt may be absent|parameters.opt ?? …"},
		{"{{ parameters.opt == nil ? parameters.opt + 'x' : '' }}", spec.String, 27, "parameters.opt may be absent"},
		{
			"{{ parameters.opt != nil || parameters.opt + 'x' == 'y' ? 'a' : 'b' }}", spec.String, 28,
			"parameters.opt may be absent",
		},
		{"a {{ parameters.opt }}", spec.String, 5, "parameters.opt may be absent"},
		{"{{ nil }}", spec.Any, 2, "gives nil"},
		{"{{ parameters.texts ?? 'x' }}", spec.String, 20, "Left of ?? is list(string), and right of it string|one type"},
		{"{{ parameters.texts ?? 'x' }}", spec.ListOf(spec.String), 20, "Left of ?? is"},
		{"x{{ parameters.cfg ?? 'x' }}", spec.String, 19, "Left of ?? is struct"},
		{"{{ parameters.n ?? 'x' }}", spec.Integer, 2, "gives string, and integer is wanted"},
		{"{{ parameters.n ?? 'x' }}", spec.String, 2, "gives integer, and string is wanted"},
		{"{{ parameters.yes ? parameters.texts : 'x' }}", spec.String, 2, "gives list(string), and string is wanted"},
		{"{{ (parameters.n ?? 'x') + 1 }}", spec.Integer, 17, "Left of ?? is integer, and right of it string"},
		{"{{ parameters.s // c }}", spec.Any, 16, "comments"},
		{"{{ parameters.yes and 1 }}", spec.Boolean, 18, "mismatched types boolean and integer"},
		{"{{ filter(parameters.ints, # + 1) }}", spec.List, 27, "should return boolean (got integer)"},
		{"ten", spec.Integer, 0, "is not an integer|digits"},
		{"1.0", spec.Integer, 0, "not written as an integer"},
		{"[1, 2.5]", spec.ListOf(spec.Integer), 0, "element 1 is \\\"2.5\\\"|not written as an integer"},
		{`[1, "x"]`, spec.ListOf(spec.Integer), 0, "element 1 is the string \\\"x\\\", not an integer"},
		{"[]", spec.Struct, 0, "it is a list, not a struct"},
		{"NaN", spec.Float, 0, "is not a float"},
		{"1e999", spec.Float, 0, "too large"},
		{"True", spec.Boolean, 0, "true or false"},
		{"{} {}", spec.Struct, 0, "is not a struct"},
	} {
		tmpl, errs := expr.Parse(c.text)
		if len(errs) == 0 {
			_, errs = tmpl.In(checkEnv()).Check(c.want)
		}
		if len(errs) == 0 {
			t.Errorf("%q is accepted", c.text)
			continue
		}
		whole := errs[0].Error()
		for part := range strings.SplitSeq(c.says, "|") {
			if part = strings.ReplaceAll(part, `\"`, `"`); !strings.Contains(whole, part) {
				t.Errorf("%q: %s does not say %q", c.text, whole, part)
			}
		}
		if errs[0].Offset != c.offset {
			t.Errorf("%q: offset %d, want %d: %s", c.text, errs[0].Offset, c.offset, whole)
		}
	}
}

func TestAllErrorsAreTold(t *testing.T) {
	t.Parallel()
	tmpl := parse(t, "{{ parameters.x }} {{ parameters.s + 1 }} {{ tasks.nope.output + parameters.y }}")
	if _, errs := tmpl.In(checkEnv()).Check(spec.String); len(errs) != 4 {
		t.Errorf("%d errors, want 4: %v", len(errs), errs)
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]spec.Type{
		"{{ tasks.data.output ?? tasks.data2.output }}":                 spec.Dataset,
		"{{ tasks.data2.output ?? tasks.model.output }}":                spec.Artifact,
		"{{ parameters.yes ? tasks.data.output : tasks.data2.output }}": spec.Dataset,
		"{{ tasks.any.output ?? tasks.data.output }}":                   spec.Artifact,
		"{{ tasks.data2.output ?? tasks.any.output }}":                  spec.Artifact,
		"{{ tasks.models.output }}":                                     spec.ListOf(spec.Model),
		"{{ each.value }}":                                              spec.Any,
		"{{ each.value.field[0].x }}":                                   spec.Any,
		"{{ each.index }}":                                              spec.Integer,
		"{{ run.failures[0].message }}":                                 spec.Any,
		"{{ parameters.n }}":                                            spec.Integer,
		"{{ [1, 2.5] }}":                                                spec.ListOf(spec.Float),
		"{{ ['a'] }}":                                                   spec.ListOf(spec.String),
		"{{ [1, 'a'] }}":                                                spec.List,
		"{{ map(parameters.grid, map(#, # + 1)) }}":                     spec.ListOf(spec.ListOf(spec.Integer)),
		"{{ parameters.grid[0] }}":                                      spec.ListOf(spec.Integer),
		"{{ first(parameters.texts) }}":                                 spec.String,
		"{{ format_time(schedule.time, '2006-01-02') }}":                spec.String,
		"{{ parameters.n ?? 1.5 }}":                                     spec.Float,
		"{{ parameters.texts[0:1] }}":                                   spec.ListOf(spec.String),
		"{{ parameters.s[0:1] }}":                                       spec.String,
	} {
		tmpl := parse(t, text)
		wanted := want
		got, errs := tmpl.In(checkEnv()).Check(wanted)
		if len(errs) > 0 || got != want {
			t.Errorf("%s is of type %s, want %s: %v", text, got, want, errs)
		}
	}
}

func TestConstants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want spec.Type
		wire string
	}{
		{
			"a{{b", spec.String, "a{␛{␛b",
		}, {
			"10", spec.Integer, "10",
		}, {" 10\n", spec.Integer, "10"}, {"123456789012345678901234567890", spec.Integer, "123456789012345678901234567890"},
		{"10", spec.Float, "10"}, {
			"1.50", spec.Float, "1.50",
		}, {
			"-0.5e3", spec.Float, "-0.5e3",
		}, {"true", spec.Boolean, "true"}, {`[ 1 , 2 ]`, spec.ListOf(spec.Integer), "[1,2]"},
		{
			`{"b": 1, "a": "{{x}}"}`, spec.Struct, `{"a":"{␛{␛x}}","b":1}`,
		}, {`[null, 1.5, "x"]`, spec.List, `[null,1.5,"x"]`}, {"[1, 2.5]", spec.ListOf(spec.Float), "[1,2.5]"},
		{"[[1],[]]", spec.ListOf(spec.ListOf(spec.Integer)), "[[1],[]]"}, {"anything {", spec.Any, "anything {"},
	} {
		if got, err := expr.Constant(c.text, c.want); err != nil || got != c.wire {
			t.Errorf("%q as %s travels as %q, want %q (%v)", c.text, c.want, got, c.wire, err)
		}
	}
	for text, want := range map[string]spec.Type{`["a","b"]`: spec.String, "[1,2]": spec.Integer, "[1,2.5]": spec.Float, `[1,"a"]`: spec.Any, "[]": spec.Any, "[[1],[2]]": spec.ListOf(spec.Integer), "[{}]": spec.Struct, "[null]": spec.Any} {
		if got, err := expr.ElementType(text); err != nil || got != want {
			t.Errorf("elements of %s are %s, want %s (%v)", text, got, want, err)
		}
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	tmpl := parse(
		t,
		`é {{ tasks.a.output ?? tasks.b.output.x ?? tasks.c.output }} {{ parameters["s"] + each.value.k[tasks.d.output] }} {{ (tasks.e.output ?? 'x') }} {{ run.name }}`,
	)
	want := []expr.Reference{
		{
			Name: "tasks.a.output", Offset: 5, Guarded: true, Choice: 1,
		}, {
			Name: "tasks.b.output.x", Offset: 23, Guarded: true, Choice: 1,
		}, {Name: "tasks.c.output", Offset: 43, Guarded: true, Choice: 1},
		{
			Name: "parameters.s", Offset: 64,
		}, {
			Name: "each.value.k", Offset: 82,
		}, {
			Name: "tasks.d.output", Offset: 95,
		}, {Name: "tasks.e.output", Offset: 118, Guarded: true}, {Name: "run.name", Offset: 147, Bare: true},
	}
	got := tmpl.References()
	if len(got) != len(want) {
		t.Fatalf("%d references: %+v", len(got), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("reference %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestExpressionsWithoutBraces(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"parameters.n > 1":               "int(inputs.parameters.n) > 1",
		" {{ parameters.n > 1 }} ":       "int(inputs.parameters.n) > 1",
		"parameters.yes":                 `inputs.parameters.yes == "true"`,
		"tasks.load_data.output == 'ok'": `tasks["load-data"].outputs?.parameters?.Output == "ok"`,
	} {
		tmpl, errs := expr.ParseExpression(text)
		if len(errs) > 0 {
			t.Fatalf("%q: %v", text, errs)
		}
		if _, errs := tmpl.In(checkEnv()).Check(spec.Boolean); len(errs) > 0 {
			t.Errorf("%q: %v", text, errs)
		}
		got, err := tmpl.In(checkEnv()).CompileExpression()
		if err != nil || got != want {
			t.Errorf("%q compiles to %s, want %s (%v)", text, got, want, err)
		}
		back, ok := expr.NewDecompiler(checkEnv()).Value(got, spec.Boolean)
		if canonical := tmpl.Canonical(expr.NewDecompiler(checkEnv())); !ok || back != canonical {
			t.Errorf("%s decompiles to %q, want %q", got, back, canonical)
		}
	}
	if _, errs := expr.ParseExpression("{{ parameters.n }} > 1"); len(errs) != 1 || !strings.Contains(errs[0].Remedy, "without {{ }}") {
		t.Errorf("errors: %v", errs)
	}
	if _, errs := expr.ParseExpression(""); len(errs) != 1 {
		t.Errorf("errors: %v", errs)
	}
}

func TestOutputsOfPipelines(t *testing.T) {
	t.Parallel()
	d := expr.NewDecompiler(checkEnv())
	for text, want := range map[string]string{
		"{{ tasks.data2.output ?? tasks.data.output }}": `tasks.data2.outputs?.artifacts?.x ?? tasks.data.outputs.artifacts.x`,
		"{{ tasks.count.output + 1 }}":                  `toJson(int(tasks.count.outputs?.parameters?.Output) + 1)`,
		"{{ tasks.gone_int.output ?? 5 }}":              `tasks["gone-int"].outputs?.parameters?.Output ?? toJson(5)`,
	} {
		tmpl := parse(t, text)
		got, errs := tmpl.In(checkEnv()).Check(spec.Any)
		if strings.Contains(text, "data") {
			got, errs = tmpl.In(checkEnv()).Check(spec.Dataset)
		}
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		compiled, err := tmpl.In(checkEnv()).CompileValueFrom(got)
		if err != nil || compiled != want {
			t.Errorf("%s compiles to %s, want %s (%v)", text, compiled, want, err)
		}
		if back, ok := d.ValueFrom(compiled, got); !ok || back != text {
			t.Errorf("%s decompiles to %q", compiled, back)
		}
	}
}

// A condition tells that an optional variable is there.
func TestOptionalsAreGuardedByConditions(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"{{ parameters.opt == nil ? '' : 'x' + parameters.opt }}", "{{ parameters.opt != nil ? parameters.opt + 'x' : '' }}",
		"{{ parameters.opt != nil && parameters.opt + 'x' == 'y' ? 'a' : 'b' }}",
		"{{ parameters.opt == nil || parameters.opt + 'x' == 'y' ? 'a' : 'b' }}",
		"{{ !(parameters.opt == nil) && parameters.n > 1 ? 'a' + parameters.opt : 'b' }}",
	} {
		parsed, errs := expr.Parse(text)
		if len(errs) == 0 {
			_, errs = parsed.In(checkEnv()).Check(spec.String)
		}
		if len(errs) > 0 {
			t.Errorf("%s: %v", text, errs)
		}
	}
}
