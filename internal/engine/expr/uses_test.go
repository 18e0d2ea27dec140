package expr_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

func TestReferences(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{{ a.b }}-{{ c['d'] }}":       "a.b c.d",
		"{{ a.x ?? b.x }}":             "a.x?1 b.x?1",
		"{{ a.x ?? (b.x ?? c.x) }}":    "a.x?1 b.x?1 c.x?1",
		"{{ a.x ?? 'none' }}":          "a.x?0",
		"{{ a.x ?? 'none' ?? b.x }}":   "a.x?0 b.x?0",
		"{{ (a.x + 1) ?? b.x }}":       "a.x b.x?0",
		"{{ a.x[b.i] ?? c.x }}":        "a.x?1 b.i c.x?1",
		"{{ a ?? b }} {{ c ?? d.e }}":  "a?1 b?1 c?2 d.e?2",
		"{{ len(a.x ?? b.x) }}":        "a.x?1 b.x?1",
		"{{ (c ? a.x : 'y') ?? b.x }}": "c a.x b.x?0",
	} {
		tmpl, errs := expr.Parse(text)
		if len(errs) > 0 {
			t.Errorf("%s: %v", text, errs)
			continue
		}
		var got []string
		for _, r := range tmpl.References() {
			name := r.Name()
			if r.Guarded {
				name += fmt.Sprintf("?%d", r.Choice)
			}
			got = append(got, name)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestElementType(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]spec.Type{
		`["a", "b"]`: spec.String, `[1, 2]`: spec.Integer, `[1, 2.5]`: spec.Float, `[1, "a"]`: spec.Any, `[]`: spec.Any,
		`[{"a": 1}]`: spec.Struct, `[[1], [2]]`: spec.ListOf(spec.Integer), `[[1], ["a"]]`: spec.List, `[true]`: spec.Boolean, `[null]`: spec.Any,
	} {
		if got, err := expr.ElementType(text); err != nil || got != want {
			t.Errorf("%s: %s (%v), want %s", text, got, err, want)
		}
	}
	if _, err := expr.ElementType(`{}`); err == nil {
		t.Error("a struct is taken for a list")
	}
}

// An input of a wrapper that stands for an absent output counts as absent inside.
func TestMarkedAbsence(t *testing.T) {
	t.Parallel()
	env := expr.Env{
		"tasks.s.output": {Type: spec.String, Argo: "inputs.parameters.s", Nullable: true, Marked: true},
		"tasks.n.output": {Type: spec.Integer, Argo: "inputs.parameters.n", Nullable: true, Marked: true},
	}
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
		code, err := tmpl.Compile(env, tc.want)
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

// What arrives in the container is the value, after the kubelet has made "$" of "$$".
func TestJSONEnv(t *testing.T) {
	t.Parallel()
	env := expr.Env{"parameters.s": {Type: spec.String, Argo: "inputs.parameters.s"}}
	for _, s := range hostile {
		for _, text := range []string{"{{ parameters.s }}", "a $HOME {{ parameters.s }}$(X)", expr.Quote(s)} {
			tmpl, errs := expr.Parse(text)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			code, err := tmpl.CompileJSONEnv(env)
			if err != nil {
				t.Fatal(err)
			}
			result, err := argo(`{"env": `+code+`}`, map[string]any{"inputs.parameters.s": wire.Encode(s)})
			if err != nil {
				t.Errorf("%s with %q: %v", text, s, err)
				continue
			}
			var doc map[string]string
			if err := json.Unmarshal([]byte(result), &doc); err != nil {
				t.Errorf("%s with %q: %s: %v", text, s, result, err)
				continue
			}
			want := strings.ReplaceAll(strings.ReplaceAll(text, "{{ parameters.s }}", s), "$", "$$")
			if text == expr.Quote(s) {
				want = strings.ReplaceAll(s, "$", "$$")
			}
			if doc["env"] != want {
				t.Errorf("%s with %q gives %q, want %q", text, s, doc["env"], want)
			}
		}
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	env := expr.Env{"s": {Type: spec.String, Argo: "inputs.parameters.s"}, "n": {Type: spec.Integer, Argo: "inputs.parameters.n"}}
	hash := func(s, n string, texts ...string) string {
		var all []*expr.Template
		for _, text := range texts {
			tmpl, errs := expr.Parse(text)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			all = append(all, tmpl)
		}
		code, err := expr.CompileHash(env, all...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := argo("{{="+code+"}}", map[string]any{"inputs.parameters.s": wire.Encode(s), "inputs.parameters.n": n})
		if err != nil {
			t.Fatalf("%v: %s: %v", texts, code, err)
		}
		return got
	}
	seen := map[string]string{}
	for _, s := range hostile {
		h := hash(s, "1", "s", "{{ s }}", "n", "{{ n + 1 }}", "a {{ s }}")
		if other, taken := seen[h]; taken || len(h) != 64 {
			t.Errorf("%q and %q have the hash %q", s, other, h)
		}
		seen[h] = s
	}
	if hash("a", "1", "{{ n }}") == hash("a", "2", "{{ n }}") || hash("a", "1", "x", "y") == hash("a", "1", "xy", "") {
		t.Error("different inputs have one hash")
	}
}

func TestNoFailures(t *testing.T) {
	t.Parallel()
	env := expr.Env{"run.failures": {Type: spec.ListOf(spec.Struct), Argo: "workflow.failures", Coding: expr.Quoted}}
	for text, wants := range map[string][2]string{"{{ len(run.failures) }}": {"0", "1"}, "{{ run.failures }}": {"[]", `[{"displayName":"bad"}]`}} {
		tmpl, errs := expr.Parse(text)
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		code, err := tmpl.Compile(env, spec.Any)
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
