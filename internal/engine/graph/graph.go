package graph

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Graph is what a pipeline's tasks have to do with each other.
type Graph struct {
	Order []string // tasks, each after those it needs
	Tasks map[string]*Node
	Exit  map[string]*Node
	Scope *Scope
	// Groups are those of the pipeline's groups, by name.
	Groups map[string]*Graph
	// Pipeline is the pipeline with what its groups take and give, in the tasks that use them.
	Pipeline spec.Pipeline
	// Outputs are the types of the pipeline's outputs.
	Outputs map[string]spec.Output
	// Given are the texts of the outputs, but for those that Terraform does not know yet.
	Given map[string]*expr.Typed
	open  map[string]bool // outputs whose types are not known yet, or not for an error that is told
}

// Node is one task among the others.
type Node struct {
	Name  string
	Needs []Need // sorted by task
	// Choices are the chains of ?? without a constant at the end: one task of each has to have succeeded.
	Choices [][]string
	// Skippable tasks may not run though nothing failed: they are Conditional or Omittable.
	Skippable bool
	// Conditional tasks have a condition that looks at no item of a loop: where it is false, they are skipped as a whole.
	Conditional bool
	// Omittable tasks are left out where one that they need is, or does not give what they need, though nothing failed.
	Omittable bool
	// missing tasks may not run though nothing failed and of every choice one task has succeeded.
	missing   bool
	Leaf      bool                   // no other task needs it
	Outputs   map[string]spec.Output // as other tasks see them: lists, under for_each
	Item      spec.Type              // type of each.value; empty without for_each
	Indexed   bool                   // a text uses each.index, or the artifacts are kept by it
	Lists     map[string]bool        // artifact outputs under for_each that other tasks take as a list
	texts     []text
	component spec.Ref
	open      bool            // what the component takes and gives is not known yet
	openOnes  map[string]bool // outputs of the group whose types are not known yet
}

// Need is an edge to a task that another one needs.
type Need struct {
	Task string
	Data bool // an output is used, with no fallback: the task must have succeeded
	// Guarded data has a fallback (??), so that the task may have been skipped.
	Guarded bool
	Order   bool // named in depends_on, or its status is used
}

// Check finds everything that is wrong with a pipeline. The graph is whole only if no error was found.
func Check(p spec.Pipeline) (*Graph, problem.List) {
	c := newChecker(p)
	c.name()
	c.groups()
	c.check()
	c.problems = append(c.problems, checkOptions(p.Options)...)
	c.checkClaims()
	settings.CheckDefaults(&c.problems, &p.Defaults)
	c.defaultIDs()
	checkHeld(
		&c.problems, problem.At("defaults").Attr("synchronization"), p.Options.Synchronization, p.Defaults.Synchronization,
	)
	c.problems.Sort()
	return c.graph, c.problems
}

func newChecker(p spec.Pipeline) *checker {
	return &checker{
		pipeline: p, graph: &Graph{Tasks: map[string]*Node{}, Exit: map[string]*Node{}}, given: map[string]text{},
	}
}

// check finds what is wrong with the tasks of a pipeline or of a group, which know their groups by now.
func (c *checker) check() {
	p := c.pipeline
	c.graph.Pipeline = p
	c.names()
	c.nodes()
	c.edges()
	c.skippable(c.graph.Order, p.Tasks, c.graph.Tasks)
	c.skippable(c.exitOrder, p.OnExit, c.graph.Exit)
	c.lists(problem.At("tasks"), p.Tasks, c.graph.Tasks)
	c.lists(problem.At("on_exit"), p.OnExit, c.graph.Exit)
	c.graph.Scope = newScope(p, c.graph, c.around)
	c.loops()
	c.tasks()
	c.outputs()
	if c.around == nil {
		c.exitBounds()
	} else {
		c.failuresInGroup()
	}
	checkParallelism(&c.problems, p.Options.Parallelism)
}

type checker struct {
	pipeline  spec.Pipeline
	around    *spec.Pipeline // that of a group; nil: the pipeline is none
	graph     *Graph
	exitOrder []string
	given     map[string]text            // the pipeline's outputs
	defaults  []text                     // those of defaults that hold expressions
	openOnes  map[string]map[string]bool // of each group, the outputs whose types are not known yet
	problems  problem.List
}

// what is checked, as people call it.
func (c *checker) what() string {
	if c.around != nil {
		return "group"
	}
	return "pipeline"
}

func (c *checker) name() {
	p := c.pipeline
	if !spec.IsObjectName(p.Name) && p.Name != spec.Unknown {
		c.problems.Errorf(
			problem.At("name"), "Invalid name",
			"%q cannot name a pipeline. Use at most %d lower-case letters, digits and hyphens, with a letter or digit at "+
				"both ends.",
			p.Name, spec.MaxNameLength,
		)
	}
}

