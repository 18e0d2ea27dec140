package provider

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// errGone says that the run disappeared while it was waited for.
var errGone = errors.New("the run was deleted while it was in progress")

// afterwards bounds what is still done once an apply is interrupted: reading logs for the diagnostic.
const afterwards = 30 * time.Second

// runStatus decodes what the cluster says of a run.
func runStatus(object *cluster.Object, outputs map[string]spec.Output) (spec.RunStatus, error) {
	return argo.ReadStatus(object.Into, outputs)
}

// followRun calls seen with every state of a run until seen returns true, the run disappears (errGone) or ctx ends,
// and returns the last state. It uses one watch, however long the run takes.
func (d *data) followRun(ctx context.Context, namespace, name string, outputs map[string]spec.Output, seen func(spec.RunStatus) bool) (last spec.RunStatus, err error) {
	err = d.cluster.Follow(ctx, cluster.Workflows, namespace, name, func(object *cluster.Object) (bool, error) {
		if object == nil {
			return true, errGone
		}
		status, err := runStatus(object, outputs)
		if err != nil { // a run whose tasks cannot be read still has an end
			if last.Phase = argo.PhaseOf(object.Raw()); last.Phase.Ended() {
				return true, err
			}
			return seen(last), nil
		}
		last = status
		return seen(status), nil
	})
	return last, err
}

// awaitRun waits until a run has ended and tells its progress. What went wrong is one diagnostic: failed tasks with
// their logs, or what an unfinished run is waiting for when time is up or the apply is interrupted.
func (d *data) awaitRun(ctx context.Context, run awaited, diags *diag.Diagnostics) spec.RunStatus {
	waiting, cancel := context.WithTimeout(ctx, run.timeout)
	defer cancel()
	progress := newProgress(run.tell)
	var last spec.RunStatus
	var err error
	for range maxRemade {
		last, err = d.followRun(waiting, run.namespace, run.name, run.outputs, func(status spec.RunStatus) bool {
			progress.seen(status)
			return status.Phase.Ended()
		})
		if err != nil || !d.remake(waiting, run.run, run.name, last) {
			break
		}
	}
	if last.Phase == "" {
		last.Phase = spec.PhasePending
	}
	// The failure is explained even if Terraform was interrupted meanwhile.
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterwards)
	defer cancel()
	switch {
	case err == nil && last.Phase.Failed():
		diags.AddError("The run failed", d.describeFailure(after, run, last))
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		diags.AddError("The run has not ended", d.describeUnfinished(after, run, last, ctx.Err() != nil))
	case errors.Is(err, errGone):
		diags.AddError("The run was deleted", "Somebody deleted run "+run.namespace+"/"+run.name+" while it was in progress.\n\nApply again: that starts it anew.")
	case err != nil:
		addClusterError(diags, "wait for", "run", run.name, err)
	case last.Elsewhere:
		diags.AddWarning("The results of the run are not in the cluster", "Argo keeps the tasks and outputs of run "+run.namespace+"/"+run.name+
			" in a database (nodeStatusOffLoad), where the provider cannot read them: tasks and outputs are empty.\n\n"+
			"Switch it off in the controller's config map (persistence), or let the pipeline leave what is needed in an artifact.")
	}
	d.maskStatus(after, run.namespace, run.name, &last)
	return last
}

// awaited is a run to wait for.
type awaited struct {
	run             spec.Run
	namespace, name string
	outputs         map[string]spec.Output // of its pipeline
	timeout         time.Duration
	timeoutName     string               // the attribute that sets the timeout
	again           string               // what a user does after a failure
	later           string               // what becomes of a run that has not ended
	tell            func(message string) // gets the progress
}
