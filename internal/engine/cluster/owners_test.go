package cluster

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestEditedAt(t *testing.T) {
	t.Parallel()
	entry := func(manager, operation string, fields map[string]any) any {
		return map[string]any{
			"manager": manager, "operation": operation, "apiVersion": "argoproj.io/v1alpha1", "fieldsType": "FieldsV1",
			"fieldsV1": fields,
		}
	}
	o := newObject(&unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"managedFields": []any{
		entry(FieldManager, "Apply", map[string]any{"f:spec": map[string]any{"f:templates": map[string]any{}}}),
		entry("gitops", "Apply", map[string]any{"f:spec": map[string]any{"f:priority": map[string]any{}}}),
		entry("kubectl-edit", "Update", map[string]any{"f:spec": map[string]any{
			"f:hostNetwork": map[string]any{}, "f:volumes": map[string]any{}, "f:podMetadata": map[string]any{
				"f:labels": map[string]any{".": map[string]any{}, "f:a": map[string]any{}},
			},
		}}),
	}}}})
	for path, want := range map[string]bool{
		"spec hostNetwork": true, "spec volumes 0 name": true, "spec podMetadata labels a": true, "spec podMetadata labels b": false,
		"spec priority": false, "spec templates main sidecars": false, "spec defaulted": false, "data x": false,
	} {
		if got := o.EditedAt(strings.Fields(path)); got != want {
			t.Errorf("%s: edited is %v, want %v", path, got, want)
		}
	}
	bare := newObject(&unstructured.Unstructured{Object: map[string]any{}})
	if !bare.EditedAt([]string{"spec"}) {
		t.Error("without records, everything may have been edited")
	}
}
