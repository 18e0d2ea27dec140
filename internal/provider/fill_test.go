package provider

import (
	"maps"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Models are filled as the framework fills them, and only with what the framework would take too.
func TestModelsAreFilled(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var m pipelineModel
	task := spec.Task{Component: largePipeline(1).Tasks["t_0"].Component, Inputs: map[string]string{"text": "x"}, Settings: everySetting()}
	if diags := m.setSpec(ctx, spec.Pipeline{Tasks: map[string]spec.Task{"a": task}}); diags.HasError() {
		t.Fatal(diags)
	}
	object, ok := m.Tasks.Elements()["a"].(types.Object)
	if !ok {
		t.Fatal("a task is no object")
	}
	var filled, converted taskModel
	if diags := object.As(ctx, &converted, objectOptions); diags.HasError() {
		t.Fatal(diags)
	}
	if !fill(object, &filled) || !reflect.DeepEqual(filled, converted) {
		t.Errorf("%+v\nis filled as\n%+v", converted, filled)
	}
	values, kinds := object.Attributes(), maps.Clone(object.AttributeTypes(ctx))
	values["when"], kinds["when"] = types.Int64Value(1), attr.Type(types.Int64Type)
	if fill(types.ObjectValueMust(kinds, values), &filled) {
		t.Error("a number is filled into a text")
	}
	delete(values, "when")
	delete(kinds, "when")
	if fill(types.ObjectValueMust(kinds, values), &filled) {
		t.Error("an object without an attribute fills a model")
	}
}
