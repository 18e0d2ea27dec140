package argo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// step is a component with inputs and outputs of several types, all of them optional to give.
func step() spec.Component {
	return spec.Component{
		Namespace: "etl", Name: "step",
		Interface: spec.Interface{
			Inputs: map[string]spec.Input{
				"text": {Type: spec.String, Default: new("x")}, "number": {Type: spec.Float, Default: new("1")},
				"words": {
					Type: spec.ListOf(spec.String), Default: new("[]"),
				}, "file": {Type: spec.Artifact, Optional: true}, "files": {Type: spec.ListOf(spec.Artifact), Optional: true},
				"maybe": {Type: spec.Integer, Optional: true}, "word": {Type: spec.String, Optional: true},
			},
			Outputs: map[string]spec.Output{
				"text": {Type: spec.String}, "count": {Type: spec.Integer}, "words": {Type: spec.ListOf(spec.String)},
				"file": {Type: spec.Dataset},
			},
		},
		Container: &spec.Container{
			Image: "busybox:1.36", Command: []string{"sh"},
			Args: []string{"{{ inputs.text }}", "{{ inputs.file.path }}", "{{ outputs.text.path }}"},
		},
	}
}

// randomPipeline is a graph whose tasks use earlier ones in every way that types allow.
func randomPipeline(t *rapid.T, ref spec.Ref) spec.Pipeline {
	p := spec.Pipeline{
		Namespace: "etl", Name: "random", Tasks: map[string]spec.Task{}, Outputs: map[string]string{},
		Parameters: map[string]spec.Input{
			"word": {Type: spec.String, Default: new("{{x}}")}, "list": {Type: spec.ListOf(spec.String), Default: new(`["a"]`)},
		},
	}
	n := rapid.IntRange(1, 12).Draw(t, "tasks")
	looped := map[string]bool{}
	for i := range n {
		name := fmt.Sprintf("t_%d", i)
		task := spec.Task{Component: ref, Inputs: map[string]string{}}
		earlier := func(label string) string {
			return fmt.Sprintf("t_%d", rapid.IntRange(0, i-1).Draw(t, label))
		}
		if rapid.IntRange(0, 3).Draw(t, "loop") == 0 {
			task.ForEach = rapid.SampledFrom([]string{`["p","q"]`, "{{ parameters.list }}"}).Draw(t, "items")
			task.Inputs["text"] = rapid.SampledFrom([]string{
				"{{ each.value }}", "{{ each.index }}-{{ each.value }}",
			}).Draw(t, "each")
			if rapid.Bool().Draw(t, "bounded") {
				task.Parallelism = new(int64(2))
			}
			looped[name] = true
		}
		if i > 0 && !looped[name] {
			if from := earlier("text"); !looped[from] {
				task.Inputs["text"] = "<{{ tasks." + from + ".outputs.text }}>"
			}
			if from := earlier("number"); !looped[from] {
				task.Inputs["number"] = "{{ tasks." + from + ".outputs.count }}"
			}
			if from := earlier("file"); !looped[from] {
				task.Inputs["file"] = "{{ tasks." + from + ".outputs.file }}"
			}
			if from := earlier("words"); looped[from] {
				task.Inputs["words"] = "{{ tasks." + from + ".outputs.text }}"
			}
			if from := earlier("files"); looped[from] {
				task.Inputs["files"] = "{{ tasks." + from + ".outputs.file }}"
			}
			if one, other := earlier("one"), earlier("other"); !looped[one] && !looped[other] && rapid.Bool().Draw(t, "choice") {
				task.Inputs["file"] = "{{ tasks." + one + ".outputs.file ?? tasks." + other + ".outputs.file }}"
			}
			if from := earlier("perhaps"); !looped[from] && rapid.Bool().Draw(t, "nil") {
				out := "tasks." + from + ".outputs."
				task.Inputs["maybe"] = rapid.SampledFrom([]string{
					"{{ " + out + "count ?? nil }}", "{{ len(parameters.word) > 3 ? 5 : nil }}", "{{ find([1, 2], # == " +
						"len(parameters.word)) }}",
					"{{ fromJSON(parameters.word).field }}", "{{ parameters.word == 'x' ? nil : " + out + "count }}", "{{ nil }}",
				}).Draw(t, "maybe")
				task.Inputs["word"] = rapid.SampledFrom([]string{
					"{{ " + out + "text ?? nil }}", "{{ parameters.word == 'x' ? parameters.word : nil }}", "{{ first(" + out + "words) }}",
				}).Draw(t, "word")
				task.Inputs["file"] = rapid.SampledFrom([]string{
					"{{ " + out + "file ?? nil }}", "{{ parameters.word == 'x' ? nil : " + out + "file }}", "{{ nil }}", "{{ " + out + "file }}",
				}).Draw(t, "nil file")
			}
			if rapid.IntRange(0, 4).Draw(t, "import") == 0 {
				task.Inputs["file"] = "s3://bucket/{{ parameters.word }}.csv?endpoint=s3:9000&insecure=true&secret=s3"
			}
			if rapid.IntRange(0, 3).Draw(t, "condition") == 0 {
				task.When = "tasks." + earlier("when") + ".status == 'Succeeded'"
			}
		}
		if i > 0 {
			for range rapid.IntRange(0, 2).Draw(t, "order") {
				task.DependsOn = append(task.DependsOn, earlier("depends_on"))
			}
			slices.Sort(task.DependsOn)
			task.DependsOn = slices.Compact(task.DependsOn)
		}
		if rapid.Bool().Draw(t, "retry") {
			task.Retry = &spec.Retry{Limit: 2, Expression: "last_retry.exit_code != 2", Backoff: &spec.Backoff{Duration: "1s"}}
		}
		task.AllowFailure = rapid.IntRange(0, 4).Draw(t, "allow failure") == 0
		p.Tasks[name] = task
	}
	single := slices.DeleteFunc(spec.Names(p.Tasks), func(name string) bool { return looped[name] })
	for _, name := range spec.Names(p.Tasks) {
		if !looped[name] && rapid.IntRange(0, 3).Draw(t, "output") == 0 {
			p.Outputs["file_"+name] = "{{ tasks." + name + ".outputs.file }}"
			if p.Tasks[name].AllowFailure || p.Tasks[name].When != "" || len(p.Tasks[name].Inputs) > 0 {
				p.Outputs["file_"+name] = "{{ tasks." + name + ".outputs.file ?? tasks." + single[0] + ".outputs.file }}"
			}
			p.Outputs["text_"+name] = "{{ tasks." + name + ".outputs.text ?? 'none' }}"
		}
		if looped[name] && rapid.IntRange(0, 3).Draw(t, "output list") == 0 {
			p.Outputs["files_"+name] = "{{ tasks." + name + ".outputs.file }}"
		}
	}
	if rapid.Bool().Draw(t, "on exit") {
		p.OnExit = map[string]spec.Task{
			"tell": {
				Component: ref, Inputs: map[string]string{"text": "{{ run.status }} {{ len(run.failures) }} {{ parameters.word }}"},
			},
		}
	}
	return p
}

