package component

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

func (r *Resource) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return kit.RefUpgraders
}
