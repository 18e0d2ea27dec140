package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// object reads a nested object into a model; false if it is null or unknown.
func (t *texts) object(ctx context.Context, o types.Object, model any) bool {
	if o.IsUnknown() {
		t.unknown = true
	}
	if o.IsNull() || o.IsUnknown() {
		return false
	}
	t.diags.Append(o.As(ctx, model, objectOptions)...)
	return true
}

func (t *texts) flag(v types.Bool) bool {
	t.unknown = t.unknown || v.IsUnknown()
	return v.ValueBool()
}

// optionalFlag is nil while the flag is unknown; the framework's own pointer would be to false.
func (t *texts) optionalFlag(v types.Bool) *bool {
	if v.IsUnknown() {
		t.unknown = true
		return nil
	}
	return v.ValueBoolPointer()
}

// number is nil while the number is unknown; the framework's own pointer would be to 0.
func (t *texts) number(v types.Int64) *int64 {
	if v.IsUnknown() {
		t.unknown = true
		return nil
	}
	return v.ValueInt64Pointer()
}

// fraction is nil while the number is unknown.
func (t *texts) fraction(v types.Float64) *float64 {
	if v.IsUnknown() {
		t.unknown = true
		return nil
	}
	return v.ValueFloat64Pointer()
}
