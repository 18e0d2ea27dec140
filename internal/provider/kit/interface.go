package kit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
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

var (
	InputType = types.ObjectType{AttrTypes: map[string]attr.Type{
		"type": types.StringType, "description": types.StringType, "default": types.StringType,
		"optional": types.BoolType, "allowed_values": types.ListType{ElemType: types.StringType},
	}}
	OutputType = types.ObjectType{
		AttrTypes: map[string]attr.Type{"type": types.StringType, "description": types.StringType},
	}
)

// RefAttributeTypes is the type of a ref: what a task, a run and a schedule take. The signature carries the interface,
// so that a caller is checked before there is a version.
func RefAttributeTypes() map[string]attr.Type {
	return map[string]attr.Type{"signature": types.StringType, "version": types.StringType}
}

// RefDescription says what a ref holds.
const RefDescription = "`signature`, one line that says what it is, takes and gives, and `version`."

const typeDescription = "`string`, `integer`, `float`, `boolean`, `list`, `list(T)` with another type for `T`, " +
	"`struct`, or an artifact: `Artifact`, `Dataset`, `Model`, `Metrics`, `ClassificationMetrics`, " +
	"`SlicedClassificationMetrics`, `HTML`, `Markdown`, or one with a title of its own, such as `acme.Scorecard`. `Artifact` " +
	"goes with any artifact."

// InputAttributes declare an input of a component, or a parameter of a pipeline.
func InputAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"type": schema.StringAttribute{
			Required: true, MarkdownDescription: "Type: " + typeDescription, Validators: []validator.String{typeValidator{}},
		},
		"description": schema.StringAttribute{Optional: true, MarkdownDescription: "What it is, in a few words."},
		"default": schema.StringAttribute{Optional: true,
			MarkdownDescription: "Value where none is given, as text: a string as it is, everything else as JSON (`10`, " +
				"`true`, `jsonencode([1, 2])`). Artifacts have none. Default: none, so that a value is required."},
		"optional": schema.BoolAttribute{Optional: true,
			MarkdownDescription: "Whether it may be left out though it has no default; a Python function then gets `None`. " +
				"Default: `false`."},
		"allowed_values": schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{NoNulls{}},
			MarkdownDescription: "The only values that it takes, as text in the way of `default`. Default: any value of the " +
				"type."},
	}
}

// OutputAttributes declare an output of a component.
func OutputAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"type": schema.StringAttribute{
			Required: true, MarkdownDescription: "Type: " + typeDescription, Validators: []validator.String{typeValidator{}},
		},
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
		text := Sentence(err.Error())
		if near := nearType(req.ConfigValue.ValueString()); near != "" {
			text = fmt.Sprintf("%q is not a type. %s", req.ConfigValue.ValueString(), problem.DidYouMean(near))
		}
		AddErrorAt(&resp.Diagnostics, req.Path, "Unknown type", text)
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

// InputsSpec reads declared inputs. One that is not known yet as a whole takes any value, so that nothing that uses it
// is called wrong.
func InputsSpec(ctx context.Context, m types.Map, t *Reader) map[string]spec.Input {
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
			Type: t.typ(model.Type), Description: t.Text(model.Description),
			Optional: t.Flag(model.Optional), AllowedValues: t.List(ctx, model.AllowedValues),
		}
		if !model.Default.IsNull() {
			text := t.Text(model.Default)
			in.Default = &text
		}
		inputs[name] = in
	}
	return inputs
}

// OutputsSpec reads declared outputs.
func OutputsSpec(ctx context.Context, m types.Map, t *Reader) map[string]spec.Output {
	models := interfaceElements[outputModel](ctx, m, t)
	if models == nil {
		return nil
	}
	outputs := make(map[string]spec.Output, len(models))
	for name, model := range models {
		outputs[name] = spec.Output{Type: spec.Any}
		if model != nil {
			outputs[name] = spec.Output{Type: t.typ(model.Type), Description: t.Text(model.Description)}
		}
	}
	return outputs
}

// interfaceElements reads a map of objects; those that are not known yet as a whole are nil. A map that is not known
// is no reason to call the rest unknown: the caller of a component can be checked without some of it.
func interfaceElements[M any](ctx context.Context, m types.Map, t *Reader) map[string]*M {
	if !IsKnown(m) {
		return nil
	}
	models := make(map[string]*M, len(m.Elements()))
	for name, v := range m.Elements() {
		models[name] = nil
		var model M
		if o, ok := v.(types.Object); ok && t.Object(ctx, o, &model) {
			models[name] = &model
		}
	}
	return models
}

// NewInputs writes inputs in the way that prior, the state or the configuration, writes them.
func NewInputs(ctx context.Context, inputs map[string]spec.Input, prior types.Map) (types.Map, diag.Diagnostics) {
	var diags diag.Diagnostics
	w := Writer{Diags: &diags}
	return nestedMap(ctx, w, types.MapType{ElemType: InputType}, inputs, prior, func(in spec.Input, old inputModel) inputModel {
		return inputModel{
			Type: typeText(in.Type, old.Type), Description: w.Text(
				in.Description, old.Description,
			), Default: types.StringPointerValue(in.Default),
			Optional: w.Flag(in.Optional, old.Optional), AllowedValues: w.List(ctx, in.AllowedValues, old.AllowedValues),
		}
	}), diags
}

