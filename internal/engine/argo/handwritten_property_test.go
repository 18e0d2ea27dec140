package argo_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// examples are the objects that Argo's own examples hold, as WorkflowTemplates and CronWorkflows in JSON.
var examples = sync.OnceValues(func() ([]map[string]any, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-workflows/v3").Output()
	if err != nil {
		return nil, err
	}
	var all []map[string]any
	err = filepath.WalkDir(filepath.Join(
		strings.TrimSpace(string(dir)), "examples",
	), func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for document := range strings.SplitSeq(string(data), "\n---") {
			var o map[string]any
			if err := yaml.Unmarshal([]byte(document), &o); err != nil || o == nil {
				continue
			}
			meta, _ := o["metadata"].(map[string]any)
			if meta == nil {
				continue
			}
			switch o["kind"] {
			case "Workflow", "ClusterWorkflowTemplate":
				o["kind"] = "WorkflowTemplate"
			case "WorkflowTemplate", "CronWorkflow":
			default:
				continue
			}
			if meta["name"] == nil {
				meta["name"] = strings.Trim(fmt.Sprint(meta["generateName"]), "-")
			}
			meta["namespace"] = "etl"
			all = append(all, o)
		}
		return nil
	})
	return all, err
})

func mustExamples(t *testing.T) []map[string]any {
	t.Helper()
	all, err := examples()
	if err != nil || len(all) < 100 {
		t.Fatalf("%d of Argo's examples: %v", len(all), err)
	}
	return all
}

func decoder(o map[string]any) layout.Decoder {
	return func(v any) error {
		data, err := json.Marshal(o)
		if err != nil {
			return err
		}
		return json.Unmarshal(data, v)
	}
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
	Logf(string, ...any)
}

// checkHandwritten reads an object in every way. What can be written must compile, and mean the same. It returns how many
// templates and graphs of it could be written.
func checkHandwritten(t failer, o map[string]any) (components, pipelines int) {
	t.Helper()
	if o["kind"] == "CronWorkflow" {
		checkHandwrittenSchedule(t, o)
		return 0, 0
	}
	var w wfv1.WorkflowTemplate
	if decoder(o)(&w) != nil {
		return 0, 0 // the API server would not take it
	}
	made := map[string]spec.Ref{}
	byName := map[string]*wfv1.WorkflowTemplate{}
	for _, template := range w.Spec.Templates {
		f, err := handwritten.Component(decoder(o), template.Name)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if len(f.Unread) > 0 {
			continue
		}
		compiled, err := compile.Component(f.Component)
		if err != nil {
			t.Fatalf("%s/%s does not compile: %v", w.Name, template.Name, err)
		}
		sameContainer(t, w, template, f, compiled)
		made[compiled.Version] = compiled.Ref(f.Component)
		byName[compiled.Template.Name] = compiled.Template
		components++
	}
	around := handwritten.Around{
		Refs:      func(string) (spec.Ref, bool) { return spec.Ref{}, false },
		Component: func(version, _ string) (spec.Ref, bool) { ref, ok := made[version]; return ref, ok },
		Template:  func(string) (layout.Decoder, bool) { return nil, false },
	}
	p, unread, err := handwritten.Pipeline(decoder(o), around)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if len(unread) > 0 {
		return components, 0
	}
	g, problems := graph.Check(p)
	if problems.HasError() {
		t.Fatalf("%s is refused: %v", w.Name, problems)
	}
	compiled, err := compile.Pipeline(g)
	if err != nil {
		t.Fatalf("%s does not compile: %v", w.Name, err)
	}
	sameGraph(t, w, compiled.Template)
	return components, 1
}

func checkHandwrittenSchedule(t failer, o map[string]any) {
	t.Helper()
	if _, _, err := handwritten.ScheduledTemplate(decoder(o)); err != nil {
		return
	}
	pipeline := spec.Ref{
		Kind: spec.PipelineKind, Name: "job",
		Interface: spec.Interface{Inputs: map[string]spec.Input{"date": {Type: spec.String}}},
	}
	run, _, err := decompile.ReadRecurringRun(decoder(o), nil, spec.RecurringRun{Pipeline: pipeline})
	if err != nil {
		return
	}
	run, unread, err := handwritten.Schedule(decoder(o), run, "UTC")
	if err != nil {
		t.Fatalf("%v", err)
	}
	if len(unread) == 0 && !graph.CheckRecurringRun(run).HasError() {
		if _, err := compile.RecurringRun(run); err != nil {
			t.Fatalf("%s does not compile: %v", run.Name, err)
		}
	}
}

