package provider

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// objectOptions let a nested object be read while parts of it are unknown.
var objectOptions = basetypes.ObjectAsOptions{}

// spec reads the configuration part of the model. Texts that Terraform does not know yet are spec.Unknown; unknown
// tells whether there is any.
func (m componentModel) spec(ctx context.Context) (c spec.Component, unknown bool, diags diag.Diagnostics) {
	t := texts{diags: &diags}
	c = spec.Component{
		Namespace: t.one(m.Namespace), Name: t.one(m.Name), Description: m.Description.ValueString(),
		Env: t.strings(ctx, m.Env),
	}
	if m.Name.IsUnknown() || m.Namespace.IsUnknown() || m.Inputs.IsUnknown() && m.Python.IsNull() {
		t.unknown = true
	}
	if !m.Python.IsNull() && !m.Python.IsUnknown() {
		c.Python = m.pythonSpec(ctx, &t)
	}
	if !m.Container.IsNull() && !m.Container.IsUnknown() {
		var container containerModel
		diags.Append(m.Container.As(ctx, &container, objectOptions)...)
		c.Container = &spec.Container{Image: t.one(container.Image), Command: t.list(ctx, container.Command), Args: t.list(ctx, container.Args)}
	}
	if c.Python == nil {
		c.Inputs = inputsSpec(ctx, m.Inputs, &t)
		c.Outputs = outputsSpec(ctx, m.Outputs, &t)
	}
	c.Resources = resourcesObject.readObject(ctx, &t, m.Resources)
	return c, t.unknown, diags
}

func (m componentModel) pythonSpec(ctx context.Context, t *texts) *spec.Python {
	var python pythonModel
	t.diags.Append(m.Python.As(ctx, &python, objectOptions)...)
	p := &spec.Python{
		Source: t.one(python.Source), SourceFile: python.fileName(), Function: python.Function.ValueString(),
		Packages: t.list(ctx, python.Packages), IndexURLs: t.list(ctx, python.IndexURLs), TrustedHosts: t.list(ctx, python.TrustedHosts),
		Additional: t.strings(ctx, python.AdditionalSources), Files: t.strings(ctx, python.Files),
	}
	if python.File.IsUnknown() {
		p.SourceFile = t.one(python.File)
	}
	// base_image runs a function that must be self-contained; image holds the modules that the function uses.
	p.Lightweight = python.Image.IsNull()
	if isKnown(python.Image) && !python.BaseImage.IsNull() {
		addErrorAt(t.diags, path.Root("python").AtName("base_image"), "Two images", "Both base_image and image are given. "+
			"base_image runs a function that is self-contained, image one that uses modules which the image holds. Remove one of the two.")
	}
	if p.Lightweight {
		p.Image = t.one(python.BaseImage)
	} else {
		p.Image = t.one(python.Image)
	}
	return p
}

// fileName is the name of the source in messages and tracebacks.
func (m pythonModel) fileName() string {
	if m.File.IsNull() {
		return "component.py"
	}
	return filepath.Base(m.File.ValueString())
}

// texts reads strings and remembers whether any is unknown.
type texts struct {
	unknown bool
	diags   *diag.Diagnostics
}

func (t *texts) one(v types.String) string {
	if v.IsUnknown() {
		t.unknown = true
		return spec.Unknown
	}
	return v.ValueString()
}

// strings reads a map of texts. A key whose value is null is not given.
func (t *texts) strings(ctx context.Context, m types.Map) map[string]string {
	if m.IsUnknown() {
		t.unknown = true
	}
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	out := make(map[string]string, len(m.Elements()))
	for key, v := range m.Elements() {
		if !v.IsNull() {
			out[key] = t.element(ctx, v)
		}
	}
	return out
}

func (t *texts) list(ctx context.Context, l types.List) []string {
	if l.IsUnknown() {
		t.unknown = true
	}
	if l.IsNull() || l.IsUnknown() {
		return nil
	}
	out := make([]string, 0, len(l.Elements()))
	for _, v := range l.Elements() {
		out = append(out, t.element(ctx, v))
	}
	return out
}

func (t *texts) set(ctx context.Context, s types.Set) []string {
	if s.IsUnknown() {
		t.unknown = true
	}
	if s.IsNull() || s.IsUnknown() {
		return nil
	}
	out := make([]string, 0, len(s.Elements()))
	for _, v := range s.Elements() {
		out = append(out, t.element(ctx, v))
	}
	slices.Sort(out)
	return out
}

func (t *texts) element(ctx context.Context, v attr.Value) string {
	s, ok := v.(basetypes.StringValuable)
	if !ok {
		t.unknown = true
		return spec.Unknown
	}
	text, diags := s.ToStringValue(ctx)
	t.diags.Append(diags...)
	return t.one(text)
}
