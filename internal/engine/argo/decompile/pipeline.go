package decompile

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Refs finds what a templateRef points to, by the name of the object.
type Refs func(object string) (spec.Ref, bool)

// DecompilePipeline reads a pipeline back. prior is what was known of it before; nil: nothing. What a live object does
// not tell stays as it was there. The places that could not be read keep what prior says.
func DecompilePipeline(w *wfv1.WorkflowTemplate, refs Refs, prior *spec.Pipeline) (spec.Pipeline, []layout.Unread) {
	d := pipelineDecompiler{template: w, refs: refs, nested: compile.NestedVersions(w.Annotations), named: templatesOf(w)}
	d.fresh = prior == nil
	if prior != nil {
		d.prior = resolved(*prior)
		d.compiled = compiledPrior(*prior)
		d.unchanged = unchangedTasks(w, d.compiled)
	}
	d.read()
	d.pipeline.Tasks, d.pipeline.OnExit = unresolved(d.pipeline.Tasks), unresolved(d.pipeline.OnExit)
	if prior != nil {
		adopt(&d.pipeline, *prior, func() string { return pipelineVersion(d.pipeline) })
	}
	return d.pipeline, d.unread
}

// pipelineVersion compiles; empty if that is not possible.
func pipelineVersion(p spec.Pipeline) string {
	g, problems := graph.Check(p)
	if problems.HasError() {
		return ""
	}
	o, err := compile.Pipeline(g)
	if err != nil {
		return ""
	}
	return o.Version
}

type pipelineDecompiler struct {
	template  *wfv1.WorkflowTemplate
	named     map[string]*wfv1.Template
	refs      Refs
	nested    map[string]string // versions of the pipelines inside
	prior     spec.Pipeline
	fresh     bool                   // there is no prior
	compiled  *wfv1.WorkflowTemplate // prior; nil: there is none, or it does not compile
	unchanged map[string]bool        // tasks that are what prior says
	pipeline  spec.Pipeline
	tasks     []*taskReader
	outputs   map[string]spec.Output
	bases     bases
	groups    map[string]spec.Interface
	defaults  *spec.Settings  // of a group: those of its pipeline
	failing   map[string]bool // tasks after whose failure others run
	needed    map[string]bool // tasks whose failure others do not stand
	unread    []layout.Unread
}

func (d *pipelineDecompiler) miss(path, reason string) {
	d.unread = append(d.unread, layout.Unread{Path: path, Reason: reason})
}

func (d *pipelineDecompiler) read() {
	w := d.template
	p := &d.pipeline
	p.Namespace, p.Name, p.Description = w.Namespace, w.Name, w.Annotations[layout.DescribeKey]
	main, exit := groupsOf(w.Spec, d.named)
	if main == nil || main.DAG == nil {
		d.miss("tasks", "the entrypoint is not a template with a DAG")
		main = &wfv1.Template{DAG: &wfv1.DAGTemplate{}}
	}
	i, unread := decompileInterface(w, main.Inputs.Artifacts)
	d.unread = append(d.unread, unread...)
	p.Parameters, d.outputs = i.Inputs, i.Outputs
	d.options(main)
	switch {
	case d.defaults != nil:
		d.prior.Defaults = *d.defaults
	case d.fresh:
		d.prior.Defaults = d.notedDefaults()
	}
	p.Defaults = d.prior.Defaults
	p.Defaults.Labels, p.Defaults.Annotations = nil, nil
	if m := w.Spec.PodMetadata; m != nil {
		p.Defaults.Labels, p.Defaults.Annotations = compile.WithoutPlaces(m.Labels), compile.WithoutPlaces(m.Annotations)
	}
	if d.defaults != nil {
		p.Defaults = *d.defaults
	} else {
		d.readGroups()
	}
	p.Tasks = d.group("tasks", main, d.prior.Tasks)
	switch {
	case exit != nil && exit.DAG != nil:
		p.OnExit = d.group("on_exit", exit, d.prior.OnExit)
	case exit != nil || w.Spec.OnExit != "":
		d.miss("on_exit", "the template for the end is not a DAG")
	}
	d.settle()
	d.readOutputs(main)
}

func templatesOf(w *wfv1.WorkflowTemplate) map[string]*wfv1.Template {
	named := map[string]*wfv1.Template{}
	for i := range w.Spec.Templates {
		named[w.Spec.Templates[i].Name] = &w.Spec.Templates[i]
	}
	return named
}