var workflowParameter = regexp.MustCompile(`workflow\.parameters\.([A-Za-z0-9_.-]+)`)

// sameContainer inserts values as Argo does and expands them as the kubelet does, in what was written and in what was
// made of it. Files are at other places.
func sameContainer(
	t failer, w wfv1.WorkflowTemplate, written wfv1.Template, f handwritten.Reading, compiled compile.ComponentObjects,
) {
	t.Helper()
	before, after := map[string]any{}, map[string]any{}
	for name := range f.Component.Inputs {
		after["inputs.parameters."+name] = "value-of-" + name
	}
	for theirs, ours := range f.Inputs {
		before["inputs.parameters."+theirs] = "value-of-" + ours
	}
	text, err := json.Marshal(written)
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, m := range workflowParameter.FindAllStringSubmatch(string(text), -1) {
		before["workflow.parameters."+m[1]] = "value-of-" + strings.Trim(
			strings.NewReplacer("-", "_", ".", "_").Replace(m[1]), "_",
		)
	}
	before["workflow.name"], before["workflow.status"] = "value-of-run_name", "value-of-run_status"
	before["workflow.uid"], before["workflow.creationTimestamp"] = "value-of-run_id", "value-of-run_created_at"
	before["pod.name"], after["pod.name"] = "pod", "pod"
	places := map[string]string{}
	for _, a := range written.Inputs.Artifacts {
		before["inputs.artifacts."+a.Name+".path"] = a.Path
		places["/kfp/inputs/"+f.Inputs[a.Name]] = a.Path
	}
	for _, a := range written.Outputs.Artifacts {
		before["outputs.artifacts."+a.Name+".path"] = a.Path
		places["/kfp/outputs/"+f.Outputs[a.Name]] = a.Path
	}
	for _, p := range written.Outputs.Parameters {
		before["outputs.parameters."+p.Name+".path"] = p.ValueFrom.Path
		places["/kfp/outputs/"+f.Outputs[p.Name]] = p.ValueFrom.Path
	}
	var pairs []string
	for _, place := range slices.Backward(slices.Sorted(maps.Keys(places))) {
		pairs = append(pairs, place, places[place])
	}
	back := strings.NewReplacer(pairs...)
	own := compiled.Template.GetTemplateByName(layout.MainTemplate).Container
	env := map[string]string{}
	for _, e := range own.Env {
		env[e.Name] = e.Value
	}
	got := expandAll(inserted(t, slices.Concat(own.Command, own.Args), after), env)
	for i := range got {
		got[i] = back.Replace(got[i])
	}
	var want []string
	if written.Script == nil {
		want = expandAll(inserted(t, slices.Concat(written.Container.Command, written.Container.Args), before), env)
	} else {
		command := inserted(t, written.Script.Command, before)
		want = slices.Concat(command, got[len(command):len(command)+1], inserted(t, []string{written.Script.Source}, before))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s/%s runs another command (-want +got):\n%s", w.Name, written.Name, diff)
	}
}

// inserted are texts as Argo inserts values; as they are where it cannot.
func inserted(t failer, texts []string, values map[string]any) []string {
	t.Helper()
	data, err := json.Marshal(texts)
	if err != nil {
		t.Fatalf("%v", err)
	}
	text, err := template.Replace(string(data), values, true)
	if err != nil {
		return texts
	}
	var out []string
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v", err)
	}
	return out
}

var kubeletReference = regexp.MustCompile(`\$\$|\$\(([^)]*)\)`)

// expandAll replaces variables as the kubelet does.
func expandAll(texts []string, env map[string]string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = kubeletReference.ReplaceAllStringFunc(text, func(found string) string {
			if found == "$$" {
				return "$"
			}
			if value, ok := env[found[2:len(found)-1]]; ok {
				return value
			}
			return found
		})
	}
	return out
}

