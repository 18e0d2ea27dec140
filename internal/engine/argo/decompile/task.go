package decompile

import (
	"maps"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// taskReader reads one task. What holds no expressions is read at once; texts wait until their names are known.
type taskReader struct {
	d       *pipelineDecompiler
	path    string // tasks["load"]
	name    string
	isExit  bool
	outer   *wfv1.DAGTask
	inner   *wfv1.DAGTask // what calls the component: the same without the templates between
	loop    bool          // the loop is a template of its own, which the outer one hands what its texts use
	outside bool          // the text at hand is the outer one's
	indexed bool          // the loop counts
	prior   spec.Task
	before  spec.Settings // those of prior, over the defaults of then

	task   spec.Task     // without settings
	merged spec.Settings // those of the task over the defaults
	open   []openText
	done   []openText
}

const forEach = ".for_each"

func (r *taskReader) begin() {
	r.inner = r.outer
	r.task.Inputs = map[string]string{}
	r.readDepends()
	if r.outer.Template != "" && r.outer.TemplateRef == nil {
		t := r.d.named[r.outer.Template]
		switch {
		case isOfGroup(r.outer.Template):
		case t != nil && t.Suspend != nil:
			r.task.Approval = &spec.Approval{Timeout: t.Suspend.Duration}
			r.task.DisplayName = t.Annotations[string(wfv1.TemplateAnnotationDisplayName)]
			r.task.Inputs = nil
			r.condition(r.outer.When, true)
			return
		case r.outer.Template == layout.ImportTemplate:
			r.imported()
			return
		case r.unwrap():
		default:
			r.d.miss(
				r.path+".component",
				"it runs template "+layout.QuoteName(r.outer.Template)+" of the pipeline itself, not a component or a pipeline",
			)
			r.task = r.prior
			return
		}
	}
	r.component()
	r.condition(r.outer.When, r.loop)
	if r.loop {
		r.condition(r.inner.When, false)
	}
	if r.inner.WithParam != "" {
		r.readLoop()
	}
	if len(r.inner.WithItems) > 0 || r.inner.WithSequence != nil {
		r.d.miss(r.path+".for_each", "it loops by withItems or withSequence; only withParam can be written as for_each")
	}
	r.arguments()
}

// unwrap finds what calls the component behind the templates of the pipeline's own.
func (r *taskReader) unwrap() bool {
	call := *r.outer
	if step := layout.OnlyStep(r.d.named[call.Template]); step != nil {
		r.loop = true
		r.task.Parallelism = r.d.named[call.Template].Parallelism
		call = wfv1.DAGTask{
			Template: step.Template, TemplateRef: step.TemplateRef, Arguments: step.Arguments, WithParam: step.WithParam,
			When: step.When,
		}
	}
	for range 2 { // at most a lock, and within it a retry
		wrapper := r.d.named[call.Template]
		task := onlyTask(wrapper)
		if task == nil || call.TemplateRef != nil {
			break
		}
		if wrapper.Synchronization != nil {
			r.merged.Synchronization = DecompileSynchronization(wrapper.Synchronization)
		}
		if wrapper.RetryStrategy != nil {
			r.retry(retryArguments(*wrapper.RetryStrategy), "")
		}
		call.Template, call.TemplateRef = task.Template, task.TemplateRef
	}
	r.inner = &call
	return r.loop || call.TemplateRef != nil || isOfGroup(call.Template)
}

// onlyTask is that of a wrapper that is a DAG; nil: the template is none.
func onlyTask(t *wfv1.Template) *wfv1.DAGTask {
	if t == nil || t.DAG == nil || len(t.DAG.Tasks) != 1 || t.DAG.Tasks[0].Name != layout.InnerTask {
		return nil
	}
	return &t.DAG.Tasks[0]
}

func (r *taskReader) component() {
	ref := r.inner.TemplateRef
	if group, _, ok := layout.SplitGroupTemplate(r.inner.Template); ok && ref == nil {
		r.group(group)
		return
	}
	if ref == nil {
		r.d.miss(r.path+".component", "it refers to no component")
		r.task.Component = r.prior.Component
		return
	}
	found, ok := r.d.refs(ref.Name)
	if prior := r.prior.Component; prior.Name != "" && layout.ObjectName(prior) == ref.Name {
		found, ok = prior, true
	}
	if version := r.d.nested[ref.Name]; version != "" && found.Kind == spec.PipelineKind {
		found.Version = version // the one inside may be at another version by now
	}
	if !ok {
		r.d.miss(
			r.path+".component",
			"there is no component or pipeline "+layout.QuoteName(ref.Name)+" in the namespace that this provider made",
		)
		found = r.prior.Component
	}
	r.task.Component = found
}

// readDepends finds the tasks before, and what must have become of them, as far as the condition tells.
func (r *taskReader) readDepends() {
	states := map[string][]string{}
	condition := compile.WithoutFailures(r.outer.Depends)
	for _, m := range layout.TaskState.FindAllStringSubmatch(condition, -1) {
		states[m[1]] = append(states[m[1]], m[2])
	}
	for _, word := range layout.TaskWord.FindAllString(layout.TaskState.ReplaceAllString(condition, ""), -1) {
		states[word] = append(states[word], "Succeeded")
	}
	for _, name := range r.outer.Dependencies {
		states[name] = append(states[name], "Succeeded")
	}
	for _, name := range spec.Names(states) {
		r.task.DependsOn = append(r.task.DependsOn, layout.SpecName(name))
	}
	r.task.RunIf = GuessRunIf(states, condition, r.d.isLoop)
	if r.task.RunIf != "" {
		return
	}
	for _, name := range spec.Names(states) {
		switch key := failingKey(name, r.isExit); {
		case slices.Contains(states[name], "Failed"):
			layout.Set(&r.d.failing, key, true)
		case slices.Contains(states[name], "Skipped") && !r.d.isLoop(name):
			layout.Set(&r.d.needed, key, true)
		}
	}
}

// GuessRunIf finds the condition on the tasks before, from the states that Argo's own condition names of each.
func GuessRunIf(states map[string][]string, condition string, isLoop func(task string) bool) spec.RunIf {
	every := func(want ...string) bool {
		for task, s := range states {
			s = slices.Compact(slices.Sorted(slices.Values(s)))
			if slices.Equal(s, []string{"Skipped", "Succeeded"}) && isLoop(task) {
				s = s[1:] // a loop without items has succeeded
			}
			if !slices.Equal(s, slices.Sorted(slices.Values(want))) {
				return false
			}
		}
		return len(states) > 0
	}
	switch {
	case every("Failed", "Errored") && (len(states) == 1 || strings.Contains(condition, "&&")):
		return spec.AllFailed
	case every("Failed", "Errored"):
		return spec.AnyFailed
	case every("Succeeded", "Failed", "Errored", "Skipped", "Omitted") && !guarded(states, condition):
		return spec.AllDone
	case every("Succeeded") && (len(states) > 1 || strings.HasPrefix(condition, "(")) && !strings.Contains(condition, "&&"):
		return spec.AnySucceeded
	}
	return ""
}

// guarded reports whether a condition is that of a fallback (??) to a task that may fail, which lists all states too,
// but in the order of successStates.
func guarded(states map[string][]string, condition string) bool {
	for name := range states {
		if strings.Contains(condition, name+".Omitted || "+name+".Failed") {
			return true
		}
	}
	return false
}

func failingKey(argo string, isExit bool) string {
	if isExit {
		return "exit " + argo
	}
	return argo
}

func (r *taskReader) condition(when string, outside bool) {
	if when == "" {
		return
	}
	r.task.When = "true" // the task may be skipped, whatever the condition is
	if !outside && r.inner.WithParam != "" {
		r.task.When = "each.value != nil" // or items of it
	}
	r.open = append(r.open, openText{
		at: ".when", argo: when, outside: outside,
		read: func(d *expr.Decompiler, _ expr.Env) (string, bool) { return d.Condition(when) },
		set:  func(text string) { r.task.When = text },
		keep: func() { r.task.When = r.prior.When },
	})
}

func (r *taskReader) readLoop() {
	argo, _ := r.given(layout.ItemsParameter, r.inner.WithParam)
	r.task.ForEach = "[]"
	r.open = append(r.open, openText{
		at: forEach, argo: argo, outside: true,
		read: func(d *expr.Decompiler, env expr.Env) (text string, ok bool) {
			text, r.indexed, ok = readItems(d, env, argo)
			return text, ok
		},
		set:  func(text string) { r.task.ForEach = text },
		keep: func() { r.task.ForEach = r.prior.ForEach },
	})
}

// given is the text of an argument, and whether it is the outer task's: a wrapper hands it on.
func (r *taskReader) given(name, value string) (argo string, outside bool) {
	if !r.loop || value != compile.Handed(name) {
		return value, false
	}
	if p := r.outer.Arguments.GetParameterByName(name); p != nil && p.Value != nil {
		return p.Value.String(), true
	}
	return value, false
}

func (r *taskReader) arguments() {
	hidden, metadata, outside := map[string]string{}, map[string]string{}, map[string]bool{}
	for _, p := range r.inner.Arguments.Parameters {
		value := ""
		if p.Value != nil {
			value, outside[p.Name] = r.given(p.Name, p.Value.String())
		}
		switch {
		case strings.HasPrefix(p.Name, layout.KeyParameter("")):
		case strings.HasPrefix(p.Name, layout.ArtifactParameter("")):
			metadata[strings.TrimPrefix(p.Name, layout.ArtifactParameter(""))] = value
		case strings.HasPrefix(p.Name, layout.HiddenPrefix):
			hidden[p.Name] = value
		default:
			r.outside = outside[p.Name]
			r.input(p.Name, value)
		}
	}
	for _, a := range r.inner.Arguments.Artifacts {
		r.outside = false
		if given := r.outer.Arguments.GetArtifactByName(a.Name); r.loop && given != nil && equal(a, compile.HandedArtifact(*given)) {
			a, r.outside = *given, true
		}
		r.artifact(a, metadata[a.Name])
	}
	r.task.DisplayName = hidden[layout.DisplayName]
	if r.task.Component.Kind == spec.ComponentKind && r.inner.TemplateRef != nil {
		r.settings(hidden, outside)
	}
}

func (r *taskReader) input(name, argo string) {
	in := r.task.Component.Inputs[name]
	want := in.Type
	r.text(layout.Keyed(".inputs", name), argo, r.prior.Inputs[name],
		func(d *expr.Decompiler, _ expr.Env) (string, bool) { return d.For(in.TakesNil()).Text(argo, want) },
		func(text string) { r.task.Inputs[name] = text })
	r.open[len(r.open)-1].loose = func(d *expr.Decompiler) (string, bool) { return d.For(in.TakesNil()).Loose(argo, want) }
}

// artifact waits until the metadata beside it is understood too: it tells whether the artifact may be absent.
func (r *taskReader) artifact(a wfv1.Artifact, metadata string) {
	in := r.task.Component.Inputs[a.Name]
	last := r.prior.Inputs[a.Name]
	r.open = append(r.open, openText{
		at: layout.Keyed(".inputs", a.Name), argo: compile.ArtifactText(a) + metadata, outside: r.outside,
		read: func(d *expr.Decompiler, env expr.Env) (string, bool) {
			text, ok := readArtifact(d, env, a, metadata, in)
			if !ok {
				return "", false
			}
			last = text
			_, again, err := compile.InputArtifact(a.Name, text, compile.Texts{Env: env}, in)
			return text, err == nil && again == metadata
		},
		set: func(text string) { r.task.Inputs[a.Name] = text },
		keep: func() {
			if last != "" {
				r.task.Inputs[a.Name] = last
			}
		},
	})
}

// current is the task as far as it is known.
func (r *taskReader) current() spec.Task {
	t := r.task
	if r.d.failing[failingKey(r.outer.Name, r.isExit)] {
		t.AllowFailure = true
	}
	t.Inputs = maps.Clone(t.Inputs)
	if r.isExit {
		t = compile.Unsaid(t, r.prior)
	}
	merged := compile.WithoutRunClaims(r.merged, r.d.pipeline.Options.VolumeClaims)
	t.Settings = settings.Without(r.d.pipeline.Defaults, merged)
	switch {
	case t.Approval != nil, t.Component.Kind == spec.ImportKind:
		t.Settings = spec.Settings{}
	case t.Component.Kind.IsGraph():
		t.Settings = spec.Settings{Synchronization: t.Synchronization, Retry: r.merged.Retry} // it has no pod for the others
	}
	return t
}
