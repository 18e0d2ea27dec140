package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
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

const typeDescription = "`string`, `integer`, `float`, `boolean`, `list`, `list(T)` with another type for `T`, `struct`, or an artifact: `Artifact`, `Dataset`, `Model`, `Metrics`, `ClassificationMetrics`, `HTML`, `Markdown`."

// inputAttributes declare an input of a component, or a parameter of a pipeline.
func inputAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"type":        schema.StringAttribute{Required: true, MarkdownDescription: "Type: " + typeDescription, Validators: []validator.String{typeValidator{}}},
		"description": schema.StringAttribute{Optional: true, MarkdownDescription: "What it is, in a few words."},
		"default": schema.StringAttribute{Optional: true,
			MarkdownDescription: "Value where none is given, as text: a string as it is, everything else as JSON (`10`, `true`, `jsonencode([1, 2])`). Artifacts have none. Default: none, so that a value is required."},
		"optional": schema.BoolAttribute{Optional: true,
			MarkdownDescription: "Whether it may be left out though it has no default; a Python function then gets `None`. Default: `false`."},
		"allowed_values": schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{noNulls{}},
			MarkdownDescription: "The only values that it takes, as text in the way of `default`. Default: any value of the type."},
	}
}

// outputAttributes declare an output of a component.
func outputAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"type":        schema.StringAttribute{Required: true, MarkdownDescription: "Type: " + typeDescription, Validators: []validator.String{typeValidator{}}},
		"description": schema.StringAttribute{Optional: true, MarkdownDescription: "What it is, in a few words."},
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
		text := sentence(err.Error())
		if near := nearType(req.ConfigValue.ValueString()); near != "" {
			text = fmt.Sprintf("%q is not a type. %s", req.ConfigValue.ValueString(), problem.DidYouMean(near))
		}
		addErrorAt(&resp.Diagnostics, req.Path, "Unknown type", text)
	}
}

// otherTypes are the names of types in Python, Terraform and JSON Schema.
var otherTypes = map[string]spec.Type{
	"int": spec.Integer, "int64": spec.Integer, "long": spec.Integer, "number": spec.Float, "double": spec.Float, "float64": spec.Float,
	"str": spec.String, "text": spec.String, "bool": spec.Boolean, "dict": spec.Struct, "map": spec.Struct, "object": spec.Struct, "json": spec.Struct,
	"array": spec.List, "set": spec.List, "tuple": spec.List, "file": spec.Artifact, "dataframe": spec.Dataset,
}

// nearType is the type that was probably meant, such as list(integer) by list[int]; empty: nobody knows.
func nearType(text string) string {
	name := strings.ToLower(strings.TrimSpace(text))
	outer, inner, nested := strings.Cut(strings.NewReplacer("[", "(", "]", ")").Replace(name), "(")
	outer = strings.TrimSpace(outer)
	if nested && (outer == string(spec.List) || otherTypes[outer] == spec.List) {
		inner = strings.TrimSuffix(inner, ")")
		if t, err := spec.ParseType(inner); err == nil {
			return string(spec.ListOf(t))
		}
		if near := nearType(inner); near != "" {
			return string(spec.ListOf(spec.Type(near)))
		}
		return string(spec.List)
	}
	if t, ok := otherTypes[outer]; ok {
		return string(t)
	}
	var known []string
	for _, t := range slices.Concat(spec.ParameterTypes, spec.ArtifactTypes) {
		known = append(known, string(t))
	}
	return problem.Nearest(outer, known)
}

