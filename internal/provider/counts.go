package provider

import (
	"context"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// checkCounts finds a pipeline that is too long for the cluster's definition of WorkflowTemplates. Only a long one makes it
// ask, since a schema is large.
func (o *operator) checkCounts(ctx context.Context, compiled *compile.PipelineObject) problem.List {
	if !compiled.MayBeTooMany() {
		return nil
	}
	if o.unknown {
		return compiled.CheckCounts(nil)
	}
	ctx, cancel := context.WithTimeout(ctx, foreseeTimeout)
	defer cancel()
	bounds, err := o.cluster.MaxItems(ctx, argoAPI, "WorkflowTemplate", compile.BoundedLists...)
	if err != nil {
		o.debug(ctx, "Cannot ask for the bounds of the cluster", map[string]any{"error": err.Error()})
		return compiled.CheckCounts(nil)
	}
	return compiled.CheckCounts(bounds)
}
