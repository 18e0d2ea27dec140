package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

const (
	defaultRunTimeout    = time.Hour
	defaultDeleteTimeout = 5 * time.Minute
)

var (
	_ resource.ResourceWithConfigure  = &runResource{}
	_ resource.ResourceWithModifyPlan = &runResource{}
)

func newRunResource() resource.Resource { return &runResource{} }

type runResource struct {
	configured
}

func (r *runResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run"
}

// plannedNameKey is the private key under which a plan keeps the name of the run that it will make. Delete compares
// it with the name in the state; see handsOver.
const plannedNameKey = "planned_name"

func (r *runResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.data == nil {
		return
	}
	var plan, config runModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.planNamespace(ctx, config.Namespace, req, resp, &plan.Namespace)
	if config.ServiceAccount.IsNull() {
		plan.ServiceAccount = types.StringValue(r.data.serviceAccount)
	}
	run, unknown, diags := plan.spec(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	addProblems(&resp.Diagnostics, graph.CheckRun(run))
	if config.Name.IsNull() {
		plan.Name = types.StringUnknown()
		if !unknown {
			plan.Name = types.StringValue(argo.RunName(run))
		}
	}
	r.planResult(ctx, req, resp, &plan)
	if !plan.Name.IsUnknown() {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, plannedNameKey, []byte(`{"name":"`+plan.Name.ValueString()+`"}`))...)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planResult keeps what is known of a run that ended, and lets a later apply wait for one that has not.
func (r *runResource) planResult(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, plan *runModel) {
	var state runModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		moved := !plan.Name.Equal(state.Name) || !plan.ServiceAccount.Equal(state.ServiceAccount)
		if moved {
			resp.RequiresReplace = append(resp.RequiresReplace, path.Root("name"))
		}
		ended := spec.Phase(state.Phase.ValueString()).Ended()
		if !moved && len(resp.RequiresReplace) == 0 && (ended || !plan.Wait.ValueBool()) {
			plan.keepResult(state)
			return
		}
	}
	plan.forgetResult()
}

func (r *runResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan runModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	run, _, diags := plan.spec(ctx)
	resp.Diagnostics.Append(diags...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultRunTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	workflow := argo.Run(run)
	_, err := r.data.cluster.Create(ctx, cluster.Workflows, workflow)
	if cluster.ReasonOf(err) == cluster.Exists {
		err = r.adopt(ctx, run, workflow.Name)
	}
	if err != nil {
		addClusterError(&resp.Diagnostics, "start", "run", workflow.Name, err)
		return
	}
	// From here on the run exists, so its identity is in the state whatever happens.
	plan.Name = types.StringValue(workflow.Name)
	plan.setStatus(spec.RunStatus{Phase: spec.PhasePending})
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	r.waitFor(ctx, &plan, run, timeout, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

func (r *runResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ended := spec.Phase(state.Phase.ValueString()).Ended()
	object, err := r.data.cluster.Find(ctx, cluster.Workflows, state.Namespace.ValueString(), state.Name.ValueString())
	switch {
	case cluster.IsNotFound(err) && ended:
		// Retention removed it; what it did remains true.
	case cluster.IsNotFound(err):
		resp.State.RemoveResource(ctx)
	case err != nil:
		addReadError(&resp.Diagnostics, "run", state.Name.ValueString(), err)
	case !ended && state.Wait.ValueBool():
		// An apply was interrupted while it waited. The state says so until the next apply has waited.
	default:
		status, err := runStatus(object, state.pipelineOutputs(ctx))
		if err != nil {
			addClusterError(&resp.Diagnostics, "read", "run", state.Name.ValueString(), err)
			return
		}
		state.setStatus(status)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

// Update waits for a run that an earlier apply did not wait for. Everything that would change the run itself replaces it.
func (r *runResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan runModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	run, _, diags := plan.spec(ctx)
	resp.Diagnostics.Append(diags...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultRunTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.Phase.IsUnknown() {
		r.waitFor(ctx, &plan, run, timeout, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

func (r *runResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state runModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, defaultDeleteTimeout)
	resp.Diagnostics.Append(diags...)
	planned, diags := req.Private.GetKey(ctx, plannedNameKey)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	namespace, name := state.Namespace.ValueString(), state.Name.ValueString()
	if handsOver(planned, state) && r.worthKeeping(ctx, namespace, name) {
		return
	}
	if err := r.cancel(ctx, namespace, name, timeout); err != nil {
		addClusterError(&resp.Diagnostics, "delete", "run", name, err)
		return
	}
	r.data.sweep(ctx, namespace, &resp.Diagnostics)
}
