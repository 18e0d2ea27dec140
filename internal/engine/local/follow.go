package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/gofrs/flock"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local/executor"
)

// followPause is how often a file is looked at that somebody else may change.
const followPause = 100 * time.Millisecond

// Follow calls seen with every state of an object, nil once it is gone, until seen is done or fails. A Workflow that
// has not ended and that nobody else runs is run meanwhile.
func (b *Backend) Follow(
	ctx context.Context, kind backend.Kind, namespace, name string, seen func(*backend.Object) (bool, error),
) error {
	last := ""
	for first := true; ; first = false {
		object, err := b.Get(ctx, kind, namespace, name)
		if backend.IsNotFound(err) {
			object, err = nil, nil
		}
		if err != nil {
			return err
		}
		if object == nil || object.ResourceVersion != last || first {
			if done, err := seen(object); done || err != nil {
				return err
			}
		}
		if object != nil {
			last = object.ResourceVersion
		}
		if object != nil && kind == backend.Workflows && !status.PhaseOf(object.Raw()).Ended() {
			if over, err := b.runWhileFollowed(ctx, namespace, name, seen); over || err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s %s/%s: %w", kind.Resource, namespace, name, ctx.Err())
		case <-time.After(followPause):
		}
	}
}

// runWhileFollowed runs a workflow until it has ended, or until seen is done; over: the latter. Nothing happens where
// somebody else runs it.
func (b *Backend) runWhileFollowed(
	ctx context.Context, namespace, name string, seen func(*backend.Object) (bool, error),
) (over bool, err error) {
	folder := b.store.runs(namespace, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return false, fileError(backend.Workflows, namespace, name, err)
	}
	lock := flock.New(filepath.Join(folder, ".lock"))
	mine, err := lock.TryLock()
	if err != nil {
		return false, fileError(backend.Workflows, namespace, name, err)
	}
	defer lock.Close()
	if !mine {
		return false, nil
	}
	object, err := b.Get(ctx, backend.Workflows, namespace, name)
	if err != nil || status.PhaseOf(object.Raw()).Ended() {
		if backend.IsNotFound(err) {
			err = nil
		}
		return false, err
	}
	if !executor.Supported {
		return false, errors.New("runs on this machine need Linux or macOS; on Windows, use WSL or a cluster")
	}
	executor.Sweep(object.UID)
	defer executor.Sweep(object.UID)
	return b.run(ctx, object, seen)
}

// run runs a workflow, and keeps its file and whoever follows it up to date.
func (b *Backend) run(
	ctx context.Context, object *backend.Object, seen func(*backend.Object) (bool, error),
) (over bool, err error) {
	var wf wfv1.Workflow
	if err := object.Into(&wf); err != nil {
		return false, err
	}
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	changes := make(chan struct{}, 1)
	run := b.controllerOf(object.Namespace, wf.Name).NewRun(&wf, func() {
		select {
		case changes <- struct{}{}:
		default:
		}
	})
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		run.Do(running)
	}()
	// Nothing runs any more when this returns, and the file says how far it came.
	defer func() {
		cancel()
		<-finished
		if _, last := b.save(ctx, run.Snapshot()); err == nil && !backend.IsNotFound(last) {
			err = last
		}
	}()
	k := keeper{b: b, run: run, seen: seen, object: object}
	ticks := time.NewTicker(followPause)
	defer ticks.Stop()
	for {
		var isOver bool
		select {
		case <-finished:
			isOver = true
		case <-changes:
			k.dirty = true
		case <-ticks.C:
		}
		if over, err := k.keep(ctx, isOver); over || err != nil || isOver || ctx.Err() != nil {
			return over, err
		}
	}
}

// keeper keeps the file of a run up to date, but not more often than what is worth while.
type keeper struct {
	b      *Backend
	run    runner
	seen   func(*backend.Object) (bool, error)
	object *backend.Object
	dirty  bool
	next   time.Time
}

// runner is a run in progress.
type runner interface {
	Snapshot() *wfv1.Workflow
	Stop(strategy wfv1.ShutdownStrategy)
}

// keep writes what is new, and hears what others have written.
func (k *keeper) keep(ctx context.Context, last bool) (over bool, err error) {
	if !last && time.Now().Before(k.next) {
		return false, nil
	}
	if !k.dirty && !last {
		return k.listen(ctx)
	}
	k.dirty = false
	begun := time.Now()
	object, err := k.b.save(ctx, k.run.Snapshot())
	switch {
	case backend.IsNotFound(err):
		return false, nil // it was deleted, which Follow tells
	case err != nil:
		return false, err
	}
	k.hear(object)
	over, err = k.seen(object)
	k.next = time.Now().Add(5 * time.Since(begun))
	return over, err
}

// listen looks whether somebody has stopped or deleted the run.
func (k *keeper) listen(ctx context.Context) (over bool, err error) {
	object, err := k.b.Get(ctx, backend.Workflows, k.object.Namespace, k.object.Name)
	switch {
	case backend.IsNotFound(err):
		return true, k.gone()
	case err != nil: // half of an editor's file; the next one is whole
		return false, nil //nolint:nilerr // see there
	case object.UID != k.object.UID:
		return true, k.gone()
	}
	k.hear(object)
	return false, nil
}

// gone tells whoever follows that the run was deleted.
func (k *keeper) gone() error {
	_, err := k.seen(nil)
	return err
}

func (k *keeper) hear(object *backend.Object) {
	spec, _ := object.Content["spec"].(map[string]any)
	if shutdown, _ := spec["shutdown"].(string); shutdown != "" {
		k.run.Stop(wfv1.ShutdownStrategy(shutdown))
	}
}

// save writes the status of a workflow into its file, and Argo's labels of it. All else is what the file says.
func (b *Backend) save(ctx context.Context, wf *wfv1.Workflow) (saved *backend.Object, err error) {
	data, err := json.Marshal(wf.Status)
	if err != nil {
		return nil, fmt.Errorf("encoding the status of run %s: %w", wf.Name, err)
	}
	now, err := decodeJSON(data)
	if err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	return saved, b.store.locked(ctx, func() error {
		live, err := b.store.read(backend.Workflows, wf.Namespace, wf.Name)
		if err != nil {
			return err
		}
		if live.UID != string(wf.UID) {
			return &backend.Error{
				Reason: backend.NotFound, Resource: backend.Workflows.Resource, Namespace: wf.Namespace, Name: wf.Name,
				Err: errors.New("another run has its name by now"),
			}
		}
		content := live.Content
		content["status"] = now
		labels, _ := metadataOf(content)["labels"].(map[string]any)
		if labels == nil {
			labels = map[string]any{}
			metadataOf(content)["labels"] = labels
		}
		labels[status.PhaseLabel] = string(wf.Status.Phase)
		delete(labels, layout.CompletedLabel)
		if wf.Status.Phase.Completed() {
			labels[layout.CompletedLabel] = "true"
		}
		delete(metadataOf(content), "resourceVersion")
		saved, err = b.store.write(backend.Workflows, wf.Namespace, wf.Name, content)
		return err
	})
}
