package graph

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ofGraphs are the settings that a task can have which is a graph: that takes a lock, or is repeated, as a whole.
var ofGraphs = map[string]bool{"synchronization": true, "retry": true}

// checkGraphRetry finds what of a retry looks at a pod, where there is none.
func checkGraphRetry(l *problem.List, at problem.Path, t spec.Task) {
	if t.Retry == nil {
		return
	}
	what := fmt.Sprintf("The task is the %s %q, which is repeated as a whole", t.Component.Kind, t.Component.Name)
	if t.Retry.Policy == "OnTransientError" {
		l.Errorf(
			at.Attr("policy"), "Policy without a use",
			"%s: what its pods say of their end is not at hand there. Use another policy, or set retry on the tasks in it.", what,
		)
	}
	if strings.Contains(t.Retry.Expression, "last_retry.exit_code") {
		l.Errorf(
			at.Attr("expression"), "No exit code",
			"%s, and has no exit code. Use last_retry.status, .message or .duration, or set retry on the tasks in it.", what,
		)
	}
}

// checkPodless finds settings of a task that has no pod of its own, where they would do nothing.
func checkPodless(l *problem.List, at problem.Path, t spec.Task) {
	what, remedy := "", ""
	switch {
	case t.Approval != nil:
		what, remedy = "a gate, which runs nothing", "Remove it."
	case t.Component.Kind == spec.ImportKind:
		what, remedy = "an import, which runs nothing", "Remove it."
	case t.Component.Kind == spec.PipelineKind:
		what = fmt.Sprintf("the pipeline %q, whose tasks have pods, not itself", t.Component.Name)
		remedy = "Set it on the tasks of that pipeline, or under its defaults."
	case t.Component.Kind == spec.GroupKind:
		what = fmt.Sprintf("the group %q, whose tasks have pods, not itself", t.Component.Name)
		remedy = "Set it on the tasks of that group."
	default:
		return
	}
	for _, setting := range settings.All {
		if setting.Given(&t.Settings) && (!t.Component.Kind.IsGraph() || !ofGraphs[setting.Name()]) {
			l.Errorf(at.Attr(setting.Name()), "Setting without a use", "The task is %s. %s", what, remedy)
		}
	}
	if t.Component.Kind.IsGraph() {
		checkGraphRetry(l, at.Attr("retry"), t)
		return
	}
	if t.Approval != nil {
		check.Seconds(l, at.Attr("approval").Attr("timeout"), t.Approval.Timeout)
	}
	given := map[string]bool{"for_each": t.ForEach != "", "parallelism": t.Parallelism != nil}
	given["inputs"] = len(t.Inputs) > 0 && t.Component.Kind != spec.ImportKind // which says of itself what it takes
	for name, given := range given {
		if given {
			l.Errorf(at.Attr(name), "Setting without a use", "The task is %s. %s", what, remedy)
		}
	}
}
