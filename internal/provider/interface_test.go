package provider

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func TestTypesOfRefsAreThoseOfDeclarations(t *testing.T) {
	t.Parallel()
	if got := (types.ObjectType{AttrTypes: attributeTypes(inputAttributes())}); !got.Equal(inputType) {
		t.Errorf("inputs are declared as %v, refs hold %v", got, inputType)
	}
	if got := (types.ObjectType{AttrTypes: attributeTypes(outputAttributes())}); !got.Equal(outputType) {
		t.Errorf("outputs are declared as %v, refs hold %v", got, outputType)
	}
}

// A ref that is handed on is the same ref, but for the descriptions, which no caller depends on.
func TestRefsSurvive(t *testing.T) {
	t.Parallel()
	in := map[string]spec.Input{"a": {Type: spec.Integer, Default: new("1"), AllowedValues: []string{"1"}, Description: "x", Optional: true}}
	out := map[string]spec.Output{"b": {Type: spec.Dataset, Description: "y"}}
	want := spec.Ref{Kind: spec.PipelineKind, Namespace: "n", Name: "p", Version: "v", Interface: spec.Interface{Inputs: in, Outputs: out}}
	for object, version := range map[*types.Object]string{new(refObject(want)): "v", new(plannedRef(want, true)): "v", new(plannedRef(without(want), true)): ""} {
		got, known, diags := refFromObject(path.Root("pipeline"), *object)
		if !known || diags.HasError() {
			t.Fatalf("known: %v, %v", known, diags)
		}
		want := want
		want.Version = version // the interface is known all the same
		ignored := cmpopts.IgnoreFields(spec.Input{}, "Description")
		if diff := cmp.Diff(want, got, ignored, cmpopts.IgnoreFields(spec.Output{}, "Description")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func without(r spec.Ref) spec.Ref {
	r.Version = ""
	return r
}

func TestRefsThatAreNotKnown(t *testing.T) {
	t.Parallel()
	ref := spec.Ref{Namespace: "n", Name: "c"}
	unnamed := spec.Ref{Namespace: "n", Name: spec.Unknown, Version: "v"}
	elsewhere := spec.Ref{Namespace: spec.Unknown, Name: "c", Version: "v"}
	for _, o := range []types.Object{
		types.ObjectUnknown(refAttributeTypes()), types.ObjectNull(refAttributeTypes()),
		plannedRef(ref, false), plannedRef(unnamed, true), plannedRef(elsewhere, true),
	} {
		if ref, known, diags := refFromObject(path.Root("pipeline"), o); known || ref.Name != "" || diags.HasError() {
			t.Errorf("%v: known %v, %v, %v", o, known, ref, diags)
		}
	}
}

// Whoever writes a ref by hand is told of both halves, at their paths.
func TestRefsByHand(t *testing.T) {
	t.Parallel()
	ref := newRef(types.StringValue("etl/load(rows Dataset) -> ()"), types.StringNull())
	_, known, diags := refFromObject(path.Root("tasks").AtMapKey("load").AtName("component"), ref)
	var got []string
	for _, d := range diags {
		got = append(got, d.Summary()+": "+d.Detail())
	}
	want := []string{
		`No version: tasks["load"].component.version: The ref has no version. ` + useRef,
		`Invalid signature: tasks["load"].component.signature: "etl/load(rows Dataset) -> ()" is no signature of a component or a pipeline. ` +
			`At column 15: ":" has to stand where "Dataset) -> ()" is. Write a colon and a type behind the name of an input.` + "\n\n" + useRef,
	}
	if diff := cmp.Diff(want, got); diff != "" || known {
		t.Errorf("known: %v (-want +got):\n%s", known, diff)
	}
}

// What is declared and not known yet leaves the signature unknown, but for descriptions.
func TestWhatASignatureWaitsFor(t *testing.T) {
	t.Parallel()
	parts := map[string]attr.Value{
		"type": types.StringValue("string"), "description": types.StringUnknown(), "default": types.StringNull(), "optional": types.BoolNull(),
		"allowed_values": types.ListValueMust(types.StringType, []attr.Value{types.StringValue("x")}),
	}
	declared := func(name string, v attr.Value) types.Map {
		changed := maps.Clone(parts)
		changed[name] = v
		return types.MapValueMust(inputType, map[string]attr.Value{"a": types.ObjectValueMust(inputType.AttrTypes, changed)})
	}
	if !isSettled(declared("description", types.StringUnknown())) || !isSettled(types.MapNull(inputType)) {
		t.Error("a description counts, or nothing does")
	}
	for _, m := range []types.Map{
		declared("type", types.StringUnknown()), declared("default", types.StringUnknown()), declared("optional", types.BoolUnknown()),
		declared("allowed_values", types.ListUnknown(types.StringType)),
		declared("allowed_values", types.ListValueMust(types.StringType, []attr.Value{types.StringUnknown()})),
		types.MapUnknown(inputType), types.MapValueMust(inputType, map[string]attr.Value{"a": types.ObjectUnknown(inputType.AttrTypes)}),
	} {
		if isSettled(m) {
			t.Errorf("%v is not known", m)
		}
	}
}

// Terraform refuses a plan in which a declared value is written in another way than in the configuration.
func TestDeclarationsKeepTheirSpelling(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	prior := types.MapValueMust(inputType, map[string]attr.Value{
		"a": types.ObjectValueMust(inputType.AttrTypes, map[string]attr.Value{
			"type": types.StringValue(" list( string )"), "description": types.StringValue(""), "default": types.StringValue(""),
			"optional": types.BoolValue(false), "allowed_values": types.ListValueMust(types.StringType, nil),
		}),
	})
	var diags diag.Diagnostics
	inputs := inputsSpec(ctx, prior, &texts{diags: &diags})
	if inputs["a"].Type != "list(string)" {
		t.Errorf("read %v", inputs)
	}
	got, more := derivedInputs(ctx, inputs, prior)
	if diags.Append(more...); !got.Equal(prior) || diags.HasError() {
		t.Errorf("got %v, %v", got, diags)
	}
	changed := inputs["a"]
	changed.Type, changed.Description, changed.Optional, changed.Default = spec.String, "x", true, nil
	got, _ = newInputs(ctx, map[string]spec.Input{"a": changed}, prior)
	if diff := cmp.Diff(map[string]spec.Input{"a": changed}, inputsSpec(ctx, got, &texts{diags: &diags})); diff != "" {
		t.Errorf("a change is lost (-want +got):\n%s", diff)
	}
	declared := types.MapValueMust(outputType, map[string]attr.Value{
		"o": types.ObjectValueMust(outputType.AttrTypes, map[string]attr.Value{"type": types.StringValue("Dataset "), "description": types.StringValue("")}),
	})
	got, _ = derivedOutputs(ctx, outputsSpec(ctx, declared, &texts{diags: &diags}), declared)
	if !got.Equal(declared) {
		t.Errorf("got %v", got)
	}
}

func TestNoInputsAreNullOrEmpty(t *testing.T) {
	t.Parallel()
	null, _ := newInputs(t.Context(), nil, types.MapNull(inputType))
	empty, _ := derivedInputs(t.Context(), nil, types.MapUnknown(inputType))
	if !null.IsNull() || empty.IsNull() || len(empty.Elements()) != 0 {
		t.Errorf("got %v and %v", null, empty)
	}
}
