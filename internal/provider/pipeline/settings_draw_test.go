package pipeline

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/sample"
)

// draw fills a value of the spec at random by reflection, so that a new field is drawn without being named here.
// Lists of texts are sorted and hold each text once, as sets are read.
func draw(t *rapid.T, v reflect.Value, label string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			draw(t, v.Field(i), label+"."+v.Type().Field(i).Name)
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, label+" given") {
			v.Set(reflect.New(v.Type().Elem()))
			draw(t, v.Elem(), label)
		}
	case reflect.String:
		v.SetString(rapid.OneOf(
			rapid.Just(""), rapid.SampledFrom([]string{"1m", "{{ parameters.x }}", "ä\n\"$"}), rapid.String(),
		).Draw(t, label))
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, label))
	case reflect.Float64:
		v.SetFloat(rapid.Float64Range(-10, 10).Draw(t, label))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, label))
	case reflect.Map:
		for _, key := range rapid.SliceOfNDistinct(rapid.String(), 0, 2, rapid.ID).Draw(t, label+" keys") {
			if v.IsNil() {
				v.Set(reflect.MakeMap(v.Type()))
			}
			element := reflect.New(v.Type().Elem()).Elem()
			draw(t, element, label+"[]")
			v.SetMapIndex(reflect.ValueOf(key), element)
		}
	case reflect.Slice:
		drawSlice(t, v, label)
	default:
		t.Fatalf("%s: cannot draw a %s", label, v.Type())
	}
}

func drawSlice(t *rapid.T, v reflect.Value, label string) {
	if v.Type().Elem().Kind() == reflect.String {
		if rapid.Bool().Draw(t, label+" given") {
			texts := rapid.SliceOfNDistinct(rapid.String(), 0, 3, rapid.ID).Draw(t, label)
			slices.Sort(texts)
			v.Set(reflect.ValueOf(texts).Convert(v.Type()))
		}
		return
	}
	for range rapid.IntRange(0, 2).Draw(t, label+" length") {
		element := reflect.New(v.Type().Elem()).Elem()
		draw(t, element, label+"[]")
		v.Set(reflect.Append(v, element))
	}
}

// throughState writes a model to a state of the schema and reads it again, as the framework does.
func throughState[M any](t interface {
	Helper()
	Fatalf(string, ...any)
}, attributes map[string]schema.Attribute, model M) M {
	t.Helper()
	ctx := context.Background()
	s := schema.Schema{Attributes: attributes}
	state := tfsdk.State{Schema: s, Raw: tftypes.NewValue(s.Type().TerraformType(ctx), nil)}
	var out M
	diags := state.Set(ctx, model)
	diags.Append(state.Get(ctx, &out)...)
	if diags.HasError() {
		t.Fatalf("the model does not fit the schema: %v", diags)
	}
	return out
}

// checkFields fails for a field of the spec without an attribute, an attribute without a field, and an attribute of
// another type. Attributes are called like the fields in JSON, unless renamed says otherwise; "" stands for none.
func checkFields(
	t *testing.T, where string, s reflect.Type, attributes map[string]attr.Type, renamed map[string]string,
) {
	t.Helper()
	rest := map[string]bool{}
	for name := range attributes {
		rest[name] = true
	}
	for f := range s.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if other, ok := renamed[name]; ok {
			name = other
		}
		if name == "" {
			continue
		}
		a, ok := attributes[name]
		if !ok {
			t.Errorf("%s.%s has no attribute %q", where, f.Name, name)
			continue
		}
		delete(rest, name)
		checkFieldType(t, where+"."+f.Name, f.Type, a)
	}
	for name := range rest {
		t.Errorf("attribute %s.%s has no field", where, name)
	}
}

func checkFieldType(t *testing.T, where string, f reflect.Type, a attr.Type) {
	t.Helper()
	if f.Kind() == reflect.Pointer {
		f = f.Elem()
	}
	is := a.TerraformType(t.Context())
	fits := map[reflect.Kind]bool{
		reflect.String: is.Is(tftypes.String), reflect.Bool: is.Is(tftypes.Bool), reflect.Int64: is.Is(tftypes.Number), reflect.Float64: is.Is(tftypes.Number),
		reflect.Struct: kit.ObjectTypes(a) != nil, reflect.Map: is.Is(tftypes.Map{}), reflect.Slice: is.Is(tftypes.List{}) || is.Is(tftypes.Set{}),
	}
	if !fits[f.Kind()] {
		t.Errorf("%s is a %s, its attribute a %s", where, f, a)
		return
	}
	switch f.Kind() {
	case reflect.Struct:
		checkFields(t, where, f, kit.ObjectTypes(a), nil)
	case reflect.Map, reflect.Slice:
		checkFieldType(t, where+"[]", f.Elem(), kit.ElementType(a))
	}
}

// unknowns returns a value with each of its parts, and all of it, unknown in turn.
func unknowns(ctx context.Context, t *testing.T, v attr.Value) []attr.Value {
	t.Helper()
	unknown, err := v.Type(ctx).ValueFromTerraform(
		ctx, tftypes.NewValue(v.Type(ctx).TerraformType(ctx), tftypes.UnknownValue),
	)
	if err != nil {
		t.Fatal(err)
	}
	all := []attr.Value{unknown}
	add := func(v attr.Value, diags diag.Diagnostics) {
		if diags.HasError() {
			t.Fatal(diags)
		}
		all = append(all, v)
	}
	switch v := v.(type) {
	case types.Object:
		for name, part := range v.Attributes() {
			for _, u := range unknowns(ctx, t, part) {
				parts := v.Attributes() // a copy
				parts[name] = u
				o, diags := types.ObjectValue(v.AttributeTypes(ctx), parts)
				add(o, diags)
			}
		}
	case types.Map:
		for key, part := range v.Elements() {
			for _, u := range unknowns(ctx, t, part) {
				parts := v.Elements()
				parts[key] = u
				m, diags := types.MapValue(v.ElementType(ctx), parts)
				add(m, diags)
			}
		}
	case types.List:
		for i, part := range v.Elements() {
			for _, u := range unknowns(ctx, t, part) {
				parts := v.Elements()
				parts[i] = u
				l, diags := types.ListValue(v.ElementType(ctx), parts)
				add(l, diags)
			}
		}
	case types.Set:
		for i := range v.Elements() {
			parts := v.Elements()
			parts[i] = types.StringUnknown()
			s, diags := types.SetValue(v.ElementType(ctx), parts)
			add(s, diags)
		}
	}
	return all
}

// filled notes for the path of each field whether it is set in any element of maps and lists.
func filled(v reflect.Value, where string, set map[string]bool) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			filled(v.Field(i), where+"."+v.Type().Field(i).Name, set)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			filled(v.Elem(), where, set)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			filled(v.MapIndex(key), where+"[]", set)
		}
	case reflect.Slice:
		for i := range v.Len() {
			filled(v.Index(i), where+"[]", set)
		}
	}
	set[where] = set[where] || !v.IsZero()
}

func TestEveryFieldIsSetInTheTests(t *testing.T) {
	t.Parallel()
	set := map[string]bool{}
	filled(reflect.ValueOf(sample.EverySetting()), "Settings", set)
	filled(reflect.ValueOf(sample.EveryOption()), "Options", set)
	filled(reflect.ValueOf(sample.EveryOptionAtRoot()), "Options", set)
	for _, setting := range settings.All {
		for _, s := range setting.Examples() {
			filled(reflect.ValueOf(s), "Settings", set)
		}
	}
	for field, ok := range set {
		if !ok {
			t.Errorf("%s is set nowhere: add it to everySetting or everyOption", field)
		}
	}
}
