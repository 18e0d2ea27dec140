package graph

import (
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
					c.problems.Errorf(at.Key(name).Join(text.at), "List of artifacts in an expression", "%s is the list of artifacts that a loop made, which can only be the whole value of an input. Remove what stands around the reference.", r.Name)
					continue
				}
				if producer.Lists == nil {
					producer.Lists = map[string]bool{}
				}
				producer.Lists[output] = true
				producer.Indexed = true
			}
		}
	}
	for name, t := range tasks {
		if len(nodes[name].Lists) > 0 && t.Cache != nil && t.Cache.Enabled {
			c.problems.Errorf(at.Key(name).Attr("cache"), "List of artifacts with a cache", "Another task takes the artifacts of this loop as a list, which only holds what this run made. Remove cache here, or pass the artifacts on inside a nested pipeline under for_each.")
		}
	}
}

// artifactOfLoop resolves a reference to an artifact that a task under for_each gives.
func artifactOfLoop(reference string, nodes map[string]*Node) (*Node, string) {
	task, output := outputReference(reference)
	n := nodes[task]
	if n == nil || n.Item == "" {
		return nil, ""
	}
	output = n.outputName(output)
	if !n.Outputs[output].Type.IsArtifact() {
		return nil, ""
	}
	return n, output
}

// outputName is the name of an output that a reference gives, or of the only one where it gives none.
func (n *Node) outputName(given string) string {
	if given != "" {
		return given
	}
	sole, _ := spec.Interface{Outputs: n.Outputs}.SoleOutput()
	return sole
}

// listOut refuses such a list as the output of a pipeline: in Argo it is no artifact but a place.
func (c *checker) listOut(at problem.Path, references []string) bool {
	for _, r := range references {
		if n, _ := artifactOfLoop(r, c.graph.Tasks); n != nil {
			c.problems.Errorf(at, "List of artifacts as an output", "%s is the list of artifacts that a loop made, which only tasks of the same pipeline can take. Add a task that makes one artifact of the list, and give that.", r)
			return true
		}
	}
	return false
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
