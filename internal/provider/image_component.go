package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
)

// planImage checks the image that a component names, and finds the command of a container that has none of its own.
func (r *componentResource) planImage(ctx context.Context, plan, config *componentModel, prior tfsdk.State, diags *diag.Diagnostics) {
	var old componentModel
	if !prior.Raw.IsNull() {
		diags.Append(prior.Get(ctx, &old)...)
	}
	at, name := plan.imageName()
	_, before := old.imageName()
	ref, ok := checkImageName(at, name, diags)
	if ok {
		r.data.unpinned.check(at, ref, name != before, diags)
	}
	if ok && name != before {
		r.data.images.checkExists(ctx, at, ref, diags)
	}
	if !isKnown(plan.Container) || diags.HasError() {
		return
	}
	var c, configured containerModel
	diags.Append(plan.Container.As(ctx, &c, objectOptions)...)
	diags.Append(config.Container.As(ctx, &configured, objectOptions)...)
	if !configured.Command.IsNull() {
		return
	}
	var was containerModel
	if isKnown(old.Container) {
		diags.Append(old.Container.As(ctx, &was, objectOptions)...)
	}
	switch {
	case c.Image.Equal(was.Image) && c.Args.IsNull() == was.Args.IsNull() && isKnown(was.Command):
		c.Command = was.Command
	case !ok || r.data.images.unknown || c.Args.IsUnknown():
		c.Command = types.ListUnknown(types.StringType)
	default:
		command, err := r.data.images.command(ctx, ref, c.Args.IsNull())
		if registry.KindOf(err) != "" && registry.KindOf(err) != registry.NotFound {
			addWarningAt(diags, at, "Registry cannot be asked", fmt.Sprintf("The entrypoint of the image is not known before apply. %s Or give command.", err))
		} else if err != nil {
			addErrorAt(diags, at, "No command", err.Error())
		}
		c.Command = command
	}
	diags.Append(plan.setContainer(ctx, c)...)
}

// resolveCommand finds at apply what the plan could not.
func (r *componentResource) resolveCommand(ctx context.Context, m *componentModel, diags *diag.Diagnostics) {
	if !isKnown(m.Container) {
		return
	}
	var c containerModel
	diags.Append(m.Container.As(ctx, &c, objectOptions)...)
	if !c.Command.IsUnknown() {
		return
	}
	at := path.Root("container").AtName("image")
	ref, err := registry.ParseReference(c.Image.ValueString())
	if err == nil {
		c.Command, err = r.data.images.command(ctx, ref, c.Args.IsNull())
	}
	if err != nil {
		addErrorAt(diags, at, "No command", fmt.Sprintf("The entrypoint of the image cannot be found. %s Or give command.", err))
		return
	}
	diags.Append(m.setContainer(ctx, c)...)
}

func (m *componentModel) setContainer(ctx context.Context, c containerModel) (diags diag.Diagnostics) {
	m.Container, diags = types.ObjectValueFrom(ctx, m.Container.AttributeTypes(ctx), c)
	return diags
}

// imageName is the image that the component names, and where; empty if it is not known yet or there is none.
func (m componentModel) imageName() (path.Path, string) {
	text := func(o types.Object, name string) string {
		if s, ok := o.Attributes()[name].(types.String); ok {
			return s.ValueString()
		}
		return ""
	}
	if isKnown(m.Container) {
		return path.Root("container").AtName("image"), text(m.Container, "image")
	}
	if isKnown(m.Python) {
		for _, name := range []string{"image", "base_image"} {
			if v := text(m.Python, name); v != "" {
				return path.Root("python").AtName(name), v
			}
		}
	}
	return path.Empty(), ""
}

// checkImageName refuses what is no name of an image.
func checkImageName(at path.Path, name string, diags *diag.Diagnostics) (registry.Reference, bool) {
	if name == "" {
		return registry.Reference{}, false
	}
	ref, err := registry.ParseReference(name)
	if err != nil {
		addErrorAt(diags, at, "Invalid image name", err.Error())
		return ref, false
	}
	return ref, true
}

// checkExists makes an image that does not exist an error. Only registries that the configuration speaks of are asked,
// so that a plan without them needs no network.
func (t *imageTools) checkExists(ctx context.Context, at path.Path, ref registry.Reference, diags *diag.Diagnostics) {
	if t.unknown || !t.registry.Knows(ref.Registry()) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	_, err := t.registry.Resolve(ctx, ref)
	switch {
	case registry.KindOf(err) == registry.NotFound:
		addErrorAt(diags, at, "No such image", err.Error())
	case err != nil:
		addWarningAt(diags, at, "Registry cannot be asked", fmt.Sprintf("Whether the image exists could not be checked. %s", err))
	}
}

// command is what the image runs: its entrypoint and, unless the component gives arguments, its command behind it. Argo
// needs to know it, since it puts its own program before it. It is unknown where there is an error.
func (t *imageTools) command(ctx context.Context, ref registry.Reference, noArgs bool) (types.List, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	unknown := types.ListUnknown(types.StringType)
	cfg, err := t.registry.Config(ctx, ref, registry.ViaMirror)
	if err != nil {
		return unknown, err
	}
	words := cfg.Entrypoint
	if noArgs {
		words = append(words[:len(words):len(words)], cfg.Cmd...)
	}
	if len(words) == 0 {
		return unknown, fmt.Errorf("%s has no entrypoint. Give command.", ref) //nolint:staticcheck // it is shown as a sentence
	}
	elements := make([]attr.Value, 0, len(words))
	for _, w := range words {
		elements = append(elements, types.StringValue(expr.Quote(w)))
	}
	list, _ := types.ListValue(types.StringType, elements)
	return list, nil
}
