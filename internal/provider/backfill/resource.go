package backfill

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/pages"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

const defaultBackfillTimeout = 12 * time.Hour

var (
	_ resource.ResourceWithConfigure      = &Resource{}
	_ resource.ResourceWithModifyPlan     = &Resource{}
	_ resource.ResourceWithValidateConfig = &Resource{}
	_ resource.ResourceWithUpgradeState   = &Resource{}
)

// New makes the resource kfp_backfill.
func New() resource.Resource { return &Resource{} }

// Resource is kfp_backfill.
type Resource struct {
	kit.Configured
}

func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_backfill"
}

// page lists the runs of a backfill, which is no object of Argo's itself.
func page(site pages.Site, namespace, name, _ string) string {
	return site.WorkflowsWith(namespace, layout.BackfillLabel, name)
}

// plannedBackfillKey is the private key under which a plan keeps the identity of the backfill that it will make. An
// apply in which runs fail leaves the resource tainted, so Terraform replaces it; Delete then leaves the runs to the
// successor.
const plannedBackfillKey = "planned_backfill"

type plannedBackfill struct {
	Identity string `json:"identity"`
}

func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		setPlannedBackfill(ctx, resp, "")
		return
	}
	if r.Session == nil {
		return
	}
	var plan Model
	var state *Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		state = &Model{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	b, diags := plan.Read(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if b.spec.Name != spec.Unknown {
		kit.AddProblems(&resp.Diagnostics, graph.CheckBackfill(b.spec))
	}
	plan.Namespace = types.StringUnknown()
	if b.spec.Namespace != "" && b.spec.Namespace != spec.Unknown {
		plan.Namespace = types.StringValue(b.spec.Namespace)
	}
	r.ClaimPlanned(ctx, "kfp_backfill", plan.Namespace, plan.Name, req, resp)
	if state == nil {
		r.Foresee(ctx, plan.Namespace, types.StringValue(b.spec.ServiceAccount), &resp.Diagnostics)
		r.tellResumed(ctx, b.spec, &resp.Diagnostics)
	}
	r.planTicks(ctx, &plan, state, b, resp)
	plan.URL = r.PlanURL(ctx, req, page, plan.Namespace, plan.Name, types.StringNull())
	if resp.Diagnostics.HasError() {
		return
	}
	identity := ""
	if !plan.Namespace.IsUnknown() {
		identity = compile.BackfillIdentity(b.spec)
	}
	setPlannedBackfill(ctx, resp, identity)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// tellResumed says that a backfill which Terraform is about to make, or to make anew, goes on from where it stopped:
// where runs fail the apply fails, and Terraform plans to replace whatever failed to be created.
func (r *Resource) tellResumed(ctx context.Context, b spec.Backfill, diags *diag.Diagnostics) {
	if b.Name == spec.Unknown || b.Namespace == "" || b.Namespace == spec.Unknown || !r.Session.Answers() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, operate.ForeseeTimeout)
	defer cancel()
	ledger, err := r.Session.Backend.Find(ctx, backend.ConfigMaps, b.Namespace, compile.LedgerName(b.Name))
	if err != nil || !compile.SameBackfill(ledger.Annotations, b) {
		return
	}
	results, err := compile.ReadLedger(ledger.Into)
	if err != nil {
		return
	}
	succeeded := 0
	for _, result := range results {
		if result.Phase == spec.PhaseSucceeded {
			succeeded++
		}
	}
	diags.AddWarning("The backfill goes on from where it stopped", fmt.Sprintf("Backfill %s/%s was begun by an earlier "+
		"apply. The runs that have succeeded (%d) stay and are not made again, also where the plan says that "+
		"the resource is replaced: so Terraform calls it where the apply that began it has failed.", b.Namespace, b.Name, succeeded))
}

func setPlannedBackfill(ctx context.Context, resp *resource.ModifyPlanResponse, identity string) {
	text, err := json.Marshal(plannedBackfill{identity})
	if err != nil {
		resp.Diagnostics.AddError("Cannot plan the backfill", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, plannedBackfillKey, text)...)
}

// planTicks plans the times, which stay as they are while nothing asks for others, and whether anything is left to do.
func (r *Resource) planTicks(
	ctx context.Context, plan, state *Model, b readBackfill, resp *resource.ModifyPlanResponse,
) {
	if state != nil && !plan.Namespace.Equal(state.Namespace) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("namespace"))
	}
	plan.forgetResults()
	kept := state != nil && len(resp.RequiresReplace) == 0 && plan.Triggers.Equal(state.Triggers) &&
		plan.From.SameAs(ctx, state.From) && plan.To.SameAs(ctx, state.To)
	if kept {
		plan.Ticks = state.Ticks
		if len(state.Remaining.Elements())+len(state.Failed.Elements()) == 0 {
			plan.Succeeded, plan.Failed, plan.Remaining, plan.Runs = state.Succeeded, state.Failed, state.Remaining, state.Runs
		}
		return
	}
	ticks, problems := plan.computeTicks(b, time.Now())
	kit.AddProblems(&resp.Diagnostics, problems)
	plan.Ticks = types.ListUnknown(types.StringType)
	if ticks != nil {
		plan.Ticks = kit.ListOfTexts(tickTexts(ticks))
	}
}

