package kit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/pages"
)

// Every resource has a url, the page that shows it. It follows from the provider's ui_url and from names, so it could be
// planned anew each time; but then another ui_url, or a state of an earlier version of this provider, would be an update
// of everything. So Read brings it up to date, and a plan keeps what the state holds.

// Page says which page shows an object. version is empty where the resource has none.
type Page func(site pages.Site, namespace, name, version string) string

// PageOf is the page of an object that is called like its resource.
func PageOf(kind pages.Kind) Page {
	return func(site pages.Site, namespace, name, _ string) string { return site.Of(kind, namespace, name) }
}

// URLAttribute declares the address of a resource's page.
func URLAttribute(shows string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: "Address of the page that shows " + shows + "; null without the provider's `ui_url`.",
	}
}

// URL is the address of a page: unknown while a part of it is, null where there is none.
func (d *Session) URL(page Page, namespace, name, version types.String) types.String {
	if d.Site.IsUnknown() || namespace.IsUnknown() || name.IsUnknown() || version.IsUnknown() {
		return types.StringUnknown()
	}
	return TextOrNull(page(d.Site, namespace.ValueString(), name.ValueString(), version.ValueString()))
}

// PlanURL plans the address of a page. A resource that stays what it is keeps the one that its state holds.
func (c *Configured) PlanURL(
	ctx context.Context, req resource.ModifyPlanRequest, page Page, namespace, name, version types.String,
) types.String {
	planned := c.Session.URL(page, namespace, name, version)
	if req.State.Raw.IsNull() {
		return planned
	}
	var url, before types.String
	diags := req.State.GetAttribute(ctx, path.Root("url"), &url)
	if !version.IsNull() {
		diags.Append(req.State.GetAttribute(ctx, path.Root("version"), &before)...)
	}
	if diags.HasError() || !version.Equal(before) {
		return planned
	}
	return url
}

// ReadURL brings the address of a page up to date in the state that a Read has left. versioned: the resource has a
// version.
func (c *Configured) ReadURL(ctx context.Context, resp *resource.ReadResponse, page Page, versioned bool) {
	if resp.Diagnostics.HasError() || resp.State.Raw.IsNull() {
		return
	}
	var namespace, name, version, url types.String
	attributes := map[string]*types.String{"namespace": &namespace, "name": &name, "url": &url}
	if versioned {
		attributes["version"] = &version
	}
	for attribute, into := range attributes {
		resp.Diagnostics.Append(resp.State.GetAttribute(ctx, path.Root(attribute), into)...)
	}
	now := c.Session.URL(page, namespace, name, version)
	if versioned && version.IsNull() {
		now = types.StringNull() // it is none of this provider's yet
	}
	if !now.IsUnknown() && !now.Equal(url) {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("url"), now)...)
	}
}

// SettleURL is the address of a page once everything in it is known, for an apply whose plan did not know it.
func (c *Configured) SettleURL(url *types.String, page Page, namespace, name, version types.String) {
	if url.IsUnknown() {
		if *url = c.Session.URL(page, namespace, name, version); url.IsUnknown() {
			*url = types.StringNull()
		}
	}
}
