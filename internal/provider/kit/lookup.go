package kit

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// Lookup is a data source that needs the provider's configuration.
type Lookup struct {
	Session *Session
}

func (l *Lookup) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	if req.ProviderData == nil {
		return
	}
	var ok bool
	if l.Session, ok = req.ProviderData.(*Session); !ok {
		resp.Diagnostics.AddError(
			"Internal error", "The provider's configuration has an unexpected type. Please report this.",
		)
	}
}

// Namespace is the configured one, or the provider's.
func (l *Lookup) Namespace(v types.String) string {
	if v.IsNull() {
		return l.Session.Namespace
	}
	return v.ValueString()
}

// DataModel is what the data sources kfp_component and kfp_pipeline hold.
type DataModel struct {
	Name        types.String `tfsdk:"name"`
	Namespace   types.String `tfsdk:"namespace"`
	Version     types.String `tfsdk:"version"`
	Description types.String `tfsdk:"description"`
	Inputs      types.Map    `tfsdk:"inputs"`
	Outputs     types.Map    `tfsdk:"outputs"`
	Ref         types.Object `tfsdk:"ref"`
}

// DataNamespace declares the namespace of a data source.
func DataNamespace() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true, MarkdownDescription: "Namespace. Default: the provider's `namespace`.",
	}
}

// DataInterface is a map of inputs or outputs.
func DataInterface(element attr.Type, description string) schema.MapAttribute {
	return schema.MapAttribute{Computed: true, ElementType: element, MarkdownDescription: description}
}

// Known lists what there is in place of what was not found.
func (l *Lookup) Known(ctx context.Context, namespace, kind string) string {
	objects, err := l.Session.Backend.Managed(ctx, backend.WorkflowTemplates, namespace)
	if err != nil {
		return ""
	}
	names := map[string]bool{}
	for _, o := range objects {
		if o.Labels[layout.KindLabel] == kind {
			names[o.Labels[layout.NameLabel]] = true
		}
	}
	if len(names) == 0 {
		return " There is none at all; check the namespace."
	}
	const most = 20
	sorted := slices.Sorted(maps.Keys(names))
	return " There is " + strings.Join(sorted[:min(most, len(sorted))], ", ") + "."
}

// ReadRefOf reads the ref of a pipeline off its object.
func ReadRefOf(found *backend.Object, diags *diag.Diagnostics) types.Object {
	ref, _, err := decompile.ReadRef(found.Into)
	if err != nil {
		diags.AddError("Cannot read "+found.Name, err.Error())
		return types.ObjectNull(RefAttributeTypes())
	}
	return RefObject(ref)
}

// Read writes what an object in the cluster says of a component or a pipeline.
func (m *DataModel) Read(ctx context.Context, found *backend.Object, diags *diag.Diagnostics) {
	ref, description, err := decompile.ReadRef(found.Into)
	if err != nil {
		diags.AddError("Cannot read "+found.Name, err.Error())
		return
	}
	m.Version, m.Description, m.Ref = types.StringValue(ref.Version), types.StringValue(description), RefObject(ref)
	var ds diag.Diagnostics
	m.Inputs, ds = DerivedInputs(ctx, ref.Inputs, types.MapNull(InputType))
	diags.Append(ds...)
	m.Outputs, ds = DerivedOutputs(ctx, ref.Outputs, types.MapNull(OutputType))
	diags.Append(ds...)
}
