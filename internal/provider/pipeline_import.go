package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

// ImportState takes over a pipeline by namespace/name. Read does the rest.
func (r *pipelineResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.importByName(ctx, req, resp)
}

// importByName keeps the identity; the Read that follows knows by the missing version that everything else is to be read.
func (c *configured) importByName(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	namespace, name, ok := importID(req.ID, c.data.namespace)
	if !ok {
		resp.Diagnostics.AddError("Invalid import identifier", "\""+req.ID+"\" is not of the form namespace/name, such as \"etl/nightly\".")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("namespace"), namespace)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), name)...)
}

// imported writes everything that the cluster holds into the model.
func (r *pipelineResource) imported(ctx context.Context, m *pipelineModel, live *cluster.Object, diags *diag.Diagnostics) {
	p, unread, err := argo.ReadPipeline(live.Into, r.data.refs(ctx, live.Namespace), nil)
	if err != nil {
		addClusterError(diags, "read", "pipeline", live.Name, err)
		return
	}
	again, g := compilePipeline(p)
	if again != nil && live.Labels[argo.ManagedByLabel] != argo.ManagedBy {
		if wanted, err := argo.AsJSON(again.Template); err == nil {
			unread = append(unread, argo.Inexpressible(live.Raw(), wanted)...)
		}
	}
	if !addUnread(diags, "pipeline", live.Name, unread) {
		return
	}
	if again == nil {
		diags.AddError("Cannot import pipeline "+live.Name, "What was read of it does not compile. Please report this.")
		return
	}
	diags.Append(m.setSpec(ctx, p)...)
	diags.Append(m.setDerived(ctx, p, g, again.Version)...)
	m.Drift = driftOf(nil, live, again.Template)
}

// addUnread tells every place of an object that cannot be written as a configuration; false if there is any.
func addUnread(diags *diag.Diagnostics, what, name string, unread []argo.Unread) bool {
	if len(unread) == 0 {
		return true
	}
	var lines []string
	for _, u := range unread {
		lines = append(lines, "  - "+u.String())
	}
	diags.AddError("Cannot import "+what+" "+name, "The object in the cluster says more than a kfp_"+what+" can:\n\n"+strings.Join(lines, "\n")+
		"\n\nChange these places in the cluster, or declare the "+what+" anew under another name.")
	return false
}
