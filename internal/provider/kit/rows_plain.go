package kit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// TextRow is a text that may be left out.
func TextRow[S any](name string, field func(*S) *string, description string) row[S] {
	return rowOf(name, OptionalText(description), field, readText,
		func(_ context.Context, w Writer, from string, prior types.String) types.String {
			return w.Text(from, prior)
		})
}

// RequiredTextRow is a TextRow that must be given.
func RequiredTextRow[S any](name string, field func(*S) *string, description string) row[S] {
	return rowOf(name, RequiredText(description), field, readText,
		func(_ context.Context, _ Writer, from string, _ types.String) types.String {
			return types.StringValue(from)
		})
}

func readText(_ context.Context, t *Reader, from types.String) string { return t.Text(from) }

// NotedRow is a text in a notation that may be left out.
func NotedRow[N Notation, S any](name string, field func(*S) *string, description string) row[S] {
	attribute := schema.StringAttribute{Optional: true, CustomType: textType[N]{}, MarkdownDescription: description}
	return rowOf(name, attribute, field, readNoted[N],
		func(_ context.Context, _ Writer, from string, prior TextValue[N]) TextValue[N] {
			return TextIn(from, prior)
		})
}

// RequiredNotedRow is a NotedRow that must be given.
func RequiredNotedRow[N Notation, S any](name string, field func(*S) *string, description string) row[S] {
	attribute := schema.StringAttribute{Required: true, CustomType: textType[N]{}, MarkdownDescription: description}
	return rowOf(name, attribute, field, readNoted[N],
		func(_ context.Context, _ Writer, from string, prior TextValue[N]) TextValue[N] {
			if from == "" {
				return NewText[N](from)
			}
			return TextIn(from, prior)
		})
}

func readNoted[N Notation](_ context.Context, t *Reader, from TextValue[N]) string {
	return t.Text(from.StringValue)
}

// TextMapRow is a map of texts.
func TextMapRow[S any](name string, field func(*S) *map[string]string, description string) row[S] {
	return mapRow(name, field, types.StringType, description)
}

// mapRow is a map of texts of a type of their own.
func mapRow[S any](name string, field func(*S) *map[string]string, element attr.Type, description string) row[S] {
	attribute := mapOf(element, description)
	return rowOf(name, attribute, field,
		func(ctx context.Context, t *Reader, from types.Map) map[string]string { return t.Strings(ctx, from) },
		func(ctx context.Context, w Writer, from map[string]string, prior types.Map) types.Map {
			return w.Texts(ctx, attribute.GetType(), from, prior)
		})
}

// TextSetRow is a set of texts. An empty one is more than none.
func TextSetRow[S any](name string, field func(*S) *[]string, description string) row[S] {
	return rowOf(name, TextSet(description), field,
		func(ctx context.Context, t *Reader, from types.Set) []string { return t.Set(ctx, from) },
		func(ctx context.Context, w Writer, from []string, prior types.Set) types.Set {
			return w.Set(ctx, from, prior)
		})
}

// NumberRow is a whole number that may be left out.
func NumberRow[S any](name string, field func(*S) **int64, description string) row[S] {
	attribute := schema.Int64Attribute{Optional: true, MarkdownDescription: description}
	return rowOf(name, attribute, field,
		func(_ context.Context, t *Reader, from types.Int64) *int64 { return t.Number(from) },
		func(_ context.Context, _ Writer, from *int64, _ types.Int64) types.Int64 {
			return types.Int64PointerValue(from)
		})
}

// RequiredNumberRow is a NumberRow that must be given.
func RequiredNumberRow[S any](name string, field func(*S) *int64, description string) row[S] {
	attribute := schema.Int64Attribute{Required: true, MarkdownDescription: description}
	return rowOf(name, attribute, field,
		func(_ context.Context, t *Reader, from types.Int64) int64 {
			t.Unknown = t.Unknown || from.IsUnknown()
			return from.ValueInt64()
		},
		func(_ context.Context, _ Writer, from int64, _ types.Int64) types.Int64 {
			return types.Int64Value(from)
		})
}

// FractionRow is a number that may be left out, and need not be whole.
func FractionRow[S any](name string, field func(*S) **float64, description string) row[S] {
	attribute := schema.Float64Attribute{Optional: true, MarkdownDescription: description}
	return rowOf(name, attribute, field,
		func(_ context.Context, t *Reader, from types.Float64) *float64 { return t.fraction(from) },
		func(_ context.Context, _ Writer, from *float64, _ types.Float64) types.Float64 {
			return types.Float64PointerValue(from)
		})
}

// FlagRow is a flag that is false unless set.
func FlagRow[S any](name string, field func(*S) *bool, description string) row[S] {
	return rowOf(name, schema.BoolAttribute{Optional: true, MarkdownDescription: description}, field, readFlag,
		func(_ context.Context, w Writer, from bool, prior types.Bool) types.Bool { return w.Flag(from, prior) })
}

// RequiredFlagRow is a FlagRow that must be given.
func RequiredFlagRow[S any](name string, field func(*S) *bool, description string) row[S] {
	return rowOf(name, schema.BoolAttribute{Required: true, MarkdownDescription: description}, field, readFlag,
		func(_ context.Context, _ Writer, from bool, _ types.Bool) types.Bool { return types.BoolValue(from) })
}

func readFlag(_ context.Context, t *Reader, from types.Bool) bool { return t.Flag(from) }

// ChoiceRow is a flag that is neither true nor false unless set.
func ChoiceRow[S any](name string, field func(*S) **bool, description string) row[S] {
	return rowOf(name, schema.BoolAttribute{Optional: true, MarkdownDescription: description}, field,
		func(_ context.Context, t *Reader, from types.Bool) *bool { return t.OptionalFlag(from) },
		func(_ context.Context, _ Writer, from *bool, _ types.Bool) types.Bool {
			return types.BoolPointerValue(from)
		})
}
