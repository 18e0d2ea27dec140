package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// textRow is a text that may be left out.
func textRow[S any](name string, field func(*S) *string, description string) row[S] {
	return rowOf(name, optionalText(description), field, readText,
		func(_ context.Context, w values, from string, prior types.String) types.String {
			return w.text(from, prior)
		})
}

func requiredTextRow[S any](name string, field func(*S) *string, description string) row[S] {
	return rowOf(name, requiredText(description), field, readText,
		func(_ context.Context, _ values, from string, _ types.String) types.String {
			return types.StringValue(from)
		})
}

func readText(_ context.Context, t *texts, from types.String) string { return t.one(from) }

// notedRow is a text in a notation that may be left out.
func notedRow[N notation, S any](name string, field func(*S) *string, description string) row[S] {
	attribute := schema.StringAttribute{Optional: true, CustomType: textType[N]{}, MarkdownDescription: description}
	return rowOf(name, attribute, field, readNoted[N],
		func(_ context.Context, _ values, from string, prior textValue[N]) textValue[N] {
			return textIn(from, prior)
		})
}

func requiredNotedRow[N notation, S any](name string, field func(*S) *string, description string) row[S] {
	attribute := schema.StringAttribute{Required: true, CustomType: textType[N]{}, MarkdownDescription: description}
	return rowOf(name, attribute, field, readNoted[N],
		func(_ context.Context, _ values, from string, _ textValue[N]) textValue[N] { return newText[N](from) })
}

func readNoted[N notation](_ context.Context, t *texts, from textValue[N]) string {
	return t.one(from.StringValue)
}

// textMapRow is a map of texts.
func textMapRow[S any](name string, field func(*S) *map[string]string, description string) row[S] {
	return mapRow(name, field, types.StringType, description)
}

// mapRow is a map of texts of a type of their own.
func mapRow[S any](name string, field func(*S) *map[string]string, element attr.Type, description string) row[S] {
	attribute := mapOf(element, description)
	return rowOf(name, attribute, field,
		func(ctx context.Context, t *texts, from types.Map) map[string]string { return t.strings(ctx, from) },
		func(ctx context.Context, w values, from map[string]string, prior types.Map) types.Map {
			return w.texts(ctx, attribute.GetType(), from, prior)
		})
}

// textSetRow is a set of texts. An empty one is more than none.
func textSetRow[S any](name string, field func(*S) *[]string, description string) row[S] {
	return rowOf(name, textSet(description), field,
		func(ctx context.Context, t *texts, from types.Set) []string { return t.set(ctx, from) },
		func(ctx context.Context, w values, from []string, prior types.Set) types.Set {
			return w.set(ctx, from, prior)
		})
}

// numberRow is a whole number that may be left out.
func numberRow[S any](name string, field func(*S) **int64, description string) row[S] {
	attribute := schema.Int64Attribute{Optional: true, MarkdownDescription: description}
	return rowOf(name, attribute, field,
		func(_ context.Context, t *texts, from types.Int64) *int64 { return t.number(from) },
		func(_ context.Context, _ values, from *int64, _ types.Int64) types.Int64 {
			return types.Int64PointerValue(from)
		})
}

func requiredNumberRow[S any](name string, field func(*S) *int64, description string) row[S] {
	attribute := schema.Int64Attribute{Required: true, MarkdownDescription: description}
	return rowOf(name, attribute, field,
		func(_ context.Context, t *texts, from types.Int64) int64 {
			t.unknown = t.unknown || from.IsUnknown()
			return from.ValueInt64()
		},
		func(_ context.Context, _ values, from int64, _ types.Int64) types.Int64 {
			return types.Int64Value(from)
		})
}

// fractionRow is a number that may be left out, and need not be whole.
func fractionRow[S any](name string, field func(*S) **float64, description string) row[S] {
	attribute := schema.Float64Attribute{Optional: true, MarkdownDescription: description}
	return rowOf(name, attribute, field,
		func(_ context.Context, t *texts, from types.Float64) *float64 { return t.fraction(from) },
		func(_ context.Context, _ values, from *float64, _ types.Float64) types.Float64 {
			return types.Float64PointerValue(from)
		})
}

// flagRow is a flag that is false unless set.
func flagRow[S any](name string, field func(*S) *bool, description string) row[S] {
	return rowOf(name, schema.BoolAttribute{Optional: true, MarkdownDescription: description}, field, readFlag,
		func(_ context.Context, w values, from bool, prior types.Bool) types.Bool { return w.flag(from, prior) })
}

func requiredFlagRow[S any](name string, field func(*S) *bool, description string) row[S] {
	return rowOf(name, schema.BoolAttribute{Required: true, MarkdownDescription: description}, field, readFlag,
		func(_ context.Context, _ values, from bool, _ types.Bool) types.Bool { return types.BoolValue(from) })
}

func readFlag(_ context.Context, t *texts, from types.Bool) bool { return t.flag(from) }

// choiceRow is a flag that is neither true nor false unless set.
func choiceRow[S any](name string, field func(*S) **bool, description string) row[S] {
	return rowOf(name, schema.BoolAttribute{Optional: true, MarkdownDescription: description}, field,
		func(_ context.Context, t *texts, from types.Bool) *bool { return t.optionalFlag(from) },
		func(_ context.Context, _ values, from *bool, _ types.Bool) types.Bool {
			return types.BoolPointerValue(from)
		})
}
