package convert

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// KFP's compiler makes a group of whatever stands in a loop or under a condition, also where that is one task alone. A
// person writes for_each and when on the task itself.

// simplified is a pipeline without the groups of one task that nobody needs. compiles judges what it becomes.
func simplified(p spec.Pipeline, compiles func(spec.Pipeline) bool) spec.Pipeline {
	for again := true; again; {
		again = false
		for _, in := range graphs(p) {
			for _, name := range spec.Names(graphOf(p, in).Tasks) {
				if lifted, ok := lift(p, in, name); ok && compiles(lifted) {
					p, again = lifted, true
				}
			}
		}
	}
	return p
}

// graphs are the names of all graphs of a pipeline. Its own has none.
func graphs(p spec.Pipeline) []string { return append([]string{""}, spec.Names(p.Groups)...) }

// graphOf is a group of the pipeline, or the pipeline itself as one.
func graphOf(p spec.Pipeline, group string) spec.Group {
	if group != "" {
		return p.Groups[group]
	}
	return spec.Group{Parameters: p.Parameters, Tasks: p.Tasks, OnExit: p.OnExit, Outputs: p.Outputs}
}

// withGraph is the pipeline with another graph in that place, and without a group.
func withGraph(p spec.Pipeline, in string, g spec.Group, without string) spec.Pipeline {
	p.Groups = maps.Clone(p.Groups)
	delete(p.Groups, without) // no group is called ""
	if in != "" {
		p.Groups[in] = g
		return p
	}
	p.Tasks, p.OnExit, p.Outputs = g.Tasks, g.OnExit, g.Outputs
	return p
}

// lift puts the only task of a group in place of the task that uses the group.
func lift(p spec.Pipeline, in, name string) (spec.Pipeline, bool) {
	outer := graphOf(p, in)
	user := outer.Tasks[name]
	group, known := p.Groups[user.Component.Name]
	if user.Component.Kind != spec.GroupKind || !known || !isPlainUse(user) || !isOneTask(group) ||
		user.Component.Name == in || users(p, user.Component.Name) != 1 {
		return p, false
	}
	inner := spec.Names(group.Tasks)[0]
	own := group.Tasks[inner]
	lifted, ok := inPlace(own, user, group)
	if !ok {
		return p, false
	}
	to := inner
	if _, taken := outer.Tasks[inner]; taken {
		to = name
	}
	if _, taken := outer.OnExit[to]; taken || to != inner && mentions(own, "task.name") {
		return p, false
	}
	names, ok := outputNames(group, inner, name, to)
	if !ok {
		return p, false
	}
	r := renaming{from: name, to: to, names: names}
	outer.Tasks = r.tasks(outer.Tasks)
	delete(outer.Tasks, name)
	outer.Tasks[to] = r.task(lifted)
	outer.OnExit, outer.Outputs = r.tasks(outer.OnExit), r.texts(outer.Outputs)
	return withGraph(p, in, outer, user.Component.Name), !r.failed
}

// isPlainUse reports whether a task says nothing of its group that would mean something else of a task in it.
func isPlainUse(t spec.Task) bool { return t.AreUnset() && t.DisplayName == "" && !t.AllowFailure }

// isOneTask reports whether a group is nothing but a task that always runs, once.
func isOneTask(g spec.Group) bool {
	if len(g.Tasks) != 1 || len(g.OnExit) > 0 || g.Parallelism != nil || g.FailFast != nil {
		return false
	}
	for _, t := range g.Tasks {
		return t.ForEach == "" && t.When == "" && t.RunIf == "" && len(t.DependsOn) == 0 && !t.AllowFailure
	}
	return false
}

// users counts the tasks that use a group.
func users(p spec.Pipeline, group string) int {
	n := 0
	for _, in := range graphs(p) {
		g := graphOf(p, in)
		for _, tasks := range []map[string]spec.Task{g.Tasks, g.OnExit} {
			for _, t := range tasks {
				if t.Component.Kind == spec.GroupKind && t.Component.Name == group {
					n++
				}
			}
		}
	}
	return n
}

// inPlace is the task of a group as it reads where the group is used.
func inPlace(own, user spec.Task, group spec.Group) (spec.Task, bool) {
	given, types := map[string]*expr.Template{}, map[string]spec.Type{}
	for name, in := range group.Parameters {
		types[name] = in.Type
		text, ok := user.Inputs[name]
		if !ok {
			continue
		}
		parsed, ok := asOperand(text, in.Type)
		if !ok {
			return own, false
		}
		given[name] = parsed
	}
	if mentions(own.Settings, "parameters") {
		return own, false
	}
	inputs := map[string]string{}
	for name, text := range own.Inputs {
		parsed, errs := expr.Parse(text)
		if len(errs) > 0 {
			return own, false
		}
		for _, ref := range parsed.References() {
			segments := strings.Split(ref.Name, ".")
			if segments[0] != "parameters" {
				continue
			}
			if len(segments) < 2 || given[segments[1]] == nil {
				return own, false
			}
			if text == "{{ parameters."+segments[1]+" }}" {
				inputs[name] = user.Inputs[segments[1]]
			}
		}
		if _, whole := inputs[name]; whole {
			continue
		}
		parsed, errs = expr.Parse(parsed.Substitute("parameters", given, types).String())
		if len(errs) > 0 {
			return own, false
		}
		inputs[name] = parsed.String()
	}
	own.Inputs = inputs
	own.ForEach, own.When, own.RunIf, own.DependsOn = user.ForEach, user.When, user.RunIf, user.DependsOn
	own.Parallelism = user.Parallelism
	return own, true
}