// groupsOf are the templates of the tasks and of those of on_exit. A run begins with the tasks, or with what calls them
// and has those of on_exit as a hook.
func groupsOf(w wfv1.WorkflowSpec, named map[string]*wfv1.Template) (tasks, exit *wfv1.Template) {
	tasks, exit = named[w.Entrypoint], named[w.OnExit]
	if tasks == nil || len(tasks.Steps) == 0 || len(tasks.Steps[0].Steps) == 0 {
		return tasks, exit
	}
	task := onlyTask(named[tasks.Steps[0].Steps[0].Template])
	if task == nil {
		return tasks, exit
	}
	if behind := named[task.Hooks[wfv1.ExitLifecycleEvent].Template]; behind != nil && behind.DAG != nil && len(behind.DAG.Tasks) > 0 {
		exit = named[behind.DAG.Tasks[0].Template]
	}
	return named[task.Template], exit
}

// notedDefaults are those that the object says the pipeline has. Whether the tasks have them is seen there.
func (d *pipelineDecompiler) notedDefaults() spec.Settings {
	var defaults spec.Settings
	if text := d.template.Annotations[layout.DefaultsAnnotation]; text != "" {
		if err := json.Unmarshal([]byte(text), &defaults); err != nil {
			d.miss(
				layout.Keyed("metadata.annotations", layout.DefaultsAnnotation), "it is not the JSON that it was: "+err.Error(),
			)
		}
	}
	return defaults
}

// Group begins with the tasks of one DAG.
func (d *pipelineDecompiler) group(
	attribute string, t *wfv1.Template, prior map[string]spec.Task,
) map[string]spec.Task {
	tasks := map[string]spec.Task{}
	end := layout.EndOf(t.DAG.Tasks)
	for i := range t.DAG.Tasks {
		argo := &t.DAG.Tasks[i]
		if argo == end {
			for _, name := range layout.AllowedByEnd(*argo, t.DAG.Tasks) {
				layout.Set(&d.failing, failingKey(name, attribute == "on_exit"), true)
			}
			continue
		}
		if argo.Name == layout.OutputsTask {
			continue // it says what the outputs say
		}
		name := layout.SpecName(argo.Name)
		path := layout.Keyed(attribute, name)
		if d.unchanged[path] {
			tasks[name] = prior[name]
			continue
		}
		before := settings.Merge(d.prior.Defaults, prior[name].Settings)
		r := &taskReader{
			d: d, path: path, name: name, outer: argo, prior: prior[name], before: before, isExit: attribute == "on_exit",
		}
		r.begin()
		if r.task.RunIf == spec.AllDone && end != nil && !layout.HandledByEnd(*end, argo.Name) {
			r.task.RunIf = spec.Always
		}
		tasks[name] = r.task
		d.tasks = append(d.tasks, r)
	}
	return tasks
}

// isLoop reports whether a task of Argo's, named as there, is repeated.
func (d *pipelineDecompiler) isLoop(argo string) bool {
	for _, t := range d.template.Spec.Templates {
		if t.DAG == nil || isOfGroup(t.Name) {
			continue
		}
		for _, task := range t.DAG.Tasks {
			if task.Name == argo && (task.WithParam != "" || layout.OnlyStep(d.named[task.Template]) != nil) {
				return true
			}
		}
	}
	return false
}

func (d *pipelineDecompiler) check() *graph.Graph {
	g, _ := graph.Check(d.pipeline)
	return g
}

func (d *pipelineDecompiler) readOutputs(main *wfv1.Template) {
	texts := expr.NewDecompiler(d.check().Scope.Outputs())
	var before wfv1.Outputs
	if d.compiled != nil {
		tasks, _ := groupsOf(d.compiled.Spec, templatesOf(d.compiled))
		before = tasks.Outputs
	}
	give := func(name, text string, ok bool) {
		if !ok {
			d.miss(layout.Keyed("outputs", name), "it cannot be written as an expression")
			if text, ok = d.prior.Outputs[name]; !ok {
				return
			}
		}
		layout.Set(&d.pipeline.Outputs, name, text)
	}
	for _, p := range main.Outputs.Parameters {
		if strings.HasPrefix(p.Name, layout.HiddenPrefix) {
			continue
		}
		want, ok := d.outputs[p.Name]
		if !ok {
			want.Type = spec.Any
		}
		text, ok := d.prior.Outputs[p.Name], slices.ContainsFunc(
			before.Parameters, func(b wfv1.Parameter) bool { return equal(b, p) },
		)
		if !ok {
			text, ok = d.readMissing(p.ValueFrom, want.Type)
		}
		if !ok {
			text, ok = readOutput(texts, p, want.Type)
		}
		give(p.Name, text, ok)
	}
	for _, name := range spec.Names(d.outputs) {
		o := d.outputs[name]
		isThere := slices.ContainsFunc(main.Outputs.Artifacts, func(a wfv1.Artifact) bool { return a.Name == name })
		if !o.Type.IsArtifact() || !o.Type.IsList() || isThere {
			continue
		}
		text, ok := d.readList(name, o.Type, main.Outputs.Parameters)
		give(name, text, ok)
	}
	for _, a := range main.Outputs.Artifacts {
		text, ok := d.prior.Outputs[a.Name], slices.ContainsFunc(
			before.Artifacts, func(b wfv1.Artifact) bool { return equal(b, a) },
		)
		switch {
		case ok:
		case a.From != "":
			text, ok = bareText(texts, a.From)
		default:
			text, ok = texts.ValueFrom(a.FromExpression, d.outputs[a.Name].Type)
		}
		give(a.Name, text, ok)
	}
}

