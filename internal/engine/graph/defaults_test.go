package graph

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Expressions of defaults are checked in the place of every task that has them, once.
func TestExpressionsOfDefaults(t *testing.T) {
	t.Parallel()
	ref := spec.Ref{
		Kind: spec.ComponentKind, Namespace: "etl", Name: "c",
		Interface: spec.Interface{Outputs: map[string]spec.Output{"x": {Type: spec.String}}},
	}
	group := spec.Ref{Kind: spec.GroupKind, Name: "g"}
	retry := int64(1)
	for _, c := range []struct {
		name, env  string
		task       spec.Settings
		want, says string
	}{
		{name: "right", env: "{{ parameters.x }}-{{ run.name }}-{{ task.name }}"},
		{
			name: "unknown", env: "{{ parameters.y }}",
			want: `defaults.env["E"]: Invalid expression`, says: "has no y",
		},
		{name: "broken", env: "{{ 1 + }}", want: `defaults.env["E"]: Invalid expression`, says: "1 +"},
		{
			name: "of a task", env: "{{ tasks.a.output }}",
			want: `defaults.env["E"]: Setting of one task in defaults`, says: "tasks.a.output",
		},
		{
			name: "of an item", env: "{{ each.value }}",
			want: `defaults.env["E"]: Setting of one task in defaults`, says: "each.value",
		},
		{
			name: "of attempts", env: "{{ string(last_retry.attempts) }}",
			want: `defaults.env["E"]: Invalid expression`, says: "last_retry",
		},
		{name: "wrong type", env: "{{ parameters.x + 1 }}", want: `defaults.env["E"]: Invalid expression`, says: "+"},
		{name: "of the group", env: "{{ parameters.z }}", want: `defaults.env["E"]: Invalid expression`, says: "parameters.z"},
		{name: "replaced", env: "{{ parameters.y }}", task: spec.Settings{Env: map[string]string{"E": "mine"}}},
		{
			name: "attempts where there are some", env: "{{ string(last_retry.attempts) }}",
			task: spec.Settings{Retry: &spec.Retry{Limit: retry}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := spec.Pipeline{
				Namespace: "etl", Name: "p", Parameters: map[string]spec.Input{"x": {Type: spec.String}},
				Defaults: spec.Settings{Env: map[string]string{"E": c.env}},
				Tasks: map[string]spec.Task{
					"a": {Component: ref, Settings: c.task}, "b": {Component: ref, Settings: c.task},
					"g": {Component: group, Inputs: map[string]string{"x": "1"}},
				},
				Groups: map[string]spec.Group{"g": {
					Parameters: map[string]spec.Input{"x": {Type: spec.String}},
					Tasks:      map[string]spec.Task{"c": {Component: ref, Settings: c.task}},
				}},
			}
			if c.name == "of the group" {
				p.Parameters["z"] = spec.Input{Type: spec.String}
			}
			_, problems := Check(p)
			heads, details := found(problems)
			var want []string
			if c.want != "" {
				want = []string{c.want}
			}
			if diff := cmp.Diff(want, heads); diff != "" || !strings.Contains(details, c.says) {
				t.Errorf("problems (-want +got):\n%s%s", diff, details)
			}
		})
	}
}

// A volume of a task replaces that of defaults of the same name, and meets it under no other.
func TestVolumesOfDefaults(t *testing.T) {
	t.Parallel()
	at := func(path string) spec.Volume { return spec.Volume{MountPath: path, EmptyDir: &spec.EmptyDir{}} }
	ref := spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "c"}
	_, problems := Check(spec.Pipeline{
		Namespace: "etl", Name: "p", Defaults: spec.Settings{Volumes: map[string]spec.Volume{"my_data": at("/a"), "w": at("/b")}},
		Tasks: map[string]spec.Task{
			"same": {Component: ref, Settings: spec.Settings{Volumes: map[string]spec.Volume{"my_data": at("/c")}}},
			"case": {Component: ref, Settings: spec.Settings{Volumes: map[string]spec.Volume{"My-data": at("/c"), "x": at("/b")}}},
		},
	})
	heads, details := found(problems)
	want := []string{
		`tasks["case"].volumes["My-data"]: Duplicate name`, `tasks["case"].volumes["x"].mount_path: Duplicate path`,
	}
	if diff := cmp.Diff(want, heads); diff != "" || !strings.Contains(details, `"my_data" of defaults`) {
		t.Errorf("problems (-want +got):\n%s%s", diff, details)
	}
}
