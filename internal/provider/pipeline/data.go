package pipeline

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

var _ datasource.DataSourceWithConfigure = &data{}

// NewData makes the data source kfp_pipeline.
func NewData() datasource.DataSource { return &data{} }

type data struct{ kit.Lookup }

func (d *data) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_pipeline"
}

func (d *data) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds a pipeline in the cluster by its name, such as one that another configuration has " +
			"made. What uses its `ref` is checked at plan as if the pipeline stood beside it.",
		Attributes: map[string]schema.Attribute{
			"name":        schema.StringAttribute{Required: true, MarkdownDescription: "Name of the pipeline."},
			"namespace":   kit.DataNamespace(),
			"version":     schema.StringAttribute{Computed: true, MarkdownDescription: "The version that was applied last."},
			"description": schema.StringAttribute{Computed: true, MarkdownDescription: "What the pipeline does."},
			"inputs": kit.DataInterface(
				kit.InputType, "Parameters by name, as `parameters` of the resource declares them.",
			),
			"outputs": kit.DataInterface(kit.OutputType, "What the pipeline gives, by name, with its types."),
			"ref": schema.ObjectAttribute{
				Computed: true, AttributeTypes: kit.RefAttributeTypes(),
				MarkdownDescription: "What the `pipeline` of a run or a recurring run, and the `component` of a task, take: " + kit.RefDescription,
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
	found, err := d.Session.Backend.Find(ctx, backend.WorkflowTemplates, namespace, name)
	if _, ours := isPipeline(found); backend.IsNotFound(err) || err == nil && !ours {
		kit.AddErrorAt(&resp.Diagnostics, path.Root("name"), "No such pipeline", fmt.Sprintf("There is no pipeline %q in "+
			"namespace %q.%s", name, namespace,
			d.Known(ctx, namespace, "pipeline")))
		return
	}
	if err != nil {
		kit.AddClusterError(&resp.Diagnostics, "find", "pipeline", name, err)
		return
	}
	m.Namespace = types.StringValue(namespace)
	if m.Read(ctx, found, &resp.Diagnostics); !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

func isPipeline(o *backend.Object) (version string, ok bool) {
	if o == nil {
		return "", false
	}
	return layout.IsPipeline(o.Labels)
}
