package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

var _ resource.ResourceWithImportState = &runResource{}

// ImportState takes over a run by namespace/name. Read does the rest.
func (r *runResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.importByName(ctx, req, resp)
}

// imported writes everything that the cluster holds of a run into the model.
func (r *runResource) imported(ctx context.Context, m *runModel, live *cluster.Object, diags *diag.Diagnostics) {
	pipeline, version, account, parameters, err := decompile.ReadArguments(live.Into)
	if err != nil {
		addClusterError(diags, "read", "run", live.Name, err)
		return
	}
	ref, ok := r.data.refs(ctx, live.Namespace)(pipeline)
	if !ok {
		diags.AddError("Cannot import run "+live.Name, fmt.Sprintf("It runs no pipeline of this provider: there is none for its template %q in namespace %q.\n\nImport or create the kfp_pipeline first.", pipeline, live.Namespace))
		return
	}
	if version != "" {
		ref.Version = version // the pipeline may have changed since
	}
	w := values{diags: diags}
	m.Pipeline = w.ref(ref, types.ObjectNull(refAttributeTypes()))
	m.Parameters = w.texts(ctx, types.MapType{ElemType: types.StringType}, parameters(ref.Interface), m.Parameters)
	m.ServiceAccount, m.Wait, m.RetryFailed = types.StringValue(account), types.BoolValue(true), types.BoolValue(false)
	status, err := r.data.runStatus(ctx, live, ref.Outputs)
	if err != nil {
		addClusterError(diags, "read", "run", live.Name, err)
		return
	}
	m.setStatus(status)
}
