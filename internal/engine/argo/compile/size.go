package compile

import (
	"fmt"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Limits in bytes. Argo's controller keeps the pipeline twice in the status of its run, as the pipeline and as one of
// the templates in use, beside the state of each task, which it compresses once the run is large. It ends a run with an
// error once that is more than its MAX_WORKFLOW_SIZE, by default 1 MiB. etcd takes 1.5 MiB, whatever the controller is
// told.
const (
	copiesInRun    = 2
	taskStateBytes = 60    // a run of 2,000 tasks had 54 for each, compressed
	componentBytes = 1_000 // a component's template, once, however many tasks use it
	argoRunBytes   = 1 << 20
	etcdRunBytes   = 3 << 19
)

// Size is the object's size in bytes, as JSON.
func (o PipelineObject) Size() int {
	around := *o.Template
	around.Spec = wfv1.WorkflowSpec{}
	return sizeOf(around) - sizeOf(around.Spec) + o.specSize
}

// RunSize estimates what a run of the pipeline weighs in bytes, as JSON. Outputs that tasks return, loops and nested
// pipelines add to it.
func (o PipelineObject) RunSize() int {
	return copiesInRun*o.specSize + len(o.tasks)*taskStateBytes + o.components()*componentBytes
}

func (o PipelineObject) components() int {
	names := map[string]bool{}
	for _, t := range o.Template.Spec.Templates {
		if step := layout.OnlyStep(&t); step != nil && step.TemplateRef != nil {
			names[step.TemplateRef.Name] = true
		}
		if t.DAG == nil {
			continue
		}
		for _, task := range t.DAG.Tasks {
			if task.TemplateRef != nil {
				names[task.TemplateRef.Name] = true
			}
		}
	}
	return len(names)
}

func sizeOf(object any) int {
	text, err := wire.Marshal(object)
	if err != nil {
		return 0
	}
	return len(text)
}

// CheckSize finds a pipeline whose runs are too large for the cluster, or nearly.
func (o PipelineObject) CheckSize() problem.List {
	const remedy = "Move tasks into nested pipelines, which a run holds once however often they are used; pass large " +
		"constants as files or artifacts."
	var l problem.List
	size, at := o.RunSize(), problem.At("tasks")
	weight := fmt.Sprintf(
		"A run of it will have about %d bytes, since it holds the pipeline twice, beside the state of each task.", size,
	)
	switch {
	case size > etcdRunBytes:
		l.Errorf(at, "Pipeline too large", "%s etcd takes at most %d. %s %s", weight, etcdRunBytes, o.heaviest(), remedy)
	case size > argoRunBytes:
		l.Warnf(
			at, "Pipeline too large for Argo's defaults",
			"%s Argo's controller ends runs of more than %d bytes as errors, unless its environment has a larger "+
				"MAX_WORKFLOW_SIZE. %s %s",
			weight, argoRunBytes, o.heaviest(), remedy,
		)
	case size > argoRunBytes*8/10:
		l.Warnf(
			at, "Pipeline nearly too large", "%s Argo's controller ends runs of more than %d bytes as errors. %s %s", weight,
			argoRunBytes, o.heaviest(), remedy,
		)
	}
	return l
}

// heaviest names the tasks that weigh most.
func (o PipelineObject) heaviest() string {
	weights := map[string]int{}
	for name, tasks := range o.tasks {
		for _, t := range tasks {
			weights[name] += sizeOf(t)
		}
	}
	names := spec.Names(weights)
	slices.SortStableFunc(names, func(a, b string) int { return weights[b] - weights[a] })
	var parts []string
	for _, n := range names[:min(3, len(names))] {
		parts = append(parts, fmt.Sprintf("%s (%d bytes)", n, weights[n]))
	}
	return "The heaviest tasks are " + strings.Join(parts, ", ") + "."
}
