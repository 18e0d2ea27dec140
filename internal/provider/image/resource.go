package image

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

const (
	defaultImageTimeout = 30 * time.Minute
)

var (
	_ resource.ResourceWithConfigure      = &Resource{}
	_ resource.ResourceWithModifyPlan     = &Resource{}
	_ resource.ResourceWithImportState    = &Resource{}
	_ resource.ResourceWithIdentity       = &Resource{}
	_ resource.ResourceWithValidateConfig = &Resource{}
)

// New makes the resource kfp_image.
func New() resource.Resource { return &Resource{} }

// Resource is kfp_image.
type Resource struct {
	kit.Configured
}

func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_image"
	resp.ResourceBehavior.MutableIdentity = true // its tag follows the content
}

// ModifyPlan reads the files, names the image, and asks the registry whether it has it: not if the state is about the
// same content, since Read has asked just before.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Session == nil {
		return
	}
	var plan Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	s, unknown, diags := plan.spec(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if unknown {
		plan.forget()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	prepared, problems := s.Prepare(ctx)
	kit.AddProblems(&resp.Diagnostics, problems)
	if prepared == nil {
		return
	}
	plan.named(prepared)
	var state Model
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	switch {
	case r.Session.Images.Keeper != nil:
		plan.planKept(prepared, &resp.Diagnostics)
	case plan.sameContent(state):
		plan.keep(state)
	case !r.Session.Images.Unknown:
		r.lookUp(ctx, &plan, prepared, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// lookUp finds out what apply will have to do. Errors are what makes apply impossible for certain. Terraform plans once
// more when it applies, and refuses a known value that has changed: so the plan knows a digest, which stands for its
// content, and no more about the registry.
func (r *Resource) lookUp(ctx context.Context, plan *Model, p *image.Prepared, diags *diag.Diagnostics) {
	ctx, cancel := context.WithTimeout(ctx, kit.LookupTimeout)
	defer cancel()
	status, err := p.Lookup(ctx, r.Session.Images.Registry)
	if err != nil {
		diags.AddAttributeWarning(path.Root("repository"), "Registry cannot be asked",
			fmt.Sprintf("Whether %s exists is not known; apply will find out. %s", p.Reference, err))
		return
	}
	if status.Work == image.Nothing {
		plan.exists(status.Digest)
	}
	kit.AddProblems(diags, p.CheckBases(ctx, r.Session.Images.Registry, status))
	if status.Work == image.Build && r.Session.Images.Builder == nil {
		at, why := path.Root("dockerfile"), "A Dockerfile"
		if !plan.Python.IsNull() {
			at, why = path.Root("python").AtName("requirements"), "Installing requirements"
			if !plan.requirementsGiven(ctx) {
				at = path.Root("python").AtName("requirements_file")
			}
		}
		diags.AddAttributeError(
			at, "No image builder",
			fmt.Sprintf(
				"%s runs commands in the image, and %s is not in the registry. Give image_builder in the provider's configuration.",
				why, p.Reference,
			),
		)
	}
}

func (m Model) requirementsGiven(ctx context.Context) bool {
	var p imagePythonModel
	m.Python.As(ctx, &p, kit.ObjectOptions)
	return !p.Requirements.IsNull()
}

func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultImageTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.ensure(ctx, &plan, timeout, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(identifyImage(ctx, resp.Identity, plan)...)
	}
}

// Update pushes the new content beside the old: versions of components and their runs may still use that.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan Model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultImageTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.ensure(ctx, &plan, timeout, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(identifyImage(ctx, resp.Identity, plan)...)
	}
}

// ensure makes the image as it was planned. What the plan knew comes out the same, or it is an error that says so.
func (r *Resource) ensure(ctx context.Context, plan *Model, timeout time.Duration, diags *diag.Diagnostics) bool {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	s, _, ds := plan.spec(ctx)
	diags.Append(ds...)
	if diags.HasError() {
		return false
	}
	prepared, problems := s.Prepare(ctx)
	kit.AddErrors(diags, problems)
	if prepared == nil {
		return false
	}
	planned := *plan
	if kit.IsKnown(planned.ContentHash) && planned.ContentHash.ValueString() != prepared.ContentHash {
		diags.AddError("Files changed since the plan",
			fmt.Sprintf("The plan was made for the content %s of %s, and the files now make %s. Plan again, and leave the "+
				"files alone meanwhile.",
				planned.Tag.ValueString(), prepared.Reference.Repository(), prepared.Reference.Tag()))
		return false
	}
	plan.named(prepared)
	if keeper := r.Session.Images.Keeper; keeper != nil {
		if err := keeper.Keep(prepared); err != nil {
			diags.AddError("Cannot keep image "+prepared.Reference.String(), err.Error())
			return false
		}
		plan.kept(prepared)
		return true
	}
	result, err := prepared.Ensure(
		ctx, r.Session.Images.Registry, r.Session.Images.Builder, logProgress(ctx, prepared.Reference.String()),
	)
	if err != nil {
		addImageError(diags, prepared.Reference.String(), err)
		return false
	}
	if kit.IsKnown(planned.Digest) && planned.Digest.ValueString() != result.Digest {
		diags.AddError("Image changed since the plan",
			fmt.Sprintf(
				"The plan found %s with the digest %s, which is gone since; it is %s now. Plan again.", prepared.Reference,
				planned.Digest.ValueString(), result.Digest,
			))
		return false
	}
	plan.exists(result.Digest)
	plan.BaseDigest = types.StringNull()
	if result.BaseDigest != "" {
		plan.BaseDigest = types.StringValue(result.BaseDigest)
	}
	return true
}

// Read asks for the tag, by one HEAD request.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(identifyImage(ctx, resp.Identity, state)...)
	if resp.Diagnostics.HasError() || r.Session.Images.Unknown {
		return
	}
	if keeper := r.Session.Images.Keeper; keeper != nil {
		if !keeper.Keeps(state.ContentHash.ValueString()) {
			resp.State.RemoveResource(ctx)
		}
		return
	}
	name := state.Repository.ValueString() + ":" + state.Tag.ValueString()
	ref, err := registry.ParseReference(name)
	if err != nil {
		resp.Diagnostics.AddError("Invalid image name", err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(ctx, kit.LookupTimeout)
	defer cancel()
	digest, err := r.Session.Images.Registry.Digest(ctx, ref)
	switch {
	case registry.KindOf(err) == registry.NotFound:
		tflog.Info(ctx, "image is gone from the registry", map[string]any{"reference": name})
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.AddWarning("Cannot check image "+name, err.Error()+"\n\nThe plan goes on with what the state holds.")
		return
	}
	if digest != state.Digest.ValueString() {
		state.exists(digest)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if keeper := r.Session.Images.Keeper; keeper != nil && !resp.Diagnostics.HasError() {
		if err := keeper.Forget(state.ContentHash.ValueString()); err != nil {
			resp.Diagnostics.AddError("Cannot remove image "+state.Reference.ValueString(), err.Error())
		}
		return
	}
	if resp.Diagnostics.HasError() || !state.DeleteOnDestroy.ValueBool() {
		return
	}
	ref, err := registry.ParseReference(state.Reference.ValueString())
	if err == nil {
		err = r.Session.Images.Registry.Delete(ctx, ref)
	}
	if err != nil {
		resp.Diagnostics.AddAttributeError(
			path.Root("delete_on_destroy"), "Cannot delete image "+state.Reference.ValueString(), err.Error(),
		)
	}
}

// addImageError says why an image could not be made.
func addImageError(diags *diag.Diagnostics, name string, err error) {
	var build *image.BuildError
	if errors.As(err, &build) {
		diags.AddError("Image cannot be built", err.Error()) // which names it
		return
	}
	diags.AddError("Cannot make image "+name, err.Error())
}

// logProgress writes each step of a build and push to the log, as it begins and ends, and each line that it prints.
func logProgress(ctx context.Context, name string) func(image.Progress) {
	return func(p image.Progress) {
		message := fmt.Sprintf("image step %s: %s", p.State, p.Step)
		fields := map[string]any{"image": name}
		switch {
		case p.State == image.Output:
			message = "image output: " + p.Line
			fields["step"] = p.Step
		case p.Line != "":
			message += ": " + p.Line
		case p.Duration > 0:
			message = fmt.Sprintf("image step %s (%s): %s", p.State, p.Duration.Round(time.Millisecond), p.Step)
		}
		tflog.Info(ctx, message, fields)
	}
}
