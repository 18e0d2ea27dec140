package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
)

// The framework walks through all of a resource for each default, plan modifier and top-level attribute, though the
// tasks of a pipeline have nothing for it: no defaults, no plan modifiers, nothing computed. That costs milliseconds a
// task. So they go aside: a server before the framework's takes them out of what Terraform sends, gives them to the
// pipeline in the context, and puts them back into the answer.

// asideAttributes are those of a pipeline that go aside.
var asideAttributes = []string{"tasks", "on_exit", "groups"}

// asideObject is what an element of such an attribute consists of.
func asideObject(attribute string) (types.ObjectType, schema.NestedAttributeObject) {
	if attribute == "groups" {
		return groupType, groupObject
	}
	return taskType, taskObject
}

// emptyMap stands for them, as msgpack.
var emptyMap = msgpack.RawMessage{0x80}

// Aside is what has been taken out of one request.
type Aside struct {
	Raw map[string]msgpack.RawMessage
	// isWritten: the resource has written these attributes itself, so that nothing is put back.
	isWritten bool
}

type asideKey struct{}

// In hands what has been taken out on to the resource.
func (a *Aside) In(ctx context.Context) context.Context { return context.WithValue(ctx, asideKey{}, a) }

// asideOf is what has been taken out of the request that a context belongs to; there may be nothing.
func asideOf(ctx context.Context) *Aside {
	if a, ok := ctx.Value(asideKey{}).(*Aside); ok {
		return a
	}
	return &Aside{}
}

// Text is the same for the same attributes.
func (a *Aside) Text() string {
	var b bytes.Buffer
	for _, name := range asideAttributes {
		fmt.Fprintf(&b, "%s %d ", name, len(a.Raw[name]))
		b.Write(a.Raw[name])
	}
	return b.String()
}

// complete gives the model the attributes that have been taken out.
func (a *Aside) complete(ctx context.Context, m *Model, diags *diag.Diagnostics) {
	for name, into := range m.asides() {
		if _, taken := a.Raw[name]; !taken {
			continue
		}
		var err error
		if *into, err = a.Read(ctx, name); err != nil {
			diags.AddAttributeError(path.Root(name), "Cannot read the value", err.Error())
		}
	}
}

// strip undoes complete, for a model whose tasks are as they were.
func (a *Aside) strip(m *Model) {
	for name, into := range m.asides() {
		if _, taken := a.Raw[name]; taken {
			element, _ := asideObject(name)
			*into = types.MapValueMust(element, nil)
		}
	}
}

func (m *Model) asides() map[string]*types.Map {
	return map[string]*types.Map{"tasks": &m.Tasks, "on_exit": &m.OnExit, "groups": &m.Groups}
}

// Take makes a smaller message of a pipeline's one. Where nothing can be taken out, it is the same.
func (a *Aside) Take(message *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
	attributes, err := attributesOf(message)
	if err != nil {
		return message
	}
	for _, name := range asideAttributes {
		if raw := attributes[name]; isMap(raw) {
			attributes[name] = emptyMap
			if a.Raw == nil {
				a.Raw = map[string]msgpack.RawMessage{}
			}
			a.Raw[name] = raw
		}
	}
	small, err := msgpack.Marshal(attributes)
	if err != nil || a.Raw == nil {
		a.Raw = nil
		return message
	}
	return &tfprotov6.DynamicValue{MsgPack: small}
}

// Read is the value of an attribute that has been taken out.
func (a *Aside) Read(ctx context.Context, name string) (types.Map, error) {
	element, _ := asideObject(name)
	typ := types.MapType{ElemType: element}
	sent, err := tfprotov6.DynamicValue{MsgPack: a.Raw[name]}.Unmarshal(typ.TerraformType(ctx))
	if err != nil {
		return types.MapNull(element), fmt.Errorf("reading %s: %w", name, err)
	}
	v, err := typ.ValueFromTerraform(ctx, sent)
	if err != nil {
		return types.MapNull(element), fmt.Errorf("reading %s: %w", name, err)
	}
	if m, ok := v.(types.Map); ok {
		return m, nil
	}
	return types.MapNull(element), fmt.Errorf("reading %s: it is %T", name, v)
}

