package component

import (
	"context"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// spec reads the configuration part of the model. Texts that Terraform does not know yet are spec.Unknown; unknown
// tells whether there is any.
func (m Model) spec(ctx context.Context) (c spec.Component, unknown bool, diags diag.Diagnostics) {
	t := kit.Reader{Diags: &diags}
	c = spec.Component{
		Namespace: t.Text(m.Namespace), Name: t.Text(m.Name), Description: m.Description.ValueString(),
		Env: t.Strings(ctx, m.Env),
	}
	if m.Name.IsUnknown() || m.Namespace.IsUnknown() || m.Inputs.IsUnknown() && m.Python.IsNull() && !m.isPackage() {
		t.Unknown = true
	}
	if !m.Python.IsNull() && !m.Python.IsUnknown() {
		c.Python = m.pythonSpec(ctx, &t)
	}
	if !m.Container.IsNull() && !m.Container.IsUnknown() {
		var container containerModel
		diags.Append(m.Container.As(ctx, &container, kit.ObjectOptions)...)
		c.Container = &spec.Container{
			Image: t.Text(container.Image), Command: t.List(ctx, container.Command), Args: t.List(ctx, container.Args),
			Files: t.Strings(ctx, container.Files),
		}
		if container.Files.IsUnknown() {
			c.Container.Files = map[string]string{spec.Unknown: spec.Unknown}
		}
	}
	c.Resources = kit.ResourcesObject.ReadObject(ctx, &t, m.Resources)
	switch {
	case m.isPackage():
		c = m.packaged(ctx, &t, c)
	case c.Python == nil:
		c.Inputs = kit.InputsSpec(ctx, m.Inputs, &t)
		c.Outputs = kit.OutputsSpec(ctx, m.Outputs, &t)
	}
	return c, t.Unknown, diags
}

func (m Model) pythonSpec(ctx context.Context, t *kit.Reader) *spec.Python {
	var python pythonModel
	t.Diags.Append(m.Python.As(ctx, &python, kit.ObjectOptions)...)
	p := &spec.Python{
		Source: t.Text(python.Source), SourceFile: python.fileName(), Function: python.Function.ValueString(),
		Packages: t.List(ctx, python.Packages), IndexURLs: t.List(ctx, python.IndexURLs), TrustedHosts: t.List(
			ctx, python.TrustedHosts,
		),
		Additional: t.Strings(ctx, python.AdditionalSources), Files: t.Strings(ctx, python.Files),
		KFP: t.Flag(python.KFP),
	}
	if python.File.IsUnknown() {
		p.SourceFile = t.Text(python.File)
	}
	// base_image runs a function that must be self-contained; image holds the modules that the function uses.
	p.Lightweight = python.Image.IsNull()
	if kit.IsKnown(python.Image) && !python.BaseImage.IsNull() {
		kit.AddErrorAt(t.Diags, path.Root("python").AtName("base_image"), "Two images", "Both base_image and image are "+
			"given. "+
			"base_image runs a function that is self-contained, image one that uses modules which the image holds. Remove "+
			"one of the two.")
	}
	if p.Lightweight {
		p.Image = t.Text(python.BaseImage)
	} else {
		p.Image = t.Text(python.Image)
	}
	return p
}

// knowsFiles reports whether the names of all files beside a Python source are known, which its analysis depends on.
func (m Model) knowsFiles() bool {
	files := m.Python.Attributes()
	return files["files"] == nil || !files["files"].IsUnknown() && !files["additional_sources"].IsUnknown()
}

// fileName is the name of the source in messages and tracebacks.
func (m pythonModel) fileName() string {
	if m.File.IsNull() {
		return "component.py"
	}
	return filepath.Base(m.File.ValueString())
}
