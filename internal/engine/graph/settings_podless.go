package graph

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
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
	settings := reflect.ValueOf(t.Settings)
	for i := range settings.NumField() {
		name, _, _ := strings.Cut(settings.Type().Field(i).Tag.Get("json"), ",")
		waits := name == "synchronization" && t.Approval == nil // a nested pipeline can take a lock as a whole
		if !settings.Field(i).IsZero() && !waits {
			l.Errorf(at.Attr(name), "Setting without a use", "The task is %s. %s", what, remedy)
		}
	}
	if t.Approval == nil {
		return
	}
	checkSeconds(l, at.Attr("approval").Attr("timeout"), t.Approval.Timeout)
	for name, given := range map[string]bool{"for_each": t.ForEach != "", "inputs": len(t.Inputs) > 0, "parallelism": t.Parallelism != nil} {
		if given {
			l.Errorf(at.Attr(name), "Setting without a use", "The task is %s. %s", what, remedy)
		}
	}
}
