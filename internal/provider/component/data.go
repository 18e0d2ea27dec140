package component

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

var _ datasource.DataSourceWithConfigure = &data{}

// NewData makes the data source kfp_component.
func NewData() datasource.DataSource { return &data{} }

type data struct{ kit.Lookup }

func (d *data) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_component"
}

func (d *data) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds a version of a component in the cluster by the component's name, such as one that " +
			"another configuration has made.",
		Attributes: map[string]schema.Attribute{
			"name":      schema.StringAttribute{Required: true, MarkdownDescription: "Name of the component."},
			"namespace": kit.DataNamespace(),
			"version": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: "Version. Default: the newest that its resource stands for.",
			},
			"description": schema.StringAttribute{Computed: true, MarkdownDescription: "What the component does."},
			"inputs":      kit.DataInterface(kit.InputType, "Inputs by name, as `inputs` of the resource has them."),
			"outputs":     kit.DataInterface(kit.OutputType, "Outputs by name, as `outputs` of the resource has them."),
			"ref": schema.ObjectAttribute{
				Computed: true, AttributeTypes: kit.RefAttributeTypes(),
				MarkdownDescription: "What the `component` of a task takes: " + kit.RefDescription,
			},
		},
	}
}

func (d *data) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m kit.DataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	namespace, name := d.Namespace(m.Namespace), m.Name.ValueString()
	all, err := d.Session.Backend.Managed(ctx, backend.WorkflowTemplates, namespace)
	if err != nil {
		kit.AddClusterError(&resp.Diagnostics, "find", "component", name, err)
		return
	}
	found, versions := newestVersion(all, name, m.Version.ValueString())
	switch {
	case found == nil && len(versions) == 0:
		kit.AddErrorAt(&resp.Diagnostics, path.Root("name"), "No such component", fmt.Sprintf("There is no component %q "+
			"in namespace %q.%s", name, namespace,
			d.Known(ctx, namespace, "component")))
		return
	case found == nil:
		kit.AddErrorAt(&resp.Diagnostics, path.Root("version"), "No such version", fmt.Sprintf("Component %q in namespace "+
			"%q has no version %q. There is %s.", name, namespace,
			m.Version.ValueString(), strings.Join(versions, ", ")))
		return
	}
	m.Namespace = types.StringValue(namespace)
	if m.Read(ctx, found, &resp.Diagnostics); !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

// newestVersion returns the wanted version of a component, or, where none is named, the newest that is not retired; and
// all versions that there are.
func newestVersion(all map[string]*backend.Object, name, version string) (found *backend.Object, versions []string) {
	for _, key := range slices.Sorted(maps.Keys(all)) {
		o := all[key]
		if o.Labels[layout.KindLabel] != "component" || o.Labels[layout.NameLabel] != name {
			continue
		}
		versions = append(versions, o.Labels[layout.VersionLabel])
		switch {
		case version != "":
			if o.Labels[layout.VersionLabel] == version {
				found = o
			}
		case found == nil, layout.IsRetired(found.Labels) && !layout.IsRetired(o.Labels),
			layout.IsRetired(found.Labels) == layout.IsRetired(o.Labels) && o.CreatedAt.After(found.CreatedAt):
			found = o
		}
	}
	return found, versions
}
