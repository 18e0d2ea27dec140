package decompile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

func isOfGroup(template string) bool {
	_, _, ok := layout.SplitGroupTemplate(template)
	return ok
}

// group reads what a task runs that uses a group.
func (r *taskReader) group(name string) {
	i, ok := r.d.groups[name]
	if !ok {
		r.d.miss(r.path+".group", "the pipeline has no group "+layout.QuoteName(name))
		r.task.Component = r.prior.Component
		return
	}
	r.task.Component = layout.RefOfGroup(r.d.pipeline.Namespace, name, i)
}

// readGroups reads the groups of the pipeline: each is what a pipeline of its own would be, under other names.
func (d *pipelineDecompiler) readGroups() {
	templates := map[string][]wfv1.Template{}
	for _, t := range d.template.Spec.Templates {
		if group, _, ok := layout.SplitGroupTemplate(t.Name); ok {
			templates[group] = append(templates[group], compile.WithoutGroup(group, t))
		}
	}
	var notes map[string]layout.GroupNote
	if text := d.template.Annotations[layout.GroupsAnnotation]; text != "" {
		if err := json.Unmarshal([]byte(text), &notes); err != nil {
			d.miss(layout.Keyed("metadata.annotations", layout.GroupsAnnotation), "it is not the JSON that it was: "+err.Error())
		}
	}
	objects := map[string]*wfv1.WorkflowTemplate{}
	d.groups = map[string]spec.Interface{}
	for _, name := range spec.Names(templates) {
		objects[name] = d.objectOfGroup(templates[name], notes[name])
		i, _ := decompileInterface(objects[name], artifactsOf(objects[name]))
		d.groups[name] = i
	}
	prior := resolvedGroups(d.prior)
	for _, name := range spec.Names(objects) {
		inner := pipelineDecompiler{
			template: objects[name], refs: d.refs, nested: d.nested, named: templatesOf(objects[name]), groups: d.groups,
			prior: prior[name], fresh: d.fresh, defaults: &d.pipeline.Defaults,
		}
		if was, ok := prior[name]; ok {
			inner.compiled = compiledPrior(was)
			inner.unchanged = unchangedTasks(objects[name], inner.compiled)
		}
		inner.read()
		for _, u := range inner.unread {
			u.Path = layout.Keyed("groups", name) + "." + u.Path
			d.unread = append(d.unread, u)
		}
		layout.Set(&d.pipeline.Groups, name, asGroup(inner.pipeline))
	}
}

// objectOfGroup is the object that the group would be as a pipeline of its own.
func (d *pipelineDecompiler) objectOfGroup(templates []wfv1.Template, note layout.GroupNote) *wfv1.WorkflowTemplate {
	w := &wfv1.WorkflowTemplate{ObjectMeta: metav1.ObjectMeta{
		Name: d.template.Name, Namespace: d.template.Namespace, Annotations: map[string]string{},
	}}
	if text, err := wire.Marshal(note.InterfaceTypes); err == nil {
		w.Annotations[layout.TypesAnnotation] = text
	}
	if note.Description != "" {
		w.Annotations[layout.DescribeKey] = note.Description
	}
	w.Spec.Entrypoint, w.Spec.VolumeClaimTemplates = layout.MainTemplate, d.template.Spec.VolumeClaimTemplates
	w.Spec.Templates = templates
	for _, t := range d.template.Spec.Templates {
		if strings.HasPrefix(t.Name, layout.HiddenPrefix) {
			w.Spec.Templates = append(w.Spec.Templates, t)
		}
	}
	main := templatesOf(w)[layout.MainTemplate]
	if main == nil {
		return w
	}
	for _, p := range main.Inputs.Parameters {
		if strings.HasPrefix(p.Name, layout.HiddenPrefix) {
			continue
		}
		known := note.Inputs[p.Name]
		argument := wfv1.Parameter{Name: p.Name, Value: p.Default}
		if known.Description != "" {
			argument.Description = wfv1.AnyStringPtr(wire.Encode(known.Description))
		}
		for _, v := range known.Allowed {
			argument.Enum = append(argument.Enum, wfv1.AnyString(layout.EncodeValue(v, known.Type)))
		}
		w.Spec.Arguments.Parameters = append(w.Spec.Arguments.Parameters, argument)
	}
	return w
}

// artifactsOf are those that a pipeline takes.
func artifactsOf(w *wfv1.WorkflowTemplate) wfv1.Artifacts {
	if main, _ := groupsOf(w.Spec, templatesOf(w)); main != nil {
		return main.Inputs.Artifacts
	}
	return nil
}

// resolved is a pipeline whose tasks know what its groups take and give.
func resolved(p spec.Pipeline) spec.Pipeline {
	if len(p.Groups) == 0 {
		return p
	}
	g, _ := graph.Check(p)
	return g.Pipeline
}

// resolvedGroups are the groups of a pipeline as pipelines of their own, whose tasks know what other groups take and
// give.
func resolvedGroups(p spec.Pipeline) map[string]spec.Pipeline {
	if len(p.Groups) == 0 {
		return nil
	}
	g, _ := graph.Check(p)
	resolved := map[string]spec.Pipeline{}
	for name, inner := range g.Groups {
		resolved[name] = inner.Pipeline
	}
	return resolved
}

// asGroup is a group that was read as a pipeline.
func asGroup(p spec.Pipeline) spec.Group {
	return spec.Group{
		Description: p.Description, Parameters: p.Parameters, Tasks: unresolved(p.Tasks), OnExit: unresolved(p.OnExit),
		Outputs: p.Outputs, Parallelism: p.Options.Parallelism, FailFast: p.Options.FailFast,
	}
}

// unresolved are tasks as people write them: they name their groups, and no more.
func unresolved(tasks map[string]spec.Task) map[string]spec.Task {
	isOf := func(t spec.Task) bool { return t.Component.Kind == spec.GroupKind }
	if !slices.ContainsFunc(slices.Collect(maps.Values(tasks)), isOf) {
		return tasks
	}
	tasks = maps.Clone(tasks)
	for name, t := range tasks {
		if isOf(t) {
			t.Component = spec.Ref{Kind: spec.GroupKind, Name: t.Component.Name}
			tasks[name] = t
		}
	}
	return tasks
}
