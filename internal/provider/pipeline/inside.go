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

// optionsOf are the options of a pipeline, as far as they are known.
func optionsOf(ctx context.Context, d *kit.Session, namespace, name string) spec.Options {
	if planned, ok := d.PlannedOptions.Of(namespace, name); ok {
		return planned
	}
	live, err := d.Backend.Find(ctx, backend.WorkflowTemplates, namespace, name)
	if err != nil {
		return spec.Options{} // who cannot be reached is reported where it matters
	}
	return compile.RunOptions(live.Into)
}

// checkInside looks at the pipelines inside a pipeline for what counts in runs of their own alone: Argo has deadlines of
// runs and of pods, not of a group of tasks, and makes the claims of the pipeline that is run.
func checkInside(ctx context.Context, d *kit.Session, p spec.Pipeline, diags *diag.Diagnostics) {
	var found problem.List
	check := func(at problem.Path, tasks map[string]spec.Task) {
		for name, t := range tasks {
			if t.Component.Kind == spec.PipelineKind {
				at := at.Key(name).Attr("component")
				checkOptionsInside(&found, at, p, t.Component.Name, optionsOf(ctx, d, t.Component.Namespace, t.Component.Name))
			}
		}
	}
	check(problem.At("tasks"), p.Tasks)
	check(problem.At("on_exit"), p.OnExit)
	for name, group := range p.Groups {
		at := problem.At("groups").Key(name)
		check(at.Attr("tasks"), group.Tasks)
		check(at.Attr("on_exit"), group.OnExit)
	}
	kit.AddProblems(diags, found)
}

func checkOptionsInside(l *problem.List, at problem.Path, p spec.Pipeline, inside string, o spec.Options) {
	if o.Timeout != "" && o.Timeout != spec.Unknown {
		l.Warnf(at, "Timeout without an effect here",
			"Pipeline %q has timeout = %q, which bounds its own runs. As a task of another pipeline it has no timeout, "+
				"since Argo has none for a group of tasks. "+
				"Give this pipeline a timeout, or the tasks of %q.", inside, o.Timeout, inside)
	}
	if o.PipelineRoot != "" && o.PipelineRoot != p.Options.PipelineRoot && p.Options.PipelineRoot != spec.Unknown &&
		o.PipelineRoot != spec.Unknown {
		l.Warnf(at, "Pipeline root without an effect here",
			"Pipeline %q has pipeline_root = %q, where artifacts of its own runs are kept. As a task of another pipeline its "+
				"artifacts are kept where those of that one are. Give this pipeline the same pipeline_root, or take no notice.",
			inside, o.PipelineRoot)
	}
	for _, claim := range spec.Names(o.VolumeClaims) {
		if _, ok := p.Options.VolumeClaims[claim]; !ok {
			l.Errorf(at, "Claim that nobody makes",
				"Tasks of pipeline %q may mount its volume claim %q, and Argo only makes those of the pipeline that is run. Declare "+
					"it here too: volume_claims = { %s = { size = %q } }.", inside, claim, claim, o.VolumeClaims[claim].Size)
		}
	}
}
