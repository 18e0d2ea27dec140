package compile

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// The lists in a WorkflowTemplate that the full definitions of Argo 4 bound, as the cluster's schema names them.
const (
	templatesList  = "spec.templates"
	tasksList      = "spec.templates.*.dag.tasks"
	parametersList = "spec.templates.*.inputs.parameters"
)

// fullBounds are the bounds of Argo 4.0 and 4.1.
var fullBounds = map[string]int64{templatesList: 200, tasksList: 200, parametersList: 500}

// BoundedLists are the lists whose bounds CheckCounts wants to know.
var BoundedLists = []string{templatesList, tasksList, parametersList}

// counts are the elements of the longest list of each kind.
func (o PipelineObject) counts() map[string]int {
	n := map[string]int{templatesList: len(o.Template.Spec.Templates)}
	for _, t := range o.Template.Spec.Templates {
		n[parametersList] = max(n[parametersList], len(t.Inputs.Parameters))
		if t.DAG != nil {
			n[tasksList] = max(n[tasksList], len(t.DAG.Tasks))
		}
	}
	return n
}

// MayBeTooMany reports whether there are clusters that would refuse the pipeline for the length of a list.
func (o PipelineObject) MayBeTooMany() bool { return len(o.CheckCounts(fullBounds)) > 0 }

// CheckCounts finds what a cluster with such bounds refuses; nil: nobody could tell its bounds.
func (o PipelineObject) CheckCounts(bounds map[string]int64) problem.List {
	var l problem.List
	report, who := l.Errorf, "the cluster's definition of WorkflowTemplates takes"
	if bounds == nil {
		bounds, report, who = fullBounds, l.Warnf, "the full definitions of Argo 4, which may be those of this cluster, take"
	}
	counts := o.counts()
	const nest = "Move tasks into nested pipelines, which are objects of their own."
	for _, bounded := range []struct{ list, at, what, remedy string }{
		{tasksList, "tasks", "tasks and groups of tasks", nest},
		{templatesList, "tasks", "templates: each loop with parallelism or when, and each task with locks, is one", nest},
		{
			parametersList, "parameters", "parameters, those counted that hand values on",
			"Hand over values that belong together as one struct.",
		},
	} {
		if n, most := counts[bounded.list], bounds[bounded.list]; most > 0 && int64(n) > most {
			report(problem.At(bounded.at), "Too many for the cluster",
				"The pipeline has %d %s; %s at most %d. %s Or install Argo's minimal definitions, which set no bound.", n, bounded.what, who, most, bounded.remedy)
		}
	}
	return l
}
