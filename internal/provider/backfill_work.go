package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// backfillWork runs what remains of a backfill.
type backfillWork struct {
	data     *data
	backfill spec.Backfill
	done     map[int64]bool // ticks that need no run

	mu      sync.Mutex
	results map[int64]spec.TickResult
	failed  []failedTick
	errs    []error
}

type failedTick struct {
	tick   time.Time
	run    string
	status spec.RunStatus
}

// errStopped says that runs ended before their time because the apply was interrupted or timed out.
var errStopped = errors.New("not waited for to the end")

// newBackfillWork makes the ledger, or takes over the one that an apply which was killed has left. known is what the
// state holds of the ticks; the ledger knows better.
func (d *data) newBackfillWork(ctx context.Context, b spec.Backfill, known map[int64]spec.TickResult) (*backfillWork, error) {
	w := &backfillWork{data: d, backfill: b, done: map[int64]bool{}, results: map[int64]spec.TickResult{}}
	maps.Copy(w.results, known)
	_, err := d.cluster.Create(ctx, cluster.ConfigMaps, argo.Ledger(b))
	switch {
	case cluster.ReasonOf(err) == cluster.Exists:
		if err := w.takeOver(ctx); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	default:
		for unix, result := range known {
			if err := w.note(ctx, time.Unix(unix, 0), result); err != nil {
				return nil, err
			}
		}
	}
	for unix, result := range w.results {
		w.done[unix] = result.Phase == spec.PhaseSucceeded
	}
	return w, nil
}

func (w *backfillWork) takeOver(ctx context.Context) error {
	b := w.backfill
	ledger, err := w.data.cluster.Get(ctx, cluster.ConfigMaps, b.Namespace, argo.LedgerName(b.Name))
	if err != nil {
		return err
	}
	if !argo.SameBackfill(ledger.Annotations, b) {
		return fmt.Errorf("config map %s/%s belongs to another backfill named %q; give this one another name, or remove the other first", b.Namespace, ledger.Name, b.Name)
	}
	noted, err := argo.ReadLedger(ledger.Into)
	if err != nil {
		return err
	}
	maps.Copy(w.results, noted)
	return nil
}

// note writes into the ledger what became of a tick.
func (w *backfillWork) note(ctx context.Context, tick time.Time, result spec.TickResult) error {
	patch, err := argo.LedgerPatch(tick, result)
	if err != nil {
		return err
	}
	_, err = w.data.cluster.Patch(ctx, cluster.ConfigMaps, w.backfill.Namespace, argo.LedgerName(w.backfill.Name), patch)
	return err
}

// run starts the runs in the order of their ticks, so many at a time, and waits for them.
func (w *backfillWork) run(ctx context.Context, timeout time.Duration, diags *diag.Diagnostics) {
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	slots := make(chan struct{}, w.backfill.Parallelism)
	var running sync.WaitGroup
	for _, tick := range w.backfill.Ticks {
		if w.done[tick.Unix()] {
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-waiting.Done():
		}
		if waiting.Err() != nil || w.stops() {
			break
		}
		running.Go(func() {
			defer func() { <-slots }()
			w.tick(waiting, tick)
		})
	}
	running.Wait()
	w.report(ctx, timeout, errors.Is(waiting.Err(), context.DeadlineExceeded), diags)
}

// stops reports whether no more runs are to start.
func (w *backfillWork) stops() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.errs) > 0 || len(w.failed) > 0 && !w.backfill.ContinueOnFailure
}

// tick runs one tick and notes what became of it.
func (w *backfillWork) tick(ctx context.Context, tick time.Time) {
	status, name, err := w.runTick(ctx, tick)
	if err == nil {
		result := spec.TickResult{Run: name, Phase: status.Phase, Message: shortened(status.Message), StartedAt: status.StartedAt, FinishedAt: status.FinishedAt}
		w.mu.Lock()
		w.results[tick.Unix()] = result
		if status.Phase.Failed() {
			w.failed = append(w.failed, failedTick{tick, name, status})
		}
		w.mu.Unlock()
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		err = w.note(after, tick, result)
	}
	if err != nil {
		w.mu.Lock()
		delete(w.results, tick.Unix())
		w.errs = append(w.errs, fmt.Errorf("%s: %w", tick.Format(time.RFC3339), err))
		w.mu.Unlock()
	}
}

