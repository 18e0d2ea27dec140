package kfpir

import (
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// task translates one task of a graph. path is where its inputs are noted.
func (s *scope) task(n *node, path string) spec.Task {
	if n.importer() {
		return s.importTask(n)
	}
	t := spec.Task{Inputs: map[string]string{}, DisplayName: s.displayName(n)}
	if n.ir.ArtifactIterator != nil {
		s.gap(n.ir.ArtifactIterator.Line, gapArtifactIterator, "Task %q loops over %q.", n.name,
			n.ir.ArtifactIterator.Items.Artifact)
		return t
	}
	if strategy := n.ir.Trigger.Strategy; !isNull(strategy) && !slices.Contains(strategies, strategy.Value) {
		s.errorf(strategy.Line, "Unknown strategy", "Task %q has the trigger strategy %s.%s", n.name,
			abbreviate(strategy.Value),
			problem.Suggest(strategy.Value, strategies[:3]))
	}
	given := s.given(n)
	s.items(n, &t, given)
	for _, name := range spec.Names(n.to.inputs) {
		s.hand(n, &t, name, given, path)
	}
	for name, p := range n.to.ofRun {
		t.Inputs[name] = s.runValue(p, n.name, n.ir.Line).hole()
	}
	s.condition(n, &t, given)
	s.order(n, &t)
	s.settings(n, &t, given)
	to := n.to
	if len(n.runs) > 0 {
		to = s.withExit(n, &t)
	}
	t.Component = s.ref(to)
	return t
}

// strategies say when a task is ready, by name and by number in the protocol.
var strategies = []string{
	"TRIGGER_STRATEGY_UNSPECIFIED", "ALL_UPSTREAM_TASKS_SUCCEEDED", completed, "0", "1", "2",
}

// displayName is what KFP's pages show, where it is not the task's own name.
func (s *scope) displayName(n *node) string {
	name := n.ir.Info.Name
	if name == "" || name == n.name {
		if name = n.name; fold(n.ours) == name {
			return ""
		}
	}
	const shortest, longest = 2, 63
	if name = cut(strings.Trim(notShown.ReplaceAllString(name, "-"), "-."), longest, "-", name); len(name) < shortest {
		return ""
	}
	return name
}

// given is what the package says that the task is given, by name, also what its component does not take: conditions
// and texts refer to it.
func (s *scope) given(n *node) map[string]value {
	given := map[string]value{}
	for _, name := range spec.Names(n.ir.Inputs.Parameters) {
		if n.isItem(name) {
			continue
		}
		given[name] = s.parameter(n, n.ir.Inputs.Parameters[name])
	}
	for _, name := range spec.Names(n.ir.Inputs.Artifacts) {
		given[name] = s.artifact(n.ir.Inputs.Artifacts[name])
	}
	s.placeholdersIn(n, given)
	return given
}

// isItem reports whether an input is the item of the task's loop.
func (n *node) isItem(name string) bool { return n.ir.Iterator != nil && n.ir.Iterator.Item == name }

// hand gives the task one input.
func (s *scope) hand(n *node, t *spec.Task, name string, given map[string]value, path string) {
	slot := n.to.inputs[name]
	v, ok := given[name]
	if ok {
		s.learnScheme(n, name, v)
	}
	if !ok || slot.unused {
		return
	}
	if v.optional && slot.in.Required() && !slot.artifact {
		s.relax(n.to.label, name)
	}
	if v.nested != "" && slot.nested {
		s.warnf(v.line, "More than KFP does", "Input %q takes a list of lists, and KFP's own backend makes one flat "+
			"list of what a loop in a loop gives. Here it is a list for each item of the outer loop.", name)
		v.code = v.nested
	}
	if slot.artifact && deeper(v.typ, slot.in.Type) {
		s.widen(n, name, v)
	}
	if own := s.ownInput(v); own != nil && slot.nested {
		own.nested = true
	}
	if text, ok := s.handed(v, slot.in, name); ok {
		t.Inputs[slot.name] = text
		s.places[path+".inputs["+quoted(slot.name)+"]"] = v.line
	}
}

// ownInput is the input of the graph that a value is, and nothing else.
func (s *scope) ownInput(v value) *slot {
	for _, in := range s.of.inputs {
		if v.code == "parameters."+in.name {
			return in
		}
	}
	return nil
}

// deeper reports whether a type is a list of what the other one is.
func deeper(t, than spec.Type) bool {
	elem, ok := t.Elem()
	return ok && elem.IsList() && than.IsList() && t != than
}

// widen notes, for the next pass, that an input gets the artifacts of a loop in a loop. KFP makes one flat list of
// them, and here it is a list of lists, which the runtime makes flat.
func (s *scope) widen(n *node, name string, v value) {
	if n.to.executor != nil && n.to.container {
		s.gap(v.line, gapNested, "Task %q takes them as %q.", n.name, name)
		return
	}
	if s.learned.widened[n.to.label+"\x00"+name] == "" {
		s.learned.widened[n.to.label+"\x00"+name], s.again = v.typ, true
	}
}

// relax notes, for the next pass, that an input may be absent.
func (r *reader) relax(label, name string) {
	if !r.learned.relaxed[label+"\x00"+name] {
		r.learned.relaxed[label+"\x00"+name], r.again = true, true
	}
}

// items makes a loop of the task's iterator.
func (s *scope) items(n *node, t *spec.Task, given map[string]value) {
	loop := n.ir.Iterator
	if loop == nil {
		return
	}
	if limit := n.ir.IteratorPolicy.Parallelism; limit > 0 {
		t.Parallelism = &limit
	}
	item := spec.Any
	switch {
	case loop.Items.Parameter != "":
		list, ok := given[loop.Items.Parameter]
		if !ok {
			s.errorf(loop.Line, "Unknown items", "Task %q loops over its input %q, which it is not given.", n.name,
				loop.Items.Parameter)
			return
		}
		if list.optional {
			list = list.or("[]")
		}
		list = list.listed()
		if elem, ok := list.typ.Elem(); ok {
			item = elem
		}
		if list.code == "" {
			item = elementOf(list.constant)
		}
		t.ForEach = list.hole()
	default:
		items, ok := parseJSON(loop.Items.Raw)
		if _, isList := items.([]any); !ok || !isList {
			s.errorf(loop.Line, "Items that are no list", "Task %q loops over %s.", n.name, abbreviate(loop.Items.Raw))
			return
		}
		item = elementOf(items)
		t.ForEach = expr.Data(plain(items), false)
	}
	given[loop.Item] = value{code: "each.value", typ: item, line: loop.Line}
}

// elementOf is the type that all elements of a constant list have.
func elementOf(list any) spec.Type {
	if elem, err := expr.ElementType(plain(list)); err == nil {
		return elem
	}
	return spec.Any
}

// listed is the value as a list: a text is the JSON of one.
func (v value) listed() value {
	switch {
	case v.code == "":
		if text, isText := v.constant.(string); isText {
			if parsed, ok := parseJSON(text); ok {
				v.constant = parsed
			}
		}
		return v
	case v.typ == spec.String:
		return v.as(spec.List)
	case v.typ == spec.Any:
		return value{code: v.in("type(%) == 'string' ? fromJSON(%) : %"), typ: spec.List, line: v.line}
	}
	return v
}

// order names the tasks that this one comes after.
func (s *scope) order(n *node, t *spec.Task) {
	seen := map[string]bool{}
	var after func(names []string)
	after = func(names []string) {
		for _, name := range names {
			before := s.tasks[name]
			switch {
			case before == nil:
				s.errorf(n.ir.Line, "Unknown task", "Task %q comes after %q, which is not here.", n.name, name)
			case seen[name]:
			case before.makesClaim():
				seen[name] = true
				after(before.ir.After)
			case before.exitOf != nil && before.exitOf != n.exitOf:
				seen[name] = true
				after([]string{before.exitOf.name})
			default:
				seen[name] = true
				names := before.names()
				t.DependsOn = append(t.DependsOn, names...)
				if before.skipped && !completes(n.ir.Trigger) && !takesFrom(t, names[0]) {
					t.When = and(t.When, succeeded(names))
				}
			}
		}
	}
	after(n.ir.After)
	if completes(n.ir.Trigger) {
		t.RunIf = spec.Always
		return
	}
	var others []string // whose outputs it is not given
	for _, task := range t.DependsOn {
		if !takesFrom(t, task) {
			others = append(others, task)
		}
	}
	t.DependsOn = others
}

// succeeded is a condition that one of several tasks meets.
func succeeded(names []string) string {
	var one []string
	for _, name := range names {
		one = append(one, "tasks."+name+".status == 'Succeeded'")
	}
	if len(one) == 1 {
		return one[0]
	}
	return "(" + strings.Join(one, " or ") + ")"
}

// takesFrom reports whether a task is given an output of another one, and so comes after it anyhow.
func takesFrom(t *spec.Task, task string) bool {
	output := "tasks." + task + ".outputs."
	for _, text := range t.Inputs {
		if strings.Contains(text, output) {
			return true
		}
	}
	return strings.Contains(t.ForEach, output) || strings.Contains(t.When, output)
}

// and joins two conditions. The first one is the package's, which may be any.
func and(a, b string) string {
	switch {
	case a == "":
		return b
	case strings.Contains(a, "||"):
		a = "(" + a + ")"
	}
	return b + " && " + a
}

// condition translates the condition of a task.
func (s *scope) condition(n *node, t *spec.Task, given map[string]value) {
	if n.ir.Trigger.Condition == "" {
		return
	}
	c, err := condition(n.ir.Trigger.Condition, given)
	if err != nil {
		s.errorf(n.ir.Trigger.Line, "Unknown condition", "The condition of task %q, %s: %v.", n.name,
			abbreviate(n.ir.Trigger.Condition), err)
		return
	}
	t.When = c
}
