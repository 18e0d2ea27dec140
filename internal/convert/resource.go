package convert

import (
	"context"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/convert/hclfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// state is what a resource writes into a model that was empty.
func state[M any](
	ctx context.Context, of interface {
		Schema(ctx context.Context, req resource.SchemaRequest, resp *resource.SchemaResponse)
	}, set func(*M) diag.Diagnostics,
) (tftypes.Value, error) {
	var described resource.SchemaResponse
	of.Schema(ctx, resource.SchemaRequest{}, &described)
	object, ok := described.Schema.Type().TerraformType(ctx).(tftypes.Object)
	if !ok {
		return tftypes.Value{}, fmt.Errorf("the schema is no object")
	}
	nothing := map[string]tftypes.Value{}
	for name, t := range object.AttributeTypes {
		nothing[name] = tftypes.NewValue(t, nil)
	}
	s := tfsdk.State{Schema: described.Schema, Raw: tftypes.NewValue(object, nothing)}
	var m M
	diags := s.Get(ctx, &m)
	diags.Append(set(&m)...)
	if !diags.HasError() {
		diags.Append(s.Set(ctx, &m)...)
	}
	for _, d := range diags.Errors() {
		return s.Raw, fmt.Errorf("%s: %s", d.Summary(), d.Detail())
	}
	return s.Raw, nil
}

// writer writes the attributes of a resource.
type writer struct {
	refs     map[string]string   // expressions for refs, by the name of what they lead to
	files    map[string]string   // expressions for texts that are in files of their own, by the text
	comments map[string][]string // by path, such as tasks.train.inputs
	skip     map[string]bool     // paths of what is not written
	orders   map[string][]string // of the elements of maps, by path
}

// object writes an object or a map.
func (w writer) object(v tftypes.Value, at string) (*hclfile.Object, error) {
	var elements map[string]tftypes.Value
	if err := v.As(&elements); err != nil {
		return nil, err
	}
	o := &hclfile.Object{Open: open.MatchString(at)}
	for _, name := range w.order(elements, at) {
		path := join(at, name)
		if elements[name].IsNull() || w.skip[path] {
			continue
		}
		value, err := w.value(elements[name], path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		o.Add(name, value, w.comments[path]...)
	}
	return o, nil
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

func (w writer) value(v tftypes.Value, at string) (hclfile.Value, error) {
	switch t := v.Type(); {
	case t.Is(tftypes.String):
		var text string
		err := v.As(&text)
		if file, ok := w.files[text]; ok {
			return hclfile.Expression(file), err
		}
		return hclfile.Text(text), err
	case t.Is(tftypes.Bool):
		var flag bool
		err := v.As(&flag)
		return hclfile.Expression(strconv.FormatBool(flag)), err
	case t.Is(tftypes.Number):
		var n big.Float
		err := v.As(&n)
		return hclfile.Expression(n.Text('f', -1)), err
	case t.Is(tftypes.Object{}), t.Is(tftypes.Map{}):
		if ref, ok, err := w.ref(v); ok || err != nil {
			return ref, err
		}
		return w.object(v, at)
	}
	return w.list(v, at)
}

func (w writer) list(v tftypes.Value, at string) (hclfile.Value, error) {
	var elements []tftypes.Value
	if err := v.As(&elements); err != nil {
		return nil, err
	}
	list := hclfile.List{}
	for i, e := range elements {
		element, err := w.value(e, join(at, strconv.Itoa(i)))
		if err != nil {
			return nil, err
		}
		list = append(list, element)
	}
	return list, nil
}

// ref writes a ref as the expression that gives it.
func (w writer) ref(v tftypes.Value) (hclfile.Value, bool, error) {
	object, ok := v.Type().(tftypes.Object)
	if _, signed := object.AttributeTypes["signature"]; !ok || !signed {
		return nil, false, nil
	}
	var parts map[string]tftypes.Value
	var signature string
	if err := v.As(&parts); err != nil {
		return nil, false, err
	}
	if err := parts["signature"].As(&signature); err != nil {
		return nil, false, err
	}
	to, err := spec.ParseSignature(signature)
	if err != nil {
		return nil, false, err
	}
	expression, ok := w.refs[to.Name]
	if !ok {
		return nil, false, fmt.Errorf("nothing is called %q", to.Name)
	}
	return hclfile.Expression(expression), true, nil
}

// order is the order in which attributes are read: who, what of, when, and how. Those that it lacks come behind, by
// name, and what is inside at the end.
var (
	order = []string{
		"name", "namespace", "key", "operator", "value", "effect", "size", "description", "pipeline", "parameters",
		"component", "group", "import", "approval", "display_name", "source", "file", "function", "base_image", "image",
		"type", "for_each", "parallelism", "when", "run_if", "depends_on", "inputs", "command", "args", "uri", "default",
		"optional", "limit", "policy", "mount_path",
	}
	inside = []string{"groups", "tasks", "on_exit", "outputs", "python", "container"}
	// ofInput is the order of what an input is.
	ofInput = []string{"type", "default", "optional", "allowed_values", "description"}
)

// order is that of the names of a map, or of the attributes of an object.
func (w writer) order(elements map[string]tftypes.Value, at string) []string {
	if order, ok := w.orders[at]; ok {
		return order
	}
	if _, isInput := elements["allowed_values"]; isInput && len(elements) == len(ofInput) {
		return ofInput
	}
	names := spec.Names(elements)
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

func rank(name string) int {
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	return len(order) + 1 + slices.Index(inside, name)
}

// open are the paths of what is written on several lines, however short it is.
var open = regexp.MustCompile(`^(groups(\.[^.]+)?|(groups\.[^.]+\.)?(tasks|on_exit))$`)
