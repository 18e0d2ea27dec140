package component

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
	m.Namespace = kit.OrUnknown(m.Namespace)
	at, name := m.imageName(ctx)
	kit.CheckImageName(at, name, &resp.Diagnostics)
	resp.Diagnostics.Append(m.derive(ctx, m)...)
}