// Whatever can be declared compiles to what Argo accepts, with every edge kept.
func TestRandomPipelinesAreAccepted(t *testing.T) {
	t.Parallel()
	component := mustComponent(t, step())
	ref := component.Ref(step())
	rapid.Check(t, func(t *rapid.T) {
		p := randomPipeline(t, ref)
		g, problems := graph.Check(p)
		if problems.HasError() {
			t.Fatalf("refused: %v", problems)
		}
		o, err := compile.Pipeline(g)
		if err != nil {
			t.Fatal(err)
		}
		again, err := compile.Pipeline(g)
		if err != nil || again.Version != o.Version {
			t.Fatalf("compiled twice: versions %s and %s, %v", o.Version, again.Version, err)
		}
		templates := getter{component.Template.Name: component.Template, p.Name: o.Template}
		if err := validated(templates, o.Template); err != nil {
			t.Fatalf("Argo refuses it: %v", err)
		}
		checkEdges(t, g, o.Template)
	})
}

func checkEdges(t *rapid.T, g *graph.Graph, w *wfv1.WorkflowTemplate) {
	for _, task := range w.Spec.Templates[0].DAG.Tasks {
		node := g.Tasks[strings.ReplaceAll(task.Name, "-", "_")]
		if node == nil {
			continue // made by the compiler
		}
		for _, need := range node.Needs {
			if !strings.Contains(task.Depends, strings.ReplaceAll(need.Task, "_", "-")+".") {
				t.Fatalf("task %s lost its edge to %s: depends is %q", node.Name, need.Task, task.Depends)
			}
		}
	}
}

// Tasks whose names only differ in what the compiler adds to them, and tasks of on_exit called like others, keep
// templates of their own.
func TestTasksHaveTemplatesOfTheirOwn(t *testing.T) {
	t.Parallel()
	ref := mustComponent(t, step()).Ref(step())
	loop := func(items string) spec.Task {
		return spec.Task{
			Component: ref, ForEach: items, Parallelism: new(int64(1)), Inputs: map[string]string{"text": "{{ each.value }}"},
		}
	}
	o := mustPipeline(t, spec.Pipeline{
		Namespace: "etl", Name: "names",
		Tasks: map[string]spec.Task{
			"x": loop(`["1"]`), "x_list": loop(`["2"]`), "list_x": loop(`["3"]`),
			"takes": {Component: ref, Inputs: map[string]string{"files": "{{ tasks.x.outputs.file }}"}},
		},
		OnExit:  map[string]spec.Task{"x": loop(`["4"]`), "list_x": loop(`["5"]`)},
		Outputs: map[string]string{"files": "{{ tasks.x.outputs.file }}"},
	})
	items := map[string]bool{}
	for _, w := range o.Template.Spec.Templates {
		if len(w.Steps) == 1 && len(w.Steps[0].Steps) == 1 && w.Steps[0].Steps[0].WithParam != "" {
			items[w.Steps[0].Steps[0].WithParam] = true
		}
	}
	if len(items) != 5 {
		t.Errorf("of 5 loops, %d have a template: %v", len(items), items)
	}
	accepted(t, mustComponent(t, step()).Template, o.Template)
}
