package component

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
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

// New makes the resource kfp_component.
func New() resource.Resource { return &Resource{} }

// Resource is kfp_component.
type Resource struct {
	kit.Configured
}

func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_component"
}

// ModifyPlan analyses the component and plans everything that follows from it: the interface is known even where the
// image is still to be built, so that pipelines are checked in the first plan.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Session == nil {
		return
	}
	if r.IsConfirmed(spec.ComponentKind, req, "") {
		r.ClaimConfirmed(ctx, "kfp_component", req, resp)
		return
	}
	var plan Model
	var config Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.PlanNamespace(ctx, config.Namespace, req, resp, &plan.Namespace)
	plan.declareNothing(config)
	r.ClaimPlanned(ctx, "kfp_component", plan.Namespace, plan.Name, req, resp)
	r.planImage(ctx, &plan, &config, req.State, &resp.Diagnostics)
	resp.Diagnostics.Append(plan.derive(ctx, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.Session.Limited() {
		c, _, diags := plan.spec(ctx)
		resp.Diagnostics.Append(diags...)
		kit.Report(&resp.Diagnostics, func(problems *problem.List) { r.Session.CheckComponent(c, problems) })
	}
	if plan.isPackage() {
		plan.warnOfUser(priorVersion(ctx, req.State, &resp.Diagnostics), &resp.Diagnostics)
	}
	plan.URL = r.PlanURL(ctx, req, page, plan.Namespace, plan.Name, plan.Version)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// priorVersion is the version in the state; null: there is none.
func priorVersion(ctx context.Context, state tfsdk.State, diags *diag.Diagnostics) types.String {
	version := types.StringNull()
	if !state.Raw.IsNull() {
		diags.Append(state.GetAttribute(ctx, path.Root("version"), &version)...)
	}
	return version
}

// page shows a version of a component.
func page(site pages.Site, namespace, name, version string) string {
	return site.Of(pages.WorkflowTemplates, namespace, name+"-"+version)
}

// declareNothing plans that a container has no inputs and no outputs where none are declared: there is nothing else
// that they could follow from.
func (m *Model) declareNothing(config Model) {
	if config.Container.IsNull() {
		return
	}
	if config.Inputs.IsNull() {
		m.Inputs = types.MapNull(kit.InputType)
	}
	if config.Outputs.IsNull() {
		m.Outputs = types.MapNull(kit.OutputType)
	}
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
	defer r.ReadURL(ctx, resp, page, true)
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, state.Namespace, state.Name)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state.Version.IsNull() {
		r.imported(ctx, &state, req, resp)
		resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, state.Namespace, state.Name)...) // which may have been given with a version
		return
	}
	name := state.Name.ValueString() + "-" + state.Version.ValueString()
	live, code, err := r.objects(ctx, state.Namespace.ValueString(), name, state.Container.IsNull())
	switch {
	case backend.IsNotFound(err):
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		r.Session.AddReadError(&resp.Diagnostics, "component", name, err)
		return
	}
	drift := state.Drift
	found, same := r.Refresh(ctx, &state, live, code, &resp.Diagnostics)
	if same && drift.Equal(state.Drift) {
		if !r.isWarnedOf(ctx, state, found) {
			r.Session.Confirmed.Add(
				spec.ComponentKind, state.Namespace.ValueString(), state.Name.ValueString(), req.State.Raw, "",
			)
		}
		return // resp.State is that state already
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

// isWarnedOf reports whether each plan has something to say of a component, beside what its analysis found.
func (r *Resource) isWarnedOf(ctx context.Context, m Model, found diag.Diagnostics) bool {
	at, name := m.imageName(ctx)
	ref, ok := kit.CheckImageName(at, name, &found)
	return len(found) > 0 || ok && r.Session.Unpinned.MustSee(ref)
}

// Update makes the new version before anything else, so that no pipeline ever points to nothing. The old one is
// removed here if nobody uses it, else by the pipeline that stops using it.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	verb := "update"
	if state.Version.IsNull() {
		verb = "create" // it was imported from a template that people wrote, which stays as it is
	}
	r.apply(ctx, &plan, verb, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(kit.Identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
	if old := state.Version.ValueString(); old != "" && old != plan.Version.ValueString() {
		kit.Report(&resp.Diagnostics, func(problems *problem.List) {
			r.Session.Retire(ctx, state.Namespace.ValueString(), state.Name.ValueString(), old, problems)
		})
	}
}

func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state.Version.IsNull() {
		leftHandwritten(state, &resp.Diagnostics)
		return
	}
	kit.Report(&resp.Diagnostics, func(problems *problem.List) {
		r.Session.Retire(ctx, state.Namespace.ValueString(), state.Name.ValueString(), state.Version.ValueString(), problems)
	})
}

// apply puts the version's objects into the cluster.
func (r *Resource) apply(ctx context.Context, m *Model, verb string, diags *diag.Diagnostics) {
	r.resolveCommand(ctx, m, diags)
	c, _, ds := m.spec(ctx)
	diags.Append(ds...)
	if diags.HasError() {
		return
	}
	c, ds = m.analysed(c)
	diags.Append(ds...)
	if !diags.HasError() {
		diags.Append(m.checkDeclared(ctx, c.Interface)...) // a source that was unknown at plan is known now
	}
	if diags.HasError() {
		return
	}
	objects, err := compile.Component(c)
	if err != nil {
		diags.AddError("Cannot compile the component", err.Error())
		return
	}
	if !kit.Reported(diags, func(problems *problem.List) bool { return r.Session.ReadyForTemplates(ctx, c.Namespace, problems) }) {
		return
	}
	if err := r.Put(ctx, c, objects, verb); err != nil {
		kit.AddClusterError(diags, verb, "component", c.Name, err)
		return
	}
	diags.Append(m.SetDerived(ctx, c, objects.Version)...)
	r.SettleURL(&m.URL, page, m.Namespace, m.Name, m.Version)
}

// Put applies the version's objects, the code before the template that mounts it.
func (r *Resource) Put(ctx context.Context, c spec.Component, objects compile.ComponentObjects, verb string) error {
	name := objects.Template.Name
	if verb == "create" {
		live, err := r.Session.Existing(ctx, backend.WorkflowTemplates, c.Namespace, name)
		if err == nil {
			err = r.Session.RefuseExisting(
				live, "kfp_component", live != nil && len(operate.Differences(live, objects.Template)) == 0,
			)
		}
		if err != nil {
			return err
		}
	}
	if objects.Code != nil {
		if err := r.Session.PutCode(ctx, objects.Code, c.Namespace, name); err != nil {
			return err
		}
	}
	if verb == "create" {
		return r.Session.Create(ctx, backend.WorkflowTemplates, objects.Template, c.Namespace, name, "kfp_component")
	}
	return r.Session.Put(ctx, backend.WorkflowTemplates, objects.Template)
}

// derive fills what follows from the configuration. What depends on a value that Terraform does not know yet stays
// unknown, and nothing else does.
func (m *Model) derive(ctx context.Context, config Model) diag.Diagnostics {
	var diags diag.Diagnostics
	c, unknown, ds := m.spec(ctx)
	diags.Append(ds...)
	if diags.HasError() {
		return diags
	}
	if config.checkKind(&diags); diags.HasError() {
		return diags
	}
	isOpen := m.Python.IsUnknown() || m.Container.IsUnknown() || m.isPackage() && m.isOpen() || !m.knowsFiles() ||
		c.Python != nil && (c.Python.Source == spec.Unknown || c.Python.Function == spec.Unknown)
	if isOpen || config.Inputs.IsUnknown() || config.Outputs.IsUnknown() {
		m.setUnknown(ctx, config)
		return diags
	}
	c, ds = m.analysed(c)
	diags.Append(ds...)
	if !diags.HasError() {
		diags.Append(config.checkDeclared(ctx, c.Interface)...)
	}
	if diags.HasError() {
		return diags
	}
	version := ""
	if !unknown {
		objects, err := compile.Component(c)
		if err != nil {
			diags.AddError("Cannot compile the component", err.Error())
			return diags
		}
		version = objects.Version
	}
	diags.Append(m.SetDerived(ctx, c, version)...)
	return diags
}

func (m *Model) setUnknown(ctx context.Context, config Model) {
	m.Inputs, m.Outputs = config.Inputs, config.Outputs
	if config.Inputs.IsNull() {
		m.Inputs = types.MapUnknown(m.Inputs.ElementType(ctx))
	}
	if config.Outputs.IsNull() {
		m.Outputs = types.MapUnknown(m.Outputs.ElementType(ctx))
	}
	if config.Description.IsNull() {
		m.Description = types.StringUnknown()
	}
	m.Version = types.StringUnknown()
	m.Ref = types.ObjectUnknown(kit.RefAttributeTypes())
	m.Drift = kit.NoDrift()
}

// SetDerived writes what the analysis found. An empty version means that it is not known yet.
func (m *Model) SetDerived(ctx context.Context, c spec.Component, version string) diag.Diagnostics {
	var diags diag.Diagnostics
	m.Drift = kit.NoDrift()
	m.Description = types.StringValue(c.Description)
	if c.Python != nil && !m.isPackage() {
		var python pythonModel
		diags.Append(m.Python.As(ctx, &python, kit.ObjectOptions)...)
		python.Function = types.StringValue(c.Python.Function)
		object, ds := types.ObjectValueFrom(ctx, m.Python.AttributeTypes(ctx), python)
		diags.Append(ds...)
		m.Python = object
	}
	_, isDerived := m.derived()
	interfaceKnown := isDerived || kit.IsSettled(m.Inputs) && kit.IsSettled(m.Outputs)
	var ds diag.Diagnostics
	m.Inputs, ds = kit.DerivedInputs(ctx, c.Inputs, m.Inputs)
	diags.Append(ds...)
	m.Outputs, ds = kit.DerivedOutputs(ctx, c.Outputs, m.Outputs)
	diags.Append(ds...)
	m.Version = types.StringValue(version)
	if version == "" {
		m.Version = types.StringUnknown()
	}
	ref := spec.Ref{
		Kind: spec.ComponentKind, Namespace: c.Namespace, Name: c.Name, Version: version, Interface: c.Interface,
	}
	m.Ref = kit.PlannedRef(ref, interfaceKnown)
	return diags
}
