package compile

import (
	"fmt"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// groups compiles each group as the pipeline of its own that it could be, and takes the templates of that over. What
// such a pipeline would say of its runs is left behind.
func (c *pipelineCompiler) groups() error {
	for _, name := range spec.Names(c.graph.Groups) {
		g := c.graph.Groups[name]
		inner := pipelineCompiler{pipeline: g.Pipeline, graph: g, tasks: map[string][]*wfv1.DAGTask{}}
		if err := inner.compile(); err != nil {
			return fmt.Errorf("group %q: %w", name, err)
		}
		for _, t := range inner.spec.Templates {
			if strings.HasPrefix(t.Name, layout.HiddenPrefix) {
				c.addTemplate(t) // is the same in all
				continue
			}
			c.ofGroups = append(c.ofGroups, ofGroup(name, t))
		}
		for task, compiled := range inner.tasks {
			c.tasks[name+"/"+task] = compiled
		}
	}
	return nil
}

// ofGroup names a template of a group, and those of the group that it calls.
func ofGroup(group string, t wfv1.Template) wfv1.Template {
	named := func(template string) string {
		if _, _, other := layout.SplitGroupTemplate(template); other || template == "" ||
			layout.IsInlineTemplate(template) || strings.HasPrefix(template, layout.HiddenPrefix) {
			return template
		}
		return layout.GroupTemplate(group, template)
	}
	return renamed(t, named)
}

// Renamed gives a template, and those that it calls, other names. It changes the calls in place.
func renamed(t wfv1.Template, named func(string) string) wfv1.Template {
	t.Name = named(t.Name)
	hooks := func(all wfv1.LifecycleHooks) {
		for event, hook := range all {
			hook.Template = named(hook.Template)
			all[event] = hook
		}
	}
	if t.DAG != nil {
		for i := range t.DAG.Tasks {
			t.DAG.Tasks[i].Template = named(t.DAG.Tasks[i].Template)
			hooks(t.DAG.Tasks[i].Hooks)
		}
	}
	for _, parallel := range t.Steps {
		for i := range parallel.Steps {
			parallel.Steps[i].Template = named(parallel.Steps[i].Template)
			hooks(parallel.Steps[i].Hooks)
		}
	}
	return t
}

// WithoutGroup undoes ofGroup, on a copy.
func WithoutGroup(group string, t wfv1.Template) wfv1.Template {
	return renamed(*t.DeepCopy(), func(template string) string {
		if of, plain, ok := layout.SplitGroupTemplate(template); ok && of == group {
			return plain
		}
		return template
	})
}

// noteGroups keeps what the groups take and give, and what they are for.
func noteGroups(annotations map[string]string, c *pipelineCompiler) error {
	if len(c.graph.Groups) == 0 {
		return nil
	}
	notes := map[string]layout.GroupNote{}
	for name, g := range c.graph.Groups {
		note := layout.GroupNote{Description: g.Pipeline.Description}
		note.InterfaceTypes = interfaceTypes(spec.Interface{Inputs: g.Pipeline.Parameters, Outputs: g.Outputs})
		for input, in := range g.Pipeline.Parameters {
			known := note.Inputs[input]
			known.Description = in.Description // a template's parameters have none of their own here
			note.Inputs[input] = known
		}
		notes[name] = note
	}
	text, err := wire.Marshal(notes)
	if err != nil {
		return fmt.Errorf("what the groups take and give: %w", err)
	}
	annotations[layout.GroupsAnnotation] = text
	return nil
}

// everyTask are the maps of tasks of a pipeline, those of its groups too.
func everyTask(p spec.Pipeline) []map[string]spec.Task {
	all := []map[string]spec.Task{p.Tasks, p.OnExit}
	for _, name := range spec.Names(p.Groups) {
		all = append(all, p.Groups[name].Tasks, p.Groups[name].OnExit)
	}
	return all
}
