package argo_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// drawGraphs is an object whose graphs run graphs: each one those behind it.
func drawGraphs(t *rapid.T) map[string]any {
	const graphs = 4
	say := map[string]any{
		"name": "say", "inputs": map[string]any{"parameters": []any{map[string]any{"name": "text"}}},
		"outputs":   map[string]any{"parameters": []any{map[string]any{"name": "said", "valueFrom": map[string]any{"path": "/tmp/said"}}}},
		"container": map[string]any{"image": "busybox:1.36", "command": []any{"tee", "/tmp/said", "{{inputs.parameters.text}}"}},
	}
	templates := []any{say}
	for i := range graphs {
		templates = append(templates, drawGraph(t, i, graphs))
	}
	return map[string]any{
		"kind": "WorkflowTemplate", "metadata": map[string]any{"name": "drawn", "namespace": "etl"},
		"spec": map[string]any{
			"entrypoint": "part-0", "arguments": map[string]any{"parameters": []any{map[string]any{"name": "text", "value": "x"}}},
			"templates": templates,
		},
	}
}

// drawGraph is one of them. It runs the next, so that each is run.
func drawGraph(t *rapid.T, i, graphs int) map[string]any {
	kind := oneOf(t, fmt.Sprint("kind ", i), "tasks", "steps")
	var calls []any
	var before []any
	for n := range rapid.IntRange(1, 3).Draw(t, "tasks") {
		name := fmt.Sprint("t-", n)
		template := "say"
		if later := rapid.IntRange(i, graphs-1).Draw(t, "runs"); later > i {
			template = fmt.Sprint("part-", later)
		}
		if n == 0 && i+1 < graphs {
			template = fmt.Sprint("part-", i+1)
		}
		texts := []string{"{{workflow.parameters.text}}", "{{inputs.parameters.text}} {{workflow.name}}", "a {b"}
		if n > 0 {
			texts = append(texts, fmt.Sprintf("{{%s.t-%d.outputs.parameters.said}}", kind, n-1))
		}
		call := map[string]any{"name": name, "template": template, "arguments": map[string]any{
			"parameters": []any{map[string]any{"name": "text", "value": oneOf(t, "text", texts...)}},
		}}
		if n+1 == 3 && rapid.Bool().Draw(t, "loop") {
			call["withItems"] = []any{"a", "b"}
		}
		if kind == "tasks" {
			call["dependencies"] = append([]any{}, before...)
			calls = append(calls, call)
		} else {
			calls = append(calls, []any{call})
		}
		before = append(before, name)
	}
	said := map[string]any{"name": "said", "valueFrom": map[string]any{
		"parameter": fmt.Sprintf("{{%s.t-0.outputs.parameters.said}}", kind),
	}}
	graph := map[string]any{
		"name": fmt.Sprint("part-", i), "inputs": map[string]any{"parameters": []any{map[string]any{"name": "text", "default": "y"}}},
		"outputs": map[string]any{"parameters": []any{said}},
	}
	if kind == "tasks" {
		graph["dag"] = map[string]any{"tasks": calls, "failFast": rapid.Bool().Draw(t, "fail fast")}
	} else {
		graph["steps"] = calls
	}
	if rapid.Bool().Draw(t, "bound") {
		graph["parallelism"] = 2
	}
	if i > 0 && rapid.Bool().Draw(t, "retry") {
		graph["retryStrategy"] = map[string]any{"limit": 1, "retryPolicy": oneOf(t, "policy", "", "OnFailure", "OnError", "Always")}
	}
	return graph
}

// Graphs that run graphs are read as groups that use groups, whatever their shape.
func TestGraphsInGraphsAreRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawGraphs(t)
		if components, pipelines := checkHandwritten(t, o); components != 1 || pipelines != 1 {
			_, unread, err := handwritten.Pipeline(decoder(o), handwritten.Around{
				Component: func(string, string) (spec.Ref, bool) { return spec.Ref{}, false },
			})
			t.Fatalf("%d components and %d pipelines: %v, unread %v", components, pipelines, err, unread)
		}
	})
}
