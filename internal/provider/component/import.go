package component

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// ImportState takes over a component by namespace/name, with or without the version behind the name. Of a
// WorkflowTemplate that people wrote it may be one of its templates: namespace/name/template.
func (r *Resource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	parts := strings.Split(req.ID, "/")
	if len(parts) == 3 && !slices.Contains(parts, "") {
		rememberHandwritten(ctx, resp.Private, handwrittenOrigin{Object: parts[1], Template: parts[2]}, &resp.Diagnostics)
		req.ID = parts[0] + "/" + parts[1]
	}
	r.ImportByName(ctx, req, resp)
}

// imported writes everything that the cluster holds into the state.
func (r *Resource) imported(ctx context.Context, m *Model, req resource.ReadRequest, resp *resource.ReadResponse) {
	diags := &resp.Diagnostics
	namespace, given := m.Namespace.ValueString(), m.Name.ValueString()
	name, err := r.versionOf(ctx, namespace, given)
	if err != nil {
		kit.AddClusterError(diags, "import", "component", given, err)
		return
	}
	origin, isHandwritten := recallHandwritten(ctx, req.Private, diags)
	if isHandwritten {
		name = origin.Object
	}
	live, code, err := r.objects(ctx, namespace, name, false)
	if backend.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		kit.AddClusterError(diags, "read", "component", name, err)
		return
	}
	if isHandwritten || handwritten.IsTemplate(live.Labels) {
		rememberHandwritten(ctx, resp.Private, handwrittenOrigin{Object: name, Template: origin.Template}, diags)
		r.importedHandwritten(ctx, m, live, origin.Template, resp)
		return
	}
	c, unread, err := decompile.ReadComponent(live.Into, kit.DecoderOf(code), nil)
	if err != nil {
		kit.AddClusterError(diags, "read", "component", name, err)
		return
	}
	var again compile.ComponentObjects
	if c.Python != nil || c.Container != nil {
		again, err = compile.Component(c)
	}
	if err == nil && again.Template != nil && again.Template.Name != live.Name {
		unread = append(
			unread,
			layout.Unread{
				Path:   "metadata.name",
				Reason: "it is not what this provider calls a version of this content, " + again.Template.Name,
			},
		)
	}
	if !kit.AddUnread(diags, "component", name, unread) {
		return
	}
	if err != nil {
		diags.AddError("Cannot import component "+name, err.Error())
		return
	}
	if c.Python != nil && c.Python.Lightweight && c.Python.FirstLine > 1 {
		// Tracebacks count from the start of the file.
		c.Python.Source = strings.Repeat("\n", c.Python.FirstLine-1) + c.Python.Source
	}
	warnOfPackage(c, diags)
	diags.Append(m.SetSpec(ctx, c)...)
	diags.Append(m.SetDerived(ctx, c, again.Version)...)
	m.Drift = kit.ListOfTexts(componentDifferences(live, code, again))
	diags.Append(resp.State.Set(ctx, m)...)
}

// versionOf finds the object of a component that is named with or without its version.
func (r *Resource) versionOf(ctx context.Context, namespace, given string) (string, error) {
	all, err := r.Session.Backend.Managed(ctx, backend.WorkflowTemplates, namespace)
	if err != nil {
		return "", err
	}
	if all[given] != nil {
		return given, nil
	}
	var versions []string
	for name, o := range all {
		if o.Labels[layout.KindLabel] == string(spec.ComponentKind) && o.Labels[layout.NameLabel] == given && !layout.IsRetired(o.Labels) {
			versions = append(versions, namespace+"/"+name)
		}
	}
	switch len(versions) {
	case 0:
		return given, nil
	case 1:
		return strings.TrimPrefix(versions[0], namespace+"/"), nil
	}
	return "", fmt.Errorf(
		"there are %d versions of it; import one of them: %s", len(versions),
		strings.Join(slices.Sorted(slices.Values(versions)), ", "),
	)
}