func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultBackfillTimeout)
	resp.Diagnostics.Append(diags...)
	b := r.prepare(ctx, &plan, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !kit.Reported(&resp.Diagnostics, func(problems *problem.List) bool {
		return r.Session.ReadyForBackfills(ctx, b.Namespace, b.ServiceAccount, problems)
	}) {
		return
	}
	work, err := r.Session.NewBackfillWork(ctx, b, nil)
	if err != nil {
		kit.AddClusterError(&resp.Diagnostics, "start", "backfill", b.Name, err)
		return
	}
	// From here on there is something in the cluster, so it is in the state whatever happens.
	plan.setResults(b.Ticks, work.Results)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	pending := kit.PendingTimeout(plan.Timeouts.Object, &resp.Diagnostics)
	kit.Report(&resp.Diagnostics, func(problems *problem.List) {
		work.Run(
			ctx, timeout, pending, "timeouts.create", problems,
		)
	})
	plan.setResults(b.Ticks, work.Results)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultBackfillTimeout)
	resp.Diagnostics.Append(diags...)
	b := r.prepare(ctx, &plan, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.Runs.IsUnknown() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		return
	}
	work, err := r.Session.NewBackfillWork(ctx, b, state.results(ctx, &resp.Diagnostics))
	if err != nil {
		kit.AddClusterError(&resp.Diagnostics, "continue", "backfill", b.Name, err)
		return
	}
	pending := kit.PendingTimeout(plan.Timeouts.Object, &resp.Diagnostics)
	kit.Report(&resp.Diagnostics, func(problems *problem.List) {
		work.Run(
			ctx, timeout, pending, "timeouts.update", problems,
		)
	})
	plan.setResults(b.Ticks, work.Results)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// prepare reads what to do, with ticks that the plan did not know yet.
func (r *Resource) prepare(ctx context.Context, plan *Model, diags *diag.Diagnostics) spec.Backfill {
	b, ds := plan.Read(ctx)
	diags.Append(ds...)
	if diags.HasError() {
		return b.spec
	}
	kit.AddErrors(diags, graph.CheckBackfill(b.spec))
	plan.Namespace = types.StringValue(b.spec.Namespace)
	r.SettleURL(&plan.URL, page, plan.Namespace, plan.Name, types.StringNull())
	if plan.Ticks.IsUnknown() {
		ticks, problems := plan.computeTicks(b, time.Now())
		kit.AddErrors(diags, problems)
		b.spec.Ticks = ticks
	}
	return b.spec
}

func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.ReadURL(ctx, resp, page, false)
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := r.Session.Backend.Find(
		ctx, backend.ConfigMaps, state.Namespace.ValueString(), compile.LedgerName(state.Name.ValueString()),
	)
	if backend.IsNotFound(err) {
		return // what was done remains true, and an apply that goes on writes it down again
	}
	if err != nil {
		r.Session.AddReadError(&resp.Diagnostics, "backfill", state.Name.ValueString(), err)
		return
	}
	results, err := compile.ReadLedger(found.Into)
	if err != nil {
		kit.AddClusterError(&resp.Diagnostics, "read", "backfill", state.Name.ValueString(), err)
		return
	}
	for unix, result := range state.results(ctx, &resp.Diagnostics) {
		if _, ok := results[unix]; !ok {
			results[unix] = result
		}
	}
	state.setResults(tickTimes(state.Ticks), results)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, kit.DefaultDeleteTimeout)
	resp.Diagnostics.Append(diags...)
	planned, diags := req.Private.GetKey(ctx, plannedBackfillKey)
	resp.Diagnostics.Append(diags...)
	b, diags := state.Read(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	var next plannedBackfill
	if len(planned) > 0 && json.Unmarshal(planned, &next) == nil && next.Identity == compile.BackfillIdentity(b.spec) {
		return // its successor takes the runs over
	}
	r.end(ctx, b.spec, timeout, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		kit.Report(&resp.Diagnostics, func(problems *problem.List) { r.Session.Sweep(ctx, b.spec.Namespace, problems) })
	}
}

// end stops the runs in progress and removes all of them, and the ledger last.
func (r *Resource) end(ctx context.Context, b spec.Backfill, timeout time.Duration, diags *diag.Diagnostics) {
	runs, err := r.Session.Backend.List(ctx, backend.Workflows, b.Namespace, compile.BackfillSelector(b.Name))
	if err != nil {
		kit.AddClusterError(diags, "list the runs of", "backfill", b.Name, err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(runs)) {
		if status.PhaseOf(runs[name].Raw()).Ended() {
			if err := r.Session.Backend.Delete(ctx, backend.Workflows, b.Namespace, name, runs[name].UID); err != nil {
				kit.AddClusterError(diags, "delete", "run", name, err)
				return
			}
			continue
		}
		kit.Report(diags, func(problems *problem.List) { r.Session.RemoveRun(ctx, b.Namespace, name, timeout, problems) })
		if diags.HasError() {
			return
		}
	}
	if err := r.Session.Backend.Delete(ctx, backend.ConfigMaps, b.Namespace, compile.LedgerName(b.Name), ""); err != nil {
		kit.AddClusterError(diags, "delete", "backfill", b.Name, err)
	}
}