func (c *checker) names() {
	p := c.pipeline
	for name, in := range p.Parameters {
		checkIdentifier(&c.problems, problem.At("parameters").Key(name), name, "a parameter")
		CheckInput(&c.problems, problem.At("parameters").Key(name), in)
	}
	checkSecretParameters(&c.problems, p.Parameters)
	for name := range p.Outputs {
		checkIdentifier(&c.problems, problem.At("outputs").Key(name), name, "an output")
		checkForgottenBraces(&c.problems, problem.At("outputs").Key(name), p.Outputs[name])
	}
	if len(p.Tasks) == 0 && !p.Open.Tasks {
		c.problems.Errorf(problem.At("tasks"), "No tasks", "A %s needs at least one task.", c.what())
	}
	c.taskNames(problem.At("tasks"), p.Tasks)
	c.taskNames(problem.At("on_exit"), p.OnExit)
}

// taskNames also refuses names that become the same in Argo, where underscores are hyphens.
func (c *checker) taskNames(at problem.Path, tasks map[string]spec.Task) {
	seen := map[string]string{}
	for _, name := range spec.Names(tasks) {
		checkIdentifier(&c.problems, at.Key(name), name, "a task")
		if strings.HasPrefix(name, "kfp_") || name == "onExit" {
			c.problems.Errorf(
				at.Key(name), "Reserved name",
				"%q is among the names that the compiler and Argo give to tasks of their own (kfp_…, onExit). Choose another one.",
				name,
			)
		}
		folded := strings.ReplaceAll(name, "_", "-")
		if other, taken := seen[folded]; taken {
			c.problems.Errorf(
				at.Key(name), "Duplicate name",
				"Task %q has the same name in Argo as task %q, since underscores become hyphens there. Rename one.", name, other,
			)
		}
		seen[folded] = name
	}
}

func checkIdentifier(l *problem.List, at problem.Path, name, what string) {
	if !spec.IsIdentifier(name) || strings.HasSuffix(name, "_") {
		l.Errorf(
			at, "Invalid name",
			"%q cannot name %s, because expressions use the name. Use at most 63 letters, digits and underscores, with a "+
				"letter first and no underscore last%s.",
			name, what, nameLike(name),
		)
	}
}

