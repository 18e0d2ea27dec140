package operate

import (
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A run is stuck if nothing is in progress, something wants to be, and no turn is waited for.
func TestStuckRuns(t *testing.T) {
	t.Parallel()
	began := time.Unix(1, 0)
	for name, c := range map[string]struct {
		status spec.RunStatus
		want   bool
	}{
		"nobody has taken it up": {spec.RunStatus{Phase: spec.PhasePending}, true},
		"it waits for a lock": {
			spec.RunStatus{Phase: spec.PhasePending, Message: "Waiting for etl/Mutex/m lock. Lock status: 0/1"}, false,
		},
		"its only pod cannot start": {
			spec.RunStatus{Phase: spec.PhaseRunning, StartedAt: began, Waiting: []string{"ImagePullBackOff: no such image"}},
			true,
		},
		"another pod runs": {
			spec.RunStatus{
				Phase: spec.PhaseRunning, StartedAt: began, Active: true, Waiting: []string{"ImagePullBackOff: no such image"},
			},
			false,
		},
		"a pod waits for a lock": {
			spec.RunStatus{
				Phase: spec.PhaseRunning, StartedAt: began, Waiting: []string{"Waiting for etl/Mutex/m lock. Lock status: 0/1"},
			},
			false,
		},
		"a quota is used up": {
			spec.RunStatus{
				Phase: spec.PhaseRunning, StartedAt: began, Waiting: []string{"pods is forbidden: exceeded quota: q"},
			},
			false,
		},
		"between two tasks": {spec.RunStatus{Phase: spec.PhaseRunning, StartedAt: began}, false},
		"it is over":        {spec.RunStatus{Phase: spec.PhaseSucceeded, StartedAt: began}, false},
	} {
		if got := isStuck(c.status); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// The wait ends once the run has been stuck for the whole time, and not if it went on meanwhile.
func TestStuckWatch(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	w := &stuckWatch{limit: 50 * time.Millisecond, end: func() { close(ended) }}
	defer w.stop()
	stuck := spec.RunStatus{Phase: spec.PhaseRunning, StartedAt: time.Unix(1, 0), Waiting: []string{"ErrImagePull"}}
	w.seen(stuck)
	w.seen(spec.RunStatus{Phase: spec.PhaseRunning, StartedAt: time.Unix(1, 0), Active: true})
	select {
	case <-ended:
		t.Fatal("the run went on")
	case <-time.After(200 * time.Millisecond):
	}
	w.seen(stuck)
	w.seen(stuck)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the run is stuck, and the wait goes on")
	}
}
