package provider

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var (
	_ resource.ResourceWithConfigure      = &recurringRunResource{}
	_ resource.ResourceWithModifyPlan     = &recurringRunResource{}
	_ resource.ResourceWithIdentity       = &recurringRunResource{}
	_ resource.ResourceWithValidateConfig = &recurringRunResource{}
	_ resource.ResourceWithUpgradeState   = &recurringRunResource{}
)

func newRecurringRunResource() resource.Resource { return &recurringRunResource{} }

type recurringRunResource struct {
	configured
}

func (r *recurringRunResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_recurring_run"
}

// ModifyPlan checks the schedule and the parameters, offline, and plans what follows from them.
func (r *recurringRunResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.data == nil {
		return
	}
	var plan, config recurringRunModel
	var state *recurringRunModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !req.State.Raw.IsNull() {
		state = &recurringRunModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil {
		plan.keepSpelling(ctx, *state)
	}
	r.planNamespace(ctx, config.Namespace, req, resp, &plan.Namespace)
	r.claimPlanned(ctx, "kfp_recurring_run", plan.Namespace, plan.Name, req, resp)
	if config.ServiceAccount.IsNull() {
		plan.ServiceAccount = types.StringValue(r.data.serviceAccount)
	}
	if req.State.Raw.IsNull() {
		r.foresee(ctx, plan.Namespace, plan.ServiceAccount, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(plan.planPin(state)...)
	planned, diags := plan.read(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	var before readRecurring
	if state != nil {
		before, diags = state.read(ctx)
		resp.Diagnostics.Append(diags...)
	}
	moved := state == nil || !sameTimes(before.spec, planned.spec)
	problems := planned.problems
	if !moved {
		problems = slices.DeleteFunc(problems, func(p problem.Problem) bool { return p.Severity == problem.Warning })
	}
	addProblems(&resp.Diagnostics, problems)
	addProblems(&resp.Diagnostics, graph.CheckRecurringRun(planned.spec))
	if resp.Diagnostics.HasError() {
		return
	}
	if moved {
		addProblems(&resp.Diagnostics, clockProblems(planned, time.Now()))
	}
	resp.Diagnostics.Append(plan.setDerived(planned)...)
	plan.NextRuns, plan.LastScheduledTime = types.ListUnknown(types.StringType), types.StringUnknown()
	if state != nil {
		plan.LastScheduledTime = state.LastScheduledTime
		if !moved {
			plan.NextRuns = state.NextRuns
		}
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// sameTimes reports whether two recurring runs are due at the same times.
func sameTimes(a, b spec.RecurringRun) bool {
	return slices.Equal(a.Lines, b.Lines) && len(b.Lines) > 0 && a.Timezone == b.Timezone && a.When == b.When && a.Disabled == b.Disabled
}

// planPin plans which version a pinned recurring run keeps.
func (m *recurringRunModel) planPin(state *recurringRunModel) diag.Diagnostics {
	switch {
	case m.Pin.IsUnknown():
		m.PinnedPipeline = types.ObjectUnknown(refAttributeTypes())
		return nil
	case !m.Pin.ValueBool():
		m.PinnedPipeline = types.ObjectNull(refAttributeTypes())
		return nil
	}
	if state != nil && isKnown(state.PinnedPipeline) {
		pinned, _, diags := refFromObject(path.Root("pinned_pipeline"), state.PinnedPipeline)
		wanted, _, ds := refFromObject(path.Root("pipeline"), m.Pipeline)
		diags.Append(ds...)
		if pinned.Name == wanted.Name && pinned.Namespace == wanted.Namespace {
			m.PinnedPipeline = state.PinnedPipeline
			return diags
		}
	}
	m.PinnedPipeline = m.Pipeline
	return nil
}

// clockProblems warns of ticks that changes of the clock disturb within a year, and of lines that fall together.
func clockProblems(r readRecurring, now time.Time) problem.List {
	var l problem.List
	if r.schedule == nil || !r.schedule.Known() {
		return l
	}
	const most = 3
	for i, day := range r.schedule.Irregular(now, now.AddDate(1, 0, 0)) {
		if i == most {
			break
		}
		l.Warnf(problem.At("timezone"), "Schedule disturbed by a change of the clock", "%s", day)
	}
	if r.spec.Concurrency == spec.ConcurrencyReplace {
		if tick, first, second, ok := r.schedule.Coincide(now); ok {
			l.Warnf(problem.At("crons"), "Lines fall together", "%q and %q are both due at %s. Under concurrency \"replace\" the second may end the run that the first has just begun. Make them disjoint.",
				first, second, tick.Format(time.RFC3339))
		}
	}
	return l
}

func (r *recurringRunResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan recurringRunModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.LastScheduledTime = types.StringNull()
	r.apply(ctx, &plan, "create", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
}

func (r *recurringRunResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan recurringRunModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.apply(ctx, &plan, "update", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
	report(&resp.Diagnostics, func(problems *problem.List) { r.data.retirePins(ctx, plan.Namespace.ValueString(), problems) })
	report(&resp.Diagnostics, func(problems *problem.List) { r.data.sweep(ctx, plan.Namespace.ValueString(), problems) })
}

func (r *recurringRunResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state recurringRunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	namespace, name := state.Namespace.ValueString(), state.Name.ValueString()
	if err := r.data.endSchedule(ctx, namespace, name); err != nil {
		addClusterError(&resp.Diagnostics, "delete", "recurring run", name, err)
		return
	}
	report(&resp.Diagnostics, func(problems *problem.List) { r.data.retirePins(ctx, namespace, problems) })
	report(&resp.Diagnostics, func(problems *problem.List) { r.data.sweep(ctx, namespace, problems) })
}

func (r *recurringRunResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state recurringRunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, state.Namespace, state.Name)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := r.data.cluster.Find(ctx, cluster.CronWorkflows, state.Namespace.ValueString(), state.Name.ValueString())
	switch {
	case cluster.IsNotFound(err):
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		r.data.addReadError(&resp.Diagnostics, "recurring run", state.Name.ValueString(), err)
		return
	}
	r.refresh(ctx, &state, found, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}
