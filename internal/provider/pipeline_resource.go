package provider

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var (
	_ resource.ResourceWithConfigure      = &pipelineResource{}
	_ resource.ResourceWithModifyPlan     = &pipelineResource{}
	_ resource.ResourceWithImportState    = &pipelineResource{}
	_ resource.ResourceWithIdentity       = &pipelineResource{}
	_ resource.ResourceWithValidateConfig = &pipelineResource{}
	_ resource.ResourceWithUpgradeState   = &pipelineResource{}
)

func newPipelineResource() resource.Resource { return &pipelineResource{} }

type pipelineResource struct {
	configured
}

func (r *pipelineResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_pipeline"
}

// ModifyPlan checks the whole graph and compiles it, offline.
func (r *pipelineResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.data == nil {
		return
	}
	tasks := asideOf(ctx)
	if r.isConfirmed(spec.PipelineKind, req, tasks.text()) {
		r.claimConfirmed(ctx, "kfp_pipeline", req, resp)
		return
	}
	var plan pipelineModel
	var namespace types.String
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("namespace"), &namespace)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if tasks.complete(ctx, &plan, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	r.planNamespace(ctx, namespace, req, resp, &plan.Namespace)
	r.claimPlanned(ctx, "kfp_pipeline", plan.Namespace, plan.Name, req, resp)
	p, unknown, diags := plan.spec(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	var g *graph.Graph
	var found problem.List
	version := ""
	if unknown {
		g, found = graph.Check(p)
	} else {
		var compiled *compile.PipelineObject
		if compiled, g, found = compilePipeline(p); compiled != nil {
			version = compiled.Version
			found = append(append(found, compiled.CheckSize()...), r.data.checkCounts(ctx, compiled)...)
		}
	}
	addProblems(&resp.Diagnostics, found)
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.plannedTimeouts.note(p)
	warnOfTimeouts(ctx, r.data, p, &resp.Diagnostics)
	plan.setDerived(p, g, version)
	tasks.strip(&plan)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *pipelineResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan pipelineModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.apply(ctx, &plan, "create", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
}

func (r *pipelineResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state pipelineModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, state.Namespace, state.Name)...)
	if resp.Diagnostics.HasError() {
		return
	}
	tasks := asideOf(ctx)
	if tasks.complete(ctx, &state, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	live, err := r.data.cluster.Find(ctx, cluster.WorkflowTemplates, state.Namespace.ValueString(), state.Name.ValueString())
	switch {
	case cluster.IsNotFound(err):
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		r.data.addReadError(&resp.Diagnostics, "pipeline", state.Name.ValueString(), err)
		return
	}
	if state.Version.IsNull() || handwritten.IsUntouched(live.Labels, live.Annotations) {
		r.imported(ctx, &state, live, &resp.Diagnostics)
	} else {
		drift := state.Drift
		found, same := r.refresh(ctx, &state, live, &resp.Diagnostics)
		if same && drift.Equal(state.Drift) {
			if len(found) == 0 {
				r.data.confirmed.add(spec.PipelineKind, live.Namespace, live.Name, req.State.Raw, tasks.text())
			}
			return // resp.State is that state already
		}
	}
	if !resp.Diagnostics.HasError() {
		tasks.isWritten = true
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

func (r *pipelineResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state pipelineModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.apply(ctx, &plan, "update", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
	report(&resp.Diagnostics, func(problems *problem.List) { r.data.sweep(ctx, plan.Namespace.ValueString(), problems) })
}

func (r *pipelineResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state pipelineModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	namespace, name := state.Namespace.ValueString(), state.Name.ValueString()
	if err := r.data.cluster.Delete(ctx, cluster.WorkflowTemplates, namespace, name, ""); err != nil {
		addClusterError(&resp.Diagnostics, "delete", "pipeline", name, err)
		return
	}
	report(&resp.Diagnostics, func(problems *problem.List) { r.data.sweep(ctx, namespace, problems) })
}

func (r *pipelineResource) apply(ctx context.Context, m *pipelineModel, verb string, diags *diag.Diagnostics) {
	p, _, ds := m.spec(ctx)
	diags.Append(ds...)
	if diags.HasError() {
		return
	}
	compiled, g, found := compilePipeline(p)
	addErrors(diags, found)
	if diags.HasError() {
		return
	}
	if !reported(diags, func(problems *problem.List) bool { return r.data.readyForTemplates(ctx, p.Namespace, problems) }) {
		return
	}
	put := r.data.put
	if verb == "create" {
		put = func(ctx context.Context, kind cluster.Resource, object any) error {
			return r.data.create(ctx, kind, object, p.Namespace, p.Name, "kfp_pipeline")
		}
	}
	if err := put(ctx, cluster.WorkflowTemplates, compiled.Template); err != nil {
		addClusterError(diags, verb, "pipeline", p.Name, err)
		return
	}
	m.setDerived(p, g, compiled.Version)
}

func (m *pipelineModel) setDerived(p spec.Pipeline, g *graph.Graph, version string) {
	m.Drift = noDrift()
	m.Version = types.StringValue(version)
	if version == "" {
		m.Version = types.StringUnknown()
	}
	ref := spec.Ref{Kind: spec.PipelineKind, Namespace: p.Namespace, Name: p.Name, Version: version,
		Interface: spec.Interface{Inputs: p.Parameters, Outputs: g.Outputs}}
	m.Ref = plannedRef(ref, m.isInterfaceKnown(p))
}

// isInterfaceKnown reports whether no input and no output of the pipeline depends on what is not known yet: an output
// has the type that its task's component gives it.
func (m *pipelineModel) isInterfaceKnown(p spec.Pipeline) bool {
	if !isSettled(m.Parameters) || hasUnknown(m.Outputs) {
		return false
	}
	isOpen := func(t spec.Task) bool { return t.Component.Name == "" && t.Approval == nil }
	return len(p.Outputs) == 0 || !p.Open.Tasks && !slices.ContainsFunc(slices.Collect(maps.Values(p.Tasks)), isOpen)
}
