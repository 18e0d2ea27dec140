package run

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
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
	m.checkTimeouts(&resp.Diagnostics)
	run, _, diags := m.spec(ctx)
	if resp.Diagnostics.Append(diags...); !diags.HasError() {
		kit.AddProblems(&resp.Diagnostics, graph.CheckRun(run))
	}
}
