package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var (
	_ resource.ResourceWithConfigure      = &componentResource{}
	_ resource.ResourceWithModifyPlan     = &componentResource{}
	_ resource.ResourceWithImportState    = &componentResource{}
	_ resource.ResourceWithIdentity       = &componentResource{}
	_ resource.ResourceWithValidateConfig = &componentResource{}
	_ resource.ResourceWithUpgradeState   = &componentResource{}
)

func newComponentResource() resource.Resource { return &componentResource{} }

type componentResource struct {
	configured
}

func (r *componentResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_component"
}

// ModifyPlan analyses the component and plans everything that follows from it: the interface is known even where the
// image is still to be built, so that pipelines are checked in the first plan.
func (r *componentResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.data == nil {
		return
	}
	if r.isConfirmed(spec.ComponentKind, req, "") {
		r.claimConfirmed(ctx, "kfp_component", req, resp)
		return
	}
	var plan componentModel
	var config componentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.planNamespace(ctx, config.Namespace, req, resp, &plan.Namespace)
	plan.declareNothing(config)
	r.claimPlanned(ctx, "kfp_component", plan.Namespace, plan.Name, req, resp)
	r.planImage(ctx, &plan, &config, req.State, &resp.Diagnostics)
	resp.Diagnostics.Append(plan.derive(ctx, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// declareNothing plans that a container has no inputs and no outputs where none are declared: there is nothing else that
// they could follow from.
func (m *componentModel) declareNothing(config componentModel) {
	if config.Container.IsNull() {
		return
	}
	if config.Inputs.IsNull() {
		m.Inputs = types.MapNull(inputType)
	}
	if config.Outputs.IsNull() {
		m.Outputs = types.MapNull(outputType)
	}
}

func (r *componentResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan componentModel
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

func (r *componentResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state componentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, state.Namespace, state.Name)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state.Version.IsNull() {
		r.imported(ctx, &state, req, resp)
		resp.Diagnostics.Append(identify(ctx, resp.Identity, state.Namespace, state.Name)...) // which may have been given with a version
		return
	}
	name := state.Name.ValueString() + "-" + state.Version.ValueString()
	live, code, err := r.objects(ctx, state.Namespace.ValueString(), name, !state.Python.IsNull())
	switch {
	case cluster.IsNotFound(err):
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		r.data.addReadError(&resp.Diagnostics, "component", name, err)
		return
	}
	drift := state.Drift
	found, same := r.refresh(ctx, &state, live, code, &resp.Diagnostics)
	if same && drift.Equal(state.Drift) {
		if !r.isWarnedOf(state, found) {
			r.data.confirmed.add(spec.ComponentKind, state.Namespace.ValueString(), state.Name.ValueString(), req.State.Raw, "")
		}
		return // resp.State is that state already
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

// isWarnedOf reports whether each plan has something to say of a component, beside what its analysis found.
func (r *componentResource) isWarnedOf(m componentModel, found diag.Diagnostics) bool {
	at, name := m.imageName()
	ref, ok := checkImageName(at, name, &found)
	return len(found) > 0 || ok && r.data.unpinned.mustSee(ref)
}

// Update makes the new version before anything else, so that no pipeline ever points to nothing. The old one is
// removed here if nobody uses it, else by the pipeline that stops using it.
func (r *componentResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state componentModel
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
	resp.Diagnostics.Append(identify(ctx, resp.Identity, plan.Namespace, plan.Name)...)
	if old := state.Version.ValueString(); old != "" && old != plan.Version.ValueString() {
		report(&resp.Diagnostics, func(problems *problem.List) {
			r.data.retire(ctx, state.Namespace.ValueString(), state.Name.ValueString(), old, problems)
		})
	}
}

func (r *componentResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state componentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state.Version.IsNull() {
		leftForeign(state, &resp.Diagnostics)
		return
	}
	report(&resp.Diagnostics, func(problems *problem.List) {
		r.data.retire(ctx, state.Namespace.ValueString(), state.Name.ValueString(), state.Version.ValueString(), problems)
	})
}

// apply puts the version's objects into the cluster.
func (r *componentResource) apply(ctx context.Context, m *componentModel, verb string, diags *diag.Diagnostics) {
	r.resolveCommand(ctx, m, diags)
	c, _, ds := m.spec(ctx)
	diags.Append(ds...)
	if diags.HasError() {
		return
	}
	c, ds = analysed(c)
	diags.Append(ds...)
	if c.Python != nil && !diags.HasError() {
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
	if !reported(diags, func(problems *problem.List) bool { return r.data.readyForTemplates(ctx, c.Namespace, problems) }) {
		return
	}
	if err := r.put(ctx, c, objects, verb); err != nil {
		addClusterError(diags, verb, "component", c.Name, err)
		return
	}
	diags.Append(m.setDerived(ctx, c, objects.Version)...)
}

// put applies the version's objects, the code before the template that mounts it.
func (r *componentResource) put(ctx context.Context, c spec.Component, objects compile.ComponentObjects, verb string) error {
	name := objects.Template.Name
	if verb == "create" {
		live, err := r.data.existing(ctx, cluster.WorkflowTemplates, c.Namespace, name)
		if err == nil {
			err = r.data.refuseExisting(live, "kfp_component", live != nil && len(differences(live, objects.Template)) == 0)
		}
		if err != nil {
			return err
		}
	}
	if objects.Code != nil {
		if err := r.data.putCode(ctx, objects.Code, c.Namespace, name); err != nil {
			return err
		}
	}
	if verb == "create" {
		return r.data.create(ctx, cluster.WorkflowTemplates, objects.Template, c.Namespace, name, "kfp_component")
	}
	return r.data.put(ctx, cluster.WorkflowTemplates, objects.Template)
}

// derive fills what follows from the configuration. What depends on a value that Terraform does not know yet stays
// unknown, and nothing else does.
func (m *componentModel) derive(ctx context.Context, config componentModel) diag.Diagnostics {
	var diags diag.Diagnostics
	c, unknown, ds := m.spec(ctx)
	diags.Append(ds...)
	if diags.HasError() {
		return diags
	}
	if config.checkKind(&diags); diags.HasError() {
		return diags
	}
	if m.Python.IsUnknown() || m.Container.IsUnknown() || config.Inputs.IsUnknown() || config.Outputs.IsUnknown() || (c.Python != nil && (c.Python.Source == spec.Unknown || c.Python.Function == spec.Unknown)) {
		m.setUnknown(ctx, config)
		return diags
	}
	c, ds = analysed(c)
	diags.Append(ds...)
	if c.Python != nil && !diags.HasError() {
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
	diags.Append(m.setDerived(ctx, c, version)...)
	return diags
}

func (m *componentModel) setUnknown(ctx context.Context, config componentModel) {
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
	m.Ref = types.ObjectUnknown(refAttributeTypes())
	m.Drift = noDrift()
}

// setDerived writes what the analysis found. An empty version means that it is not known yet.
func (m *componentModel) setDerived(ctx context.Context, c spec.Component, version string) diag.Diagnostics {
	var diags diag.Diagnostics
	m.Drift = noDrift()
	m.Description = types.StringValue(c.Description)
	if c.Python != nil {
		var python pythonModel
		diags.Append(m.Python.As(ctx, &python, objectOptions)...)
		python.Function = types.StringValue(c.Python.Function)
		object, ds := types.ObjectValueFrom(ctx, m.Python.AttributeTypes(ctx), python)
		diags.Append(ds...)
		m.Python = object
	}
	interfaceKnown := c.Python != nil || isSettled(m.Inputs) && isSettled(m.Outputs)
	var ds diag.Diagnostics
	m.Inputs, ds = derivedInputs(ctx, c.Inputs, m.Inputs)
	diags.Append(ds...)
	m.Outputs, ds = derivedOutputs(ctx, c.Outputs, m.Outputs)
	diags.Append(ds...)
	m.Version = types.StringValue(version)
	if version == "" {
		m.Version = types.StringUnknown()
	}
	ref := spec.Ref{Kind: spec.ComponentKind, Namespace: c.Namespace, Name: c.Name, Version: version, Interface: c.Interface}
	m.Ref = plannedRef(ref, interfaceKnown)
	return diags
}

// configured is embedded by every resource: it receives what the provider's Configure made.
type configured struct {
	data *data
}

func (c *configured) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	if req.ProviderData == nil {
		return
	}
	d, ok := req.ProviderData.(*data)
	if !ok {
		resp.Diagnostics.AddError("Internal error", "The provider's configuration has an unexpected type. Please report this.")
		return
	}
	c.data = d
}

// planNamespace fills in the provider's namespace where the configuration names none, and replaces the resource when
// that moves it.
func (c *configured) planNamespace(ctx context.Context, config types.String, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, planned *types.String) {
	if config.IsNull() {
		*planned = types.StringValue(c.data.namespace)
	}
	if req.State.Raw.IsNull() {
		return
	}
	var prior types.String
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("namespace"), &prior)...)
	if !prior.Equal(*planned) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("namespace"))
	}
}

// foresee tells at plan what would stop an apply at a new run or schedule, as far as its place is known.
func (c *configured) foresee(ctx context.Context, namespace, serviceAccount types.String, diags *diag.Diagnostics) {
	if !isKnown(namespace) || serviceAccount.IsUnknown() {
		return
	}
	report(diags, func(problems *problem.List) {
		c.data.foresee(ctx, namespace.ValueString(), serviceAccount.ValueString(), problems)
	})
}
