package kit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

// Writer writes what the engine knows as framework values. The engine has one value for nothing, a configuration
// several: null, "", {}, [] and false. Where nothing is written, the prior value stays if it meant nothing too, so that
// a configuration's way of saying so is no drift. A zero prior is null.
type Writer struct{ Diags *diag.Diagnostics }

// AttributeTypes are the types of attributes.
func AttributeTypes(attributes map[string]schema.Attribute) map[string]attr.Type {
	all := make(map[string]attr.Type, len(attributes))
	for name, a := range attributes {
		all[name] = a.GetType()
	}
	return all
}

// TypeAt returns the type of a nested attribute. Elements of maps and lists are gone through.
func TypeAt(t attr.Type, names ...string) attr.Type {
	for _, name := range names {
		if c, ok := t.(attr.TypeWithElementType); ok {
			t = c.ElementType()
		}
		t = ObjectTypes(t)[name]
	}
	return t
}

// ObjectTypes are the types of an object's attributes.
func ObjectTypes(t attr.Type) map[string]attr.Type {
	if o, ok := t.(attr.TypeWithAttributeTypes); ok {
		return o.AttributeTypes()
	}
	return nil
}

// ElementType is the type of the elements of a list, a set or a map.
func ElementType(t attr.Type) attr.Type {
	if c, ok := t.(attr.TypeWithElementType); ok {
		return c.ElementType()
	}
	return nil
}

// IsKnown reports whether a value is neither null nor unknown.
func IsKnown(v attr.Value) bool { return !v.IsNull() && !v.IsUnknown() }

// IsNothing reports whether a value means no more than null does.
func IsNothing(v attr.Value) bool {
	if !IsKnown(v) {
		return v.IsNull()
	}
	switch v := v.(type) {
	case types.Object:
		for _, a := range v.Attributes() {
			if !IsNothing(a) {
				return false
			}
		}
		return true
	case types.Map:
		for _, element := range v.Elements() {
			if !element.IsNull() {
				return false
			}
		}
		return true
	case types.List:
		return len(v.Elements()) == 0
	case types.Set:
		return len(v.Elements()) == 0
	case interface{ ValueString() string }:
		return v.ValueString() == ""
	}
	return false
}

// Keeps reports whether the prior value stays where nothing is written.
func Keeps(prior attr.Value) bool { return IsKnown(prior) && IsNothing(prior) }

// Text writes a text. An empty one may be a configuration's way of saying none.
func (w Writer) Text(text string, prior types.String) types.String {
	switch {
	case text != "":
		return types.StringValue(text)
	case Keeps(prior):
		return prior
	}
	return types.StringNull()
}

// TextIn writes a text in a notation. The prior one stays where it means the same: the framework would see to that, but
// the tasks of a pipeline go past it.
func TextIn[N Notation](text string, prior TextValue[N]) TextValue[N] {
	var n N
	switch {
	case text != "" && IsKnown(prior) && n.same(text, prior.ValueString()):
		return prior
	case text != "":
		return NewText[N](text)
	case Keeps(prior):
		return prior
	}
	return TextValue[N]{types.StringNull()}
}

// Flag writes a flag whose default is false.
func (w Writer) Flag(on bool, prior types.Bool) types.Bool {
	if !on && (prior.IsNull() || prior.IsUnknown()) {
		return types.BoolNull()
	}
	return types.BoolValue(on)
}

// Texts writes a map of texts. An empty one may be a configuration's way of saying none.
func (w Writer) Texts(ctx context.Context, t attr.Type, texts map[string]string, prior types.Map) types.Map {
	if len(texts) == 0 {
		if Keeps(prior) {
			return prior
		}
		return types.MapNull(ElementType(t))
	}
	m, diags := types.MapValueFrom(ctx, ElementType(t), texts)
	w.Diags.Append(diags...)
	return withPrior(ctx, m, prior)
}

// withPrior keeps what the prior map has in another notation, and adds the keys that it has as null, which means that
// they are not given.
func withPrior(ctx context.Context, m, prior types.Map) types.Map {
	elements := m.Elements()
	for key, v := range prior.Elements() {
		written, given := elements[key]
		if !given && v.IsNull() || given && meansTheSame(ctx, written, v) {
			elements[key] = v
		}
	}
	return types.MapValueMust(m.ElementType(ctx), elements)
}

// meansTheSame reports whether two texts are the same in a notation.
func meansTheSame(ctx context.Context, a, b attr.Value) bool {
	noted, ok := a.(basetypes.StringValuableWithSemanticEquals)
	other, also := b.(basetypes.StringValuable)
	if !ok || !also {
		return false
	}
	same, _ := noted.StringSemanticEquals(ctx, other)
	return same
}

// Set writes a set. An empty one is more than none: it replaces what defaults have.
func (w Writer) Set(ctx context.Context, texts []string, prior types.Set) types.Set {
	if texts == nil && Keeps(prior) {
		return prior
	}
	return w.exactSet(ctx, texts)
}

func (w Writer) exactSet(ctx context.Context, texts []string) types.Set {
	if texts == nil {
		return types.SetNull(types.StringType)
	}
	s, diags := types.SetValueFrom(ctx, types.StringType, texts)
	w.Diags.Append(diags...)
	return s
}

// Nested writes an object of type t. build gets the prior object, which is zero if there was none.
func Nested[S, M any](
	ctx context.Context, w Writer, t attr.Type, s *S, prior types.Object, build func(S, M) M,
) types.Object {
	if s == nil {
		if Keeps(prior) {
			return prior
		}
		return types.ObjectNull(ObjectTypes(t))
	}
	o, diags := types.ObjectValueFrom(ctx, ObjectTypes(t), build(*s, priorModel[M](ctx, w, prior)))
	w.Diags.Append(diags...)
	return o
}

// nestedMap writes a map of objects; priors are found by their key.
func nestedMap[S, M any](
	ctx context.Context, w Writer, t attr.Type, m map[string]S, prior types.Map, build func(S, M) M,
) types.Map {
	if len(m) == 0 {
		if Keeps(prior) {
			return prior
		}
		return types.MapNull(ElementType(t))
	}
	models := make(map[string]M, len(m))
	old := prior.Elements()
	for key, s := range m {
		models[key] = build(s, priorModel[M](ctx, w, old[key]))
	}
	out, diags := types.MapValueFrom(ctx, ElementType(t), models)
	w.Diags.Append(diags...)
	return out
}

func priorModel[M any](ctx context.Context, w Writer, prior attr.Value) M {
	var model M
	if o, ok := prior.(types.Object); ok && IsKnown(o) {
		w.Diags.Append(o.As(ctx, &model, ObjectOptions)...)
	}
	return model
}
