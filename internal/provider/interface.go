package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

type inputModel struct {
	Type          types.String `tfsdk:"type"`
	Description   types.String `tfsdk:"description"`
	Default       types.String `tfsdk:"default"`
	Optional      types.Bool   `tfsdk:"optional"`
	AllowedValues types.List   `tfsdk:"allowed_values"`
}

type outputModel struct {
	Type        types.String `tfsdk:"type"`
	Description types.String `tfsdk:"description"`
}

type refModel struct {
	Kind      types.String `tfsdk:"kind"`
	Namespace types.String `tfsdk:"namespace"`
	Name      types.String `tfsdk:"name"`
	Version   types.String `tfsdk:"version"`
	Inputs    types.Map    `tfsdk:"inputs"`
	Outputs   types.Map    `tfsdk:"outputs"`
}

var (
	inputType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"type": types.StringType, "description": types.StringType, "default": types.StringType,
		"optional": types.BoolType, "allowed_values": types.ListType{ElemType: types.StringType},
	}}
	outputType = types.ObjectType{AttrTypes: map[string]attr.Type{"type": types.StringType, "description": types.StringType}}
)

// refAttributeTypes is the type of a ref: what a task, a run and a schedule take.
func refAttributeTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"kind": types.StringType, "namespace": types.StringType, "name": types.StringType, "version": types.StringType,
		"inputs": types.MapType{ElemType: inputType}, "outputs": types.MapType{ElemType: outputType},
	}
}

const typeDescription = "`string`, `integer`, `float`, `boolean`, `list`, `list(T)`, `struct`, or an artifact: `Artifact`, `Dataset`, `Model`, `Metrics`, `ClassificationMetrics`, `HTML`, `Markdown`."

func inputAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"type":        schema.StringAttribute{Required: true, MarkdownDescription: typeDescription, Validators: []validator.String{typeValidator{}}},
		"description": schema.StringAttribute{Optional: true, MarkdownDescription: "What it is."},
		"default": schema.StringAttribute{Optional: true,
			MarkdownDescription: "Value where none is given, as text: a string as it is, everything else as JSON (`10`, `true`, `jsonencode([1, 2])`). Default: none, so that a value is required."},
		"optional": schema.BoolAttribute{Optional: true,
			MarkdownDescription: "May be left out though it has no default; a Python function then gets `None`. Default: `false`."},
		"allowed_values": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "The only values that it takes, as text. Default: any."},
	}
}

func outputAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"type":        schema.StringAttribute{Required: true, MarkdownDescription: typeDescription, Validators: []validator.String{typeValidator{}}},
		"description": schema.StringAttribute{Optional: true, MarkdownDescription: "What it is."},
	}
}

// typeValidator refuses what is not a type.
type typeValidator struct{}

func (typeValidator) Description(context.Context) string {
	return "a type of a parameter or an artifact"
}
func (v typeValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (typeValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := spec.ParseType(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Unknown type", err.Error())
	}
}

// inputsSpec reads declared inputs.
func inputsSpec(ctx context.Context, m types.Map, t *texts) map[string]spec.Input {
	models := map[string]inputModel{}
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	t.diags.Append(m.ElementsAs(ctx, &models, false)...)
	inputs := make(map[string]spec.Input, len(models))
	for name, model := range models {
		in := spec.Input{
			Type: t.typ(model.Type), Description: t.one(model.Description),
			Optional: model.Optional.ValueBool(), AllowedValues: t.list(ctx, model.AllowedValues),
		}
		if model.Optional.IsUnknown() {
			t.unknown = true
		}
		if !model.Default.IsNull() {
			text := t.one(model.Default)
			in.Default = &text
		}
		inputs[name] = in
	}
	return inputs
}

// outputsSpec reads declared outputs.
func outputsSpec(ctx context.Context, m types.Map, t *texts) map[string]spec.Output {
	models := map[string]outputModel{}
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	t.diags.Append(m.ElementsAs(ctx, &models, false)...)
	outputs := make(map[string]spec.Output, len(models))
	for name, model := range models {
		outputs[name] = spec.Output{Type: t.typ(model.Type), Description: t.one(model.Description)}
	}
	return outputs
}

// typ reads a type in its canonical spelling. One that is unknown or wrong is Any: the validator has refused it.
func (t *texts) typ(v types.String) spec.Type {
	if v.IsUnknown() {
		t.unknown = true
		return spec.Any
	}
	parsed, err := spec.ParseType(v.ValueString())
	if err != nil {
		return spec.Any
	}
	return parsed
}

func optionalString(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

func inputsValue(ctx context.Context, inputs map[string]spec.Input) (types.Map, diag.Diagnostics) {
	models := make(map[string]inputModel, len(inputs))
	var diags diag.Diagnostics
	for name, in := range inputs {
		model := inputModel{Type: types.StringValue(string(in.Type)), Description: optionalString(in.Description), AllowedValues: types.ListNull(types.StringType)}
		if in.Default != nil {
			model.Default = types.StringValue(*in.Default)
		}
		if in.Optional {
			model.Optional = types.BoolValue(true)
		}
		if in.AllowedValues != nil {
			list, ds := types.ListValueFrom(ctx, types.StringType, in.AllowedValues)
			diags.Append(ds...)
			model.AllowedValues = list
		}
		models[name] = model
	}
	m, ds := types.MapValueFrom(ctx, inputType, models)
	diags.Append(ds...)
	return m, diags
}

func outputsValue(ctx context.Context, outputs map[string]spec.Output) (types.Map, diag.Diagnostics) {
	models := make(map[string]outputModel, len(outputs))
	for name, o := range outputs {
		models[name] = outputModel{Type: types.StringValue(string(o.Type)), Description: optionalString(o.Description)}
	}
	return types.MapValueFrom(ctx, outputType, models)
}

// refObject is a ref as an attribute; the version alone may be unknown.
func refObject(ctx context.Context, r spec.Ref, versionKnown bool) (types.Object, diag.Diagnostics) {
	inputs, diags := inputsValue(ctx, r.Inputs)
	outputs, ds := outputsValue(ctx, r.Outputs)
	diags.Append(ds...)
	model := refModel{
		Kind: types.StringValue(string(r.Kind)), Namespace: types.StringValue(r.Namespace), Name: types.StringValue(r.Name),
		Version: types.StringValue(r.Version), Inputs: inputs, Outputs: outputs,
	}
	if !versionKnown {
		model.Version = types.StringUnknown()
	}
	object, ds := types.ObjectValueFrom(ctx, refAttributeTypes(), model)
	diags.Append(ds...)
	return object, diags
}

// refFromObject reads a ref. known is false while nothing of it is known; an unknown version is empty.
func refFromObject(ctx context.Context, o types.Object) (ref spec.Ref, known bool, diags diag.Diagnostics) {
	if o.IsNull() || o.IsUnknown() {
		return spec.Ref{}, false, nil
	}
	var m refModel
	diags.Append(o.As(ctx, &m, objectOptions)...)
	t := texts{diags: &diags}
	ref = spec.Ref{
		Kind: spec.Kind(m.Kind.ValueString()), Namespace: t.one(m.Namespace), Name: t.one(m.Name), Version: m.Version.ValueString(),
		Interface: spec.Interface{Inputs: inputsSpec(ctx, m.Inputs, &t), Outputs: outputsSpec(ctx, m.Outputs, &t)},
	}
	return ref, !m.Inputs.IsUnknown() && !m.Outputs.IsUnknown(), diags
}
