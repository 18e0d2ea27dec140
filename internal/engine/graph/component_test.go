package graph_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func TestContainers(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.R": "x"}
	for name, c := range map[string]struct {
		container spec.Container
		problem   string // empty: none
	}{
		"absent is none":   {spec.Container{Args: []string{"{{ inputs.maybe }}"}}, ""},
		"list or none":     {spec.Container{Command: []string{"{{ inputs.maybe == nil ? [] : ['--x', inputs.maybe] }}"}}, ""},
		"nil or a text":    {spec.Container{Args: []string{"{{ inputs.maybe == nil ? nil : '--x' }}"}}, ""},
		"absent in a text": {spec.Container{Args: []string{"--x={{ inputs.maybe }}"}}, "may be absent"},
		"absent in a list": {spec.Container{Args: []string{"{{ ['--x', inputs.maybe] }}"}}, "may be absent"},
		"files":            {spec.Container{Args: []string{"{{ files.path }}/a.R", "{{ task.id }}"}, Files: files}, ""},
		"no files":         {spec.Container{Args: []string{"{{ files.path }}/a.R"}}, "has no files"},
		"name of a file":   {spec.Container{Files: map[string]string{"../a": "x"}}, `files["../a"]: Invalid file name`},
		"size of a file":   {spec.Container{Files: map[string]string{"a": strings.Repeat("x", 1<<20)}}, "container.files: Component too large"},
		"unknown files": {spec.Container{
			Args: []string{"{{ files.path }}/a.R"}, Files: map[string]string{spec.Unknown: spec.Unknown},
		}, ""},
		"a task's name": {spec.Container{Args: []string{"{{ task.name }}"}}, "A component knows no pipeline"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.container.Image = "busybox:1.36"
			problems := graph.CheckComponent(spec.Component{
				Namespace: "etl", Name: "c", Container: &c.container,
				Interface: spec.Interface{Inputs: map[string]spec.Input{"maybe": {Type: spec.String, Optional: true}}},
			})
			var got []string
			for _, p := range problems {
				got = append(got, p.String())
			}
			if all := strings.Join(got, "\n"); c.problem == "" && all != "" || !strings.Contains(all, c.problem) {
				t.Errorf("problems: %s; wanted %q", all, c.problem)
			}
		})
	}
}
