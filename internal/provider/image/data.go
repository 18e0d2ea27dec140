package image

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

var _ datasource.DataSourceWithConfigure = &imageDataSource{}

// NewData makes the data source kfp_image.
func NewData() datasource.DataSource { return &imageDataSource{} }

type imageDataSource struct{ kit.Lookup }

type imageDataModel struct {
	Name      types.String `tfsdk:"name"`
	Digest    types.String `tfsdk:"digest"`
	Reference types.String `tfsdk:"reference"`
}

func (d *imageDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_image"
}

func (d *imageDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds out which image a tag means now. A tag can be moved at any time; its digest always " +
			"means the same image. " +
			"A component that takes `reference` runs what the plan showed, and a tag that was moved shows as a change in the " +
			"next plan. It costs one HEAD request.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Name of an image, such as `python:3.12-slim`. Without a registry it is Docker Hub's, " +
					"without a tag `latest`. The provider's `registries` may have it read from a mirror.",
			},
			"digest": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Digest, `sha256:…`; of the index where the image has several platforms.",
			},
			"reference": schema.StringAttribute{
				Computed: true, MarkdownDescription: "`repository@digest`, for components, and for the base images of `kfp_image`.",
			},
		},
	}
}

func (d *imageDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m imageDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ref, err := registry.ParseReference(m.Name.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("name"), "Invalid image name", err.Error())
		return
	}
	if d.Session.Images.Keeper != nil { // no image is used, so no registry is asked
		m.Digest, m.Reference = types.StringNull(), types.StringValue(ref.String())
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
		return
	}
	if d.Session.Images.Unknown {
		resp.Diagnostics.AddAttributeError(path.Root("name"), "Registry cannot be asked",
			"The provider's registries or image_builder depend on something that is still to be made. Make that first, by "+
				"terraform apply -target, or give them values that are known at plan.")
		return
	}
	digest, err := d.Session.Images.Registry.Resolve(ctx, ref)
	if err != nil {
		title := "Registry cannot be asked"
		if registry.KindOf(err) == registry.NotFound {
			title = "No such image"
		}
		resp.Diagnostics.AddAttributeError(path.Root("name"), title, err.Error())
		return
	}
	m.Digest = types.StringValue(digest)
	m.Reference = types.StringValue(ref.Repository().Digest(digest).String())
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
