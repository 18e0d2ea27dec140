package backfill

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

func (r *Resource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var m Model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); r.IsPlanned() || resp.Diagnostics.HasError() {
		return
	}
	b, diags := m.Read(ctx)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	if b.spec.RecurringRun == "" {
		b.spec.RecurringRun = spec.Unknown
	}
	kit.AddProblems(&resp.Diagnostics, graph.CheckBackfill(b.spec))
	_, found := m.computeTicks(b, time.Now())
	kit.AddProblems(&resp.Diagnostics, found)
}
