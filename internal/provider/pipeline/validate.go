package pipeline

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
	if asideOf(ctx).complete(ctx, &m, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	m.Namespace = kit.OrUnknown(m.Namespace)
	if m.checkAlone(&resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	p, _, diags := m.spec(ctx)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	_, found := graph.Check(p)
	kit.AddProblems(&resp.Diagnostics, m.located(ctx, found))
}