// inputsSpec reads declared inputs. One that is not known yet as a whole takes any value, so that nothing that uses it
// is called wrong.
func inputsSpec(ctx context.Context, m types.Map, t *texts) map[string]spec.Input {
	models := interfaceElements[inputModel](ctx, m, t)
	if models == nil {
		return nil
	}
	inputs := make(map[string]spec.Input, len(models))
	for name, model := range models {
		if model == nil {
			inputs[name] = spec.Input{Type: spec.Any, Optional: true}
			continue
		}
		in := spec.Input{
			Type: t.typ(model.Type), Description: t.one(model.Description),
			Optional: t.flag(model.Optional), AllowedValues: t.list(ctx, model.AllowedValues),
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
	models := interfaceElements[outputModel](ctx, m, t)
	if models == nil {
		return nil
	}
	outputs := make(map[string]spec.Output, len(models))
	for name, model := range models {
		outputs[name] = spec.Output{Type: spec.Any}
		if model != nil {
			outputs[name] = spec.Output{Type: t.typ(model.Type), Description: t.one(model.Description)}
		}
	}
	return outputs
}

// interfaceElements reads a map of objects; those that are not known yet as a whole are nil. A map that is not known
// is no reason to call the rest unknown: the caller of a component can be checked without some of it.
func interfaceElements[M any](ctx context.Context, m types.Map, t *texts) map[string]*M {
	if !isKnown(m) {
		return nil
	}
	models := make(map[string]*M, len(m.Elements()))
	for name, v := range m.Elements() {
		models[name] = nil
		var model M
		if o, ok := v.(types.Object); ok && t.object(ctx, o, &model) {
			models[name] = &model
		}
	}
	return models
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

// newInputs writes inputs in the way that prior, the state or the configuration, writes them.
func newInputs(ctx context.Context, inputs map[string]spec.Input, prior types.Map) (types.Map, diag.Diagnostics) {
	var diags diag.Diagnostics
	w := values{&diags}
	return nestedMap(ctx, w, types.MapType{ElemType: inputType}, inputs, prior, func(in spec.Input, old inputModel) inputModel {
		return inputModel{
			Type: typeText(in.Type, old.Type), Description: w.text(in.Description, old.Description), Default: types.StringPointerValue(in.Default),
			Optional: w.flag(in.Optional, old.Optional), AllowedValues: w.list(ctx, in.AllowedValues, old.AllowedValues),
		}
	}), diags
}

// newOutputs writes outputs in the way that prior, the state or the configuration, writes them.
func newOutputs(ctx context.Context, outputs map[string]spec.Output, prior types.Map) (types.Map, diag.Diagnostics) {
	var diags diag.Diagnostics
	w := values{&diags}
	return nestedMap(ctx, w, types.MapType{ElemType: outputType}, outputs, prior, func(o spec.Output, old outputModel) outputModel {
		return outputModel{Type: typeText(o.Type, old.Type), Description: w.text(o.Description, old.Description)}
	}), diags
}

// typeText keeps a spelling that means the same type, such as "list( string )".
func typeText(t spec.Type, prior types.String) types.String {
	if parsed, err := spec.ParseType(prior.ValueString()); err == nil && parsed == t {
		return prior
	}
	return types.StringValue(string(t))
}

// list writes a list. An empty one may be a configuration's way of saying none.
func (w values) list(ctx context.Context, texts []string, prior types.List) types.List {
	switch {
	case len(texts) == 0 && keeps(prior):
		return prior
	case len(texts) == 0:
		return types.ListNull(types.StringType)
	}
	l, diags := types.ListValueFrom(ctx, types.StringType, texts)
	w.diags.Append(diags...)
	return l
}

// derivedInputs writes inputs of an attribute that is computed where it is not configured: there is always a map, and
// what is configured stays as it is written, or Terraform would refuse the plan.
func derivedInputs(ctx context.Context, inputs map[string]spec.Input, configured types.Map) (types.Map, diag.Diagnostics) {
	if len(inputs) == 0 {
		return types.MapValueMust(inputType, nil), nil
	}
	return newInputs(ctx, inputs, configured)
}

// derivedOutputs does the same for outputs.
func derivedOutputs(ctx context.Context, outputs map[string]spec.Output, configured types.Map) (types.Map, diag.Diagnostics) {
	if len(outputs) == 0 {
		return types.MapValueMust(outputType, nil), nil
	}
	return newOutputs(ctx, outputs, configured)
}

// inputsValue writes inputs in the engine's own spelling.
func inputsValue(ctx context.Context, inputs map[string]spec.Input) (types.Map, diag.Diagnostics) {
	return derivedInputs(ctx, inputs, types.MapNull(inputType))
}

// outputsValue writes outputs in the engine's own spelling.
func outputsValue(ctx context.Context, outputs map[string]spec.Output) (types.Map, diag.Diagnostics) {
	return derivedOutputs(ctx, outputs, types.MapNull(outputType))
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

// refFromObject reads a ref. known is false while the interface is not known; an unknown version is empty, an unknown
// name spec.Unknown.
func refFromObject(ctx context.Context, o types.Object) (ref spec.Ref, known bool, diags diag.Diagnostics) {
	if !isKnown(o) {
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
