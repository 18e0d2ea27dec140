package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var _ resource.ResourceWithImportState = &recurringRunResource{}

// ImportState takes over a recurring run by namespace/name. The Read that follows knows by the missing pipeline that
// everything is to be read.
func (r *recurringRunResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	namespace, name, ok := strings.Cut(req.ID, "/")
	if !ok {
		namespace, name = r.data.namespace, req.ID
	}
	if !spec.IsObjectName(name) || namespace == "" {
		resp.Diagnostics.AddError("Invalid import identifier", fmt.Sprintf("%q is not of the form namespace/name, such as \"etl/nightly-load\".", req.ID))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("namespace"), namespace)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), name)...)
}

// findPipeline reads the pipeline that a live recurring run uses: its own object and, where it is pinned, the copy.
func (r *recurringRunResource) findPipeline(ctx context.Context, m *recurringRunModel, found *cluster.Object, diags *diag.Diagnostics) {
	used := map[string]bool{}
	argo.TemplatesUsed(found.Raw(), used)
	for name := range used {
		template, err := r.data.cluster.Find(ctx, cluster.WorkflowTemplates, found.Namespace, name)
		if err != nil {
			addClusterError(diags, "find the pipeline of", "recurring run", found.Name, err)
			return
		}
		if !argo.IsPinnedCopy(template.Labels) {
			_, _, m.Pipeline = readRefOf(ctx, template, diags)
			return
		}
		_, _, m.PinnedPipeline = readRefOf(ctx, template, diags)
		m.Pipeline = m.PinnedPipeline
		m.Pin = types.BoolValue(true)
		// The pipeline itself may be at another version by now, or gone.
		if current, err := r.data.cluster.Find(ctx, cluster.WorkflowTemplates, found.Namespace, template.Labels[argo.NameLabel]); err == nil {
			_, _, m.Pipeline = readRefOf(ctx, current, diags)
		}
		return
	}
	diags.AddError("Cannot import recurring run "+found.Name, fmt.Sprintf("CronWorkflow %s/%s uses no WorkflowTemplate, so it has no pipeline. A recurring run of this provider runs a kfp_pipeline.", found.Namespace, found.Name))
}
