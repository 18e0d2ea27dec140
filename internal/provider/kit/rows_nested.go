package kit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ObjectRow is a nested object.
func ObjectRow[S, O any](name string, field func(*S) **O, description string, of Object[O]) row[S] {
	return rowOf(name, NestedAttribute(description, of.Attributes()), field, of.ReadObject, of.WriteObject)
}

// ObjectMapRow is a map of named objects.
func ObjectMapRow[S, O any](name string, field func(*S) *map[string]O, description string, of Object[O]) row[S] {
	element := types.ObjectType{AttrTypes: of.Types}
	return rowOf(name, NestedMapAttribute(description, of.Attributes()), field,
		func(ctx context.Context, t *Reader, from types.Map) map[string]O {
			if !IsKnown(from) {
				t.Unknown = t.Unknown || from.IsUnknown()
				return nil
			}
			all := map[string]O{}
			for key, v := range from.Elements() {
				if s := of.ReadObject(ctx, t, As[types.Object](v)); s != nil {
					all[key] = *s
				}
			}
			return all
		},
		func(ctx context.Context, w Writer, from map[string]O, prior types.Map) types.Map {
			if len(from) == 0 {
				if Keeps(prior) {
					return prior
				}
				return types.MapNull(element)
			}
			old, all := prior.Elements(), make(map[string]attr.Value, len(from))
			for key, s := range from {
				all[key] = of.WriteObject(ctx, w, &s, As[types.Object](old[key]))
			}
			written, diags := types.MapValue(element, all)
			w.Diags.Append(diags...)
			return written
		})
}

// ObjectListRow is a list of objects that have no names; priors are found by their index. An empty list is more than
// none.
func ObjectListRow[S, O any](name string, field func(*S) *[]O, description string, of Object[O]) row[S] {
	element := types.ObjectType{AttrTypes: of.Types}
	return rowOf(name, nestedListAttribute(description, of.Attributes()), field,
		func(ctx context.Context, t *Reader, from types.List) []O {
			if !IsKnown(from) {
				t.Unknown = t.Unknown || from.IsUnknown()
				return nil
			}
			all := []O{}
			for _, v := range from.Elements() {
				if s := of.ReadObject(ctx, t, As[types.Object](v)); s != nil {
					all = append(all, *s)
				}
			}
			return all
		},
		func(ctx context.Context, w Writer, from []O, prior types.List) types.List {
			if from == nil {
				if Keeps(prior) {
					return prior
				}
				return types.ListNull(element)
			}
			old, all := prior.Elements(), make([]attr.Value, len(from))
			for i, s := range from {
				var before attr.Value
				if i < len(old) {
					before = old[i]
				}
				all[i] = of.WriteObject(ctx, w, &s, As[types.Object](before))
			}
			written, diags := types.ListValue(element, all)
			w.Diags.Append(diags...)
			return written
		})
}
