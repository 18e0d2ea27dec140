package pipeline

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
	_ resource.ResourceWithImportState    = &Resource{}
	_ resource.ResourceWithIdentity       = &Resource{}
	_ resource.ResourceWithValidateConfig = &Resource{}
	_ resource.ResourceWithUpgradeState   = &Resource{}
)

// New makes the resource kfp_pipeline.
func New() resource.Resource { return &Resource{} }

// Resource is kfp_pipeline.
type Resource struct {
	kit.Configured
}

func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_pipeline"
}

// page shows a pipeline.
var page = kit.PageOf(pages.WorkflowTemplates)

// ModifyPlan checks the whole graph and compiles it, offline.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Session == nil {
		return
	}
	tasks := asideOf(ctx)
	if r.IsConfirmed(spec.PipelineKind, req, tasks.Text()) {
		r.ClaimConfirmed(ctx, "kfp_pipeline", req, resp)
		return
	}
	var plan Model
	var namespace types.String
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("namespace"), &namespace)...)
	// These are computed for packages alone.
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("parameters"), &plan.Parameters)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("outputs"), &plan.Outputs)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if tasks.complete(ctx, &plan, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	r.PlanNamespace(ctx, namespace, req, resp, &plan.Namespace)
	r.ClaimPlanned(ctx, "kfp_pipeline", plan.Namespace, plan.Name, req, resp)
	plan.checkAlone(&resp.Diagnostics)
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
		if compiled, g, found = CompilePipeline(p); compiled != nil {
			version = compiled.Version
			found = append(append(found, compiled.CheckSize()...), r.Session.CheckCounts(ctx, compiled)...)
		}
	}
	r.Session.CheckPipeline(p, &found)
	kit.AddProblems(&resp.Diagnostics, plan.located(ctx, found))
	if resp.Diagnostics.HasError() {
		return
	}
	plan.warnOfUsers(p, &resp.Diagnostics)
	r.Session.PlannedOptions.Note(p)
	checkInside(ctx, r.Session, p, &resp.Diagnostics)
	plan.SetDerived(p, g, version)
	plan.setInterface(ctx, p, &resp.Diagnostics)
	plan.URL = r.PlanURL(ctx, req, page, plan.Namespace, plan.Name, types.StringNull())
	tasks.strip(&plan)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.apply(ctx, &plan, "create", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
}

func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.ReadURL(ctx, resp, page, false)
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, state.Namespace, state.Name)...)
	if resp.Diagnostics.HasError() {
		return
	}
	tasks := asideOf(ctx)
	if tasks.complete(ctx, &state, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	live, err := r.Session.Backend.Find(
		ctx, backend.WorkflowTemplates, state.Namespace.ValueString(), state.Name.ValueString(),
	)
	switch {
	case backend.IsNotFound(err):
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		r.Session.AddReadError(&resp.Diagnostics, "pipeline", state.Name.ValueString(), err)
		return
	}
	if !state.isPackage() && state.Tasks.IsNull() && isOfPackage(live) && !state.Version.IsNull() {
		return // it was imported, and no package has been given yet
	}
	if state.Version.IsNull() || handwritten.IsUntouched(live.Labels, live.Annotations) {
		r.imported(ctx, &state, live, &resp.Diagnostics)
	} else {
		drift := state.Drift
		found, same := r.Refresh(ctx, &state, live, r.rootOf(ctx, live, &resp.Diagnostics), &resp.Diagnostics)
		if same && drift.Equal(state.Drift) {
			if len(found) == 0 {
				r.Session.Confirmed.Add(spec.PipelineKind, live.Namespace, live.Name, req.State.Raw, tasks.Text())
			}
			return // resp.State is that state already
		}
	}
	if !resp.Diagnostics.HasError() {
		tasks.isWritten = true
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state Model
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
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
	kit.Report(&resp.Diagnostics, func(problems *problem.List) {
		r.Session.Sweep(
			ctx, plan.Namespace.ValueString(), problems,
		)
		if state.ownsConfigMaps() && !plan.ownsConfigMaps() {
			r.Session.RetireCode(ctx, plan.Namespace.ValueString(), plan.Name.ValueString(), nil, problems)
		}
	})
}

func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	namespace, name := state.Namespace.ValueString(), state.Name.ValueString()
	if err := r.Session.Backend.Delete(ctx, backend.WorkflowTemplates, namespace, name, ""); err != nil {
		kit.AddClusterError(&resp.Diagnostics, "delete", "pipeline", name, err)
		return
	}
	kit.Report(&resp.Diagnostics, func(problems *problem.List) {
		r.Session.Sweep(ctx, namespace, problems)
		if state.ownsConfigMaps() {
			r.Session.RetireCode(ctx, namespace, name, nil, problems)
		}
	})
}

