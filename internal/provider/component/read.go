package component

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// objects finds what a version of a component is in the cluster. code is nil where it is not there.
func (r *Resource) objects(
	ctx context.Context, namespace, name string, isPython bool,
) (live, code *backend.Object, err error) {
	if live, err = r.Session.Backend.Find(ctx, backend.WorkflowTemplates, namespace, name); err != nil {
		return nil, nil, err
	}
	if !isPython && !decompile.MountsCode(live.Raw()) {
		return live, nil, nil
	}
	code, err = r.Session.Backend.Find(ctx, backend.ConfigMaps, namespace, name)
	if backend.IsNotFound(err) {
		return live, nil, nil
	}
	return live, code, err
}

// Refresh writes what the cluster holds into the model. Where that is what the state compiles to, the state stays the
// same. found is what the analysis says of the component.
func (r *Resource) Refresh(
	ctx context.Context, m *Model, live, code *backend.Object, diags *diag.Diagnostics,
) (found diag.Diagnostics, same bool) {
	prior, _, ds := m.spec(ctx)
	if !m.isPackage() {
		diags.Append(ds...)
	}
	if diags.HasError() {
		return nil, false
	}
	m.Drift = kit.NoDrift()
	prior, found = m.analysed(prior)
	found.Append(ds...)
	expected, err := compile.Component(prior)
	known := err == nil && !found.HasError()
	if known && expected.Version != m.Version.ValueString() && m.Version.ValueString() == live.Labels[layout.VersionLabel] {
		return found, false // another version of this provider compiled it; the plan makes a new one
	}
	if m.isPackage() {
		return found, known && m.refreshPackage(live, code, expected)
	}
	if known && len(componentDifferences(live, code, expected)) == 0 {
		return found, expected.Version == m.Version.ValueString()
	}
	r.readBack(ctx, m, live, code, prior, expected, diags)
	return found, false
}

// readBack writes what the cluster holds into the model, and what no attribute can hold into its drift.
func (r *Resource) readBack(
	ctx context.Context, m *Model, live, code *backend.Object, prior spec.Component, expected compile.ComponentObjects,
	diags *diag.Diagnostics,
) {
	found, unread, err := decompile.ReadComponent(live.Into, kit.DecoderOf(code), &prior)
	if err != nil {
		// Somebody has written what is no WorkflowTemplate of Argo Workflows.
		m.Drift = kit.ListOfTexts(componentDifferences(live, code, expected))
		return
	}
	found.Namespace, found.Name, found.ImageUser = prior.Namespace, prior.Name, prior.ImageUser
	if found.Python != nil && prior.Python != nil {
		found.Python.Source = withDefinition(*prior.Python, found.Python.Definition)
	}
	diags.Append(m.SetSpec(ctx, found)...)
	again := expected
	if found.Python != nil || found.Container != nil {
		if compiled, err := compile.Component(found); err == nil {
			again = compiled
		}
	}
	paths := []string{}
	for _, u := range unread {
		paths = append(paths, u.String())
	}
	if again.Template != nil { // else neither what is there nor what was known is a component
		paths = append(paths, componentDifferences(live, code, again.As(m.Name.ValueString(), m.Version.ValueString()))...)
	}
	m.Drift = kit.ListOfTexts(paths)
}

// componentDifferences lists where the objects of a version are not the wanted ones.
func componentDifferences(live, code *backend.Object, wanted compile.ComponentObjects) []string {
	paths := operate.Differences(live, wanted.Template)
	switch {
	case wanted.Code == nil:
	case code == nil:
		paths = append(paths, fmt.Sprintf("configmap %s: it is gone, and with it the code", live.Name))
	default:
		for _, path := range operate.Differences(code, wanted.Code) {
			paths = append(paths, "configmap "+path)
		}
	}
	return paths
}

// withDefinition is the source as it was known with another definition of the function in it, so that a difference
// shows line by line.
func withDefinition(p spec.Python, definition string) string {
	if p.Definition == definition {
		return p.Source
	}
	if p.Definition == "" || strings.Count(p.Source, p.Definition) != 1 {
		return definition
	}
	return strings.Replace(p.Source, p.Definition, definition, 1)
}

// SetSpec writes a component that was read from the cluster. What means the same as before stays as it was written.
func (m *Model) SetSpec(ctx context.Context, c spec.Component) diag.Diagnostics {
	var diags diag.Diagnostics
	w := kit.Writer{Diags: &diags}
	m.Namespace, m.Name, m.Description = types.StringValue(c.Namespace), types.StringValue(c.Name), types.StringValue(c.Description)
	var ds diag.Diagnostics
	m.Inputs, ds = kit.DerivedInputs(ctx, c.Inputs, m.Inputs)
	diags.Append(ds...)
	m.Outputs, ds = kit.DerivedOutputs(ctx, c.Outputs, m.Outputs)
	diags.Append(ds...)
	m.Env = w.Texts(ctx, types.MapType{ElemType: types.StringType}, c.Env, m.Env)
	m.Resources = kit.ResourcesObject.WriteObject(ctx, w, c.Resources, m.Resources)
	m.Python = kit.Nested(ctx, w, PythonAttribute().GetType(), c.Python, m.Python, func(p spec.Python, old pythonModel) pythonModel {
		return writePython(ctx, w, p, old)
	})
	m.Container = kit.Nested(ctx, w, ContainerAttribute().GetType(), c.Container, m.Container, func(c spec.Container, old containerModel) containerModel {
		return containerModel{
			Image: types.StringValue(c.Image), Command: w.List(ctx, c.Command, old.Command), Args: w.List(ctx, c.Args, old.Args),
			Files: w.Texts(ctx, types.MapType{ElemType: types.StringType}, c.Files, old.Files),
		}
	})
	return diags
}

func writePython(ctx context.Context, w kit.Writer, p spec.Python, old pythonModel) pythonModel {
	texts := types.MapType{ElemType: types.StringType}
	m := pythonModel{
		Source: types.StringValue(p.Source), File: old.File, Function: types.StringValue(p.Function),
		Packages: w.List(
			ctx, p.Packages, old.Packages,
		), IndexURLs: w.List(ctx, p.IndexURLs, old.IndexURLs), TrustedHosts: w.List(ctx, p.TrustedHosts, old.TrustedHosts),
		AdditionalSources: w.Texts(
			ctx, texts, p.Additional, old.AdditionalSources,
		), Files: w.Texts(ctx, texts, p.Files, old.Files),
	}
	m.KFP = w.Flag(p.KFP, old.KFP)
	if old.fileName() != p.SourceFile {
		m.File = types.StringValue(p.SourceFile)
	}
	if p.Lightweight {
		m.BaseImage = types.StringValue(p.Image)
	} else {
		m.Image = types.StringValue(p.Image)
	}
	return m
}
