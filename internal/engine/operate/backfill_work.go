package operate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// backfillWork runs what remains of a backfill.
type backfillWork struct {
	operator *Operator
	backfill spec.Backfill
	done     map[int64]bool // ticks that need no run

	mu      sync.Mutex
	Results map[int64]spec.TickResult
	failed  []failedTick
	open    []failedTick
	errs    []error
}

// maxNoted keeps a message small enough for thousands of them in one ledger.
const maxNoted = 100

// failedTick is a run that failed, or that was not waited for to its end.
type failedTick struct {
	tick   time.Time
	run    string
	detail string // what AwaitRun says of it
}

// NewBackfillWork makes the ledger, or takes over the one that an apply which was killed has left. known is what the
// state holds of the ticks; the ledger knows better.
func (o *Operator) NewBackfillWork(
	ctx context.Context, b spec.Backfill, known map[int64]spec.TickResult,
) (*backfillWork, error) {
	w := &backfillWork{operator: o, backfill: b, done: map[int64]bool{}, Results: map[int64]spec.TickResult{}}
	maps.Copy(w.Results, known)
	_, err := o.Backend.Create(ctx, backend.ConfigMaps, compile.Ledger(b))
	switch {
	case backend.ReasonOf(err) == backend.Exists:
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
	for unix, result := range w.Results {
		w.done[unix] = result.Phase == spec.PhaseSucceeded
	}
	return w, nil
}

func (w *backfillWork) takeOver(ctx context.Context) error {
	b := w.backfill
	ledger, err := w.operator.Backend.Get(ctx, backend.ConfigMaps, b.Namespace, compile.LedgerName(b.Name))
	if err != nil {
		return err
	}
	if !compile.SameBackfill(ledger.Annotations, b) {
		return fmt.Errorf(
			"config map %s/%s belongs to another backfill named %q; give this one another name, or remove the other first",
			b.Namespace, ledger.Name, b.Name,
		)
	}
	noted, err := compile.ReadLedger(ledger.Into)
	if err != nil {
		return err
	}
	maps.Copy(w.Results, noted)
	return nil
}

// note writes into the ledger what became of a tick.
func (w *backfillWork) note(ctx context.Context, tick time.Time, result spec.TickResult) error {
	patch, err := compile.LedgerPatch(tick, result)
	if err != nil {
		return err
	}
	_, err = w.operator.Backend.Patch(
		ctx, backend.ConfigMaps, w.backfill.Namespace, compile.LedgerName(w.backfill.Name), patch,
	)
	return err
}

// Run starts the runs in the order of their ticks, so many at a time, and waits for them. TimeoutName is the attribute
// that sets the timeout.
func (w *backfillWork) Run(
	ctx context.Context, timeout, pending time.Duration, timeoutName string, problems *problem.List,
) {
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
			w.tick(waiting, tick, Awaited{Timeout: timeout, TimeoutName: timeoutName + " of the backfill", Pending: pending})
		})
	}
	running.Wait()
	w.report(problems)
}

// stops reports whether no more runs are to start.
func (w *backfillWork) stops() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.errs)+len(w.open) > 0 || len(w.failed) > 0 && !w.backfill.ContinueOnFailure
}