// runTick starts the run of a tick, or takes over the one that is there, and waits for its end. One that has failed in an
// earlier apply gives way to a new one.
func (w *backfillWork) runTick(ctx context.Context, tick time.Time) (spec.RunStatus, string, error) {
	b := w.backfill
	workflow, err := argo.BackfillRun(b, tick)
	if err != nil {
		return spec.RunStatus{}, "", err
	}
	_, err = w.data.cluster.Create(ctx, cluster.Workflows, workflow)
	if cluster.ReasonOf(err) == cluster.Exists {
		var again bool
		if again, err = w.adopt(ctx, workflow.Name); again && err == nil {
			_, err = w.data.cluster.Create(ctx, cluster.Workflows, workflow)
		}
	}
	if err != nil {
		return spec.RunStatus{}, workflow.Name, err
	}
	tflog.Info(ctx, "Backfill run in progress", map[string]any{"backfill": b.Namespace + "/" + b.Name, "run": workflow.Name})
	var status spec.RunStatus
	err = w.data.cluster.Follow(ctx, cluster.Workflows, b.Namespace, workflow.Name, func(o *cluster.Object) (bool, error) {
		if o == nil {
			return true, errGone
		}
		var err error
		status, err = runStatus(o, nil)
		return status.Phase.Ended(), err
	})
	if ctx.Err() != nil {
		err = errStopped
	}
	return status, workflow.Name, err
}

// adopt takes over a run of the same name, which must be this backfill's. again: it had failed and is removed.
func (w *backfillWork) adopt(ctx context.Context, name string) (again bool, err error) {
	b := w.backfill
	found, err := w.data.cluster.Get(ctx, cluster.Workflows, b.Namespace, name)
	if cluster.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if !argo.SameBackfill(found.Annotations, b) {
		return false, fmt.Errorf("a workflow named %s/%s exists already and is not this backfill's; delete it, or give the backfill another name", b.Namespace, name)
	}
	status, err := runStatus(found, nil)
	if err != nil || !status.Phase.Failed() {
		return false, err
	}
	return true, w.data.removeRun(ctx, found)
}

// removeRun deletes a run and waits until its name is free.
func (d *data) removeRun(ctx context.Context, found *cluster.Object) error {
	if err := d.cluster.Delete(ctx, cluster.Workflows, found.Namespace, found.Name, found.UID); err != nil {
		return err
	}
	return d.cluster.Follow(ctx, cluster.Workflows, found.Namespace, found.Name, func(o *cluster.Object) (bool, error) {
		return o == nil || o.UID != found.UID, nil
	})
}

// report makes one diagnostic of what went wrong.
func (w *backfillWork) report(ctx context.Context, timeout time.Duration, timedOut bool, diags *diag.Diagnostics) {
	b := w.backfill
	succeeded := 0
	for _, tick := range b.Ticks {
		if w.results[tick.Unix()].Phase == spec.PhaseSucceeded {
			succeeded++
		}
	}
	if succeeded == len(b.Ticks) && len(w.errs) == 0 {
		return
	}
	var text strings.Builder
	fmt.Fprintf(&text, "Of the %d runs of backfill %s/%s, %d have succeeded, %d have failed and %d remain.", len(b.Ticks), b.Namespace, b.Name,
		succeeded, len(w.failed), len(b.Ticks)-succeeded-len(w.failed))
	title := "The backfill is not complete"
	switch {
	case len(w.failed) > 0:
		title = "Runs of the backfill failed"
		text.WriteString(" The next apply runs the failed ones again and goes on with the rest.\n")
	case timedOut:
		fmt.Fprintf(&text, " Time was up after %s (timeouts); runs in progress go on in the cluster. The next apply goes on from here.\n", timeout)
	case ctx.Err() != nil:
		text.WriteString(" The apply was interrupted; runs in progress go on in the cluster. The next apply goes on from here.\n")
	}
	w.describeFailures(ctx, &text)
	for _, err := range w.errs {
		if !errors.Is(err, errStopped) {
			fmt.Fprintf(&text, "\n%s", clusterDetail(err))
		}
	}
	diags.AddError(title, text.String())
}

// describeFailures tells the runs that failed, the first of them in full.
func (w *backfillWork) describeFailures(ctx context.Context, text *strings.Builder) {
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	for i, f := range w.failed {
		if i == maxFailures {
			fmt.Fprintf(text, "\n… and %d more failed runs.", len(w.failed)-maxFailures)
			return
		}
		fmt.Fprintf(text, "\n%s (run %s): %s %s", f.tick.Format(time.RFC3339), f.run, f.status.Phase, f.status.Message)
		if i > 0 {
			continue
		}
		var one diag.Diagnostics
		(&runResource{configured: configured{data: w.data}}).explainFailure(after, w.backfill.Namespace, f.run, f.status, &one)
		for _, d := range one {
			fmt.Fprintf(text, "\n%s\n", d.Detail())
		}
	}
}

// shortened keeps a message small enough for thousands of them in one ledger.
func shortened(message string) string {
	const most = 100
	if runes := []rune(message); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return message
}
