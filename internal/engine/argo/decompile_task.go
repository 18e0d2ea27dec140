package argo

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// taskReader reads one task. What holds no expressions is read at once; texts wait until their names are known.
type taskReader struct {
	d       *pipelineDecompiler
	path    string // tasks["load"]
	name    string
	isExit  bool
	outer   *wfv1.DAGTask
	inner   *wfv1.DAGTask  // the same, or the only task of the wrapper
	wrapper *wfv1.Template // nil: none
	indexed bool           // the loop counts
	prior   spec.Task

	task   spec.Task     // without settings
	merged spec.Settings // those of the task over the defaults
	open   []openText
	done   []openText
}

// openText is a text that is not read yet. read gets a decompiler for the place and returns the user's text.
type openText struct {
	at      string // below the task
	argo    string
	outside bool // of the wrapper
	read    func(*expr.Decompiler, expr.Env) (string, bool)
	set     func(text string)
	loose   func(*expr.Decompiler) (string, bool) // reads what people have written by hand; nil: cannot
	keep    func()                                // takes what was there before, for a text that cannot be read
}

const forEach = ".for_each"

var (
	taskState = regexp.MustCompile(`([A-Za-z0-9_-]+)\.(Succeeded|Failed|Errored|Skipped|Omitted|Daemoned|AnySucceeded|AllFailed)\b`)
	taskWord  = regexp.MustCompile(`[A-Za-z0-9_-]+`)
)

func (r *taskReader) begin() {
	r.inner = r.outer
	r.task.Inputs = map[string]string{}
	r.readDepends()
	if r.outer.Template != "" && r.outer.TemplateRef == nil {
		t := r.d.named[r.outer.Template]
		switch {
		case t != nil && t.Suspend != nil:
			r.task.Approval = &spec.Approval{Timeout: t.Suspend.Duration}
			r.task.DisplayName = t.Annotations[string(wfv1.TemplateAnnotationDisplayName)]
			r.task.Inputs = nil
			r.condition(r.outer)
			return
		case t != nil && t.DAG != nil && len(t.DAG.Tasks) == 1 && t.DAG.Tasks[0].Name == innerTask:
			r.unwrap(t)
		default:
			r.d.miss(r.path+".component", "it runs template "+quoteName(r.outer.Template)+" of the pipeline itself, not a component or a pipeline")
			r.task = r.prior
			return
		}
	}
	r.component()
	r.condition(r.outer)
	if r.inner.WithParam != "" {
		r.loop()
	}
	if len(r.inner.WithItems) > 0 || r.inner.WithSequence != nil {
		r.d.miss(r.path+".for_each", "it loops by withItems or withSequence; only withParam can be written as for_each")
	}
	r.arguments()
}

func quoteName(name string) string { return `"` + name + `"` }

func (r *taskReader) unwrap(t *wfv1.Template) {
	r.wrapper, r.inner = t, &t.DAG.Tasks[0]
	r.task.Parallelism = t.Parallelism
	r.merged.Synchronization = decompileSynchronization(t.Synchronization)
}

func (r *taskReader) component() {
	ref := r.inner.TemplateRef
	if ref == nil {
		r.d.miss(r.path+".component", "it refers to no component")
		r.task.Component = r.prior.Component
		return
	}
	found, ok := r.d.refs(ref.Name)
	if prior := r.prior.Component; prior.Name != "" && ObjectName(prior) == ref.Name {
		found, ok = prior, true
	}
	if !ok {
		r.d.miss(r.path+".component", "there is no component or pipeline "+quoteName(ref.Name)+" in the namespace that this provider made")
		found = r.prior.Component
	}
	r.task.Component = found
}

// readDepends finds the tasks before, and what must have become of them, as far as the condition tells.
func (r *taskReader) readDepends() {
	states := map[string][]string{}
	for _, m := range taskState.FindAllStringSubmatch(r.outer.Depends, -1) {
		states[m[1]] = append(states[m[1]], m[2])
	}
	for _, word := range taskWord.FindAllString(taskState.ReplaceAllString(r.outer.Depends, ""), -1) {
		states[word] = append(states[word], "Succeeded")
	}
	for _, name := range r.outer.Dependencies {
		states[name] = append(states[name], "Succeeded")
	}
	for _, name := range sortedKeys(states) {
		r.task.DependsOn = append(r.task.DependsOn, specName(name))
	}
	r.task.RunIf = guessRunIf(states, r.outer.Depends)
	if r.task.RunIf != "" {
		return
	}
	for _, name := range sortedKeys(states) {
		switch key := failingKey(name, r.isExit); {
		case slices.Contains(states[name], "Failed"):
			set(&r.d.failing, key, true)
		case slices.Contains(states[name], "Skipped") && !r.d.isLoop(name):
			set(&r.d.needed, key, true)
		}
	}
}

