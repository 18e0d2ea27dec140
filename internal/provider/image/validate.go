package image

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

func (r *Resource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var m Model
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); r.IsPlanned() || resp.Diagnostics.HasError() {
		return
	}
	s, unknown, diags := m.spec(ctx)
	if resp.Diagnostics.Append(diags...); !unknown && !diags.HasError() {
		kit.AddProblems(&resp.Diagnostics, s.Check())
	}
}
