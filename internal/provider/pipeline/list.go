package pipeline

import (
	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// NewLister makes the list resource kfp_pipeline.
func NewLister() list.ListResource {
	return &kit.Lister{
		What: "pipeline", Kind: backend.WorkflowTemplates, Of: New, Selects: kit.IsKind(string(spec.PipelineKind)),
		Name: kit.ObjectName, Title: kit.ObjectName, Less: kit.ByName,
	}
}
