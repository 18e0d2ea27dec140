package provider

import (
	"reflect"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// modelFields are the fields of models by the attributes that they are for: what the framework works out anew, with regular
// expressions, for each object that it reads.
var modelFields sync.Map // of map[string][]int, by reflect.Type

func fieldsByAttribute(model reflect.Type) map[string][]int {
	if known, ok := modelFields.Load(model); ok {
		fields, _ := known.(map[string][]int)
		return fields
	}
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(model) {
		if name := f.Tag.Get("tfsdk"); name != "" && name != "-" {
			fields[name] = f.Index
		}
	}
	modelFields.Store(model, fields)
	return fields
}

// fill sets the fields of a model to the attributes of an object. False: they are not of the same types, so that the
// framework has to convert them or to say what is wrong.
func fill(o types.Object, model any) bool {
	into := reflect.ValueOf(model).Elem()
	attributes, fields := o.Attributes(), fieldsByAttribute(into.Type())
	if len(attributes) != len(fields) {
		return false
	}
	for name, index := range fields {
		value, field := reflect.ValueOf(attributes[name]), into.FieldByIndex(index)
		if !value.IsValid() || value.Type() != field.Type() {
			return false
		}
		field.Set(value)
	}
	return true
}
