package provider

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

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

var knownTypes = append(append([]spec.Type{spec.ListOf(spec.ListOf(spec.Integer)), spec.ListOf(spec.Dataset)}, spec.ParameterTypes...), spec.ArtifactTypes...)

// drawRef draws a ref with types that exist; an input without allowed values has nil.
func drawRef(t *rapid.T) spec.Ref {
	var r spec.Ref
	draw(t, reflect.ValueOf(&r).Elem(), "ref")
	for name, in := range r.Inputs {
		in.Type = rapid.SampledFrom(knownTypes).Draw(t, "type")
		if len(in.AllowedValues) == 0 {
			in.AllowedValues = nil
		}
		r.Inputs[name] = in
	}
	for name, o := range r.Outputs {
		o.Type = rapid.SampledFrom(knownTypes).Draw(t, "type")
		r.Outputs[name] = o
	}
	return r
}

func TestRefsSurvive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawRef(t)
		versionKnown := rapid.Bool().Draw(t, "version known")
		o, diags := refObject(t.Context(), want, versionKnown)
		if o.Attributes()["version"].IsUnknown() == versionKnown {
			t.Errorf("version is %v", o.Attributes()["version"])
		}
		got, known, more := refFromObject(t.Context(), o)
		if diags.Append(more...); diags.HasError() || !known {
			t.Fatalf("known: %v, %v", known, diags)
		}
		if !versionKnown {
			want.Version = "" // the interface is known all the same
		}
		if want.Inputs == nil {
			want.Inputs = map[string]spec.Input{}
		}
		if want.Outputs == nil {
			want.Outputs = map[string]spec.Output{}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestRefsThatAreNotKnown(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for _, o := range []types.Object{types.ObjectUnknown(refAttributeTypes()), types.ObjectNull(refAttributeTypes())} {
		if ref, known, diags := refFromObject(ctx, o); known || ref.Name != "" || diags.HasError() {
			t.Errorf("%v: known %v, %v, %v", o, known, ref, diags)
		}
	}
	in := map[string]spec.Input{"a": {Type: spec.Integer, Default: new("1"), AllowedValues: []string{"1"}, Description: "x", Optional: true}}
	whole, _ := refObject(ctx, spec.Ref{Kind: spec.ComponentKind, Namespace: "n", Name: "c", Version: "v", Interface: spec.Interface{Inputs: in}}, true)
	for _, v := range unknowns(ctx, t, whole)[1:] {
		o, _ := v.(types.Object)
		ref, known, diags := refFromObject(ctx, o)
		if diags.HasError() {
			t.Errorf("%v: %v", o, diags)
		}
		parts := o.Attributes()
		if want := !parts["inputs"].IsUnknown() && !parts["outputs"].IsUnknown(); known != want {
			t.Errorf("%v: known is %v", o, known)
		}
		// An input that is there stays, so that a task that gives it is not wrong.
		if _, there := ref.Inputs["a"]; known && !there {
			t.Errorf("%v: lost an input: %v", o, ref)
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
	got, more := newInputs(ctx, inputs, prior)
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
	got, _ = newOutputs(ctx, outputsSpec(ctx, declared, &texts{diags: &diags}), declared)
	if !got.Equal(declared) {
		t.Errorf("got %v", got)
	}
}

func TestNoInputsAreNullOrEmpty(t *testing.T) {
	t.Parallel()
	null, _ := newInputs(t.Context(), nil, types.MapNull(inputType))
	empty, _ := inputsValue(t.Context(), nil)
	if !null.IsNull() || empty.IsNull() || len(empty.Elements()) != 0 {
		t.Errorf("got %v and %v", null, empty)
	}
}
