package recurringrun

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// Refresh writes what the cluster holds into the model.
func (r *Resource) Refresh(ctx context.Context, m *Model, found *backend.Object, diags *diag.Diagnostics) {
	if m.Pipeline.IsNull() {
		if r.findPipeline(ctx, m, found, diags); diags.HasError() {
			return
		}
	}
	prior, ds := m.Read(ctx)
	diags.Append(ds...)
	limit, err := r.limit(ctx, m)
	if err != nil {
		r.Session.AddReadError(diags, "recurring run", m.Name.ValueString(), err)
		return
	}
	live, status, err := decompile.ReadRecurringRun(found.Into, limit, prior.spec)
	if err != nil {
		kit.AddClusterError(diags, "read", "recurring run", m.Name.ValueString(), err)
		return
	}
	if handwritten.IsSchedule(found.Labels) {
		if live = r.handwritten(found, live, diags); diags.HasError() {
			return
		}
	}
	diags.Append(m.SetSpec(ctx, live, prior)...)
	if live.Pipeline.Name != prior.spec.Pipeline.Name || live.Pinned && live.Pipeline.Version != prior.spec.Pipeline.Version {
		m.setPipeline(kit.RefObject(live.Pipeline), live.Pinned)
	}
	m.LastScheduledTime = kit.TimeValue(status.LastScheduledTime)
	now, ds := m.Read(ctx)
	diags.Append(ds...)
	if diags.HasError() {
		return
	}
	diags.Append(m.SetDerived(now)...)
	m.setNextRuns(now, time.Now())
	m.settle(live)
	m.Drift = kit.ListOfTexts(driftOfSchedule(r.Session, found, live))
	if status.Problem != "" {
		diags.AddWarning("Argo Workflows refuses recurring run "+m.Name.ValueString(), status.Problem)
	}
}

// settle tells what follows from a schedule that is none, which somebody has written into the cluster: nothing. It is a
// difference like any other, and only a plan may hold what is not known yet.
func (m *Model) settle(live spec.RecurringRun) {
	if m.Schedule.IsUnknown() {
		m.Schedule = types.StringNull()
	}
	if m.NextRuns.IsUnknown() {
		m.NextRuns = kit.ListOfTexts(nil)
	}
	ref := m.Ref.Attributes()
	if lines, ok := ref["lines"]; ok && lines.IsUnknown() {
		ref["lines"] = kit.ListOfTexts(live.Lines)
		m.Ref = types.ObjectValueMust(RefTypes(), ref)
	}
}

// driftOfSchedule is what is not as this provider would write it and is in no attribute.
func driftOfSchedule(d *kit.Session, found *backend.Object, live spec.RecurringRun) []string {
	if _, _, ok := schedule.ParseWhen(live.When); !ok {
		live.When = ""
	}
	objects, err := compileFor(d, live)
	if err != nil {
		// Somebody has written parameters that are none of ours; compared without them, they show as a difference.
		live.Parameters = nil
		objects, err = compileFor(d, live)
	}
	if err != nil {
		return []string{"spec"}
	}
	return compile.Differences(found.Raw(), objects.Cron)
}

// limit reads the config map of max_concurrency, through the shared list alone: most recurring runs have none, and
// asking for each by name would make a refresh cost a request for each.
func (r *Resource) limit(ctx context.Context, m *Model) (layout.Decoder, error) {
	all, err := r.Session.Backend.Managed(ctx, backend.ConfigMaps, m.Namespace.ValueString())
	if err != nil {
		return nil, err
	}
	if found := all[compile.LimitName(m.Name.ValueString())]; found != nil {
		return found.Into, nil
	}
	return nil, nil
}