// sameGraph compares the tasks of a DAG, and of those that it runs, by their names, conditions and loops being there or
// not, and order.
func sameGraph(t failer, w wfv1.WorkflowTemplate, compiled *wfv1.WorkflowTemplate) {
	t.Helper()
	graphs := map[string]string{w.Spec.Entrypoint: compiled.Spec.Entrypoint}
	for left := []string{w.Spec.Entrypoint}; len(left) > 0; left = left[1:] {
		written := w.GetTemplateByName(left[0])
		if written == nil || written.DAG == nil && written.Steps == nil {
			continue
		}
		for _, called := range calledBy(written) {
			if _, known := graphs[called]; !known && called != "" {
				graphs[called] = layout.GroupTemplate(multipleHyphens.ReplaceAllString(called, "-"), layout.MainTemplate)
				left = append(left, called)
			}
		}
		made := compiled.GetTemplateByName(graphs[left[0]])
		if made == nil {
			t.Fatalf("%s has no template %s for %s", w.Name, graphs[left[0]], left[0])
		}
		if written.DAG == nil {
			continue
		}
		if diff := cmp.Diff(tasksIn(written.DAG), tasksIn(made.DAG)); diff != "" {
			t.Fatalf("%s: %s is another graph (-want +got):\n%s", w.Name, written.Name, diff)
		}
		if !cmp.Equal(written.Parallelism, made.Parallelism) && graphs[left[0]] != compiled.Spec.Entrypoint {
			t.Fatalf("%s: %s has another bound", w.Name, written.Name)
		}
	}
}

var multipleHyphens = regexp.MustCompile(`[-_]+`)

// calledBy are the templates of the object that one of its graphs runs.
func calledBy(t *wfv1.Template) []string {
	var called []string
	if t.DAG != nil {
		for _, task := range t.DAG.Tasks {
			called = append(called, task.Template)
		}
	}
	for _, parallel := range t.Steps {
		for _, step := range parallel.Steps {
			called = append(called, step.Template)
		}
	}
	return called
}

type graphTask struct {
	When, Loop bool
	Before     []string
}

var dependsWord = regexp.MustCompile(`[A-Za-z0-9_-]+(\.[A-Za-z]+)?`)

func tasksIn(dag *wfv1.DAGTemplate) map[string]graphTask {
	all := map[string]graphTask{}
	for _, d := range dag.Tasks {
		before := map[string]bool{}
		for _, name := range d.Dependencies {
			before[strings.ReplaceAll(name, "_", "-")] = true
		}
		for _, name := range dependsWord.FindAllString(d.Depends, -1) {
			name, _, _ = strings.Cut(name, ".")
			before[strings.ReplaceAll(name, "_", "-")] = true
		}
		all[strings.ReplaceAll(d.Name, "_", "-")] = graphTask{
			d.When != "", len(d.WithItems) > 0 || d.WithParam != "" || d.WithSequence != nil, slices.Sorted(maps.Keys(before)),
		}
	}
	delete(all, "kfp-end")
	return all
}

// Every one of Argo's own examples is read, without a panic and without a lie.
func TestArgosExamplesAreRead(t *testing.T) {
	t.Parallel()
	components, templates, pipelines, objects := 0, 0, 0, 0
	for _, o := range mustExamples(t) {
		c, p := checkHandwritten(t, o)
		components, pipelines = components+c, pipelines+p
		if o["kind"] == "WorkflowTemplate" {
			objects++
			var w wfv1.WorkflowTemplate
			if err := decoder(o)(&w); err != nil {
				t.Fatal(err)
			}
			for _, template := range w.Spec.Templates {
				if template.Container != nil || template.Script != nil {
					templates++
				}
			}
		}
	}
	t.Logf(
		"%d of %d templates of one container can be written, and %d of %d graphs", components, templates, pipelines, objects,
	)
	if components < templates/2 || pipelines < 50 {
		t.Errorf(
			"only %d of %d templates of one container can be written, and %d of %d graphs", components, templates, pipelines,
			objects,
		)
	}
}

// What somebody else has written may be anything.
func TestChangedExamplesAreRead(t *testing.T) {
	t.Parallel()
	all := mustExamples(t)
	rapid.Check(t, func(t *rapid.T) {
		o, ok := copied(rapid.SampledFrom(all).Draw(t, "example")).(map[string]any)
		if !ok {
			t.Fatalf("no object")
		}
		other := rapid.SampledFrom(all).Draw(t, "other")
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			mutate(t, o, other)
		}
		checkHandwritten(t, o)
	})
}
