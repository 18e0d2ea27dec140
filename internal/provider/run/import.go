package run

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

var _ resource.ResourceWithImportState = &Resource{}

// ImportState takes over a run by namespace/name. Read does the rest.
func (r *Resource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.ImportByName(ctx, req, resp)
}

// imported writes everything that the cluster holds of a run into the model.
func (r *Resource) imported(ctx context.Context, m *Model, live *backend.Object, diags *diag.Diagnostics) {
	pipeline, version, account, parameters, err := decompile.ReadArguments(live.Into)
	if err != nil {
		kit.AddClusterError(diags, "read", "run", live.Name, err)
		return
	}
	ref, ok := r.Session.Refs(ctx, live.Namespace)(pipeline)
	if !ok {
		diags.AddError(
			"Cannot import run "+live.Name,
			fmt.Sprintf(
				"It runs no pipeline of this provider: there is none for its template %q in namespace %q.\n\nImport or create "+
					"the kfp_pipeline first.",
				pipeline, live.Namespace,
			),
		)
		return
	}
	if version != "" {
		ref.Version = version // the pipeline may have changed since
	}
	w := kit.Writer{Diags: diags}
	m.Pipeline = w.Ref(ref, types.ObjectNull(kit.RefAttributeTypes()))
	m.Parameters = w.Texts(ctx, types.MapType{ElemType: types.StringType}, parameters(ref.Interface), m.Parameters)
	m.ServiceAccount, m.Wait, m.RetryFailed = types.StringValue(account), types.BoolValue(true), types.BoolValue(false)
	status, err := r.Session.RunStatus(ctx, live, ref.Outputs)
	if err != nil {
		kit.AddClusterError(diags, "read", "run", live.Name, err)
		return
	}
	m.setStatus(status)
}
