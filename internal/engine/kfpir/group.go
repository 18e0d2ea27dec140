package kfpir

import (
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// shortLabel is the label of a component without what the compiler puts before all of them.
func shortLabel(label string) string { return strings.TrimPrefix(label, "comp-") }

// callable reads the component that a task uses, once. Nil: something is wrong with it, which is told.
func (r *reader) callable(label string, line int) *callable {
	c, ok := r.ir.Components[label]
	if !ok {
		r.errorf(line, "Unknown component", "The package has no component %q.%s", label,
			problem.Suggest(label, spec.Names(r.ir.Components)))
		return nil
	}
	of, read := r.callables[label]
	if read {
		if of == nil && !r.failed() {
			r.errorf(line, "Component inside itself", "%q uses itself, and would never end.", label)
		}
		return of
	}
	r.callables[label] = nil
	switch {
	case c.DAG != nil && c.ExecutorLabel != "":
		r.errorf(c.Line, "Two implementations", "Component %q has both dag and executorLabel.", label)
	case c.DAG != nil:
		of = r.group(label, c)
	case c.ExecutorLabel != "":
		of = r.leaf(label, c)
	default:
		r.errorf(c.Line, "Component without an implementation", "%q has neither dag nor executorLabel.", label)
	}
	if len(c.Platforms) > 0 {
		r.warnf(c.Line, "Not a part of KFP", "Component %q has singlePlatformSpecs, which KFP itself does not "+
			"read.", label)
	}
	r.callables[label] = of
	return of
}

// group reads a component that is a graph of tasks.
func (r *reader) group(label string, c irComponent) *callable {
	of := newCallable(label, c)
	of.kind, of.name = spec.GroupKind, r.groupNames.group(shortLabel(label))
	r.declared(of, c)
	g := r.dag(of, c.DAG, c.Line, "groups["+quoted(of.name)+"].")
	g.Parameters = of.iface().Inputs // without those that nothing reads
	of.group = &g
	r.groups[of.name] = of
	r.places["groups["+quoted(of.name)+"]"] = c.Line
	return of
}

// scope is what the texts of one graph may refer to.
type scope struct {
	*reader
	of    *callable
	at    string // path of the graph
	tasks map[string]*node
	names *namer
	// lift hands what a text refers to into a group, where the text is then. Nil: the text is in the graph itself.
	lift func(value) value
	exit string // the task whose end the texts look at, of on_exit
}

// node is a task of a graph.
type node struct {
	name    string // in the package
	ours    string
	ir      irTask
	to      *callable
	runs    []*node // the tasks of on_exit
	exitOf  *node   // the task at whose end this one runs
	skipped bool    // it may be skipped though nothing failed
	// An importer whose address only the run knows is several tasks: their names, and the address.
	imports []string
	from    value
}

// names are those of the tasks that it is here.
func (n *node) names() []string {
	if n.imports != nil {
		return n.imports
	}
	return []string{n.ours}
}

// importer reports whether the task only names an artifact that exists already.
func (n *node) importer() bool { return n.to.importer() }

func (c *callable) importer() bool { return c.executor != nil && c.executor.Importer != nil }

// loop reports whether the task runs once for each item.
func (n *node) loop() bool { return n.ir.Iterator != nil }

// dag reads the tasks of a graph.
func (r *reader) dag(of *callable, dag *irDAG, line int, at string) spec.Group {
	s := &scope{reader: r, of: of, at: at, tasks: map[string]*node{}, names: newNamer()}
	g := spec.Group{Tasks: map[string]spec.Task{}, Outputs: map[string]string{}}
	for _, name := range spec.Names(dag.Tasks) {
		s.names.keep(name)
	}
	for _, name := range spec.Names(dag.Tasks) {
		t := dag.Tasks[name]
		if to := r.callable(t.Component.Name, t.Line); to != nil {
			s.tasks[name] = &node{name: name, ours: s.names.identifier(name), ir: t, to: to}
		}
	}
	if len(s.tasks) < len(dag.Tasks) {
		return g // told already
	}
	s.claims()
	s.exits(dag)
	s.skips()
	s.split()
	for _, name := range spec.Names(s.tasks) {
		n := s.tasks[name]
		if n.exitOf != nil || n.makesClaim() {
			continue
		}
		t := s.task(n, s.place("tasks", n))
		if n.imports == nil {
			g.Tasks[n.ours] = t
			continue
		}
		for name, one := range s.imports(n, t) {
			g.Tasks[name] = one
			s.places[s.at+"tasks["+quoted(name)+"]"] = n.ir.Line
		}
	}
	if len(dag.Tasks) == 0 {
		r.errorf(line, "Graph without tasks", "Component %q has a dag with none.", of.label)
	}
	s.outputs(dag, g.Outputs)
	read := parametersOf(g)
	for name, in := range of.inputs {
		in.unused = strings.HasPrefix(name, channel) && !read[in.name]
	}
	return g
}

var parameterName = regexp.MustCompile(`parameters\.([A-Za-z0-9_]+)`)

// parametersOf are the parameters of a group that its tasks read.
func parametersOf(g spec.Group) map[string]bool {
	read := map[string]bool{}
	for _, t := range g.Tasks {
		t.Component = spec.Ref{}
		texts, err := wire.Marshal(t)
		if err != nil {
			continue
		}
		for _, m := range parameterName.FindAllStringSubmatch(texts, -1) {
			read[m[1]] = true
		}
	}
	return read
}

// place notes where a task stands.
func (s *scope) place(in string, n *node) string {
	path := s.at + in + "[" + quoted(n.ours) + "]"
	s.places[path] = n.ir.Line
	return path
}

// skips finds the tasks that may be skipped: those with a condition, and those that come after one by name alone.
func (s *scope) skips() {
	for changed := true; changed; {
		changed = false
		for _, n := range s.tasks {
			if n.skipped || completes(n.ir.Trigger) {
				continue
			}
			n.skipped = n.ir.Trigger.Condition != "" && !n.loop() || slices.ContainsFunc(n.ir.After,
				func(name string) bool {
					before := s.tasks[name]
					return before != nil && before.skipped
				})
			changed = changed || n.skipped
		}
	}
}

// completed is the strategy of a task that waits for others whatever becomes of them.
const completed = "ALL_UPSTREAM_TASKS_COMPLETED"

// completes reports whether a task runs whatever became of those before it.
func completes(t irTrigger) bool {
	return t.Strategy != nil && (t.Strategy.Value == completed || t.Strategy.Value == "2")
}
