package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// terraform validate finds what is wrong with a resource alone: editors, hooks and pipelines of continuous integration run
// it, without a connection and in a moment. What other resources and variables give is unknown there, and fits everywhere.
//
// isPlanned reports whether a plan asks for validation, which configures the provider first. Its ModifyPlan checks the same
// and more, so that nothing is said twice.
func (c *configured) isPlanned() bool { return c.data != nil }

// orUnknown is a value that the provider's configuration may give.
func orUnknown(v types.String) types.String {
	if v.IsNull() {
		return types.StringUnknown()
	}
	return v
}

func (r *componentResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m componentModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); r.isPlanned() || resp.Diagnostics.HasError() {
		return
	}
	m.Namespace = orUnknown(m.Namespace)
	at, name := m.imageName()
	checkImageName(at, name, &resp.Diagnostics)
	resp.Diagnostics.Append(m.derive(ctx, m)...)
}

func (r *imageResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m imageModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); r.isPlanned() || resp.Diagnostics.HasError() {
		return
	}
	s, unknown, diags := m.spec(ctx)
	if resp.Diagnostics.Append(diags...); !unknown && !diags.HasError() {
		addProblems(&resp.Diagnostics, s.Check())
	}
}

func (r *pipelineResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m pipelineModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); r.isPlanned() || resp.Diagnostics.HasError() {
		return
	}
	if asideOf(ctx).complete(ctx, &m, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	m.Namespace = orUnknown(m.Namespace)
	p, _, diags := m.spec(ctx)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	_, found := graph.Check(p)
	addProblems(&resp.Diagnostics, found)
}

func (r *runResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m runModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); r.isPlanned() || resp.Diagnostics.HasError() {
		return
	}
	m.Namespace, m.ServiceAccount = orUnknown(m.Namespace), orUnknown(m.ServiceAccount)
	m.checkTimeouts(&resp.Diagnostics)
	run, _, diags := m.spec(ctx)
	if resp.Diagnostics.Append(diags...); !diags.HasError() {
		addProblems(&resp.Diagnostics, graph.CheckRun(run))
	}
}

func (r *recurringRunResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m recurringRunModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); r.isPlanned() || resp.Diagnostics.HasError() {
		return
	}
	m.Namespace, m.ServiceAccount = orUnknown(m.Namespace), orUnknown(m.ServiceAccount)
	if m.Timezone.IsNull() {
		m.Timezone = types.StringValue(schedule.DefaultTimezone)
	}
	read, diags := m.read(ctx)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	addProblems(&resp.Diagnostics, read.problems)
	addProblems(&resp.Diagnostics, graph.CheckRecurringRun(read.spec))
}

func (r *backfillResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m backfillModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); r.isPlanned() || resp.Diagnostics.HasError() {
		return
	}
	b, diags := m.read(ctx)
	if resp.Diagnostics.Append(diags...); diags.HasError() {
		return
	}
	if b.spec.RecurringRun == "" {
		b.spec.RecurringRun = spec.Unknown
	}
	addProblems(&resp.Diagnostics, graph.CheckBackfill(b.spec))
	_, found := m.computeTicks(b, time.Now())
	addProblems(&resp.Diagnostics, found)
}