// asOperand is what a group is given, as a part of an expression. Constants that are no texts are literals.
func asOperand(text string, of spec.Type) (*expr.Template, bool) {
	parsed, errs := expr.Parse(text)
	if len(errs) > 0 {
		return nil, false
	}
	if constant, ok := parsed.Constant(); ok && of != spec.String && !of.IsArtifact() {
		if !json.Valid([]byte(constant)) {
			return nil, false
		}
		parsed, errs = expr.Parse("{{ " + constant + " }}")
	}
	return parsed, len(errs) == 0
}

// outputNames are the new names of what others know of the task. Each output of the group has to be one of its task.
func outputNames(group spec.Group, inner, from, to string) (map[string]string, bool) {
	names := map[string]string{"tasks." + from: "tasks." + to}
	for output, text := range group.Outputs {
		parsed, errs := expr.Parse(text)
		if len(errs) > 0 || len(parsed.References()) != 1 {
			return nil, false
		}
		name := parsed.References()[0].Name
		rest, ok := strings.CutPrefix(name, "tasks."+inner+".outputs.")
		if !ok || text != "{{ "+name+" }}" || strings.Contains(rest, ".") {
			return nil, false
		}
		names["tasks."+from+".outputs."+output] = "tasks." + to + ".outputs." + rest
	}
	return names, true
}

// mentions reports whether texts of something may hold a name.
func mentions(v any, name string) bool {
	text, err := wire.Marshal(v)
	return err != nil || strings.Contains(text, name)
}

// renaming gives a task, and its outputs, other names in a graph.
type renaming struct {
	from, to string
	names    map[string]string
	failed   bool
}

func (r *renaming) tasks(tasks map[string]spec.Task) map[string]spec.Task {
	if tasks == nil {
		return nil
	}
	all := map[string]spec.Task{}
	for name, t := range tasks {
		all[name] = r.task(t)
	}
	return all
}

func (r *renaming) task(t spec.Task) spec.Task {
	r.failed = r.failed || r.from != "" && mentions(t.Settings, "tasks."+r.from)
	t.Inputs, t.ForEach = r.texts(t.Inputs), r.text(t.ForEach)
	if t.When != "" {
		t.When = r.parsed(expr.ParseExpression(t.When))
	}
	before := t.DependsOn
	t.DependsOn = nil
	for _, name := range before {
		if name == r.from {
			name = r.to
		}
		t.DependsOn = append(t.DependsOn, name)
	}
	return t
}

func (r *renaming) texts(texts map[string]string) map[string]string {
	if texts == nil {
		return nil
	}
	all := map[string]string{}
	for name, text := range texts {
		all[name] = r.text(text)
	}
	return all
}

// text renames in a text that names the task; others stay as they are.
func (r *renaming) text(text string) string {
	if !strings.Contains(text, "tasks") {
		return text
	}
	return r.parsed(expr.Parse(text))
}

func (r *renaming) parsed(t *expr.Template, errs []expr.Error) string {
	if len(errs) > 0 {
		r.failed = true
		return ""
	}
	return t.Rename(r.names).String()
}

// settled is a pipeline whose groups require the parameters that all their users give, where that makes it compile. A
// component that cannot do without a value is then given one.
func settled(p spec.Pipeline, faults func(spec.Pipeline) int) spec.Pipeline {
	least := faults(p)
	for _, name := range spec.Names(p.Groups) {
		for _, parameter := range spec.Names(p.Groups[name].Parameters) {
			if least == 0 || !p.Groups[name].Parameters[parameter].TakesNil() || !isAlwaysGiven(p, name, parameter) {
				continue
			}
			g := p.Groups[name]
			g.Parameters = maps.Clone(g.Parameters)
			in := g.Parameters[parameter]
			in.Optional = false
			g.Parameters[parameter] = in
			other := p
			other.Groups = maps.Clone(p.Groups)
			other.Groups[name] = g
			if n := faults(other); n < least {
				p, least = other, n
			}
		}
	}
	return p
}

// isAlwaysGiven reports whether each task that uses a group gives it a parameter.
func isAlwaysGiven(p spec.Pipeline, group, parameter string) bool {
	for _, in := range graphs(p) {
		g := graphOf(p, in)
		for _, tasks := range []map[string]spec.Task{g.Tasks, g.OnExit} {
			for _, t := range tasks {
				if _, given := t.Inputs[parameter]; t.Component.Kind == spec.GroupKind && t.Component.Name == group && !given {
					return false
				}
			}
		}
	}
	return true
}
