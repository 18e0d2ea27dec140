package run

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// NewLister makes the list resource kfp_run.
func NewLister() list.ListResource {
	return &kit.Lister{
		What: "run", Kind: backend.Workflows, Of: New, Name: kit.ObjectName, Less: kit.NewestObjectFirst,
		Filters: " The label `terraform-provider-kfp/pipeline` is the pipeline's name. What a recurring run or a backfill " +
			"has started is left out, since it belongs to that. The newest runs come first.",
		// What a recurring run or a backfill has started belongs to it.
		Selects: func(o *backend.Object) bool {
			return o.Labels[layout.KindLabel] == layout.RunKind && o.Labels[layout.RecurringLabel] == "" && o.Labels[layout.BackfillLabel] == ""
		},
		Title: func(o *backend.Object) string {
			return strings.TrimSuffix(fmt.Sprintf("%s (%s)", o.Name, o.Labels[status.PhaseLabel]), " ()")
		},
	}
}
