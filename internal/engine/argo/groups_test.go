package argo_test

import (
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// grouped uses a group in a loop, under a condition, with a retry, and from another group.
func grouped(t *testing.T) spec.Pipeline {
	t.Helper()
	ref := stepRef(t)
	return spec.Pipeline{
		Namespace: "etl", Name: "grouped",
		Parameters: map[string]spec.Input{"words": {Type: spec.ListOf(spec.String), Default: new(`["a","b"]`)}},
		Groups: map[string]spec.Group{
			"shard": {
				Description: "One word.",
				Parameters:  map[string]spec.Input{"word": {Type: spec.String, Description: "The word."}},
				Tasks: map[string]spec.Task{
					"first":  {Component: ref, Inputs: map[string]string{"text": "{{ parameters.word }}"}},
					"second": {Component: ref, Inputs: map[string]string{"file": "{{ tasks.first.outputs.file }}"}},
				},
				OnExit:      map[string]spec.Task{"tell": {Component: ref, Inputs: map[string]string{"text": "{{ run.status }}"}}},
				Outputs:     map[string]string{"count": "{{ tasks.second.outputs.count }}", "file": "{{ tasks.second.outputs.file }}"},
				Parallelism: new(int64(2)),
			},
			"all_shards": {
				Parameters: map[string]spec.Input{"words": {Type: spec.ListOf(spec.String)}},
				Tasks: map[string]spec.Task{
					"shards": {
						Component: ofGroup("shard"), ForEach: "{{ parameters.words }}",
						Inputs:   map[string]string{"word": "{{ each.value }}"},
						Settings: spec.Settings{Retry: &spec.Retry{Limit: 1, Backoff: &spec.Backoff{Duration: "1s"}}},
					},
				},
				Outputs: map[string]string{"counts": "{{ tasks.shards.outputs.count }}"},
			},
		},
		Tasks: map[string]spec.Task{
			"all": {
				Component: ofGroup("all_shards"), Inputs: map[string]string{"words": "{{ parameters.words }}"},
				When: "len(parameters.words) > 0",
			},
			"one": {Component: ofGroup("shard"), Inputs: map[string]string{"word": "x"}},
			"use": {Component: ref, Inputs: map[string]string{"file": "{{ tasks.one.outputs.file }}"}},
		},
		Outputs: map[string]string{"counts": "{{ tasks.all.output ?? [] }}"},
	}
}

func TestGroupsAreTemplatesOfThePipeline(t *testing.T) {
	t.Parallel()
	p := grouped(t)
	o := mustPipeline(t, p)
	compare(t, "pipeline-groups", o.Template)
	accepted(t, mustComponent(t, step()).Template, o.Template)
	checkInverse(t, p)
}

// Whatever groups can be declared compile to what Argo accepts.
func TestRandomGroupsAreAccepted(t *testing.T) {
	t.Parallel()
	component := mustComponent(t, step())
	ref := component.Ref(step())
	inner := spec.Pipeline{
		Namespace: "etl", Name: "nested",
		Parameters: map[string]spec.Input{"radius": {Type: spec.Float}, "unit": {Type: spec.String, Default: new("m")}},
		Tasks:      map[string]spec.Task{"t": {Component: ref, Inputs: map[string]string{"number": "{{ parameters.radius }}"}}},
		Outputs:    map[string]string{"area": "{{ float(tasks.t.outputs.count) }}"},
	}
	nested := mustPipeline(t, inner)
	const drawn = 25 // Argo's validation goes through the groups again for each task that uses them
	for seed := range drawn {
		p := rapid.Custom(func(t *rapid.T) spec.Pipeline {
			p := randomPipeline(t, ref)
			drawGroups(t, &p, ref, nestedRef())
			return p
		}).Example(seed)
		g, problems := graph.Check(p)
		if problems.HasError() {
			t.Fatalf("refused: %v", problems)
		}
		o, err := compile.Pipeline(g)
		if err != nil {
			t.Fatal(err)
		}
		templates := getter{
			component.Template.Name: component.Template, nested.Template.Name: nested.Template, p.Name: o.Template,
		}
		if err := validated(templates, o.Template); err != nil {
			t.Fatalf("Argo refuses it: %v", err)
		}
	}
}

// The names of a group's templates give the group and the template back, whatever the two are called.
func TestGroupTemplates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		group := rapid.StringMatching(`[A-Za-z][A-Za-z0-9]{0,5}(_[A-Za-z0-9]{1,5}){0,2}`).Draw(t, "group")
		template := rapid.StringMatching(`[a-z][a-z0-9]{0,5}(-{1,3}[a-z0-9]{1,5}){0,3}`).Draw(t, "template")
		g, tmpl, ok := layout.SplitGroupTemplate(layout.GroupTemplate(group, template))
		if !ok || g != group || tmpl != template {
			t.Errorf("%q %q: %q %q %v", group, template, g, tmpl, ok)
		}
	})
	for _, name := range []string{"main", "task-group-a--b", "group-a", "group---main", "group-a--"} {
		if _, _, ok := layout.SplitGroupTemplate(name); ok {
			t.Errorf("%q is taken for a group's", name)
		}
	}
}

// What is done to a group in the cluster shows at the group.
func TestChangesOfGroupsAreRead(t *testing.T) {
	t.Parallel()
	p := grouped(t)
	o := mustPipeline(t, p)
	for name, change := range map[string]func(*wfv1.WorkflowTemplate){
		"a bound": func(w *wfv1.WorkflowTemplate) {
			templateOf(w, "group-shard--tasks").Parallelism = new(int64(7))
		},
		"an argument": func(w *wfv1.WorkflowTemplate) {
			templateOf(w, "group-shard--tasks").DAG.Tasks[0].Arguments.Parameters[0].Value = wfv1.AnyStringPtr("other")
		},
		"a limit": func(w *wfv1.WorkflowTemplate) {
			*templateOf(w, "group-all-shards--taskretry-shards").RetryStrategy.Limit = intOrString("5")
		},
	} {
		live := o.Template.DeepCopy()
		change(live)
		back, unread := readBack(live, p)
		if again := mustPipeline(t, back); len(unread) > 0 || again.Version == o.Version {
			t.Errorf("%s: unread %v, version %s", name, unread, again.Version)
		}
	}
}
