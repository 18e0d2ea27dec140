package operate

import (
	"context"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// CheckCounts finds a pipeline that is too long for the cluster's definition of WorkflowTemplates. Only a long one
// makes it ask, since a schema is large.
func (o *Operator) CheckCounts(ctx context.Context, compiled *compile.PipelineObject) problem.List {
	if !compiled.MayBeTooMany() {
		return nil
	}
	if o.Unknown {
		return compiled.CheckCounts(nil)
	}
	ctx, cancel := context.WithTimeout(ctx, ForeseeTimeout)
	defer cancel()
	bounds, err := o.inspector().MaxItems(ctx, argoAPI, "WorkflowTemplate", compile.BoundedLists...)
	if err != nil {
		o.debug(ctx, "Cannot ask for the bounds of the cluster", map[string]any{"error": err.Error()})
		return compiled.CheckCounts(nil)
	}
	return compiled.CheckCounts(bounds)
}
