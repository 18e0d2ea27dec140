package recurringrun

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

func (r *Resource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var m Model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); r.IsPlanned() || resp.Diagnostics.HasError() {
		return
	}
	m.Namespace, m.ServiceAccount = kit.OrUnknown(m.Namespace), kit.OrUnknown(m.ServiceAccount)
	if m.Timezone.IsNull() {
		m.Timezone = types.StringValue(schedule.DefaultTimezone)
	}
	read, diags := m.Read(ctx)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	kit.AddProblems(&resp.Diagnostics, read.problems)
	kit.AddProblems(&resp.Diagnostics, graph.CheckRecurringRun(read.spec))
}
