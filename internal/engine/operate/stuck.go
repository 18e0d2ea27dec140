package operate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

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
func (o *Operator) describeStuck(ctx context.Context, run Awaited, status spec.RunStatus) string {
	what := fmt.Sprintf(
		"Run %s/%s has done nothing for %s (timeouts.pending) but wait for a pod to start; it goes on in the cluster.",
		run.Namespace, run.Name, run.Pending,
	)
	return o.describeOpen(ctx, what, run, status)
}