func guessRunIf(states map[string][]string, condition string) spec.RunIf {
	every := func(want ...string) bool {
		for _, s := range states {
			s = slices.Compact(slices.Sorted(slices.Values(s)))
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

// guarded reports whether a condition is that of a fallback (??) to a task that may fail, which lists all states too, but
// in the order of successStates.
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

func (r *taskReader) condition(t *wfv1.DAGTask) {
	if t.When == "" {
		return
	}
	r.task.When = "true" // the task may be skipped, whatever the condition is
	r.open = append(r.open, openText{
		at: ".when", argo: t.When, outside: true,
		read: func(d *expr.Decompiler, _ expr.Env) (string, bool) { return d.Expression(t.When, spec.Boolean) },
		set:  func(text string) { r.task.When = text },
		keep: func() { r.task.When = r.prior.When },
	})
}

func (r *taskReader) loop() {
	argo := r.inner.WithParam
	r.task.ForEach = "[]"
	r.open = append(r.open, openText{
		at: forEach, argo: argo,
		read: func(d *expr.Decompiler, env expr.Env) (text string, ok bool) {
			text, r.indexed, ok = readItems(d, env, argo)
			return text, ok
		},
		set:  func(text string) { r.task.ForEach = text },
		keep: func() { r.task.ForEach = r.prior.ForEach },
	})
}

// readItems tries the types that the elements of the list may have: the text depends on it.
func readItems(d *expr.Decompiler, env expr.Env, argo string) (text string, indexed, ok bool) {
	elements := []spec.Type{spec.String, spec.Integer, spec.Float, spec.Boolean, spec.Struct, spec.Any}
	for _, vars := range []map[string]expr.Var{env.Own, env.Shared} {
		for _, v := range vars {
			for t, ok := v.Type.Elem(); ok && !slices.Contains(elements, t); t, ok = t.Elem() {
				elements = append(elements, t)
			}
		}
	}
	slices.Sort(elements[6:])
	if !strings.Contains(argo, "{{") {
		for elem := spec.ListOf(spec.Any); len(elem) < 60; elem = spec.ListOf(elem) {
			elements = append(elements, elem)
		}
		for _, elem := range elements[:4] {
			elements = append(elements, spec.ListOf(elem), spec.ListOf(spec.ListOf(elem)))
		}
	}
	for _, indexed := range slices.Compact([]bool{strings.Contains(argo, "index"), false}) {
		for _, elem := range elements {
			text, ok := d.Items(argo, elem, indexed)
			if !ok {
				continue
			}
			if known, ok := itemType(text, env); ok && known == elem {
				return text, indexed, true
			}
		}
	}
	return "", false, false
}

// itemType is the type that graph gives the items of a loop.
func itemType(text string, env expr.Env) (spec.Type, bool) {
	t, errs := expr.Parse(text)
	if len(errs) > 0 {
		return "", false
	}
	if constant, ok := t.Constant(); ok {
		elem, err := expr.ElementType(constant)
		return elem, err == nil
	}
	got, errs := t.Check(env, spec.Any)
	if len(errs) > 0 {
		return "", false
	}
	return got.Elem()
}

func (r *taskReader) arguments() {
	hidden, metadata := map[string]string{}, map[string]string{}
	for _, p := range r.inner.Arguments.Parameters {
		value := ""
		if p.Value != nil {
			value = p.Value.String()
		}
		switch {
		case strings.HasPrefix(p.Name, keyParameter("")):
		case strings.HasPrefix(p.Name, artifactParameter("")):
			metadata[strings.TrimPrefix(p.Name, artifactParameter(""))] = value
		case strings.HasPrefix(p.Name, hiddenPrefix):
			hidden[p.Name] = value
		default:
			r.input(p.Name, value)
		}
	}
	for _, a := range r.inner.Arguments.Artifacts {
		r.artifact(a, metadata[a.Name])
	}
	r.task.DisplayName = hidden[displayName]
	if r.task.Component.Kind == spec.ComponentKind && r.inner.TemplateRef != nil {
		r.settings(hidden)
	}
}

func (r *taskReader) input(name, argo string) {
	want := r.task.Component.Inputs[name].Type
	r.text(keyed(".inputs", name), argo, r.prior.Inputs[name],
		func(d *expr.Decompiler, _ expr.Env) (string, bool) { return d.Text(argo, want) },
		func(text string) { r.task.Inputs[name] = text })
	r.open[len(r.open)-1].loose = func(d *expr.Decompiler) (string, bool) { return d.Loose(argo, want) }
}

// artifact waits until the metadata beside it is understood too: it tells whether the artifact may be absent.
func (r *taskReader) artifact(a wfv1.Artifact, metadata string) {
	want := r.task.Component.Inputs[a.Name].Type
	last := r.prior.Inputs[a.Name]
	r.open = append(r.open, openText{
		at: keyed(".inputs", a.Name), argo: artifactText(a) + metadata,
		read: func(d *expr.Decompiler, env expr.Env) (string, bool) {
			text, ok := readArtifact(d, env, a, metadata, want)
			if !ok {
				return "", false
			}
			last = text
			again, err := artifactMetadata(text, env)
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

// text adds a text to those that are to be read.
func (r *taskReader) text(at, argo, prior string, read func(*expr.Decompiler, expr.Env) (string, bool), set func(string)) {
	r.open = append(r.open, openText{at: at, argo: argo, read: read, set: set, keep: func() {
		if prior != "" {
			set(prior)
		}
	}})
}

func bareText(d *expr.Decompiler, tag string) (string, bool) {
	name, ok := d.Name(tag)
	return "{{ " + name + " }}", ok
}

// readTexts reads what can be read, and returns how much that was.
func (r *taskReader) readTexts(g *graph.Graph) int {
	if len(r.open) == 0 {
		return 0
	}
	env := r.scope(g)
	outside := r.d.decompiler(env, r.isExit)
	inside, insideEnv := outside, env
	if r.wrapper != nil {
		insideEnv = r.passed(env)
		inside = expr.NewDecompiler(insideEnv)
	}
	before := len(r.open)
	// What each.value is follows from the list.
	waits := slices.ContainsFunc(r.open, func(t openText) bool { return t.at == forEach })
	r.open = slices.DeleteFunc(r.open, func(t openText) bool {
		if waits && t.at != forEach && !t.outside {
			return false
		}
		d, e := inside, insideEnv
		if t.outside {
			d, e = outside, env
		}
		text, ok := t.read(d, e)
		if ok {
			t.set(text)
			r.done = append(r.done, t)
		}
		return ok
	})
	return before - len(r.open)
}

// scope is the environment of the task. Whether the loop counts follows from texts that may not be read yet.
func (r *taskReader) scope(g *graph.Graph) expr.Env {
	env, node := g.Scope.Task(r.name), g.Tasks[r.name]
	if r.isExit {
		env, node = g.Scope.Exit(r.name), g.Exit[r.name]
	}
	if r.indexed && !node.Indexed {
		value, index := expr.ItemVars(node.Item, true)
		env.Own = map[string]expr.Var{"each.value": value, "each.index": index}
	}
	return env
}

// passed is the environment inside a wrapper: the names that it is given.
func (r *taskReader) passed(env expr.Env) expr.Env {
	inside := expr.Env{Own: withOwn(env)}
	given := map[string]string{}
	for _, p := range r.outer.Arguments.Parameters {
		if p.Value != nil {
			given[p.Value.String()] = p.Name
		}
	}
	metadata := map[string]string{}
	for argo, name := range given {
		metadata[name] = argo
	}
	for _, a := range r.outer.Arguments.Artifacts {
		given[artifactText(a)+metadata[artifactParameter(a.Name)]] = a.Name
	}
	for name, v := range env.Shared {
		argo := r.d.passedText(name, v, env, r.isExit)
		if input, ok := given[argo]; ok {
			inside.Own[name] = passedVar(v, input)
			if v.Type.IsArtifact() {
				inside.Own[name] = expr.Var{Type: v.Type, Argo: "inputs.artifacts." + input}
			}
		}
	}
	return inside
}

// finish gives up on the texts that could not be read.
func (r *taskReader) finish(g *graph.Graph) {
	env := r.scope(g)
	for _, t := range r.open {
		if t.loose != nil && r.wrapper == nil {
			if text, ok := t.loose(r.d.decompiler(env, r.isExit)); ok {
				t.set(text)
				continue
			}
		}
		r.d.miss(r.path+t.at, "no expression compiles to "+abbreviated(t.argo))
		t.keep()
	}
	r.open = nil
	if len(r.task.Inputs) == 0 {
		r.task.Inputs = nil
	}
}

func abbreviated(text string) string {
	const longest = 80
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return quoteName(text)
}

// takesForAbsent reports whether a text that is not read yet takes the outputs of a task for such that may be absent. In
// a wrapper it may do so by what that is given.
func (r *taskReader) takesForAbsent(task string) bool {
	if len(r.open) == 0 {
		return false
	}
	var texts []string
	for _, t := range r.open {
		texts = append(texts, t.argo)
	}
	if r.wrapper != nil {
		for _, p := range r.outer.Arguments.Parameters {
			if p.Value != nil {
				texts = append(texts, p.Value.String())
			}
		}
	}
	return slices.ContainsFunc(texts, func(text string) bool {
		return strings.Contains(text, "tasks."+task+".outputs?.") || strings.Contains(text, `tasks["`+task+`"].outputs?.`)
	})
}

// current is the task as far as it is known.
func (r *taskReader) current() spec.Task {
	t := r.task
	if r.d.failing[failingKey(r.outer.Name, r.isExit)] {
		t.AllowFailure = true
	}
	t.Inputs = maps.Clone(t.Inputs)
	if t.Component.Kind == spec.ComponentKind || r.wrapper != nil {
		own := without(r.d.pipeline.Defaults, r.merged)
		t.Settings = own
	} else {
		t.Settings = r.prior.Settings
	}
	return t
}
