package layout

import (
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
)

// OnlyStep is that of a wrapper of steps; nil: the template is none.
func OnlyStep(t *wfv1.Template) *wfv1.WorkflowStep {
	if t == nil || len(t.Steps) != 1 || len(t.Steps[0].Steps) != 1 || t.Steps[0].Steps[0].Name != InnerTask {
		return nil
	}
	return &t.Steps[0].Steps[0]
}
