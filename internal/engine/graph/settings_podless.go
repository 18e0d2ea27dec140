package graph

import (
	"fmt"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// checkPodless finds settings of a task that has no pod of its own, where they would do nothing.
func checkPodless(l *problem.List, at problem.Path, t spec.Task) {
	what, remedy := "", ""
	switch {
	case t.Approval != nil:
		what, remedy = "a gate, which runs nothing", "Remove it."
	case t.Component.Kind == spec.PipelineKind:
		what = fmt.Sprintf("the pipeline %q, whose tasks have pods, not itself", t.Component.Name)
		remedy = "Set it on the tasks of that pipeline, or under its defaults."
	default:
		return
	}
	for _, setting := range settings.All {
		waits := setting.Name() == "synchronization" && t.Approval == nil // a nested pipeline can take a lock as a whole
		if setting.Given(&t.Settings) && !waits {
			l.Errorf(at.Attr(setting.Name()), "Setting without a use", "The task is %s. %s", what, remedy)
		}
	}
	if t.Approval == nil {
		return
	}
	check.Seconds(l, at.Attr("approval").Attr("timeout"), t.Approval.Timeout)
	for name, given := range map[string]bool{"for_each": t.ForEach != "", "inputs": len(t.Inputs) > 0, "parallelism": t.Parallelism != nil} {
		if given {
			l.Errorf(at.Attr(name), "Setting without a use", "The task is %s. %s", what, remedy)
		}
	}
}