// nameLike suggests a name without what cannot stand in one.
func nameLike(name string) string {
	like := strings.Trim(notInNames.ReplaceAllString(name, "_"), "_")
	if !spec.IsIdentifier(like) {
		return ""
	}
	return fmt.Sprintf(", such as %q", like)
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// nodes sets what follows from each task alone.
func (c *checker) nodes() {
	c.defaults = c.defaultTexts()
	for name, t := range c.pipeline.Tasks {
		c.graph.Tasks[name] = newNode(name, t, c.inherited(t))
		c.graph.Tasks[name].openOnes = c.openOf(t)
	}
	for name, t := range c.pipeline.OnExit {
		c.graph.Exit[name] = newNode(name, ExitTask(t), c.inherited(t))
		c.graph.Exit[name].openOnes = c.openOf(t)
	}
	for name, raw := range c.pipeline.Outputs {
		c.given[name] = parseText(problem.At("outputs").Key(name), raw, spec.Any)
	}
}

// openOf are the outputs of a task that is a group whose types are not known yet.
func (c *checker) openOf(t spec.Task) map[string]bool {
	if t.Component.Kind != spec.GroupKind {
		return nil
	}
	return c.openOnes[t.Component.Name]
}

// isOpen reports whether Terraform does not know yet what a task runs.
func isOpen(t spec.Task) bool { return t.Component.Name == "" && t.Approval == nil }

func newNode(name string, t spec.Task, inherited []text) *Node {
	n := &Node{
		Name: name, Leaf: true, component: t.Component, Outputs: t.Component.Outputs, open: isOpen(t),
		texts: append(taskTexts(t), inherited...),
	}
	if t.ForEach != "" {
		n.Item, n.Outputs = spec.Any, listsOf(t.Component.Outputs)
	}
	for _, text := range n.texts {
		n.Indexed = n.Indexed || text.usesIndex()
		// A loop whose condition looks at the items gives a shorter list, maybe an empty one; it is not skipped.
		n.Conditional = n.Conditional || text.is("when") && (t.ForEach == "" || !text.usesItem())
	}
	n.Skippable = n.Conditional
	return n
}

// listsOf are the outputs of a task as its loop collects them.
func listsOf(outputs map[string]spec.Output) map[string]spec.Output {
	lists := make(map[string]spec.Output, len(outputs))
	for name, o := range outputs {
		o.Type, o.Optional = spec.ListOf(o.Type), false
		lists[name] = o
	}
	return lists
}

// edges finds what each task needs and refuses cycles.
func (c *checker) edges() {
	c.group(problem.At("tasks"), c.pipeline.Tasks, c.graph.Tasks)
	c.group(problem.At("on_exit"), c.pipeline.OnExit, c.graph.Exit)
	all := edges{}
	for name, n := range c.graph.Tasks {
		all[name] = nil
		for _, need := range n.Needs {
			all[name] = append(all[name], need.Task)
		}
	}
	c.graph.Order = all.order()
	c.cycles(problem.At("tasks"), all)
	exit := edges{}
	for name, n := range c.graph.Exit {
		exit[name] = nil
		for _, need := range n.Needs {
			exit[name] = append(exit[name], need.Task)
		}
	}
	c.exitOrder = exit.order()
	c.cycles(problem.At("on_exit"), exit)
}

func (c *checker) cycles(at problem.Path, all edges) {
	for _, cycle := range all.cycles() {
		if len(cycle) == 1 {
			c.problems.Errorf(
				at.Key(cycle[0]), "Task needs itself",
				"Task %q refers to its own outputs or lists itself in depends_on, so it could never start. Remove that reference.",
				cycle[0],
			)
			continue
		}
		loop := strings.Join(append(slices.Clone(cycle), cycle[0]), " → ")
		c.problems.Errorf(
			at.Key(cycle[0]), "Cycle of tasks",
			"These tasks need each other in a cycle, so that none could ever start: %s. (An arrow reads \"needs\".) Remove "+
				"one of the references.",
			loop,
		)
	}
}

// group finds the needs of the tasks of one map, whose references stay inside that map.
func (c *checker) group(at problem.Path, tasks map[string]spec.Task, nodes map[string]*Node) {
	for name, t := range tasks {
		n := nodes[name]
		needs := map[string]*Need{}
		c.dependsOn(at, n, t, nodes, needs)
		for _, text := range n.texts {
			uses := text.uses()
			n.Choices = append(n.Choices, choices(uses, nodes)...)
			for _, use := range uses {
				if use.task == "" || nodes[use.task] == nil {
					continue // scope says which names exist
				}
				need := needFor(needs, use.task)
				need.Data = need.Data || (!use.status && !use.guarded)
				need.Guarded = need.Guarded || (!use.status && use.guarded)
				need.Order = need.Order || use.status
			}
		}
		for _, other := range spec.Names(needs) {
			n.Needs = append(n.Needs, *needs[other])
			if other != name {
				nodes[other].Leaf = false
			}
		}
	}
}

// dependsOn finds the needs that a task names itself. at is the map that the task is in.
func (c *checker) dependsOn(at problem.Path, n *Node, t spec.Task, nodes map[string]*Node, needs map[string]*Need) {
	for i, other := range t.DependsOn {
		if other == spec.Unknown {
			continue
		}
		if nodes[other] == nil {
			at := at.Key(n.Name).Attr("depends_on")
			if c.pipeline.Open.Tasks || c.pipeline.Open.OnExit {
				continue
			}
			c.problems.Errorf(
				at.Index(i), "Unknown task", "There is no task %q here.%s", other,
				suggest(other, nodes, append(t.DependsOn, n.Name)...),
			)
			continue
		}
		needFor(needs, other).Order = true
	}
}

func needFor(needs map[string]*Need, task string) *Need {
	if needs[task] == nil {
		needs[task] = &Need{Task: task}
	}
	return needs[task]
}

// skippable spreads along the edges: who needs the output of a task that was skipped is left out, and so is who only
// comes after that one.
func (c *checker) skippable(order []string, tasks map[string]spec.Task, nodes map[string]*Node) {
	for _, name := range order {
		n := nodes[name]
		for _, need := range n.Needs {
			before := nodes[need.Task]
			switch {
			case need.Data:
				n.Omittable = n.Omittable || before.Skippable || tasks[need.Task].AllowFailure
				n.missing = n.missing || before.missing || tasks[need.Task].AllowFailure
			case !need.Guarded:
				n.Omittable = n.Omittable || before.Omittable
				n.missing = n.missing || before.missing && !before.Conditional
			}
		}
		for _, choice := range n.Choices {
			n.Omittable = n.Omittable || !slices.ContainsFunc(choice, func(task string) bool {
				return !nodes[task].Skippable && !tasks[task].AllowFailure
			})
		}
		if runIf := tasks[name].RunIf; runIf != "" && runIf != spec.AllSucceeded {
			n.Omittable = runIf != spec.AllDone && runIf != spec.Always
			n.missing = n.Omittable
		}
		n.missing = n.missing || n.Conditional
		n.Skippable = n.Conditional || n.Omittable
	}
}
