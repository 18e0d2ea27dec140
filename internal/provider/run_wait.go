package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// errGone says that the run disappeared while it was waited for.
var errGone = errors.New("the run was deleted while it was in progress")

// runStatus decodes what the cluster says of a run.
func runStatus(object *cluster.Object, outputs map[string]spec.Output) (spec.RunStatus, error) {
	return argo.ReadStatus(object.Into, outputs)
}

// adopt takes over a run that is there already under the same name: one that an interrupted apply had started. It
// must be ours and do the same.
func (r *runResource) adopt(ctx context.Context, run spec.Run, name string) error {
	object, err := r.data.cluster.Get(ctx, cluster.Workflows, run.Namespace, name)
	if err != nil {
		return err
	}
	if !argo.SameRun(object.Labels, object.Annotations, run) {
		return fmt.Errorf("a workflow named %s/%s exists already and is not this run; delete it, or give this run another name", run.Namespace, name)
	}
	tflog.Info(ctx, "Taking over the run that an earlier apply started", map[string]any{"run": run.Namespace + "/" + name})
	return nil
}

// waitFor waits until the run has ended and writes what became of it into the model. A run that is still in progress
// when time is up, or when the apply is interrupted, stays in the state as Running; the next apply waits for it again.
func (r *runResource) waitFor(ctx context.Context, m *runModel, run spec.Run, timeout time.Duration, diags *diag.Diagnostics) {
	name := m.Name.ValueString()
	var last spec.RunStatus
	err := r.follow(ctx, m, run, timeout, &last)
	if last.Phase != "" {
		m.setStatus(last)
	} else {
		m.setStatus(spec.RunStatus{Phase: spec.PhasePending})
	}
	// The state is written and the failure explained even if Terraform was interrupted meanwhile.
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	switch {
	case err == nil && last.Phase.Failed():
		r.explainFailure(after, run.Namespace, name, last, diags)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		r.explainUnfinished(after, run.Namespace, name, last, timeout, errors.Is(err, context.Canceled), diags)
	case err != nil:
		addClusterError(diags, "wait for", "run", name, err)
	}
}

func (r *runResource) follow(ctx context.Context, m *runModel, run spec.Run, timeout time.Duration, last *spec.RunStatus) error {
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	outputs := run.Pipeline.Outputs
	return r.data.cluster.Follow(waiting, cluster.Workflows, run.Namespace, m.Name.ValueString(), func(object *cluster.Object) (bool, error) {
		if object == nil {
			return true, errGone
		}
		status, err := runStatus(object, outputs)
		if err != nil {
			return true, err
		}
		if status.Phase != last.Phase {
			tflog.Info(ctx, "Run is "+string(status.Phase), map[string]any{"run": run.Namespace + "/" + m.Name.ValueString()})
		}
		*last = status
		return status.Phase.Ended() || !m.Wait.ValueBool(), nil
	})
}

// handsOver reports whether the run that is about to be deleted is the one that will be made next: an apply was
// interrupted while it waited, Terraform therefore replaces the resource, and the new one takes the run over.
func handsOver(planned []byte, state runModel) bool {
	var next struct{ Name string }
	if len(planned) == 0 || json.Unmarshal(planned, &next) != nil {
		return false
	}
	unfinished := !spec.Phase(state.Phase.ValueString()).Ended()
	return unfinished && state.Wait.ValueBool() && next.Name == state.Name.ValueString()
}

// worthKeeping reports whether the run is still going on, or has succeeded since.
func (r *runResource) worthKeeping(ctx context.Context, namespace, name string) bool {
	object, err := r.data.cluster.Get(ctx, cluster.Workflows, namespace, name)
	if err != nil {
		return false
	}
	status, err := runStatus(object, nil)
	return err == nil && !status.Phase.Failed()
}

// cancel stops a run in progress, so that its on_exit tasks run, waits for that, and deletes it.
func (r *runResource) cancel(ctx context.Context, namespace, name string, timeout time.Duration) error {
	object, err := r.data.cluster.Get(ctx, cluster.Workflows, namespace, name)
	if cluster.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	status, err := runStatus(object, nil)
	if err != nil {
		return err
	}
	if !status.Phase.Ended() {
		if _, err := r.data.cluster.Patch(ctx, cluster.Workflows, namespace, name, argo.StopPatch()); err != nil && !cluster.IsNotFound(err) {
			return err
		}
		if err := r.untilEnded(ctx, namespace, name, timeout); err != nil {
			tflog.Warn(ctx, "The run did not stop in time and is deleted as it is", map[string]any{"run": namespace + "/" + name})
		}
	}
	return r.data.cluster.Delete(ctx, cluster.Workflows, namespace, name, object.UID)
}

func (r *runResource) untilEnded(ctx context.Context, namespace, name string, timeout time.Duration) error {
	ctx, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	return r.data.cluster.Follow(ctx, cluster.Workflows, namespace, name, func(object *cluster.Object) (bool, error) {
		if object == nil {
			return true, nil
		}
		status, err := runStatus(object, nil)
		return status.Phase.Ended(), err
	})
}
