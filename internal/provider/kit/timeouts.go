package kit

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

const (
	DefaultDeleteTimeout = 5 * time.Minute
)

// defaultPendingTimeout is long enough for a node to be added and for a large image.
const defaultPendingTimeout = 10 * time.Minute

// PendingDescription says what timeouts.pending is.
const PendingDescription = "How long the run may do nothing but wait for a pod to start, or to be taken up by Argo " +
	"at all: for an image that is not found, a secret that is missing, a node that nobody adds. " +
	"Then apply ends with the reason, and the run goes on in the cluster. Waiting for a lock or for an approval does " +
	"not count. Default: `10m`."

// PendingTimeout reads timeouts.pending, which the framework's own package does not know.
func PendingTimeout(timeouts types.Object, diags *diag.Diagnostics) time.Duration {
	text, ok := timeouts.Attributes()["pending"].(types.String)
	if !ok || !IsKnown(text) {
		return defaultPendingTimeout
	}
	limit, err := time.ParseDuration(text.ValueString())
	if err != nil || limit <= 0 {
		AddErrorAt(
			diags, path.Root("timeouts").AtName("pending"), "Invalid duration",
			fmt.Sprintf(
				"%q is not a positive duration. Write a number with the unit s, m or h, such as \"10m\".", text.ValueString(),
			),
		)
		return defaultPendingTimeout
	}
	return limit
}

// TimeoutsWithPending are the framework's timeouts and pending.
func TimeoutsWithPending(ctx context.Context, opts timeouts.Opts) schema.SingleNestedAttribute {
	all := schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{}}
	if known, ok := timeouts.Attributes(ctx, opts).(schema.SingleNestedAttribute); ok {
		all.Attributes = known.Attributes
	}
	all.Attributes["pending"] = schema.StringAttribute{Optional: true, MarkdownDescription: PendingDescription}
	all.CustomType = timeouts.Type{ObjectType: types.ObjectType{AttrTypes: AttributeTypes(all.Attributes)}}
	return all
}
