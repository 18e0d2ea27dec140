package graph

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// lists finds the loops whose artifacts another task takes as a list. Each iteration then leaves its artifact under its
// index, so that the list is a directory.
func (c *checker) lists(at problem.Path, tasks map[string]spec.Task, nodes map[string]*Node) {
	for name := range tasks {
		for _, text := range nodes[name].texts {
			if text.template == nil {
				continue
			}
			for _, r := range text.template.References() {
				producer, output := artifactOfLoop(r.Name, nodes)
				if producer == nil {
					continue
				}
				if !r.Bare || text.input == "" {
					c.problems.Errorf(
						at.Key(name).Join(text.path()), "List of artifacts in an expression",
						"%s is the list of artifacts that a loop made, which can only be the whole value of an input. Remove what "+
							"stands around the reference.",
						r.Name,
					)
					continue
				}
				if producer.Lists == nil {
					producer.Lists = map[string]bool{}
				}
				producer.Lists[output] = true
				producer.Indexed = producer.Item != ""
			}
		}
	}
	if at.String() == "tasks" {
		c.listsOut(nodes)
	}
	for name, t := range tasks {
		if len(nodes[name].Lists) > 0 && t.Cache != nil && t.Cache.Enabled {
			c.problems.Errorf(
				at.Key(name).Attr("cache"), "List of artifacts with a cache",
				"Another task takes the artifacts of this loop as a list, which only holds what this run made. Remove cache "+
					"here, or pass the artifacts on inside a nested pipeline under for_each.",
			)
		}
	}
}

// artifactOfLoop resolves a reference to artifacts that are kept as a directory: those that a task under for_each
// makes, or a pipeline that gives a list.
func artifactOfLoop(reference string, nodes map[string]*Node) (*Node, string) {
	task, output := outputReference(reference)
	n := nodes[task]
	if n == nil {
		return nil, ""
	}
	output = n.outputName(output)
	t := n.Outputs[output].Type
	if !t.IsArtifact() || n.Item == "" && !keptAsList(n.component, t) {
		return nil, ""
	}
	return n, output
}

// keptAsList reports whether an output of a task without a loop is such a directory. A list that a component makes is
// one artifact; of a pipeline nobody knows where it comes from, so that each leaves it where its caller says.
func keptAsList(component spec.Ref, t spec.Type) bool {
	return component.Kind.IsGraph() && t.IsArtifact() && t.IsList()
}

// listsOut finds the lists that the pipeline gives.
func (c *checker) listsOut(nodes map[string]*Node) {
	for _, t := range c.given {
		if t.template == nil {
			continue
		}
		for _, r := range t.template.References() {
			if producer, output := artifactOfLoop(r.Name, nodes); producer != nil && r.Bare {
				if producer.Lists == nil {
					producer.Lists = map[string]bool{}
				}
				producer.Lists[output] = true
				producer.Indexed = producer.Item != ""
			}
		}
	}
}

// outputName is the name of an output that a reference gives, or of the only one where it gives none.
func (n *Node) outputName(given string) string {
	if given != "" {
		return given
	}
	sole, _ := spec.Interface{Outputs: n.Outputs}.SoleOutput()
	return sole
}

// listOut refuses a list of artifacts that is a part of an expression, or comes from outside: such a list is a
// directory, which can only be given as it is, by the task that fills it.
func (c *checker) listOut(at problem.Path, t *expr.Template) bool {
	for _, r := range t.References() {
		n, _ := artifactOfLoop(r.Name, c.graph.Tasks)
		if n != nil && !r.Bare {
			c.problems.Errorf(
				at, "List of artifacts in an expression",
				"%s is a list of artifacts, which can only be the whole value of an output. Remove what stands around the "+
					"reference.",
				r.Name,
			)
			return true
		}
		name, ok := strings.CutPrefix(r.Name, "parameters.")
		if in := c.pipeline.Parameters[name]; ok && in.Type.IsArtifact() && in.Type.IsList() {
			c.problems.Errorf(
				at, "List of artifacts handed back",
				"%s is a list of artifacts that the caller has already, in a place of its own. Let the caller use it, or add a "+
					"task that makes a list of its own.",
				r.Name,
			)
			return true
		}
	}
	return false
}

// collectable warns of artifacts that a caller under for_each cannot take as a list: the task that makes an artifact
// leaves it in one place, the caller's for one output. given holds the output that each artifact is for.
func (c *checker) collectable(at problem.Path, output string, t *expr.Template, given map[string]string) {
	var names []string
	for _, r := range t.References() {
		names = append(names, r.Name)
		name, isParameter := strings.CutPrefix(r.Name, "parameters.")
		if isParameter && c.pipeline.Parameters[name].Type.IsArtifact() {
			c.problems.Warnf(
				at, "Artifact that no loop can collect",
				"%s is what the caller gives, so no task of this pipeline makes it. A task that is this pipeline under for_each "+
					"has no list of it; let its caller use what it gives.",
				r.Name,
			)
		}
	}
	for task, from := range c.graph.Producers(names) {
		if c.pipeline.Tasks[task].Component.Kind == spec.ImportKind {
			c.problems.Warnf(
				at, "Artifact that no loop can collect",
				"Task %q imports the artifact, which stays where it is. A task that is this pipeline under for_each has no list of "+
					"it; give the output of a task that makes a copy.",
				task,
			)
		}
		artifact := task + " " + from
		if other, taken := given[artifact]; taken {
			c.problems.Warnf(
				at, "Artifact that no loop can collect",
				"Output %q is the same artifact, of task %q. An artifact is in one place, so a task that is this pipeline under "+
					"for_each only has a list of %q. Remove one of the two outputs, or give one of them by a task that makes a copy.",
				other, task, output,
			)
		}
		given[artifact] = output
	}
}

// Producers are the tasks and outputs that an output of the pipeline chooses its artifact from.
func (g *Graph) Producers(references []string) map[string]string {
	producers := map[string]string{}
	for _, r := range references {
		task, output := outputReference(r)
		n := g.Tasks[task]
		if n == nil {
			continue
		}
		producers[task] = n.outputName(output)
	}
	return producers
}
