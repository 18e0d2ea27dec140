package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// objectRow is a nested object.
func objectRow[S, O any](name string, field func(*S) **O, description string, of object[O]) row[S] {
	return rowOf(name, nestedAttribute(description, of.attributes()), field, of.readObject, of.writeObject)
}

// objectMapRow is a map of named objects.
func objectMapRow[S, O any](name string, field func(*S) *map[string]O, description string, of object[O]) row[S] {
	element := types.ObjectType{AttrTypes: of.types}
	return rowOf(name, nestedMapAttribute(description, of.attributes()), field,
		func(ctx context.Context, t *texts, from types.Map) map[string]O {
			if !isKnown(from) {
				t.unknown = t.unknown || from.IsUnknown()
				return nil
			}
			all := map[string]O{}
			for key, v := range from.Elements() {
				if s := of.readObject(ctx, t, as[types.Object](v)); s != nil {
					all[key] = *s
				}
			}
			return all
		},
		func(ctx context.Context, w values, from map[string]O, prior types.Map) types.Map {
			if len(from) == 0 {
				if keeps(prior) {
					return prior
				}
				return types.MapNull(element)
			}
			old, all := prior.Elements(), make(map[string]attr.Value, len(from))
			for key, s := range from {
				all[key] = of.writeObject(ctx, w, &s, as[types.Object](old[key]))
			}
			written, diags := types.MapValue(element, all)
			w.diags.Append(diags...)
			return written
		})
}

// objectListRow is a list of objects that have no names; priors are found by their index. An empty list is more than
// none.
func objectListRow[S, O any](name string, field func(*S) *[]O, description string, of object[O]) row[S] {
	element := types.ObjectType{AttrTypes: of.types}
	return rowOf(name, nestedListAttribute(description, of.attributes()), field,
		func(ctx context.Context, t *texts, from types.List) []O {
			if !isKnown(from) {
				t.unknown = t.unknown || from.IsUnknown()
				return nil
			}
			all := []O{}
			for _, v := range from.Elements() {
				if s := of.readObject(ctx, t, as[types.Object](v)); s != nil {
					all = append(all, *s)
				}
			}
			return all
		},
		func(ctx context.Context, w values, from []O, prior types.List) types.List {
			if from == nil {
				if keeps(prior) {
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
				all[i] = of.writeObject(ctx, w, &s, as[types.Object](before))
			}
			written, diags := types.ListValue(element, all)
			w.diags.Append(diags...)
			return written
		})
}
