package component

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// planImage checks the image that a component names, and finds the command of a container that has none of its own.
func (r *Resource) planImage(ctx context.Context, plan, config *Model, prior tfsdk.State, diags *diag.Diagnostics) {
	var old Model
	if !prior.Raw.IsNull() {
		diags.Append(prior.Get(ctx, &old)...)
	}
	at, name := plan.imageName(ctx)
	_, before := old.imageName(ctx)
	ref, ok := kit.CheckImageName(at, name, diags)
	if ok {
		r.Session.Unpinned.Check(at, ref, name != before, diags)
	}
	if ok && name != before {
		r.Session.Images.CheckExists(ctx, at, ref, diags)
	}
	if !kit.IsKnown(plan.Container) || diags.HasError() {
		return
	}
	var c, configured containerModel
	diags.Append(plan.Container.As(ctx, &c, kit.ObjectOptions)...)
	diags.Append(config.Container.As(ctx, &configured, kit.ObjectOptions)...)
	if !configured.Command.IsNull() {
		return
	}
	var was containerModel
	if kit.IsKnown(old.Container) {
		diags.Append(old.Container.As(ctx, &was, kit.ObjectOptions)...)
	}
	switch {
	case c.Image.Equal(was.Image) && c.Args.IsNull() == was.Args.IsNull() && kit.IsKnown(was.Command):
		c.Command = was.Command
	case !ok || r.Session.Images.Unknown || c.Args.IsUnknown():
		c.Command = types.ListUnknown(types.StringType)
	default:
		command, err := r.Session.Images.Command(ctx, ref, c.Args.IsNull())
		if registry.KindOf(err) != "" && registry.KindOf(err) != registry.NotFound {
			kit.AddWarningAt(
				diags, at, "Registry cannot be asked",
				fmt.Sprintf("The entrypoint of the image is not known before apply. %s Or give command.", err),
			)
		} else if err != nil {
			kit.AddErrorAt(diags, at, "No command", err.Error())
		}
		c.Command = command
	}
	diags.Append(plan.setContainer(ctx, c)...)
}

// resolveCommand finds at apply what the plan could not.
func (r *Resource) resolveCommand(ctx context.Context, m *Model, diags *diag.Diagnostics) {
	if !kit.IsKnown(m.Container) {
		return
	}
	var c containerModel
	diags.Append(m.Container.As(ctx, &c, kit.ObjectOptions)...)
	if !c.Command.IsUnknown() {
		return
	}
	at := path.Root("container").AtName("image")
	ref, err := registry.ParseReference(c.Image.ValueString())
	if err == nil {
		c.Command, err = r.Session.Images.Command(ctx, ref, c.Args.IsNull())
	}
	if err != nil {
		kit.AddErrorAt(
			diags, at, "No command", fmt.Sprintf("The entrypoint of the image cannot be found. %s Or give command.", err),
		)
		return
	}
	diags.Append(m.setContainer(ctx, c)...)
}

func (m *Model) setContainer(ctx context.Context, c containerModel) (diags diag.Diagnostics) {
	m.Container, diags = types.ObjectValueFrom(ctx, m.Container.AttributeTypes(ctx), c)
	return diags
}

// imageName is the image that the component names, and where; empty if it is not known yet or there is none.
func (m Model) imageName(ctx context.Context) (path.Path, string) {
	text := func(o types.Object, name string) string {
		if s, ok := o.Attributes()[name].(types.String); ok {
			return s.ValueString()
		}
		return ""
	}
	if m.isPackage() {
		return path.Root("package"), m.packageImage(ctx)
	}
	if kit.IsKnown(m.Container) {
		return path.Root("container").AtName("image"), text(m.Container, "image")
	}
	if kit.IsKnown(m.Python) {
		for _, name := range []string{"image", "base_image"} {
			if v := text(m.Python, name); v != "" {
				return path.Root("python").AtName(name), v
			}
		}
	}
	return path.Empty(), ""
}