// newOutputs writes outputs in the way that prior, the state or the configuration, writes them.
func newOutputs(ctx context.Context, outputs map[string]spec.Output, prior types.Map) (types.Map, diag.Diagnostics) {
	var diags diag.Diagnostics
	w := Writer{Diags: &diags}
	return nestedMap(ctx, w, types.MapType{ElemType: OutputType}, outputs, prior, func(o spec.Output, old outputModel) outputModel {
		return outputModel{Type: typeText(o.Type, old.Type), Description: w.Text(o.Description, old.Description)}
	}), diags
}

// typeText keeps a spelling that means the same type, such as "list( string )".
func typeText(t spec.Type, prior types.String) types.String {
	if parsed, err := spec.ParseType(prior.ValueString()); err == nil && parsed == t {
		return prior
	}
	return types.StringValue(string(t))
}

// List writes a list. An empty one may be a configuration's way of saying none.
func (w Writer) List(ctx context.Context, texts []string, prior types.List) types.List {
	switch {
	case len(texts) == 0 && Keeps(prior):
		return prior
	case len(texts) == 0:
		return types.ListNull(types.StringType)
	}
	l, diags := types.ListValueFrom(ctx, types.StringType, texts)
	w.Diags.Append(diags...)
	return l
}

// DerivedInputs writes inputs of an attribute that is computed where it is not configured: there is always a map, and
// what is configured stays as it is written, or Terraform would refuse the plan.
func DerivedInputs(
	ctx context.Context, inputs map[string]spec.Input, configured types.Map,
) (types.Map, diag.Diagnostics) {
	switch {
	case isPartlyKnown(configured):
		return configured, nil
	case len(inputs) == 0:
		return types.MapValueMust(InputType, nil), nil
	}
	return NewInputs(ctx, inputs, configured)
}

// DerivedOutputs does the same for outputs.
func DerivedOutputs(
	ctx context.Context, outputs map[string]spec.Output, configured types.Map,
) (types.Map, diag.Diagnostics) {
	switch {
	case isPartlyKnown(configured):
		return configured, nil
	case len(outputs) == 0:
		return types.MapValueMust(OutputType, nil), nil
	}
	return newOutputs(ctx, outputs, configured)
}

// isPartlyKnown reports whether a map is there, and something in it is not known yet.
func isPartlyKnown(m types.Map) bool { return !m.IsUnknown() && HasUnknown(m) }

// IsSettled reports whether all that a signature holds of declared inputs or outputs is known.
func IsSettled(declared types.Map) bool {
	if declared.IsUnknown() {
		return false
	}
	for _, v := range declared.Elements() {
		o, ok := v.(types.Object)
		if !ok || o.IsUnknown() {
			return false
		}
		for name, part := range o.Attributes() {
			if name != "description" && HasUnknown(part) {
				return false
			}
		}
	}
	return true
}

// RefObject is a ref as an attribute.
func RefObject(r spec.Ref) types.Object {
	return NewRef(types.StringValue(r.Signature()), types.StringValue(r.Version))
}

// PlannedRef is a ref of which the version may not be known yet, and is empty then, or the interface.
func PlannedRef(r spec.Ref, interfaceKnown bool) types.Object {
	signature, version := types.StringUnknown(), types.StringUnknown()
	if interfaceKnown && r.Namespace != spec.Unknown && r.Name != spec.Unknown {
		signature = types.StringValue(r.Signature())
	}
	if r.Version != "" {
		version = types.StringValue(r.Version)
	}
	return NewRef(signature, version)
}

// NewRef makes a ref as an attribute.
func NewRef(signature, version types.String) types.Object {
	return types.ObjectValueMust(RefAttributeTypes(), map[string]attr.Value{"signature": signature, "version": version})
}

// RefFromObject reads a ref. known is false while the interface is not known; a version that is not known is empty.
func RefFromObject(at path.Path, o types.Object) (ref spec.Ref, known bool, diags diag.Diagnostics) {
	if !IsKnown(o) {
		return spec.Ref{}, false, nil
	}
	signature, _ := o.Attributes()["signature"].(types.String)
	version, _ := o.Attributes()["version"].(types.String)
	if !version.IsUnknown() && version.ValueString() == "" {
		AddErrorAt(&diags, at.AtName("version"), "No version", "The ref has no version. "+UseRef)
	}
	if signature.IsUnknown() {
		return spec.Ref{}, false, diags
	}
	ref, err := spec.ParseSignature(signature.ValueString())
	if err != nil {
		AddErrorAt(&diags, at.AtName("signature"), "Invalid signature",
			fmt.Sprintf("%q is no signature of a component or a pipeline. At %s\n\n%s", signature.ValueString(), err, UseRef))
		return spec.Ref{}, false, diags
	}
	ref.Version = version.ValueString()
	return ref, true, diags
}

// UseRef is what to do about a ref that cannot be read.
const UseRef = "Nobody has to write one: give the ref of a resource or a data source, such as kfp_component.x.ref or " +
	"kfp_pipeline.x.ref."

// Ref keeps the prior ref if it points to the same.
func (w Writer) Ref(r spec.Ref, prior types.Object) types.Object {
	if r.Name == "" {
		return types.ObjectNull(RefAttributeTypes())
	}
	old, known, _ := RefFromObject(path.Root("component"), prior)
	if known && old.Kind == r.Kind && old.Name == r.Name && old.Version == r.Version {
		return prior
	}
	return RefObject(r)
}
