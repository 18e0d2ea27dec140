package kit

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ObjectOptions let a nested object be read while parts of it are unknown.
var ObjectOptions = basetypes.ObjectAsOptions{}

// Texts reads strings and remembers whether any is unknown.
type Reader struct {
	Unknown bool
	Diags   *diag.Diagnostics
}

// Text reads a text; what is unknown is spec.Unknown.
func (t *Reader) Text(v types.String) string {
	if v.IsUnknown() {
		t.Unknown = true
		return spec.Unknown
	}
	return v.ValueString()
}

// Strings reads a map of texts. A key whose value is null is not given.
func (t *Reader) Strings(ctx context.Context, m types.Map) map[string]string {
	if m.IsUnknown() {
		t.Unknown = true
	}
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	out := make(map[string]string, len(m.Elements()))
	for key, v := range m.Elements() {
		if !v.IsNull() {
			out[key] = t.element(ctx, v)
		}
	}
	return out
}

func (t *Reader) List(ctx context.Context, l types.List) []string {
	if l.IsUnknown() {
		t.Unknown = true
	}
	if l.IsNull() || l.IsUnknown() {
		return nil
	}
	out := make([]string, 0, len(l.Elements()))
	for _, v := range l.Elements() {
		out = append(out, t.element(ctx, v))
	}
	return out
}

// Set reads a set of texts, in order.
func (t *Reader) Set(ctx context.Context, s types.Set) []string {
	if s.IsUnknown() {
		t.Unknown = true
	}
	if s.IsNull() || s.IsUnknown() {
		return nil
	}
	out := make([]string, 0, len(s.Elements()))
	for _, v := range s.Elements() {
		out = append(out, t.element(ctx, v))
	}
	slices.Sort(out)
	return out
}

func (t *Reader) element(ctx context.Context, v attr.Value) string {
	s, ok := v.(basetypes.StringValuable)
	if !ok {
		t.Unknown = true
		return spec.Unknown
	}
	text, diags := s.ToStringValue(ctx)
	t.Diags.Append(diags...)
	return t.Text(text)
}

// typ reads a type in its canonical spelling. One that is unknown or wrong is Any: the validator has refused it.
func (t *Reader) typ(v types.String) spec.Type {
	if v.IsUnknown() {
		t.Unknown = true
		return spec.Any
	}
	parsed, err := spec.ParseType(v.ValueString())
	if err != nil {
		return spec.Any
	}
	return parsed
}

// Object reads a nested object into a model; false if it is null or unknown.
func (t *Reader) Object(ctx context.Context, o types.Object, model any) bool {
	if o.IsUnknown() {
		t.Unknown = true
	}
	if o.IsNull() || o.IsUnknown() {
		return false
	}
	t.Diags.Append(o.As(ctx, model, ObjectOptions)...)
	return true
}

// Flag reads a flag, which is false while it is unknown.
func (t *Reader) Flag(v types.Bool) bool {
	t.Unknown = t.Unknown || v.IsUnknown()
	return v.ValueBool()
}

// OptionalFlag is nil while the flag is unknown; the framework's own pointer would be to false.
func (t *Reader) OptionalFlag(v types.Bool) *bool {
	if v.IsUnknown() {
		t.Unknown = true
		return nil
	}
	return v.ValueBoolPointer()
}

// Number is nil while the number is unknown; the framework's own pointer would be to 0.
func (t *Reader) Number(v types.Int64) *int64 {
	if v.IsUnknown() {
		t.Unknown = true
		return nil
	}
	return v.ValueInt64Pointer()
}

// fraction is nil while the number is unknown.
func (t *Reader) fraction(v types.Float64) *float64 {
	if v.IsUnknown() {
		t.Unknown = true
		return nil
	}
	return v.ValueFloat64Pointer()
}

// OrUnknown is a value that the provider's configuration may give.
func OrUnknown(v types.String) types.String {
	if v.IsNull() {
		return types.StringUnknown()
	}
	return v
}
