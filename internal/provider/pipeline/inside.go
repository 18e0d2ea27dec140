package pipeline

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// timeoutOf is the timeout of a pipeline, as far as it is known.
func timeoutOf(ctx context.Context, d *kit.Session, namespace, name string) string {
	if planned, ok := d.PlannedTimeouts.Values.Load([2]string{namespace, name}); ok {
		timeout, _ := planned.(string)
		return timeout
	}
	live, err := d.Backend.Find(ctx, backend.WorkflowTemplates, namespace, name)
	if err != nil {
		return "" // who cannot be reached is reported where it matters
	}
	return compile.RunTimeout(live.Into)
}

// warnOfTimeouts warns of pipelines inside a pipeline whose timeout bounds their own runs alone: Argo has deadlines of
// runs and of pods, not of a group of tasks.
func warnOfTimeouts(ctx context.Context, d *kit.Session, p spec.Pipeline, diags *diag.Diagnostics) {
	var found problem.List
	warn := func(at problem.Path, tasks map[string]spec.Task) {
		for name, t := range tasks {
			if t.Component.Kind != spec.PipelineKind {
				continue
			}
			timeout := timeoutOf(ctx, d, t.Component.Namespace, t.Component.Name)
			if timeout == "" || timeout == spec.Unknown {
				continue
			}
			found.Warnf(at.Key(name).Attr("component"), "Timeout without an effect here",
				"Pipeline %q has timeout = %q, which bounds its own runs. As a task of another pipeline it has no timeout, "+
					"since Argo has none for a group of tasks. "+
					"Give this pipeline a timeout, or the tasks of %q.", t.Component.Name, timeout, t.Component.Name)
		}
	}
	warn(problem.At("tasks"), p.Tasks)
	warn(problem.At("on_exit"), p.OnExit)
	for name, group := range p.Groups {
		at := problem.At("groups").Key(name)
		warn(at.Attr("tasks"), group.Tasks)
		warn(at.Attr("on_exit"), group.OnExit)
	}
	kit.AddProblems(diags, found)
}
