package kit

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Null as an element of a map of texts means that the key is not given: a module hands on a variable that may be null.
// Everywhere else an element has to be something.

// NoNulls refuses elements that are null, each at its own place.
type NoNulls struct{}

func (NoNulls) Description(context.Context) string { return "no element is null" }

func (v NoNulls) MarkdownDescription(c context.Context) string { return v.Description(c) }

func (NoNulls) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		refuseNull(&resp.Diagnostics, req.Path.AtMapKey(key), elements[key],
			"Leave the key out where there is nothing, for example by { for name, value in … : name => value if value != "+
				"null }.")
	}
}

func (NoNulls) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	for i, element := range req.ConfigValue.Elements() {
		refuseNull(&resp.Diagnostics, req.Path.AtListIndex(i), element, "Leave it out, for example by compact([…]).")
	}
}

func (NoNulls) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	for _, element := range req.ConfigValue.Elements() {
		refuseNull(&resp.Diagnostics, req.Path, element, "Leave it out, for example by compact([…]).")
	}
}

func refuseNull(diags *diag.Diagnostics, at path.Path, element attr.Value, remedy string) {
	if element.IsNull() {
		AddErrorAt(diags, at, "Null as an element", "an element is null, and has to be something. "+remedy)
	}
}