// tick runs one tick and notes what became of it.
func (w *backfillWork) tick(ctx context.Context, tick time.Time, wait Awaited) {
	name, err := w.start(ctx, tick)
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.errs = append(w.errs, fmt.Errorf("%s: %w", tick.Format(time.RFC3339), err))
		return
	}
	w.forget(ctx, tick)
	wait.Namespace, wait.Name, wait.Later, wait.Again = w.backfill.Namespace, name, "The next apply waits for it.", "The next apply runs it again."
	wait.Tell = func(message string) {
		w.operator.info(ctx, message, map[string]any{"backfill": w.backfill.Namespace + "/" + w.backfill.Name, "run": name})
	}
	var wrong problem.List
	status := w.operator.AwaitRun(ctx, wait, &wrong)
	seen := failedTick{tick: tick, run: name}
	for _, p := range wrong {
		if p.Severity == problem.Error {
			seen.detail += p.Detail
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !status.Phase.Ended() {
		w.open = append(w.open, seen)
		return
	}
	if status.Phase.Failed() {
		w.failed = append(w.failed, seen)
	}
	result := spec.TickResult{
		Run: name, Phase: status.Phase, Message: Cut(status.Message, maxNoted), StartedAt: status.StartedAt,
		FinishedAt: status.FinishedAt,
	}
	w.Results[tick.Unix()] = result
	// What has ended is written down even if the apply is being interrupted.
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	if err := w.note(after, tick, result); err != nil {
		w.errs = append(w.errs, fmt.Errorf("%s: %w", tick.Format(time.RFC3339), err))
	}
}

// forget takes back what an earlier apply has noted of a tick that runs again.
func (w *backfillWork) forget(ctx context.Context, tick time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, noted := w.Results[tick.Unix()]; !noted {
		return
	}
	delete(w.Results, tick.Unix())
	_, err := w.operator.Backend.Patch(
		ctx, backend.ConfigMaps, w.backfill.Namespace, compile.LedgerName(w.backfill.Name), compile.LedgerRemoval(tick),
	)
	if err != nil {
		w.errs = append(w.errs, fmt.Errorf("%s: %w", tick.Format(time.RFC3339), err))
	}
}

// start starts the run of a tick, or takes over the one that is there. One that failed in an earlier apply gives way to
// a new one.
func (w *backfillWork) start(ctx context.Context, tick time.Time) (name string, err error) {
	b := w.backfill
	workflow, err := compile.BackfillRun(b, tick)
	if err != nil {
		return "", err
	}
	compile.ForInstance(workflow, w.operator.InstanceID)
	for {
		_, err := w.operator.Backend.Create(ctx, backend.Workflows, workflow)
		if backend.ReasonOf(err) != backend.Exists {
			return workflow.Name, err
		}
		taken, err := w.adopt(ctx, workflow.Name)
		if taken || err != nil {
			return workflow.Name, err
		}
	}
}

// adopt takes over a run of the same name, which must be this backfill's. False: the name is free now.
func (w *backfillWork) adopt(ctx context.Context, name string) (taken bool, err error) {
	b := w.backfill
	found, err := w.operator.Backend.Get(ctx, backend.Workflows, b.Namespace, name)
	switch {
	case backend.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, err
	case found.Deleting:
		return false, w.operator.untilGone(ctx, b.Namespace, name)
	case !compile.SameBackfill(found.Annotations, b):
		return false, fmt.Errorf(
			"a workflow named %s/%s exists already and is not this backfill's; delete it, or give the backfill another name",
			b.Namespace, name,
		)
	}
	if !status.PhaseOf(found.Raw()).Failed() {
		return true, nil
	}
	if err := w.operator.Backend.Delete(ctx, backend.Workflows, b.Namespace, name, found.UID); err != nil {
		return false, err
	}
	return false, w.operator.untilGone(ctx, b.Namespace, name)
}

// Report makes one diagnostic of what went wrong.
func (w *backfillWork) report(problems *problem.List) {
	b := w.backfill
	succeeded, failed := 0, 0
	for _, tick := range b.Ticks {
		switch phase := w.Results[tick.Unix()].Phase; {
		case phase == spec.PhaseSucceeded:
			succeeded++
		case phase.Failed():
			failed++
		}
	}
	if succeeded == len(b.Ticks) && len(w.errs) == 0 {
		return
	}
	var text strings.Builder
	fmt.Fprintf(&text, "Runs of backfill %[2]s/%[3]s: %[1]d in all, succeeded: %[4]d, failed: %[5]d, remaining: %[6]d. "+
		"The next apply goes on from here, with the failed ones first.\n",
		len(b.Ticks), b.Namespace, b.Name, succeeded, failed, len(b.Ticks)-succeeded-failed)
	title := "The backfill is not complete"
	if len(w.failed) > 0 {
		title = "Runs of the backfill failed"
	}
	describeTicks(&text, w.failed)
	describeTicks(&text, w.open)
	for _, err := range w.errs {
		fmt.Fprintf(&text, "\n%s", ClusterDetail(err))
	}
	problems.Error(title, text.String())
}

// describeTicks tells the first run in full and names others.
func describeTicks(text *strings.Builder, ticks []failedTick) {
	slices.SortFunc(ticks, func(a, b failedTick) int { return a.tick.Compare(b.tick) })
	for i, f := range ticks {
		switch {
		case i == 0:
			fmt.Fprintf(text, "\n%s: %s\n", f.tick.Format(time.RFC3339), f.detail)
		case i < maxFailures:
			fmt.Fprintf(text, "\n%s: run %s as well.", f.tick.Format(time.RFC3339), f.run)
		default:
			fmt.Fprintf(text, "\n… and %d more.", len(ticks)-i)
			return
		}
	}
}
