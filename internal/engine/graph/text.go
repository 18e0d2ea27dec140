package graph

import (
	"slices"
	"strings"

	expr "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expression"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// text is one text of a task that may hold expressions, parsed once.
type text struct {
	at       problem.Path // below the task
	raw      string
	template *expr.Template
	errors   []expr.Error
	want     spec.Type
	unknown  bool // Terraform does not know it yet
}

// use is one reference of a text to another task.
type use struct {
	task    string
	status  bool // its status, not an output
	guarded bool // an operand of ??
	choice  int  // see expr.Reference
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
	for _, name := range sortedKeys(t.Inputs) {
		texts = append(texts, parseText(problem.At("inputs").Key(name), t.Inputs[name], t.Component.Inputs[name].Type))
	}
	if t.When != "" {
		texts = append(texts, parseCondition(problem.At("when"), t.When))
	}
	if t.ForEach != "" {
		texts = append(texts, parseText(problem.At("for_each"), t.ForEach, spec.List))
	}
	return append(texts, settingsTexts(t.Settings)...)
}

// settingsTexts returns the settings that may hold expressions.
func settingsTexts(s spec.Settings) []text {
	var texts []text
	for _, name := range sortedKeys(s.Env) {
		texts = append(texts, parseText(problem.At("env").Key(name), s.Env[name], spec.String))
	}
	if s.Cache != nil && s.Cache.Key != "" {
		texts = append(texts, parseText(problem.At("cache").Attr("key"), s.Cache.Key, spec.String))
	}
	if s.Resources != nil {
		for _, name := range sortedKeys(s.Resources.Requests) {
			texts = append(texts, parseText(problem.At("resources").Attr("requests").Key(name), s.Resources.Requests[name], spec.Any))
		}
		for _, name := range sortedKeys(s.Resources.Limits) {
			texts = append(texts, parseText(problem.At("resources").Attr("limits").Key(name), s.Resources.Limits[name], spec.Any))
		}
	}
	return texts
}

// uses returns the references to other tasks.
func (t text) uses() []use {
	if t.template == nil {
		return nil
	}
	var uses []use
	for _, r := range t.template.References() {
		parts := strings.SplitN(r.Name, ".", 3)
		if len(parts) < 2 || parts[0] != "tasks" {
			continue
		}
		uses = append(uses, use{task: parts[1], status: len(parts) == 3 && parts[2] == "status", guarded: r.Guarded, choice: r.Choice})
	}
	return uses
}

// needsPairs reports whether the text uses each.index, or more than each.value as it is. Argo offers the fields of an
// item as {{item.field}}, but with the escapes that JSON has in them, and has no index.
func (t text) needsPairs() bool {
	if t.template == nil {
		return false
	}
	for _, r := range t.template.References() {
		if strings.HasPrefix(r.Name, "each.") && (!r.Bare || r.Name != "each.value") {
			return true
		}
	}
	return false
}

// References are the names that a task's texts use, in order, each once.
func (n *Node) References() []string {
	var names []string
	seen := map[string]bool{}
	for _, t := range n.texts {
		if t.template == nil {
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

// choices returns the tasks of each chain of ?? without a constant at the end.
func (t text) choices(nodes map[string]*Node) [][]string {
	var chains [][]string
	for _, u := range t.uses() {
		if u.choice == 0 || u.status || nodes[u.task] == nil {
			continue
		}
		for len(chains) < u.choice {
			chains = append(chains, nil)
		}
		chains[u.choice-1] = append(chains[u.choice-1], u.task)
	}
	return slices.DeleteFunc(chains, func(c []string) bool { return len(c) == 0 })
}
