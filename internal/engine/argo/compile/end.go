package compile

import (
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// fails is a step that fails for a reason, unless its condition is false.
func (c *pipelineCompiler) fails(name, reason, when string) wfv1.WorkflowStep {
	c.addTemplate(wfv1.Template{
		Name: layout.FailTask, Inputs: wfv1.Inputs{Parameters: []wfv1.Parameter{{Name: layout.EndParameter}}},
		Suspend: &wfv1.SuspendTemplate{Duration: tag(layout.EndParameter)},
	})
	return wfv1.WorkflowStep{
		Name: name, Template: layout.FailTask, When: when,
		Arguments: wfv1.Arguments{
			Parameters: []wfv1.Parameter{{Name: layout.EndParameter, Value: wfv1.AnyStringPtr(reason)}},
		},
	}
}

// needsEnd reports whether Argo's own rule does not do.
func (d DAG) needsEnd(conditions []string) bool {
	if len(d.Uncertain) > 0 {
		return true
	}
	special, looksUp := false, false
	for name, t := range d.Tasks {
		isTold := t.RunIf == spec.Always && len(d.Nodes[name].Needs) > 0
		if t.AllowFailure || isTold || t.Component.Kind.IsGraph() && !d.Nodes[name].Leaf {
			return true
		}
		special = special || isSpecial(t)
	}
	for _, condition := range conditions {
		looksUp = looksUp || strings.Contains(condition, noFailure)
	}
	// A task that looks up comes behind the tasks there, whose failures another one may have handled.
	return special && looksUp
}

// end compiles it.
func (c *pipelineCompiler) end(d DAG) wfv1.DAGTask {
	f := d.noFailure()
	seen := map[string]bool{}
	var ended []string
	for _, task := range d.counted() {
		d.collect(f, task, seen)
	}
	for _, leaf := range d.leaves() {
		ended = append(ended, "("+layout.TaskName(leaf)+".Succeeded || !"+layout.TaskName(leaf)+".Succeeded)")
	}
	failed := "false"
	if !f.isNone() {
		failed = "{{=" + f.expression() + ` ? "a task has failed" : "false"}}`
	}
	c.addTemplate(wfv1.Template{
		Name: layout.EndTask, Inputs: wfv1.Inputs{Parameters: []wfv1.Parameter{{Name: layout.EndParameter}}},
		Steps: oneStep(c.fails(layout.FailTask, tag(layout.EndParameter), "'"+tag(layout.EndParameter)+"' != 'false'")),
	})
	return wfv1.DAGTask{
		Name: layout.EndTask, Template: layout.EndTask, Depends: strings.Join(ended, " && "),
		Arguments: wfv1.Arguments{
			Parameters: []wfv1.Parameter{{Name: layout.EndParameter, Value: wfv1.AnyStringPtr(failed)}},
		},
	}
}

func oneStep(step wfv1.WorkflowStep) []wfv1.ParallelSteps {
	return []wfv1.ParallelSteps{{Steps: []wfv1.WorkflowStep{step}}}
}
