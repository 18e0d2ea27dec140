package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

// lookup is a data source that needs the provider's configuration.
type lookup struct {
	data *data
}

func (l *lookup) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	if req.ProviderData == nil {
		return
	}
	var ok bool
	if l.data, ok = req.ProviderData.(*data); !ok {
		resp.Diagnostics.AddError("Internal error", "The provider's configuration has an unexpected type. Please report this.")
	}
}

// namespace is the configured one, or the provider's.
func (l *lookup) namespace(v types.String) string {
	if v.IsNull() {
		return l.data.namespace
	}
	return v.ValueString()
}

var (
	_ datasource.DataSourceWithConfigure = &pipelineData{}
	_ datasource.DataSourceWithConfigure = &componentData{}
)

func newPipelineData() datasource.DataSource { return &pipelineData{} }

type pipelineData struct{ lookup }

type pipelineDataModel struct {
	Name        types.String `tfsdk:"name"`
	Namespace   types.String `tfsdk:"namespace"`
	Version     types.String `tfsdk:"version"`
	Description types.String `tfsdk:"description"`
	Inputs      types.Map    `tfsdk:"inputs"`
	Outputs     types.Map    `tfsdk:"outputs"`
	Ref         types.Object `tfsdk:"ref"`
}

func (d *pipelineData) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_pipeline"
}

func (d *pipelineData) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds a pipeline in the cluster by its name, such as one that another configuration has made. What uses its `ref` is checked at plan as if the pipeline stood beside it.",
		Attributes: map[string]schema.Attribute{
			"name":        schema.StringAttribute{Required: true, MarkdownDescription: "Name of the pipeline."},
			"namespace":   dataNamespace(),
			"version":     schema.StringAttribute{Computed: true, MarkdownDescription: "The version that was applied last."},
			"description": schema.StringAttribute{Computed: true, MarkdownDescription: "What the pipeline does."},
			"inputs":      dataInterface(inputType, "Parameters by name, as `parameters` of the resource declares them."),
			"outputs":     dataInterface(outputType, "What the pipeline gives, by name, with its types."),
			"ref":         schema.ObjectAttribute{Computed: true, AttributeTypes: refAttributeTypes(), MarkdownDescription: "What the `pipeline` of a run or a recurring run, and the `component` of a task, take: " + refDescription},
		},
	}
}

func dataNamespace() schema.StringAttribute {
	return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Namespace. Default: the provider's `namespace`."}
}

// dataInterface is a map of inputs or outputs.
func dataInterface(element attr.Type, description string) schema.MapAttribute {
	return schema.MapAttribute{Computed: true, ElementType: element, MarkdownDescription: description}
}

func (d *pipelineData) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m pipelineDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	namespace, name := d.namespace(m.Namespace), m.Name.ValueString()
	found, err := d.data.cluster.Find(ctx, cluster.WorkflowTemplates, namespace, name)
	if _, ours := isPipeline(found); cluster.IsNotFound(err) || err == nil && !ours {
		addErrorAt(&resp.Diagnostics, path.Root("name"), "No such pipeline", fmt.Sprintf("There is no pipeline %q in namespace %q.%s", name, namespace,
			d.known(ctx, namespace, "pipeline")))
		return
	}
	if err != nil {
		addClusterError(&resp.Diagnostics, "find", "pipeline", name, err)
		return
	}
	m.Namespace = types.StringValue(namespace)
	if m.read(ctx, found, &resp.Diagnostics); !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

func isPipeline(o *cluster.Object) (version string, ok bool) {
	if o == nil {
		return "", false
	}
	return layout.IsPipeline(o.Labels)
}

// known lists what there is in place of what was not found.
func (l *lookup) known(ctx context.Context, namespace, kind string) string {
	objects, err := l.data.cluster.Managed(ctx, cluster.WorkflowTemplates, namespace)
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

// read writes what an object in the cluster says of a component or a pipeline.
func (m *pipelineDataModel) read(ctx context.Context, found *cluster.Object, diags *diag.Diagnostics) {
	ref, description, err := decompile.ReadRef(found.Into)
	if err != nil {
		diags.AddError("Cannot read "+found.Name, err.Error())
		return
	}
	m.Version, m.Description, m.Ref = types.StringValue(ref.Version), types.StringValue(description), refObject(ref)
	var ds diag.Diagnostics
	m.Inputs, ds = derivedInputs(ctx, ref.Inputs, types.MapNull(inputType))
	diags.Append(ds...)
	m.Outputs, ds = derivedOutputs(ctx, ref.Outputs, types.MapNull(outputType))
	diags.Append(ds...)
}

func newComponentData() datasource.DataSource { return &componentData{} }

type componentData struct{ lookup }

func (d *componentData) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_component"
}

func (d *componentData) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds a version of a component in the cluster by the component's name, such as one that another configuration has made.",
		Attributes: map[string]schema.Attribute{
			"name":        schema.StringAttribute{Required: true, MarkdownDescription: "Name of the component."},
			"namespace":   dataNamespace(),
			"version":     schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Version. Default: the newest that its resource stands for."},
			"description": schema.StringAttribute{Computed: true, MarkdownDescription: "What the component does."},
			"inputs":      dataInterface(inputType, "Inputs by name, as `inputs` of the resource has them."),
			"outputs":     dataInterface(outputType, "Outputs by name, as `outputs` of the resource has them."),
			"ref":         schema.ObjectAttribute{Computed: true, AttributeTypes: refAttributeTypes(), MarkdownDescription: "What the `component` of a task takes: " + refDescription},
		},
	}
}

func (d *componentData) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m pipelineDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	namespace, name := d.namespace(m.Namespace), m.Name.ValueString()
	all, err := d.data.cluster.Managed(ctx, cluster.WorkflowTemplates, namespace)
	if err != nil {
		addClusterError(&resp.Diagnostics, "find", "component", name, err)
		return
	}
	found, versions := newestVersion(all, name, m.Version.ValueString())
	switch {
	case found == nil && len(versions) == 0:
		addErrorAt(&resp.Diagnostics, path.Root("name"), "No such component", fmt.Sprintf("There is no component %q in namespace %q.%s", name, namespace,
			d.known(ctx, namespace, "component")))
		return
	case found == nil:
		addErrorAt(&resp.Diagnostics, path.Root("version"), "No such version", fmt.Sprintf("Component %q in namespace %q has no version %q. There is %s.", name, namespace,
			m.Version.ValueString(), strings.Join(versions, ", ")))
		return
	}
	m.Namespace = types.StringValue(namespace)
	if m.read(ctx, found, &resp.Diagnostics); !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

// newestVersion returns the wanted version of a component, or, where none is named, the newest that is not retired; and
// all versions that there are.
func newestVersion(all map[string]*cluster.Object, name, version string) (found *cluster.Object, versions []string) {
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
			layout.IsRetired(found.Labels) == layout.IsRetired(o.Labels) && o.CreatedAt().After(found.CreatedAt()):
			found = o
		}
	}
	return found, versions
}
