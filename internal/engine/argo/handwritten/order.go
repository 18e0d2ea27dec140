package handwritten

import (
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// states are the tasks that a task waits for, by Argo's names, and what must have become of each; none: it need not be
// told.
func (c *templateCall) states() map[string][]string {
	states := map[string][]string{}
	for _, name := range c.task.Dependencies {
		states[name] = nil
	}
	for _, m := range layout.TaskState.FindAllStringSubmatch(c.task.Depends, -1) {
		states[m[1]] = append(states[m[1]], m[2])
	}
	for _, word := range layout.TaskWord.FindAllString(layout.TaskState.ReplaceAllString(c.task.Depends, ""), -1) {
		states[word] = append(states[word], "Succeeded")
	}
	return states
}

// order reads what comes before a task.
func (s *templateScope) order(t *spec.Task, c *templateCall) {
	states := c.states()
	if c.task.Depends != "" {
		var ok bool
		if t.RunIf, ok = s.runIf(states, c.task.Depends); !ok {
			s.graph.miss(
				c.at+".depends",
				layout.Abbreviated(c.task.Depends)+" is none of what run_if can say: all or any of the tasks before succeeded, "+
					"or failed ((a.Failed || a.Errored)), or all are done",
			)
		}
	}
	used := tasksOf(*t)
	for _, name := range spec.Names(states) {
		before := s.calls[name]
		if before == nil || before.name == "" {
			s.graph.miss(c.at, "it waits for "+layout.QuoteName(name)+", which is not there")
			continue
		}
		if !used[before.name] && !slices.Contains(t.DependsOn, before.name) {
			t.DependsOn = append(t.DependsOn, before.name)
		}
		delete(used, before.name)
	}
	slices.Sort(t.DependsOn)
	s.unordered(c, used)
}

// unordered tells of tasks whose values a task takes without waiting for them, because a reference is an order here and
// not in Argo.
func (s *templateScope) unordered(c *templateCall, used map[string]bool) {
	if len(used) == 0 {
		return
	}
	before := s.before(c)
	for _, name := range spec.Names(used) {
		if !before[name] {
			s.graph.miss(
				c.at,
				"it takes a value of "+layout.QuoteName(name)+" without waiting for it, so Argo has none to give; name that in "+
					"depends, or put this into a later step",
			)
		}
	}
}

// before are the tasks, by our names, that a task waits for, and those that they wait for.
func (s *templateScope) before(c *templateCall) map[string]bool {
	found := map[string]bool{}
	for left := []*templateCall{c}; len(left) > 0; {
		next := left[0]
		left = left[1:]
		for name := range next.states() {
			if call := s.calls[name]; call != nil && !found[call.name] {
				found[call.name] = true
				left = append(left, call)
			}
		}
	}
	return found
}

// tasksOf are the tasks that the texts of a task refer to.
func tasksOf(t spec.Task) map[string]bool {
	texts := []string{t.ForEach}
	if t.When != "" {
		texts = append(texts, "{{ "+t.When+" }}")
	}
	for _, text := range t.Inputs {
		texts = append(texts, text)
	}
	tasks := map[string]bool{}
	for _, text := range texts {
		parsed, errs := expr.Parse(text)
		if len(errs) > 0 {
			continue
		}
		for _, r := range parsed.References() {
			if rest, ok := strings.CutPrefix(r.Name, "tasks."); ok {
				name, _, _ := strings.Cut(rest, ".")
				tasks[name] = true
			}
		}
	}
	return tasks
}

// runIf finds the condition that means the same. Tasks that are never skipped succeed or fail.
func (s *templateScope) runIf(states map[string][]string, depends string) (spec.RunIf, bool) {
	if strings.ContainsAny(depends, "!") {
		return "", false
	}
	if found := decompile.GuessRunIf(states, depends, func(string) bool { return false }); found != "" {
		plainOr := !strings.Contains(depends, "&&")
		return found, found == spec.AllFailed || found == spec.AllDone || plainOr
	}
	for name, of := range states {
		before := s.calls[name]
		explicit := strings.Contains(depends, name+".Succeeded")
		if !slices.Equal(of, []string{"Succeeded"}) || explicit && before != nil && before.task.When != "" {
			return "", false
		}
	}
	return "", !strings.Contains(depends, "||")
}
