package kit

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// identityModel is what names an object of the cluster for as long as it lives. A component's versions come and go
// under one name, so the version is no part of it.
type identityModel struct {
	Namespace types.String `tfsdk:"namespace"`
	Name      types.String `tfsdk:"name"`
}

// NamedIdentity declares an identity of a namespace and a name.
func NamedIdentity(what, more string) identityschema.Schema {
	description := "Name of the " + what + "."
	if more != "" {
		description += " " + more
	}
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"namespace": identityschema.StringAttribute{
			OptionalForImport: true, Description: "Its namespace. Default for an import: the provider's.",
		},
		"name": identityschema.StringAttribute{RequiredForImport: true, Description: description},
	}}
}

// Identify writes the identity beside the state. Every operation does, so that a state that was written before there
// were identities has one after the next refresh.
func Identify(ctx context.Context, identity *tfsdk.ResourceIdentity, namespace, name types.String) diag.Diagnostics {
	return identity.Set(ctx, identityModel{namespace, name})
}

// ImportByName takes the name over, from an identifier or an identity. The Read that follows knows by what is missing
// that everything else is to be read.
func (c *Configured) ImportByName(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	id := req.ID
	if id == "" {
		var m identityModel
		resp.Diagnostics.Append(req.Identity.Get(ctx, &m)...)
		id = m.Name.ValueString()
		if namespace := m.Namespace.ValueString(); namespace != "" {
			id = namespace + "/" + id
		}
	}
	namespace, name, ok := importID(id, c.Session.Namespace)
	if !ok {
		resp.Diagnostics.AddError(
			"Invalid import identifier", "\""+id+"\" is not of the form namespace/name, such as \"etl/nightly\".",
		)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("namespace"), namespace)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), name)...)
	resp.Diagnostics.Append(Identify(ctx, resp.Identity, types.StringValue(namespace), types.StringValue(name))...)
}

// importID takes namespace/name apart; the namespace may be left out for the provider's.
func importID(id, defaultNamespace string) (namespace, name string, ok bool) {
	namespace, name, both := strings.Cut(id, "/")
	if !both {
		namespace, name = defaultNamespace, id
	}
	return namespace, name, namespace != "" && name != "" && !strings.Contains(name, "/")
}
