package recurringrun

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/pages"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

var (
	_ resource.ResourceWithConfigure      = &Resource{}
	_ resource.ResourceWithModifyPlan     = &Resource{}
	_ resource.ResourceWithIdentity       = &Resource{}
	_ resource.ResourceWithValidateConfig = &Resource{}
	_ resource.ResourceWithUpgradeState   = &Resource{}
)

// New makes the resource kfp_recurring_run.
func New() resource.Resource { return &Resource{} }

// Resource is kfp_recurring_run.
type Resource struct {
	kit.Configured
}

func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_recurring_run"
}

// page shows a recurring run.
var page = kit.PageOf(pages.CronWorkflows)

// ModifyPlan checks the schedule and the parameters, offline, and plans what follows from them.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Session == nil {
		return
	}
	var plan, config Model
	var state *Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !req.State.Raw.IsNull() {
		state = &Model{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil {
		plan.keepSpelling(ctx, *state)
	}
	r.PlanNamespace(ctx, config.Namespace, req, resp, &plan.Namespace)
	r.ClaimPlanned(ctx, "kfp_recurring_run", plan.Namespace, plan.Name, req, resp)
	if config.ServiceAccount.IsNull() {
		plan.ServiceAccount = types.StringValue(r.Session.ServiceAccount)
	}
	if req.State.Raw.IsNull() {
		r.Foresee(ctx, plan.Namespace, plan.ServiceAccount, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(plan.planPin(state)...)
	planned, diags := plan.Read(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	var before readRecurring
	if state != nil {
		before, diags = state.Read(ctx)
		resp.Diagnostics.Append(diags...)
	}
	moved := state == nil || !sameTimes(before.spec, planned.spec)
	problems := planned.problems
	if !moved {
		problems = slices.DeleteFunc(problems, func(p problem.Problem) bool { return p.Severity == problem.Warning })
	}
	kit.AddProblems(&resp.Diagnostics, problems)
	kit.AddProblems(&resp.Diagnostics, graph.CheckRecurringRun(planned.spec))
	if resp.Diagnostics.HasError() {
		return
	}
	if moved {
		kit.AddProblems(&resp.Diagnostics, clockProblems(planned, time.Now()))
	}
	resp.Diagnostics.Append(plan.SetDerived(planned)...)
	plan.NextRuns, plan.LastScheduledTime = types.ListUnknown(types.StringType), types.StringUnknown()
	if state != nil {
		plan.LastScheduledTime = state.LastScheduledTime
		if !moved {
			plan.NextRuns = state.NextRuns
		}
	}
	plan.URL = r.PlanURL(ctx, req, page, plan.Namespace, plan.Name, types.StringNull())
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// sameTimes reports whether two recurring runs are due at the same times.
func sameTimes(a, b spec.RecurringRun) bool {
	return slices.Equal(a.Lines, b.Lines) && len(b.Lines) > 0 && a.Timezone == b.Timezone && a.When == b.When && a.Disabled == b.Disabled
}

// planPin plans which version a pinned recurring run keeps.
func (m *Model) planPin(state *Model) diag.Diagnostics {
	switch {
	case m.Pin.IsUnknown():
		m.PinnedPipeline = types.ObjectUnknown(kit.RefAttributeTypes())
		return nil
	case !m.Pin.ValueBool():
		m.PinnedPipeline = types.ObjectNull(kit.RefAttributeTypes())
		return nil
	}
	if state != nil && kit.IsKnown(state.PinnedPipeline) {
		pinned, _, diags := kit.RefFromObject(path.Root("pinned_pipeline"), state.PinnedPipeline)
		wanted, _, ds := kit.RefFromObject(path.Root("pipeline"), m.Pipeline)
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
			l.Warnf(problem.At("crons"), "Lines fall together", "%q and %q are both due at %s. Under concurrency \"replace\" "+
				"the second may end the run that the first has just begun. Make them disjoint.",
				first, second, tick.Format(time.RFC3339))
		}
	}
	return l
}

func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan Model
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
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
}

func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.apply(ctx, &plan, "update", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
	kit.Report(&resp.Diagnostics, func(problems *problem.List) {
		r.Session.RetirePins(
			ctx, plan.Namespace.ValueString(), problems,
		)
	})
	kit.Report(&resp.Diagnostics, func(problems *problem.List) {
		r.Session.Sweep(
			ctx, plan.Namespace.ValueString(), problems,
		)
	})
}

func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	namespace, name := state.Namespace.ValueString(), state.Name.ValueString()
	if err := r.Session.EndSchedule(ctx, namespace, name); err != nil {
		kit.AddClusterError(&resp.Diagnostics, "delete", "recurring run", name, err)
		return
	}
	kit.Report(&resp.Diagnostics, func(problems *problem.List) { r.Session.RetirePins(ctx, namespace, problems) })
	kit.Report(&resp.Diagnostics, func(problems *problem.List) { r.Session.Sweep(ctx, namespace, problems) })
}

func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.ReadURL(ctx, resp, page, false)
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, state.Namespace, state.Name)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := r.Session.Backend.Find(
		ctx, backend.CronWorkflows, state.Namespace.ValueString(), state.Name.ValueString(),
	)
	switch {
	case backend.IsNotFound(err):
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		r.Session.AddReadError(&resp.Diagnostics, "recurring run", state.Name.ValueString(), err)
		return
	}
	r.Refresh(ctx, &state, found, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}
