package image

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

type imageIdentityModel struct {
	Repository types.String `tfsdk:"repository"`
	Tag        types.String `tfsdk:"tag"`
}

func (r *Resource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"repository": identityschema.StringAttribute{
			RequiredForImport: true, Description: "Where the image is, such as harbor.example.com/carousel/material-cost.",
		},
		"tag": identityschema.StringAttribute{
			RequiredForImport: true, Description: "Its tag, which is made from the content and changes with it.",
		},
	}}
}

func identifyImage(ctx context.Context, identity *tfsdk.ResourceIdentity, m Model) diag.Diagnostics {
	return identity.Set(ctx, imageIdentityModel{m.Repository, m.Tag})
}

// ImportState takes over an image by repository:tag, or by repository@digest, which is where its tag is found. From
// what it was made cannot be read from it: that is what the configuration says, and its content hash tells whether both
// agree.
func (r *Resource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	diags := &resp.Diagnostics
	id := req.ID
	if id == "" {
		var m imageIdentityModel
		diags.Append(req.Identity.Get(ctx, &m)...)
		id = m.Repository.ValueString() + ":" + m.Tag.ValueString()
	}
	ref, err := registry.ParseReference(id)
	if err != nil {
		diags.AddError("Invalid import identifier", err.Error())
	} else if r.Session.Images.Unknown {
		diags.AddError("Cannot import image "+id, "The provider's registries are not known yet. Import it once they are.")
	}
	if diags.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, kit.LookupTimeout)
	defer cancel()
	m, base := r.imported(ctx, ref, diags)
	if diags.HasError() {
		return
	}
	set := func(name string, value any) {
		diags.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	set("repository", m.Repository)
	set("tag", m.Tag)
	set("content_hash", m.ContentHash)
	set("digest", m.Digest)
	set("reference", m.Reference)
	set("base_digest", m.BaseDigest)
	set("delete_on_destroy", false)
	diags.Append(identifyImage(ctx, resp.Identity, m)...)
	on := ""
	if base != "" {
		on = fmt.Sprintf(" Its base image was written as %q.", base)
	}
	diags.AddWarning("Configuration of image "+id+" is to be given",
		fmt.Sprintf("From which files an image was made is not written in it, so a generated configuration lacks it: give "+
			"python, dockerfile or append.%s\n\n"+
			"Where the plan keeps content_hash, the configuration is the one that this image was made from, and apply only "+
			"writes it into the state. "+
			"Where it shows another content_hash, the files or settings differ, and apply makes another image beside this one.", on))
}

// imported reads what an image says about itself, and the name of its base.
func (r *Resource) imported(
	ctx context.Context, ref registry.Reference, diags *diag.Diagnostics,
) (m Model, base string) {
	title := "Cannot import image " + ref.String()
	cfg, err := r.Session.Images.Registry.Config(ctx, ref, registry.Direct)
	if err != nil {
		diags.AddError(title, err.Error())
		return m, ""
	}
	hash := cfg.Labels[image.LabelContent]
	tag := image.TagOf(hash)
	if tag == "" {
		diags.AddError(title, fmt.Sprintf("It has no label %s, so no kfp_image made it, and nothing tells from what it "+
			"was made.\n\n"+
			"To use it as it is, write data \"kfp_image\". To make images from your own files under this repository, declare "+
			"a kfp_image without importing.", image.LabelContent))
		return m, ""
	}
	named := ref.Repository().Tag(tag)
	digest, err := r.Session.Images.Registry.Digest(ctx, named)
	switch {
	case registry.KindOf(err) == registry.NotFound:
		diags.AddError(title, fmt.Sprintf("The tag %s, by which a kfp_image names this content, is not in the repository. "+
			"Either this is the image with the requirements of another one, which is not imported, or the tag was deleted.", tag))
		return m, ""
	case err != nil:
		diags.AddError(title, err.Error())
		return m, ""
	case digest != cfg.Digest:
		diags.AddError(
			title,
			fmt.Sprintf(
				"Its label names the content of the tag %s, which is another image, %s: it was made from that one, or before "+
					"that one. Import %s:%s.",
				tag, digest, ref.Repository(), tag,
			),
		)
		return m, ""
	}
	m.Repository, m.Tag, m.ContentHash = types.StringValue(ref.Repository().String()), types.StringValue(tag), types.StringValue(hash)
	m.exists(digest)
	m.BaseDigest = types.StringNull()
	if base := cfg.Labels[image.LabelBaseDigest]; base != "" {
		m.BaseDigest = types.StringValue(base)
	}
	return m, cfg.Labels[image.LabelBase]
}