// PutBack makes of an answer about the smaller message one about the whole.
func (a *Aside) PutBack(message *tfprotov6.DynamicValue) error {
	if a.isWritten || a.Raw == nil || message == nil {
		return nil
	}
	attributes, err := attributesOf(message)
	if errors.Is(err, errNoObject) {
		return nil
	}
	if err != nil {
		return err
	}
	maps.Copy(attributes, a.Raw)
	message.MsgPack, err = msgpack.Marshal(attributes)
	return err
}

var errNoObject = errors.New("the message is no object")

// attributesOf takes a message apart, without reading what is in the attributes.
func attributesOf(message *tfprotov6.DynamicValue) (map[string]msgpack.RawMessage, error) {
	if message == nil || !isMap(message.MsgPack) {
		return nil, errNoObject
	}
	var attributes map[string]msgpack.RawMessage
	err := msgpack.Unmarshal(message.MsgPack, &attributes)
	return attributes, err
}

// isMap reports whether msgpack holds a map: neither null nor unknown.
func isMap(raw []byte) bool {
	if len(raw) == 0 {
		return false
	}
	const fixed, map16, map32 = 0x80, 0xde, 0xdf
	return raw[0]&0xf0 == fixed || raw[0] == map16 || raw[0] == map32
}

// IsPlain reports whether the framework has nothing to say of the configuration that has been taken out.
func (a *Aside) IsPlain(ctx context.Context) bool {
	for name := range a.Raw {
		v, err := a.Read(ctx, name)
		_, element := asideObject(name)
		if err != nil || !isPlain(ctx, v, schema.MapNestedAttribute{NestedObject: element}) {
			return false
		}
	}
	return true
}

// What the configurations of a task and of a group consist of.
var (
	taskObject  = schema.NestedAttributeObject{Attributes: TaskAttributes()}
	groupObject = schema.NestedAttributeObject{Attributes: GroupAttributes()}
)

// isPlain reports whether the framework has nothing to say of the value of an attribute: no validator of a text refuses
// it, and there is no null where something has to be, as an element of a collection or in place of what is required.
func isPlain(ctx context.Context, v attr.Value, of schema.Attribute) bool {
	switch {
	case v.IsNull():
		return !of.IsRequired()
	case v.IsUnknown():
		return true
	}
	inside := map[string]schema.Attribute{}
	switch of := of.(type) {
	case schema.StringAttribute:
		return passes(ctx, v, of)
	case schema.SingleNestedAttribute:
		return attributesArePlain(ctx, v, of.Attributes)
	case schema.MapNestedAttribute:
		inside = of.NestedObject.Attributes
	case schema.ListNestedAttribute:
		inside = of.NestedObject.Attributes
	}
	for _, element := range elementsOf(v) {
		if element.IsNull() || !attributesArePlain(ctx, element, inside) {
			return false
		}
	}
	return true
}

// passes reports whether a text passes the validators of its attribute.
func passes(ctx context.Context, v attr.Value, of schema.StringAttribute) bool {
	text, _ := v.(types.String)
	for _, check := range of.Validators {
		var resp validator.StringResponse
		if check.ValidateString(ctx, validator.StringRequest{ConfigValue: text}, &resp); resp.Diagnostics.HasError() {
			return false
		}
	}
	return true
}

// attributesArePlain is isPlain for the attributes of an object, of which there may be none.
func attributesArePlain(ctx context.Context, v attr.Value, attributes map[string]schema.Attribute) bool {
	object, ok := v.(types.Object)
	if !ok || v.IsUnknown() {
		return true
	}
	values := object.Attributes()
	for name, a := range attributes {
		if !isPlain(ctx, values[name], a) {
			return false
		}
	}
	return true
}

func elementsOf(v attr.Value) []attr.Value {
	switch v := v.(type) {
	case types.Map:
		return slices.Collect(maps.Values(v.Elements()))
	case types.List:
		return v.Elements()
	case types.Set:
		return v.Elements()
	}
	return nil
}
