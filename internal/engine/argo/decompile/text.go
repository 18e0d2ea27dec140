package decompile

import (
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// openText is a text that is not read yet. read gets a decompiler for the place and returns the user's text.
type openText struct {
	at      string // below the task
	argo    string
	outside bool // of the template that a loop is
	read    func(*expr.Decompiler, expr.Env) (string, bool)
	set     func(text string)
	loose   func(*expr.Decompiler) (string, bool) // reads what people have written by hand; nil: cannot
	keep    func()                                // takes what was there before, for a text that cannot be read
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
	got, errs := t.In(env).Check(spec.Any)
	if len(errs) > 0 {
		return "", false
	}
	return got.Elem()
}

// text adds a text to those that are to be read.
func (r *taskReader) text(
	at, argo, prior string, read func(*expr.Decompiler, expr.Env) (string, bool), set func(string),
) {
	r.open = append(r.open, openText{at: at, argo: argo, outside: r.outside, read: read, set: set, keep: func() {
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
	if r.loop {
		insideEnv = r.passed(env)
		inside = expr.NewDecompiler(insideEnv)
	}
	before := len(r.open)
	// What each.value is follows from the list.
	waits := slices.ContainsFunc(r.open, func(t openText) bool { return t.at == forEach })
	r.open = slices.DeleteFunc(r.open, func(t openText) bool {
		if waits && t.at != forEach {
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
		env.Own = compile.WithOwn(env)
		maps.Copy(env.Own, graph.ItemVars(node.Item, true))
	}
	return env
}

// passed is the environment inside a wrapper: the names that it is given.
func (r *taskReader) passed(env expr.Env) expr.Env {
	inside := expr.Env{Own: compile.WithOwn(env)}
	given := map[string]string{}
	for _, p := range r.outer.Arguments.Parameters {
		if name := strings.TrimPrefix(p.Name, layout.ArtifactParameter("")); strings.HasPrefix(name, layout.PassedPrefix) && p.Value != nil {
			given[p.Value.String()] = name
		}
	}
	for name, v := range env.Shared {
		if strings.HasPrefix(v.Argo, "workflow.") { // it is the same in every template
			inside.Own[name] = v
		}
		if input, ok := given[r.d.passedText(name, v, env, r.isExit)]; ok {
			inside.Own[name] = compile.PassedVar(v, input)
		}
	}
	return inside
}

// finish gives up on the texts that could not be read.
func (r *taskReader) finish(g *graph.Graph) {
	env := r.scope(g)
	for _, t := range r.open {
		if t.loose != nil && (t.outside || !r.loop) {
			if text, ok := t.loose(r.d.decompiler(env, r.isExit)); ok {
				t.set(text)
				continue
			}
		}
		r.d.miss(r.path+t.at, "no expression compiles to "+layout.Abbreviated(t.argo))
		t.keep()
	}
	r.open = nil
	if len(r.task.Inputs) == 0 {
		r.task.Inputs = nil
	}
}

// takesForFailing reports whether a text that is not read yet takes the outputs of a task for such that count only if
// it succeeded. In a wrapper it may do so by what that is given. Of a loop only a choice tells.
func (r *taskReader) takesForFailing(task string, isLoop bool) bool {
	if len(r.open) == 0 {
		return false
	}
	var texts []string
	for _, t := range r.open {
		texts = append(texts, t.argo)
	}
	if r.loop {
		for _, p := range r.outer.Arguments.Parameters {
			if p.Value != nil {
				texts = append(texts, p.Value.String())
			}
		}
	}
	sign := "{Succeeded: "
	if isLoop {
		sign = ""
	}
	return slices.ContainsFunc(texts, func(text string) bool {
		return strings.Contains(
			text, sign+"tasks."+task+".outputs?.",
		) || strings.Contains(text, sign+`tasks["`+task+`"].outputs?.`)
	})
}
