package cluster

import (
	"reflect"
	"testing"
)

func TestMaxItems(t *testing.T) {
	t.Parallel()
	const document = `{"components": {"schemas": {
		"other": {"x-kubernetes-group-version-kind": [{"kind": "Workflow"}], "properties": {"spec": {"properties": {"templates": {"maxItems": 7}}}}},
		"free":  {"x-kubernetes-group-version-kind": [{"kind": "Free"}], "properties": {"spec": {"x-kubernetes-preserve-unknown-fields": true}}},
		"this":  {"x-kubernetes-group-version-kind": [{"kind": "WorkflowTemplate"}], "properties": {"spec": {"properties": {"templates": {"maxItems": 200, "items": {
			"properties": {"dag": {"properties": {"tasks": {"maxItems": 100}}}}}}}}}}}}}`
	lists := []string{"spec.templates", "spec.templates.*.dag.tasks", "spec.nothing.*.here"}
	for kind, want := range map[string]map[string]int64{
		"WorkflowTemplate": {lists[0]: 200, lists[1]: 100, lists[2]: 0},
		"Free":             {lists[0]: 0, lists[1]: 0, lists[2]: 0},
	} {
		got, err := maxItems([]byte(document), kind, lists)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v (%v), want %v", kind, got, err, want)
		}
	}
	for document, kind := range map[string]string{document: "Nothing", "[": "WorkflowTemplate", "{}": "WorkflowTemplate"} {
		if got, err := maxItems([]byte(document), kind, lists); err == nil {
			t.Errorf("%s: got %v", kind, got)
		}
	}
}
