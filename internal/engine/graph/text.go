package graph

import (
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// text is one text of a task that may hold expressions, parsed once.
type text struct {
	at       problem.Path // below the task; of an input, see path
	raw      string
	template *expr.Template
	typed    *expr.Typed // the template in the scope of the task
	errors   []expr.Error
	want     spec.Type
	unknown  bool   // Terraform does not know it yet
	input    string // the input that it is for; empty for other attributes
	imported bool   // the address of an artifact that exists already
	optional bool   // the input takes nil
	scalar   bool   // the value is shown as text, whatever its type is, so that it must be one that has a text
	objects  bool   // the value is a struct or a list of such
	attempts bool   // the value may differ from attempt to attempt
	// inDefaults says that it stands in the pipeline's defaults; at is below these.
	inDefaults bool
}

// use is one reference of a text to another task.
type use struct {
	name    string // the whole reference
	task    string
	status  bool // its status, not an output
	guarded bool // an operand of ??
	choice  int  // see expr.Reference
	present bool // it always has a value: something else than the output of a task
}

func parseText(at problem.Path, raw string, want spec.Type) text {
	t := text{at: at, raw: raw, want: want, unknown: raw == spec.Unknown}
	if !t.unknown {
		t.template, t.errors = expr.Parse(raw)
	}
	return t
}

func parseCondition(at problem.Path, raw string) text {
	t := text{at: at, raw: raw, want: spec.Boolean, unknown: raw == spec.Unknown}
	if !t.unknown {
		t.template, t.errors = expr.ParseExpression(raw)
	}
	return t
}

// taskTexts returns the texts of a task.
func taskTexts(t spec.Task) []text {
	var texts []text
	for _, name := range spec.Names(t.Inputs) {
		if t.Component.Kind == spec.ImportKind {
			texts = append(texts, importText(name, t.Inputs[name]))
			continue
		}
		in := t.Component.Inputs[name]
		if isOpen(t) {
			in = spec.Input{Type: spec.Any, Optional: true}
		}
		texts = append(texts, inputText(name, t.Inputs[name], in))
	}
	if t.When != "" {
		texts = append(texts, parseCondition(problem.At("when"), t.When))
	}
	if t.ForEach != "" {
		texts = append(texts, parseText(problem.At("for_each"), t.ForEach, spec.List))
	}
	for _, s := range settingsTexts(&t.Settings) {
		if s.is("cache", "key") && !s.unknown {
			s.template, s.errors = CacheKey(s.raw, t)
		}
		texts = append(texts, s)
	}
	return texts
}

// inputText is a value for an input. Where an artifact is wanted, an address is one too.
func inputText(name, raw string, in spec.Input) text {
	want := in.Type
	if want.IsArtifact() && !want.IsList() && spec.IsImport(raw) {
		t := parseText(nil, raw, spec.String)
		t.input, t.imported = name, true
		return t
	}
	t := parseText(nil, raw, want)
	t.input, t.optional = name, in.TakesNil()
	return t
}

// importText is what an import says of its artifact.
func importText(name, raw string) text {
	if name == spec.ImportURI {
		t := parseText(problem.At("import").Attr(name), raw, spec.String)
		t.imported = true
		return t
	}
	return parseText(problem.At("import").Attr(name), raw, spec.Struct)
}

// path leads from the task to the text.
func (t text) path() problem.Path {
	if t.input != "" {
		return problem.At("inputs").Key(t.input)
	}
	return t.at
}

// is reports whether the text is that of an attribute.
func (t text) is(attributes ...string) bool {
	return slices.EqualFunc(t.at, attributes, func(s problem.Step, name string) bool {
		return s.Kind == problem.AttributeStep && s.Attribute == name
	})
}

func (t text) constant() (string, bool) {
	if t.template == nil || t.unknown {
		return "", false
	}
	return t.template.Constant()
}

// settingsTexts returns the settings that may hold expressions.
func settingsTexts(s *spec.Settings) []text {
	if s.AreUnset() {
		return nil
	}
	var texts []text
	for _, of := range settings.Texts(s) {
		texts = append(texts, settingText(of))
	}
	return texts
}

// settingText is a text of a setting.
func settingText(of settings.Text) text {
	t := parseText(of.At, of.Raw, spec.String)
	t.attempts = of.OfAttempts
	switch of.Value {
	case settings.Scalar:
		t.want, t.scalar = spec.Any, true
	case settings.Name:
		t.optional = true
	case settings.Object:
		t.want, t.optional = spec.Struct, true
	case settings.Objects:
		t.want, t.optional, t.objects = spec.Any, true, true
	}
	return t
}

// uses returns the references, those to other tasks with the task.
func (t text) uses() []use {
	if t.template == nil {
		return nil
	}
	var uses []use
	for _, r := range t.template.References() {
		u := use{guarded: r.Guarded, choice: r.Choice, present: true}
		if of, isTask := strings.CutPrefix(r.Name, "tasks."); isTask {
			task, what, _ := strings.Cut(of, ".")
			u.name, u.task, u.status = r.Name, task, what == "status"
			u.present = u.status
		}
		uses = append(uses, u)
	}
	return uses
}

// outputReference takes tasks.t.outputs.x apart. The output is empty in tasks.t.output.
func outputReference(reference string) (task, output string) {
	parts := strings.Split(reference, ".")
	if len(parts) < 3 || parts[0] != "tasks" {
		return "", ""
	}
	if len(parts) > 3 && parts[2] == "outputs" {
		return parts[1], parts[3]
	}
	if parts[2] == "output" {
		return parts[1], ""
	}
	return "", ""
}

// usesIndex reports whether the text uses each.index, which Argo does not have.
func (t text) usesIndex() bool {
	if t.template == nil {
		return false
	}
	for _, r := range t.template.References() {
		if r.Name == "each.index" {
			return true
		}
	}
	return false
}

// usesItem reports whether the text uses the item of a loop.
func (t text) usesItem() bool {
	if t.template == nil {
		return false
	}
	for _, r := range t.template.References() {
		if strings.HasPrefix(r.Name, "each.") {
			return true
		}
	}
	return false
}

// References are the names that a task's texts use, in order, each once.
func (n *Node) References() []string { return n.references(func(text) bool { return true }) }

// ItemReferences are those of the texts that look at the item of the loop.
func (n *Node) ItemReferences() []string { return n.references(text.usesItem) }

func (n *Node) references(of func(text) bool) []string {
	var names []string
	seen := map[string]bool{}
	for _, t := range n.texts {
		if t.template == nil || !of(t) {
			continue
		}
		for _, r := range t.template.References() {
			if !seen[r.Name] {
				seen[r.Name] = true
				names = append(names, r.Name)
			}
		}
	}
	return names
}

// choices returns the tasks of each chain of ?? of outputs alone, one of which must have succeeded.
func choices(uses []use, nodes map[string]*Node) [][]string {
	var chains [][]string
	present := map[int]bool{}
	for _, u := range uses {
		if u.choice == 0 {
			continue
		}
		for len(chains) < u.choice {
			chains = append(chains, nil)
		}
		present[u.choice-1] = present[u.choice-1] || u.present
		if nodes[u.task] != nil {
			chains[u.choice-1] = append(chains[u.choice-1], u.task)
		}
	}
	var choices [][]string
	for i, tasks := range chains {
		if len(tasks) > 0 && !present[i] {
			choices = append(choices, tasks)
		}
	}
	return choices
}
