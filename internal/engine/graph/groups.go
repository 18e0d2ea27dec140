package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A group is checked like a pipeline, before the tasks that use it: only then it is known what it gives.

// groups checks the groups of the pipeline, each after those that it uses, and tells the tasks what they take and give.
func (c *checker) groups() {
	groups := c.pipeline.Groups
	c.graph.Groups = make(map[string]*Graph, len(groups))
	uses := edges{}
	for name, group := range groups {
		uses[name] = slices.DeleteFunc(groupsUsed(group.Tasks, group.OnExit), func(used string) bool {
			_, exists := groups[used]
			return !exists
		})
	}
	c.groupCycles(uses)
	known := map[string]spec.Interface{}
	c.openOnes = map[string]map[string]bool{}
	for _, name := range uses.order() {
		at := problem.At("groups").Key(name)
		c.groupName(at, name)
		inner := newChecker(c.resolved(at, groups[name].Pipeline(c.pipeline), known))
		inner.around, inner.openOnes = &c.pipeline, c.openOnes
		inner.check()
		c.openOnes[name] = inner.graph.open
		for _, p := range inner.problems {
			if !inDefaults(p.Path) {
				p.Path = at.Join(p.Path)
			} else if c.reported(p.Path) {
				continue
			}
			c.problems = append(c.problems, p)
		}
		c.graph.Groups[name] = inner.graph
		if open := groups[name].Open; !open.Parameters && !open.Outputs {
			known[name] = spec.Interface{Inputs: groups[name].Parameters, Outputs: inner.graph.Outputs}
		}
	}
	c.unusedGroups()
	c.pipeline = c.resolved(nil, c.pipeline, known)
}

// resolved is a pipeline whose tasks know what the groups that they use take and give. at is where it stands.
func (c *checker) resolved(at problem.Path, p spec.Pipeline, known map[string]spec.Interface) spec.Pipeline {
	for attribute, tasks := range map[string]*map[string]spec.Task{"tasks": &p.Tasks, "on_exit": &p.OnExit} {
		if len(groupsUsed(*tasks)) == 0 {
			continue
		}
		*tasks = maps.Clone(*tasks)
		for _, name := range spec.Names(*tasks) {
			t := (*tasks)[name]
			if t.Component.Kind != spec.GroupKind || IsResolved(t.Component) {
				continue
			}
			i, ok := known[t.Component.Name]
			if !ok && !c.pipeline.Open.Groups && t.Component.Name != spec.Unknown {
				c.unknownGroup(at.Attr(attribute).Key(name).Attr("group"), t.Component.Name)
			}
			if !ok {
				t.Component = spec.Ref{} // as one that Terraform does not know yet
			} else {
				t.Component.Namespace, t.Component.Interface = p.Namespace, i
			}
			(*tasks)[name] = t
		}
	}
	return p
}

// IsResolved reports whether a ref to a group says what that takes and gives. Only then it has a namespace.
func IsResolved(r spec.Ref) bool { return r.Namespace != "" }

// unknownGroup says that there is no such group, unless there is: then it is in a cycle, which is told once.
func (c *checker) unknownGroup(at problem.Path, name string) {
	if _, ok := c.pipeline.Groups[name]; ok {
		return
	}
	c.problems.Errorf(
		at, "Unknown group", "The pipeline has no group %q.%s", name, suggest(name, c.pipeline.Groups),
	)
}

func (c *checker) groupName(at problem.Path, name string) {
	checkIdentifier(&c.problems, at, name, "a group")
	if strings.Contains(name, "__") {
		c.problems.Errorf(
			at, "Invalid name",
			"%q cannot name a group, since two underscores end its name in those of Argo's templates. Write one.", name,
		)
	}
	for other := range c.pipeline.Groups {
		if other < name && strings.EqualFold(other, name) {
			c.problems.Errorf(at, "Duplicate name", "Group %q differs from group %q in capitals alone. Rename one.", name, other)
		}
	}
}

func (c *checker) groupCycles(uses edges) {
	for _, cycle := range uses.cycles() {
		loop := strings.Join(append(slices.Clone(cycle), cycle[0]), " → ")
		c.problems.Errorf(
			problem.At("groups").Key(cycle[0]), "Cycle of groups",
			"These groups use each other in a cycle, so that a run would never end: %s. (An arrow reads \"uses\".) A group "+
				"cannot use itself, neither directly nor through others. To repeat something, use for_each.",
			loop,
		)
	}
}

// unusedGroups warns of groups that no task uses: nothing of them ever runs.
func (c *checker) unusedGroups() {
	if c.pipeline.Open.Tasks || c.pipeline.Open.OnExit || c.pipeline.Open.Groups {
		return
	}
	used := groupsUsed(c.pipeline.Tasks, c.pipeline.OnExit)
	for _, group := range c.pipeline.Groups {
		used = append(used, groupsUsed(group.Tasks, group.OnExit)...)
	}
	for _, name := range spec.Names(c.pipeline.Groups) {
		if !slices.Contains(used, name) && !slices.Contains(used, spec.Unknown) {
			c.problems.Warnf(
				problem.At("groups").Key(name), "Group without a use",
				"No task uses group %q, so that its tasks never run. Let a task have group = %q, or remove it.", name, name,
			)
		}
	}
}

// groupsUsed are the names of the groups that tasks use.
func groupsUsed(of ...map[string]spec.Task) []string {
	var used []string
	for _, tasks := range of {
		for _, t := range tasks {
			if t.Component.Kind == spec.GroupKind {
				used = append(used, t.Component.Name)
			}
		}
	}
	return used
}

// notInGroup says why names of the pipeline around do not exist in a group.
func (s *Scope) notInGroup(name string) string {
	if s.around == nil {
		return ""
	}
	kind, of, _ := strings.Cut(name, ".")
	of, _, _ = strings.Cut(of, ".")
	const hand = "A group knows what its tasks hand it alone: declare a parameter of the group, and fill it in inputs of the " +
		"task that uses it: inputs = { %s = %q }."
	if _, ok := s.around.Parameters[of]; ok && kind == "parameters" {
		return fmt.Sprintf("%q is a parameter of the pipeline. "+hand, of, of, "{{ parameters."+of+" }}")
	}
	if _, ok := s.around.Tasks[of]; ok && kind == "tasks" {
		return fmt.Sprintf("%q is a task outside the group. "+hand, of, of, "{{ tasks."+of+".output }}")
	}
	return ""
}

// failuresInGroup refuses run.failures in the on_exit of a group, where Argo tells no failures.
func (c *checker) failuresInGroup() {
	for _, name := range spec.Names(c.graph.Exit) {
		for _, reference := range c.graph.Exit[name].References() {
			if reference == "run.failures" || strings.HasPrefix(reference, "run.failures.") {
				c.problems.Errorf(
					problem.At("on_exit").Key(name), "Failures of a group",
					"Task %q uses run.failures, which Argo tells at the end of a run alone. In the on_exit of a group there is "+
						"run.status, of the group's tasks. Use that, or move the task to the pipeline's on_exit.",
					name,
				)
			}
		}
	}
}
