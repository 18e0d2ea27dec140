package component

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// A template that people wrote is imported as what a component of this provider would be in its place. It has no
// version until the first apply, which makes that component beside it: other things may refer to the template, by names
// that a component has not, so it stays as it is.

// handwrittenOrigin is where a component without a version was imported from.
type handwrittenOrigin struct {
	Object   string `json:"object"`
	Template string `json:"template,omitempty"`
}

const handwrittenKey = "imported_from"

// privateData is what the framework's private state offers here.
type privateData interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func rememberHandwritten(ctx context.Context, private privateData, origin handwrittenOrigin, diags *diag.Diagnostics) {
	data, err := json.Marshal(origin)
	if err != nil {
		diags.AddError("Cannot import the component", err.Error())
		return
	}
	diags.Append(private.SetKey(ctx, handwrittenKey, data)...)
}

func recallHandwritten(ctx context.Context, private privateData, diags *diag.Diagnostics) (handwrittenOrigin, bool) {
	var origin handwrittenOrigin
	data, ds := private.GetKey(ctx, handwrittenKey)
	diags.Append(ds...)
	if len(data) == 0 {
		return origin, false
	}
	if err := json.Unmarshal(data, &origin); err != nil {
		diags.AddError("Cannot import the component", err.Error())
	}
	return origin, origin.Object != ""
}

// importedHandwritten writes what a template that people wrote says into the state.
func (r *Resource) importedHandwritten(
	ctx context.Context, m *Model, live *backend.Object, template string, resp *resource.ReadResponse,
) {
	diags := &resp.Diagnostics
	f, err := handwritten.Component(live.Into, template)
	if err != nil {
		kit.AddClusterError(diags, "read", "component", live.Name, err)
		return
	}
	if !kit.AddHandwrittenUnread(diags, "component", live, f.Unread) {
		return
	}
	if !m.Drift.IsNull() {
		f.Component.Name = m.Name.ValueString() // it may have another name by now
	}
	first := m.Drift.IsNull()
	diags.Append(m.SetSpec(ctx, f.Component)...)
	m.Ref = types.ObjectNull(kit.RefAttributeTypes())
	m.Drift = kit.ListOfTexts([]string{
		fmt.Sprintf(
			"metadata.name: WorkflowTemplate %s was written by hand; applying makes a component of this provider beside it, "+
				"and leaves it as it is",
			live.Name,
		),
	})
	diags.Append(resp.State.Set(ctx, m)...)
	if first {
		warnHandwritten(diags, live, f)
	}
}

// warnHandwritten tells what the template says that is said elsewhere here.
func warnHandwritten(diags *diag.Diagnostics, live *backend.Object, f handwritten.Reading) {
	lines, err := f.SettingLines()
	if err != nil {
		kit.AddClusterError(diags, "read", "component", live.Name, err)
		return
	}
	var b strings.Builder
	fmt.Fprintf(
		&b,
		"Template %q of WorkflowTemplate %s/%s can be written as a component. The next apply makes it beside the "+
			"WorkflowTemplate, which stays until you delete it.\n",
		f.Template, live.Namespace, live.Name,
	)
	if len(lines) > 0 {
		b.WriteString(
			"\nWhat a component does not say, its tasks do. Give each task that uses it:\n\n  " + strings.Join(lines, "\n  ") + "\n",
		)
	}
	if len(f.Notes) > 0 {
		b.WriteString(
			"\nWhat the WorkflowTemplate says beside that is for the pipeline or the run:\n\n" + kit.UnreadLines(f.Notes) + "\n",
		)
	}
	if s := f.Settings.SecurityContext; s == nil || s.RunAsUser == nil {
		b.WriteString("\nIts containers ran as the image's user. Here they run without rights, as user 65532, unless a " +
			"task has security_context = { run_as_user = …, run_as_non_root = … }.\n")
	}
	diags.AddWarning("Component "+f.Component.Name+" is made anew from what was written by hand", b.String())
}

// leftHandwritten says that what was imported but never applied is still there.
func leftHandwritten(m Model, diags *diag.Diagnostics) {
	diags.AddWarning("Component "+m.Name.ValueString()+" was never made",
		"It was imported from a WorkflowTemplate that was written by hand, and not applied since. That WorkflowTemplate "+
			"stays as it is.")
}

// isMade asks for a replacement where the component is in the cluster under its name.
func isMade(
	ctx context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse,
) {
	var version types.String
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("version"), &version)...)
	resp.RequiresReplace = !version.IsNull()
}
