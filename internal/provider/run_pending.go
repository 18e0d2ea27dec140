package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// defaultPendingTimeout is long enough for a node to be added and for a large image.
const defaultPendingTimeout = 10 * time.Minute

const pendingDescription = "How long the run may do nothing but wait for a pod to start, or to be taken up by Argo at all: for an image that is not found, a secret that is missing, a node that nobody adds. " +
	"Then apply ends with the reason, and the run goes on in the cluster. Waiting for a lock or for an approval does not count. Default: `10m`."

// checkTimeouts reads all of them, since a mistake would otherwise show when the run has started.
func (m runModel) checkTimeouts(diags *diag.Diagnostics) { pendingTimeout(m.Timeouts.Object, diags) }

// pendingTimeout reads timeouts.pending, which the framework's own package does not know.
func pendingTimeout(timeouts types.Object, diags *diag.Diagnostics) time.Duration {
	text, ok := timeouts.Attributes()["pending"].(types.String)
	if !ok || !isKnown(text) {
		return defaultPendingTimeout
	}
	limit, err := time.ParseDuration(text.ValueString())
	if err != nil || limit <= 0 {
		addErrorAt(diags, path.Root("timeouts").AtName("pending"), "Invalid duration", fmt.Sprintf("%q is not a positive duration. Write a number with the unit s, m or h, such as \"10m\".", text.ValueString()))
		return defaultPendingTimeout
	}
	return limit
}

// timeoutsWithPending are the framework's timeouts and pending.
func timeoutsWithPending(ctx context.Context, opts timeouts.Opts) schema.SingleNestedAttribute {
	all := schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{}}
	if known, ok := timeouts.Attributes(ctx, opts).(schema.SingleNestedAttribute); ok {
		all.Attributes = known.Attributes
	}
	all.Attributes["pending"] = schema.StringAttribute{Optional: true, MarkdownDescription: pendingDescription}
	all.CustomType = timeouts.Type{ObjectType: types.ObjectType{AttrTypes: attributeTypes(all.Attributes)}}
	return all
}
