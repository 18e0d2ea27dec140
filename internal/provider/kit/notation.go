package kit

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Notation is a way of writing something as text in which different texts can mean the same, such as "60s" and "1m".
// The engine checks the texts; a notation only tells when a difference is none, so that it does not show as drift.
type Notation interface {
	// same reports whether two texts that differ mean the same. Texts that cannot be read mean nothing.
	same(a, b string) bool
}

// textType is the type of a string attribute in a notation.
type textType[N Notation] struct{ basetypes.StringType }

// TextValue is a string in a notation.
type TextValue[N Notation] struct{ basetypes.StringValue }

var (
	_ basetypes.StringTypable                    = DurationType{}
	_ basetypes.StringValuableWithSemanticEquals = DurationValue{}
)

// NewText returns a known value.
func NewText[N Notation](text string) TextValue[N] {
	return TextValue[N]{basetypes.NewStringValue(text)}
}

func (t textType[N]) Equal(o attr.Type) bool {
	_, ok := o.(textType[N])
	return ok
}

func (t textType[N]) String() string {
	var n N
	return fmt.Sprintf("provider.textType[%T]", n)
}

func (t textType[N]) ValueType(context.Context) attr.Value { return TextValue[N]{} }

func (t textType[N]) ValueFromString(
	_ context.Context, v basetypes.StringValue,
) (basetypes.StringValuable, diag.Diagnostics) {
	return TextValue[N]{v}, nil
}

func (t textType[N]) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	v, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	s, ok := v.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value of type %T", v)
	}
	return TextValue[N]{s}, nil
}

func (v TextValue[N]) Type(context.Context) attr.Type { return textType[N]{} }

func (v TextValue[N]) Equal(o attr.Value) bool {
	other, ok := o.(TextValue[N])
	return ok && v.StringValue.Equal(other.StringValue)
}

// StringSemanticEquals lets Terraform keep the prior text where the new one means the same.
func (v TextValue[N]) StringSemanticEquals(ctx context.Context, o basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, diags := o.ToStringValue(ctx)
	if v.IsNull() || v.IsUnknown() || other.IsNull() || other.IsUnknown() {
		return v.StringValue.Equal(other), diags
	}
	var n N
	a, b := v.ValueString(), other.ValueString()
	return a == b || n.same(a, b), diags
}

// SameAs reports whether two values mean the same; one that is not known means nothing.
func (v TextValue[N]) SameAs(ctx context.Context, o TextValue[N]) bool {
	same, _ := v.StringSemanticEquals(ctx, o)
	return same
}
