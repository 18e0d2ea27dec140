package pipeline

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
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

func TestTypesOfRefsAreThoseOfDeclarations(t *testing.T) {
	t.Parallel()
	if got := (types.ObjectType{AttrTypes: kit.AttributeTypes(kit.InputAttributes())}); !got.Equal(kit.InputType) {
		t.Errorf("inputs are declared as %v, refs hold %v", got, kit.InputType)
	}
	if got := (types.ObjectType{AttrTypes: kit.AttributeTypes(kit.OutputAttributes())}); !got.Equal(kit.OutputType) {
		t.Errorf("outputs are declared as %v, refs hold %v", got, kit.OutputType)
	}
}

// A ref that is handed on is the same ref, but for the descriptions, which no caller depends on.
func TestRefsSurvive(t *testing.T) {
	t.Parallel()
	in := map[string]spec.Input{
		"a": {Type: spec.Integer, Default: new("1"), AllowedValues: []string{"1"}, Description: "x", Optional: true},
	}
	out := map[string]spec.Output{"b": {Type: spec.Dataset, Description: "y"}}
	want := spec.Ref{
		Kind: spec.PipelineKind, Namespace: "n", Name: "p", Version: "v", Interface: spec.Interface{Inputs: in, Outputs: out},
	}
	for object, version := range map[*types.Object]string{new(kit.RefObject(want)): "v", new(kit.PlannedRef(want, true)): "v", new(kit.PlannedRef(without(want), true)): ""} {
		got, known, diags := kit.RefFromObject(path.Root("pipeline"), *object)
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
		types.ObjectUnknown(kit.RefAttributeTypes()), types.ObjectNull(kit.RefAttributeTypes()),
		kit.PlannedRef(ref, false), kit.PlannedRef(unnamed, true), kit.PlannedRef(elsewhere, true),
	} {
		if ref, known, diags := kit.RefFromObject(path.Root("pipeline"), o); known || ref.Name != "" || diags.HasError() {
			t.Errorf("%v: known %v, %v, %v", o, known, ref, diags)
		}
	}
}

// Whoever writes a ref by hand is told of both halves, at their paths.
func TestRefsByHand(t *testing.T) {
	t.Parallel()
	ref := kit.NewRef(types.StringValue("etl/load(rows Dataset) -> ()"), types.StringNull())
	_, known, diags := kit.RefFromObject(path.Root("tasks").AtMapKey("load").AtName("component"), ref)
	var got []string
	for _, d := range diags {
		got = append(got, d.Summary()+": "+d.Detail())
	}
	want := []string{
		`No version: tasks["load"].component.version: The ref has no version. ` + kit.UseRef,
		`Invalid signature: tasks["load"].component.signature: "etl/load(rows Dataset) -> ()" is no signature of a component or a pipeline. ` +
			`At column 15: ":" has to stand where "Dataset) -> ()" is. Write a colon and a type behind the name of an input.` + "\n\n" + kit.UseRef,
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
		return types.MapValueMust(
			kit.InputType, map[string]attr.Value{"a": types.ObjectValueMust(kit.InputType.AttrTypes, changed)},
		)
	}
	if !kit.IsSettled(declared("description", types.StringUnknown())) || !kit.IsSettled(types.MapNull(kit.InputType)) {
		t.Error("a description counts, or nothing does")
	}
	for _, m := range []types.Map{
		declared(
			"type", types.StringUnknown(),
		), declared("default", types.StringUnknown()), declared("optional", types.BoolUnknown()),
		declared("allowed_values", types.ListUnknown(types.StringType)),
		declared("allowed_values", types.ListValueMust(types.StringType, []attr.Value{types.StringUnknown()})),
		types.MapUnknown(kit.InputType), types.MapValueMust(
			kit.InputType, map[string]attr.Value{"a": types.ObjectUnknown(kit.InputType.AttrTypes)},
		),
	} {
		if kit.IsSettled(m) {
			t.Errorf("%v is not known", m)
		}
	}
}

// Terraform refuses a plan in which a declared value is written in another way than in the configuration.
func TestDeclarationsKeepTheirSpelling(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	prior := types.MapValueMust(kit.InputType, map[string]attr.Value{
		"a": types.ObjectValueMust(kit.InputType.AttrTypes, map[string]attr.Value{
			"type": types.StringValue(" list( string )"), "description": types.StringValue(""), "default": types.StringValue(""),
			"optional": types.BoolValue(false), "allowed_values": types.ListValueMust(types.StringType, nil),
		}),
	})
	var diags diag.Diagnostics
	inputs := kit.InputsSpec(ctx, prior, &kit.Reader{Diags: &diags})
	if inputs["a"].Type != "list(string)" {
		t.Errorf("read %v", inputs)
	}
	got, more := kit.DerivedInputs(ctx, inputs, prior)
	if diags.Append(more...); !got.Equal(prior) || diags.HasError() {
		t.Errorf("got %v, %v", got, diags)
	}
	changed := inputs["a"]
	changed.Type, changed.Description, changed.Optional, changed.Default = spec.String, "x", true, nil
	got, _ = kit.NewInputs(ctx, map[string]spec.Input{"a": changed}, prior)
	if diff := cmp.Diff(map[string]spec.Input{"a": changed}, kit.InputsSpec(ctx, got, &kit.Reader{Diags: &diags})); diff != "" {
		t.Errorf("a change is lost (-want +got):\n%s", diff)
	}
	declared := types.MapValueMust(kit.OutputType, map[string]attr.Value{
		"o": types.ObjectValueMust(
			kit.OutputType.AttrTypes,
			map[string]attr.Value{"type": types.StringValue("Dataset "), "description": types.StringValue("")},
		),
	})
	got, _ = kit.DerivedOutputs(ctx, kit.OutputsSpec(ctx, declared, &kit.Reader{Diags: &diags}), declared)
	if !got.Equal(declared) {
		t.Errorf("got %v", got)
	}
}

func TestNoInputsAreNullOrEmpty(t *testing.T) {
	t.Parallel()
	null, _ := kit.NewInputs(t.Context(), nil, types.MapNull(kit.InputType))
	empty, _ := kit.DerivedInputs(t.Context(), nil, types.MapUnknown(kit.InputType))
	if !null.IsNull() || empty.IsNull() || len(empty.Elements()) != 0 {
		t.Errorf("got %v and %v", null, empty)
	}
}
