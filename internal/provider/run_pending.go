package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// defaultPendingTimeout is long enough for a node to be added and for a large image.
const defaultPendingTimeout = 10 * time.Minute

const pendingDescription = "How long the run may do nothing but wait for a pod to start, or to be taken up by Argo at all: for an image that is not found, a secret that is missing, a node that nobody adds. " +
	"Then apply ends with the reason, and the run goes on in the cluster. Waiting for a lock or for an approval does not count. Default: `10m`."

// errStuck is the cause for which the wait for a run ends.
var errStuck = errors.New("the run is stuck")

// stuckWatch ends the wait for a run that makes no progress.
type stuckWatch struct {
	limit time.Duration
	end   func()

	mu    sync.Mutex
	timer *time.Timer // runs while the run is stuck
}

// seen looks at a state of the run.
func (w *stuckWatch) seen(status spec.RunStatus) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch stuck := isStuck(status); {
	case stuck && w.timer == nil:
		w.timer = time.AfterFunc(w.limit, w.end)
	case !stuck && w.timer != nil:
		w.timer.Stop()
		w.timer = nil
	}
}

func (w *stuckWatch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// isStuck reports whether nothing is in progress though something wants to be.
func isStuck(status spec.RunStatus) bool {
	if status.Phase.Ended() || status.Active || waitsForTurn(status.Message) || slices.ContainsFunc(status.Waiting, waitsForTurn) {
		return false
	}
	return len(status.Waiting) > 0 || status.StartedAt.IsZero()
}

// waitsForTurn reports whether something waits for others to end, as it should.
func waitsForTurn(message string) bool {
	return strings.HasPrefix(message, "Waiting for ") || strings.Contains(message, "exceeded quota")
}

// describeStuck tells what a run waits for that will not come by itself.
func (d *data) describeStuck(ctx context.Context, run awaited, status spec.RunStatus) string {
	what := fmt.Sprintf("Run %s/%s has done nothing for %s (timeouts.pending) but wait for a pod to start; it goes on in the cluster.", run.namespace, run.name, run.pending)
	return d.describeOpen(ctx, what, run, status)
}

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
