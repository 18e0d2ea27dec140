package spec_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func TestSignatures(t *testing.T) {
	t.Parallel()
	in := func(t spec.Type, value *string) spec.Input { return spec.Input{Type: t, Default: value} }
	for want, ref := range map[string]spec.Ref{
		`pipeline etl/"No.1"() -> ()`: {Kind: spec.PipelineKind, Name: "No.1"},
		`etl/nothing() -> ()`:         {Kind: spec.ComponentKind, Name: "nothing"},
		`pipeline etl/shop() -> (a: any, b?: Dataset)`: {Kind: spec.PipelineKind, Name: "shop", Interface: spec.Interface{
			Outputs: map[string]spec.Output{"b": {Type: spec.Dataset, Optional: true, Description: "Rows."}, "a": {Type: spec.ListOf(spec.Any)}},
		}},
		`etl/load(rows: Dataset, zeal: float, mode?: string in ["append", "replace"], table: string = "totals") -> ` +
			`(loaded: integer)`: {
			Kind: spec.ComponentKind, Name: "load", Interface: spec.Interface{
				Inputs: map[string]spec.Input{
					"rows": {Type: spec.Dataset, Description: "What to load."}, "table": in(spec.String, new("totals")),
					"mode": {Type: spec.String, Optional: true, AllowedValues: []string{"append", "replace"}},
					"zeal": in(spec.Float, nil),
				},
				Outputs: map[string]spec.Output{"loaded": {Type: spec.Integer}},
			},
		},
		// Values keep their text, and the line stays one.
		`etl/values(a: list(integer) = [1,  2], b: struct = "{\n\"x\": \"<\"}", c: string = "1\n\"<", d: string = "", ` +
			`e: integer = 1e3 in [1e3, " 2"], f?: boolean = true) -> ()`: {
			Kind: spec.ComponentKind, Name: "values", Interface: spec.Interface{Inputs: map[string]spec.Input{
				"a": in(spec.ListOf(spec.Integer), new("[1,  2]")), "b": in(spec.Struct, new("{\n\"x\": \"<\"}")),
				"c": in(spec.String, new("1\n\"<")), "d": in(spec.String, new("")),
				"e": {Type: spec.Integer, Default: new("1e3"), AllowedValues: []string{"1e3", " 2"}},
				"f": {Type: spec.Boolean, Default: new("true"), Optional: true},
			}},
		},
	} {
		ref.Namespace = "etl"
		if got := ref.Signature(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

var identifiers = rapid.StringMatching(`[A-Za-z][A-Za-z0-9_]{0,9}`)

// drawSignature draws what a signature can say: any interface that a component or a pipeline may have, without
// descriptions.
func drawSignature(t *rapid.T) spec.Ref {
	names := rapid.OneOf(rapid.StringMatching(`[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?`), rapid.String())
	types := rapid.Custom(func(t *rapid.T) spec.Type {
		all := append(append([]spec.Type{spec.Any, spec.FinalStatus}, spec.ParameterTypes...), spec.ArtifactTypes...)
		all = append(all, "acme.Scorecard", "google.Vertex_Model.v1")
		of := rapid.SampledFrom(all).Draw(t, "type")
		for range rapid.IntRange(0, 3).Draw(t, "lists") {
			if of != spec.Any {
				of = spec.ListOf(of)
			}
		}
		return of
	})
	values := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "1", "-1.50e+3", " 1", "true", "null", `"x"`, "[1, [2]]", "{ \"a\": {\"b\": \")\"} }", "[\n1]", "{}", ", in [",
		"a\\\"", "1 2", "\u2028",
	}))
	inputs := rapid.Custom(func(t *rapid.T) spec.Input {
		return spec.Input{
			Type: types.Draw(t, "type"), Default: rapid.Ptr(values, true).Draw(t, "default"),
			Optional:      rapid.Bool().Draw(t, "optional"),
			AllowedValues: rapid.SliceOfN(values, 0, 3).Draw(t, "allowed"),
		}
	})
	outputs := rapid.Custom(func(t *rapid.T) spec.Output {
		return spec.Output{Type: types.Draw(t, "type"), Optional: rapid.Bool().Draw(t, "maybe")}
	})
	return spec.Ref{
		Kind:      rapid.SampledFrom([]spec.Kind{spec.ComponentKind, spec.PipelineKind}).Draw(t, "kind"),
		Namespace: names.Draw(t, "namespace"), Name: names.Draw(t, "name"),
		Interface: spec.Interface{
			Inputs:  rapid.MapOfN(identifiers, inputs, 0, 5).Draw(t, "inputs"),
			Outputs: rapid.MapOfN(identifiers, outputs, 0, 3).Draw(t, "outputs"),
		},
	}
}

func TestSignaturesAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawSignature(t)
		text := want.Signature()
		if strings.ContainsAny(text, "\n\r\t") {
			t.Errorf("%q is more than a line", text)
		}
		got, err := spec.ParseSignature(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	})
}

// Somebody else may have written the object of a component: its signature can be read all the same.
func TestTypesThatNobodyCanWriteAreAny(t *testing.T) {
	t.Parallel()
	for of, want := range map[spec.Type]string{
		"": "any", "tensor": "any", "list(tensor)": "any", "a, b: string": "any", "list( string )": "list(string)",
	} {
		ref := spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "load", Interface: spec.Interface{
			Inputs:  map[string]spec.Input{"a": {Type: of, Default: new("1")}},
			Outputs: map[string]spec.Output{"b": {Type: of}},
		}}
		text := ref.Signature()
		if got, err := spec.ParseSignature(text); err != nil || string(got.Outputs["b"].Type) != want {
			t.Errorf("%q: %s: %v", of, text, err)
		}
	}
}

func TestWhatIsNoSignature(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                      `column 1: "" cannot be a namespace. Use at most 63 lower-case letters, digits and hyphens.`,
		"etl":                                   `column 4: it ends where "/" has to follow. Write namespace/name.`,
		"etl/Load() -> ()":                      `column 5: "Load" cannot be the name of a component or a pipeline. Use at most 52 lower-case letters, digits and hyphens.`,
		"etl/load":                              `column 9: it ends where "(" has to follow. Write the inputs in parentheses behind the name.`,
		"etl/load(a: string":                    `column 19: it ends where "," or ")" has to follow. Write a comma between two elements, and ) behind the last.`,
		"etl/load()":                            `column 11: it ends where "->" has to follow. Write -> and the outputs in parentheses behind the inputs; -> () is none.`,
		"etl/load(é: string)":                   `column 10: "é: string)" cannot name an input. Use at most 63 letters, digits and underscores, with a letter first.`,
		"etl/load(a string)":                    `column 12: ":" has to stand where "string)" is. Write a colon and a type behind the name of an input.`,
		"etl/load(a: str) -> ()":                `column 13: "str" is not a type; use one of string, integer,`,
		"etl/load(a: list(any))":                `column 13: "any" is not a type`,
		"etl/load() -> () x":                    `column 18: there is more behind the outputs: "x". Remove it.`,
		"etl/load() -> (a: Any)":                `column 19: "Any" is not a type`,
		"etl/load(a: string = x)":               `column 22: no value can be read from "x)": invalid character 'x'`,
		"etl/load(a: string = 1)":               `column 22: 1 is no string. Write it in quotes.`,
		"etl/load(a: string, a: float) -> ()":   `column 21: "a" names an input a second time. Remove one of the two.`,
		"etl/load(a: string in \"x\") -> ()":    `column 23: "[" has to stand where`,
		"etl/load() -> (a: float, a: float)":    `column 26: "a" names an output a second time`,
		"etl/load(a: string = \"é\" = 1) -> ()": `column 26: "," or ")" has to stand where "= 1) -> ()" is`,
	} {
		_, err := spec.ParseSignature(text)
		var wrong *spec.SignatureError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// A signature that a person writes may have other spaces and another order.
func TestSignaturesByHand(t *testing.T) {
	t.Parallel()
	got, err := spec.ParseSignature(" pipeline etl/x( b:string=\"1\"in[\"1\"] ,a : float\n)->( )\n")
	if err != nil {
		t.Fatal(err)
	}
	if want := `pipeline etl/x(a: float, b: string = "1" in ["1"]) -> ()`; got.Signature() != want {
		t.Errorf("got  %s\nwant %s", got.Signature(), want)
	}
}

func FuzzParseSignature(f *testing.F) {
	for _, seed := range []string{
		`etl/load(rows: Dataset, table: string = "totals", mode?: string in ["append"]) -> (loaded: integer)`,
		"pipeline a/b(x: list(list(float)) = [[1.5]]) -> ()", "a/b(x: struct = \"{\\n}\") -> (", "a/b(x: list(((", "a/b(x: string = \"", "a/b(é", "\xff/(", "a/b(x: float = 1e",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ref, err := spec.ParseSignature(text)
		var wrong *spec.SignatureError
		switch {
		case err == nil:
			again, err := spec.ParseSignature(ref.Signature())
			if diff := cmp.Diff(ref, again, cmpopts.EquateEmpty()); diff != "" || err != nil {
				t.Errorf("%q is read as %q: %v\n%s", text, ref.Signature(), err, diff)
			}
		case !errors.As(err, &wrong), wrong.Reason == "", wrong.Remedy == "",
			wrong.Column < 1, wrong.Column > utf8.RuneCountInString(text)+1:
			t.Errorf("%q: %#v", text, err)
		}
	})
}
