package run

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/pages"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

const (
	defaultRunTimeout = time.Hour
)

var (
	_ resource.ResourceWithConfigure      = &Resource{}
	_ resource.ResourceWithModifyPlan     = &Resource{}
	_ resource.ResourceWithIdentity       = &Resource{}
	_ resource.ResourceWithValidateConfig = &Resource{}
	_ resource.ResourceWithUpgradeState   = &Resource{}
)

// New makes the resource kfp_run.
func New() resource.Resource { return &Resource{} }

// Resource is kfp_run.
type Resource struct {
	kit.Configured
}

func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run"
}

// page shows a run.
var page = kit.PageOf(pages.Workflows)

// handoverKey is where a plan keeps the run that it will make in the private state; see handover.
const handoverKey = "handover"

func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		// Destroy hands nothing over, whatever the last plan said.
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, handoverKey, []byte(`{}`))...)
		return
	}
	if r.Session == nil {
		return
	}
	var plan, config, state Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	r.PlanNamespace(ctx, config.Namespace, req, resp, &plan.Namespace)
	if config.ServiceAccount.IsNull() {
		plan.ServiceAccount = types.StringValue(r.Session.ServiceAccount)
	}
	if req.State.Raw.IsNull() {
		r.Foresee(ctx, plan.Namespace, plan.ServiceAccount, &resp.Diagnostics)
	}
	run, unknown, diags := plan.spec(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.checkTimeouts(&resp.Diagnostics)
	r.warnOfWait(plan, state, &resp.Diagnostics)
	kit.AddProblems(&resp.Diagnostics, graph.CheckRun(run))
	switch {
	case !config.Name.IsNull():
	case unknown:
		plan.Name = types.StringUnknown()
	case plan.runsTheSame(state):
		plan.Name = state.Name
	default:
		plan.Name = types.StringValue(compile.RunName(run))
	}
	r.ClaimPlanned(ctx, "kfp_run", plan.Namespace, plan.Name, req, resp)
	planResult(req, resp, &plan, state)
	plan.URL = r.PlanURL(ctx, req, page, plan.Namespace, plan.Name, types.StringNull())
	next, err := json.Marshal(handover{
		Name: plan.Name.ValueString(), Retry: plan.RetryFailed.ValueBool(), Next: true, Keep: plan.kept(ctx, &resp.Diagnostics),
	})
	if err != nil {
		resp.Diagnostics.AddError("Cannot keep the plan of the run", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, handoverKey, next)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// warnOfWait says that a run is waited for where it would end with the apply.
func (r *Resource) warnOfWait(plan, state Model, diags *diag.Diagnostics) {
	if !r.Session.Attended() || plan.Wait.ValueBool() || spec.Phase(state.Phase.ValueString()).Ended() {
		return
	}
	diags.AddAttributeWarning(path.Root("wait"), "The apply waits all the same", "A run on this machine goes on only as long as "+
		"the apply does, so wait = false has no effect here: the apply waits until the run has ended.")
}

// planResult keeps what is known of a run that ended, and lets a later apply wait for one that has not.
func planResult(req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, plan *Model, state Model) {
	if !req.State.Raw.IsNull() {
		moved := !plan.Name.Equal(state.Name) || !plan.ServiceAccount.Equal(state.ServiceAccount)
		if moved {
			resp.RequiresReplace = append(resp.RequiresReplace, path.Root("name"))
		}
		phase := spec.Phase(state.Phase.ValueString())
		ended := phase.Ended()
		if phase.Failed() && plan.Wait.ValueBool() {
			// A failed run is not what this resource stands for. Terraform itself replaces it only where its creation failed.
			resp.RequiresReplace = append(resp.RequiresReplace, path.Root("phase"))
		}
		if !moved && len(resp.RequiresReplace) == 0 && (ended || !plan.Wait.ValueBool()) {
			plan.keepResult(state)
			return
		}
	}
	plan.forgetResult()
}

func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	run, _, diags := plan.spec(ctx)
	resp.Diagnostics.Append(diags...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultRunTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !kit.Reported(&resp.Diagnostics, func(problems *problem.List) bool {
		return r.Session.ReadyForRuns(ctx, run.Namespace, run.ServiceAccount, problems)
	}) {
		return
	}
	instance := r.Session.Claims.Holder(kit.Claim{
		Kind: "kfp_run", Namespace: run.Namespace, Name: plan.Name.ValueString(),
	})
	object, adopted, err := r.Session.StartRun(ctx, run, instance)
	if err != nil {
		kit.AddClusterError(&resp.Diagnostics, "start", "run", plan.Name.ValueString(), err)
		return
	}
	// From here on the run exists, so its identity is in the state whatever happens.
	plan.Name = types.StringValue(object.Name)
	r.SettleURL(&plan.URL, page, plan.Namespace, plan.Name, types.StringNull())
	plan.setStatus(spec.RunStatus{Phase: spec.PhasePending})
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
	if adopted && plan.RetryFailed.ValueBool() {
		if err := r.Session.RetryRun(ctx, object); err != nil {
			kit.AddClusterError(&resp.Diagnostics, "retry the failed tasks of", "run", object.Name, err)
			return
		}
	}
	r.finish(ctx, &plan, run, timeout, "create", &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.Session.Own(ctx, run.Namespace, object.Name, instance); err != nil {
		kit.AddClusterError(&resp.Diagnostics, "take over", "run", object.Name, err)
		resp.State.RemoveResource(ctx) // the other one may remove the run, this one may not
	}
}

// finish writes what became of the run into the model, once it has ended where that is to be waited for. A run that is
// still in progress when time is up, or when the apply is interrupted, stays in the state as Running; the next apply
// waits for it again.
func (r *Resource) finish(
	ctx context.Context, m *Model, run spec.Run, timeout time.Duration, operation string, diags *diag.Diagnostics,
) {
	if !m.Wait.ValueBool() && !r.Session.Attended() {
		return
	}
	again := "Mend the cause and apply again: that starts a new run. With retry_failed = true it would run only the " +
		"failed tasks again."
	if m.RetryFailed.ValueBool() {
		again = "Mend the cause and apply again: that runs the failed tasks again, and a new run where the pipeline or " +
			"the parameters changed."
	}
	wait := operate.Awaited{
		Run: run, Namespace: run.Namespace, Name: m.Name.ValueString(), Outputs: run.Pipeline.Outputs,
		Timeout: timeout, TimeoutName: "timeouts." + operation, Pending: kit.PendingTimeout(m.Timeouts.Object, diags),
		Again: again, Later: "The next apply waits for this same run; terraform destroy stops it.",
		Tell: func(message string) {
			tflog.Info(ctx, message, map[string]any{"run": run.Namespace + "/" + m.Name.ValueString()})
		},
	}
	m.setStatus(kit.Reported(
		diags, func(problems *problem.List) spec.RunStatus { return r.Session.AwaitRun(ctx, wait, problems) },
	))
}

func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.ReadURL(ctx, resp, page, false)
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, state.Namespace, state.Name)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ended := spec.Phase(state.Phase.ValueString()).Ended()
	object, err := r.Session.Backend.Find(ctx, backend.Workflows, state.Namespace.ValueString(), state.Name.ValueString())
	switch {
	case backend.IsNotFound(err) && ended:
		// Retention removed it; what it did remains true.
	case backend.IsNotFound(err):
		resp.State.RemoveResource(ctx)
	case err != nil:
		r.Session.AddReadError(&resp.Diagnostics, "run", state.Name.ValueString(), err)
	case state.Phase.IsNull():
		r.imported(ctx, &state, object, &resp.Diagnostics)
		if !resp.Diagnostics.HasError() {
			resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		}
	case !ended && state.Wait.ValueBool():
		// An apply was interrupted while it waited. The state says so until the next apply has waited.
	default:
		status, err := r.Session.RunStatus(ctx, object, state.pipelineOutputs())
		if err != nil {
			kit.Report(&resp.Diagnostics, func(problems *problem.List) {
				operate.AddUnreadableRun(
					problems, state.Name.ValueString(), err,
				)
			})
			return
		}
		if spec.Phase(state.Phase.ValueString()) == status.Phase && kit.TimeValue(status.FinishedAt).Equal(state.FinishedAt) && ended {
			return
		}
		state.setStatus(status)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

// Update waits for a run that an earlier apply did not wait for. Everything that would change the run itself replaces
// it.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	run, _, diags := plan.spec(ctx)
	resp.Diagnostics.Append(diags...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultRunTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.SettleURL(&plan.URL, page, plan.Namespace, plan.Name, types.StringNull())
	if plan.Phase.IsUnknown() {
		plan.setStatus(spec.RunStatus{Phase: spec.PhasePending})
		r.finish(ctx, &plan, run, timeout, "update", &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
}

func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, kit.DefaultDeleteTimeout)
	resp.Diagnostics.Append(diags...)
	private, diags := req.Private.GetKey(ctx, handoverKey)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	namespace, name := state.Namespace.ValueString(), state.Name.ValueString()
	next := readHandover(private)
	switch {
	case next.takes(state) && r.Session.WorthKeeping(ctx, namespace, name, next.Retry):
		return
	case next.Next && next.Name != name && kit.Reported(&resp.Diagnostics, func(problems *problem.List) bool {
		return r.Session.RetireRun(ctx, namespace, name, next.Keep, problems)
	}):
		return
	}
	kit.Report(&resp.Diagnostics, func(problems *problem.List) {
		r.Session.RemoveRun(
			ctx, namespace, name, timeout, problems,
		)
	})
	if ref, _, _ := kit.RefFromObject(path.Root("pipeline"), state.Pipeline); !next.Next && !resp.Diagnostics.HasError() {
		kit.Report(&resp.Diagnostics, func(problems *problem.List) {
			r.Session.TrimHistory(ctx, namespace, ref.Name, operate.Kept{}, problems)
		})
	}
	if !resp.Diagnostics.HasError() {
		kit.Report(&resp.Diagnostics, func(problems *problem.List) { r.Session.Sweep(ctx, namespace, problems) })
	}
}