// readList finds the list of artifacts whose metadata the pipeline gives. There is no more of it in the object.
func (d *pipelineDecompiler) readList(output string, want spec.Type, given []wfv1.Parameter) (string, bool) {
	env := d.check().Scope.Outputs()
	isRead := func(text string) bool {
		t, err := compile.TypedText(text, env)
		if err != nil {
			return false
		}
		_, meta, err := compile.ArtifactOutput(output, t, want)
		return err == nil && slices.ContainsFunc(given, func(p wfv1.Parameter) bool {
			return p.Name == layout.ArtifactParameter(output) && equal(p.ValueFrom, meta)
		})
	}
	if text := d.prior.Outputs[output]; isRead(text) {
		return text, true
	}
	for _, name := range spec.Names(env.Shared) {
		if v := env.Shared[name]; v.Type.IsArtifact() && v.Type.IsList() && isRead("{{ "+name+" }}") {
			return "{{ " + name + " }}", true
		}
	}
	return "", false
}

// readMissing finds the output of a task, as it is, that may not be there.
func (d *pipelineDecompiler) readMissing(from *wfv1.ValueFrom, want spec.Type) (string, bool) {
	if from == nil || from.Expression == "" {
		return "", false
	}
	env := d.check().Scope.Outputs()
	names := spec.Names(env.Shared)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	for _, name := range names {
		text := "{{ " + name + " }}"
		t, err := compile.TypedText(text, env)
		if err != nil || !strings.HasPrefix(name, "tasks.") || env.Shared[name].Type != want {
			continue
		}
		if missing, err := compile.MissingFrom(t, want); err == nil && equal(missing, from) {
			return text, true
		}
	}
	return "", false
}

func readOutput(d *expr.Decompiler, p wfv1.Parameter, want spec.Type) (string, bool) {
	switch {
	case p.ValueFrom == nil:
		return "", false
	case p.ValueFrom.Parameter != "":
		return bareText(d, p.ValueFrom.Parameter)
	case p.ValueFrom.Expression != "":
		return d.ValueFrom(p.ValueFrom.Expression, want)
	}
	return "", false
}

func (d *pipelineDecompiler) options(main *wfv1.Template) {
	s := d.template.Spec
	o := spec.Options{
		Parallelism: main.Parallelism, Timeout: wire.Seconds(s.ActiveDeadlineSeconds), ArchiveLogs: s.ArchiveLogs,
		FailFast: main.DAG.FailFast,
	}
	if t := s.TTLStrategy; t != nil {
		o.TTL = &spec.TTL{
			AfterCompletion: wire.Seconds(
				t.SecondsAfterCompletion,
			), AfterSuccess: wire.Seconds(t.SecondsAfterSuccess), AfterFailure: wire.Seconds(t.SecondsAfterFailure),
		}
	}
	if s.PodGC != nil {
		o.PodGC = string(s.PodGC.Strategy)
	}
	if s.ArtifactGC != nil {
		o.ArtifactGC = string(s.ArtifactGC.Strategy)
	}
	if root, ok := notedRoot(d.template); ok {
		o.PipelineRoot = root
	} else if r := s.ArtifactRepositoryRef; r != nil {
		o.ArtifactRepository = &spec.RepositoryRef{ConfigMap: r.ConfigMap, Key: r.Key}
	}
	o.Synchronization = DecompileSynchronization(s.Synchronization)
	for _, claim := range s.VolumeClaimTemplates {
		layout.Set(&o.VolumeClaims, claim.Name, settings.ReadClaim(claim.Spec))
	}
	if s.WorkflowMetadata != nil {
		o.Labels = s.WorkflowMetadata.Labels
	}
	d.pipeline.Options = o
}

// DecompileSynchronization reads locks; nil: there are none.
func DecompileSynchronization(s *wfv1.Synchronization) *spec.Synchronization {
	if s == nil {
		return nil
	}
	out := &spec.Synchronization{}
	for _, m := range s.Mutexes {
		if m != nil {
			out.Mutexes = append(out.Mutexes, m.Name)
		}
	}
	for _, sem := range s.Semaphores {
		if sem != nil && sem.ConfigMapKeyRef != nil {
			ref := sem.ConfigMapKeyRef
			out.Semaphores = append(out.Semaphores, spec.Semaphore{ConfigMap: ref.Name, Key: ref.Key})
		}
	}
	return out
}
