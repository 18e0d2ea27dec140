package pipeline

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/diff"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// ImportState takes over a pipeline by namespace/name. Read does the rest.
func (r *Resource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.ImportByName(ctx, req, resp)
}

// imported writes everything that the cluster holds into the model.
func (r *Resource) imported(ctx context.Context, m *Model, live *backend.Object, diags *diag.Diagnostics) {
	if live.Labels[layout.KindLabel] == string(spec.ComponentKind) {
		diags.AddError(
			"Cannot import pipeline "+live.Name,
			fmt.Sprintf(
				"%s/%s is a kfp_component. Import it as one: import { to = kfp_component.x, id = \"%s/%s\" }.", live.Namespace,
				live.Name, live.Namespace, live.Name,
			),
		)
		return
	}
	if isOfPackage(live) {
		m.importPackage(live, diags)
		return
	}
	p, unread, err := decompile.ReadPipeline(live.Into, r.Session.Refs(ctx, live.Namespace), nil)
	if err != nil {
		kit.AddClusterError(diags, "read", "pipeline", live.Name, err)
		return
	}
	again, g, found := CompilePipeline(p)
	if handwritten.IsTemplate(live.Labels) {
		p, again, g, unread = r.handwritten(ctx, live, p, unread, diags)
		_, _, found = CompilePipeline(p)
		if diags.HasError() || !kit.AddHandwrittenUnread(diags, "pipeline", live, unread) {
			return
		}
	}
	if !kit.AddUnread(diags, "pipeline", live.Name, unread) {
		return
	}
	if again == nil {
		diags.AddError("Cannot import pipeline "+live.Name, notCompiling(found))
		return
	}
	diags.Append(m.SetSpec(ctx, p)...)
	m.SetDerived(p, g, again.Version)
	m.Drift = driftOf(nil, live, r.rootOf(ctx, live, diags), again)
}

// notCompiling says what is wrong with a pipeline as it was read from its object.
func notCompiling(found problem.List) string {
	var lines []string
	for _, p := range found {
		if p.Severity == problem.Error {
			lines = append(lines, "  - "+p.Path.String()+": "+p.Detail)
		}
	}
	return "As a kfp_pipeline, what its object in the cluster says would be refused:\n\n" + strings.Join(lines, "\n") +
		"\n\nChange these places in the cluster, or declare the pipeline anew under another name. If its tasks use " +
		"components that have changed since, import or apply those first."
}

// handwritten reads what people wrote: in the manner of this provider, but for the notation, or in their own.
func (r *Resource) handwritten(
	ctx context.Context, live *backend.Object, p spec.Pipeline, unread []layout.Unread, diags *diag.Diagnostics,
) (spec.Pipeline, *compile.PipelineObject, *graph.Graph, []layout.Unread) {
	again, g, _ := CompilePipeline(p)
	if again != nil {
		if wanted, err := layout.AsJSON(again.Template); err == nil {
			unread = append(unread, diff.Inexpressible(live.Raw(), wanted)...)
		}
		if len(unread) == 0 {
			return p, again, g, nil
		}
	}
	p, unread, err := handwritten.Pipeline(live.Into, r.Session.Around(ctx, live.Namespace))
	if err != nil {
		kit.AddClusterError(diags, "read", "pipeline", live.Name, err)
		return p, nil, nil, nil
	}
	again, g, _ = CompilePipeline(p)
	return p, again, g, unread
}
