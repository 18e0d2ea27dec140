package recurringrun

import (
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// NewLister makes the list resource kfp_recurring_run.
func NewLister() list.ListResource {
	return &kit.Lister{
		What: "recurring run", Kind: backend.CronWorkflows, Of: New, Name: kit.ObjectName, Title: kit.ObjectName, Less: kit.ByName,
		Selects: func(o *backend.Object) bool { return compile.IsRecurringRun(o.Labels) },
	}
}
