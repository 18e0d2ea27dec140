package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// identityModel is what names an object of the cluster for as long as it lives. A component's versions come and go under
// one name, so the version is no part of it.
type identityModel struct {
	Namespace types.String `tfsdk:"namespace"`
	Name      types.String `tfsdk:"name"`
}

func (r *componentResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = namedIdentity("component", "Without a version: the identity stays the same when the content changes.")
}

func (r *pipelineResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = namedIdentity("pipeline", "")
}

func (r *runResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = namedIdentity("run", "")
}

func (r *recurringRunResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = namedIdentity("recurring run", "")
}

func namedIdentity(what, more string) identityschema.Schema {
	description := "Name of the " + what + "."
	if more != "" {
		description += " " + more
	}
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"namespace": identityschema.StringAttribute{OptionalForImport: true, Description: "Its namespace. Default for an import: the provider's."},
		"name":      identityschema.StringAttribute{RequiredForImport: true, Description: description},
	}}
}

// identify writes the identity beside the state. Every operation does, so that a state that was written before there were
// identities has one after the next refresh.
func identify(ctx context.Context, identity *tfsdk.ResourceIdentity, namespace, name types.String) diag.Diagnostics {
	return identity.Set(ctx, identityModel{namespace, name})
}

// importByName takes the name over, from an identifier or an identity. The Read that follows knows by what is missing that
// everything else is to be read.
func (c *configured) importByName(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := req.ID
	if id == "" {
		var m identityModel
		resp.Diagnostics.Append(req.Identity.Get(ctx, &m)...)
		id = m.Name.ValueString()
		if namespace := m.Namespace.ValueString(); namespace != "" {
			id = namespace + "/" + id
		}
	}
	namespace, name, ok := importID(id, c.data.namespace)
	if !ok {
		resp.Diagnostics.AddError("Invalid import identifier", "\""+id+"\" is not of the form namespace/name, such as \"etl/nightly\".")
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("namespace"), namespace)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), name)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, types.StringValue(namespace), types.StringValue(name))...)
}