func (r *Resource) apply(ctx context.Context, m *Model, verb string, diags *diag.Diagnostics) {
	p, _, ds := m.spec(ctx)
	diags.Append(ds...)
	if diags.HasError() {
		return
	}
	compiled, g, found := CompilePipeline(p)
	kit.AddErrors(diags, m.located(ctx, found))
	if diags.HasError() {
		return
	}
	if !kit.Reported(diags, func(problems *problem.List) bool { return r.Session.ReadyForTemplates(ctx, p.Namespace, problems) }) {
		return
	}
	put := r.Session.Put
	if verb == "create" {
		put = func(ctx context.Context, kind backend.Kind, object any) error {
			return r.Session.Create(ctx, kind, object, p.Namespace, p.Name, "kfp_pipeline")
		}
	}
	for _, code := range compiled.ConfigMaps() {
		if err := r.Session.PutCode(ctx, code, code.Namespace, code.Name); err != nil {
			kit.AddClusterError(diags, verb, "code of pipeline", p.Name, err)
			return
		}
	}
	if err := put(ctx, backend.WorkflowTemplates, compiled.Template); err != nil {
		kit.AddClusterError(diags, verb, "pipeline", p.Name, err)
		return
	}
	m.SetDerived(p, g, compiled.Version)
	m.setInterface(ctx, p, diags)
	r.SettleURL(&m.URL, page, m.Namespace, m.Name, types.StringNull())
	if m.ownsConfigMaps() {
		kit.Report(diags, func(problems *problem.List) {
			r.Session.RetireCode(ctx, p.Namespace, p.Name, compiled.ConfigMaps(), problems)
		})
	}
}

// SetDerived sets what follows from the rest; an empty version is not known yet.
func (m *Model) SetDerived(p spec.Pipeline, g *graph.Graph, version string) {
	m.Drift = kit.NoDrift()
	m.Version = types.StringValue(version)
	if version == "" {
		m.Version = types.StringUnknown()
	}
	ref := spec.Ref{Kind: spec.PipelineKind, Namespace: p.Namespace, Name: p.Name, Version: version,
		Interface: spec.Interface{Inputs: p.Parameters, Outputs: g.Outputs}}
	m.Ref = kit.PlannedRef(ref, m.isInterfaceKnown(p))
}

// isInterfaceKnown reports whether no input and no output of the pipeline depends on what is not known yet: an output
// has the type that its task's component gives it.
func (m *Model) isInterfaceKnown(p spec.Pipeline) bool {
	if m.isPackage() {
		return !p.Open.Tasks
	}
	if !kit.IsSettled(m.Parameters) || kit.HasUnknown(m.Outputs) {
		return false
	}
	isOpen := func(t spec.Task) bool {
		return t.Component.Name == "" && t.Approval == nil || t.Component.Name == spec.Unknown
	}
	settled := func(tasks map[string]spec.Task, open spec.Open) bool {
		return !open.Tasks && !open.Groups && !slices.ContainsFunc(slices.Collect(maps.Values(tasks)), isOpen)
	}
	for name, group := range p.Groups {
		declared := kit.Known(m.Groups.Elements()[name])
		isKnown := kit.IsSettled(kit.As[types.Map](declared["parameters"])) && !kit.HasUnknown(declared["outputs"])
		if !isKnown || !settled(group.Tasks, group.Open) {
			return len(p.Outputs) == 0
		}
	}
	return len(p.Outputs) == 0 || settled(p.Tasks, p.Open)
}
