package operate

import (
	"context"
	"errors"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// errGone says that the run disappeared while it was waited for.
var errGone = errors.New("the run was deleted while it was in progress")

// afterwards bounds what is still done once an apply is interrupted: reading logs for the diagnostic.
const afterwards = 30 * time.Second

// RunStatus reads what the cluster says of a run, without the secrets in it.
func (o *Operator) RunStatus(
	ctx context.Context, object *backend.Object, outputs map[string]spec.Output,
) (spec.RunStatus, error) {
	return o.ReaderOf(object.Namespace, object.Name).status(ctx, object, outputs)
}

func (r *podReader) status(
	ctx context.Context, object *backend.Object, outputs map[string]spec.Output,
) (spec.RunStatus, error) {
	status, err := status.ReadStatus(object.Into, outputs)
	r.Mask(ctx, &status)
	return status, err
}

// AddUnreadableRun warns that the cluster holds something of a run that cannot be read, which is no reason to stop a
// plan.
func AddUnreadableRun(problems *problem.List, name string, err error) {
	problems.Warning("Cannot read all of run "+name, ClusterDetail(err)+"\n\nThe plan goes on with what is known.")
}

// followRun calls seen with every state of a run until seen returns true, the run disappears (errGone) or ctx ends,
// and returns the last state, all without secrets. It uses one watch, however long the run takes.
func (o *Operator) followRun(
	ctx context.Context, namespace, name string, outputs map[string]spec.Output, seen func(spec.RunStatus) bool,
) (last spec.RunStatus, err error) {
	reader := o.ReaderOf(namespace, name)
	err = o.Backend.Follow(ctx, backend.Workflows, namespace, name, func(object *backend.Object) (bool, error) {
		if object == nil {
			return true, errGone
		}
		status, err := reader.status(ctx, object, outputs)
		if err != nil { // a run whose tasks cannot be read still has an end
			last = status
			if last.Phase.Ended() {
				return true, err
			}
			return seen(last), nil
		}
		last = status
		return seen(status), nil
	})
	return last, err
}

// AwaitRun waits until a run has ended and tells its progress. What went wrong is one diagnostic: failed tasks with
// their logs, or what an unfinished run is waiting for when time is up or the apply is interrupted.
func (o *Operator) AwaitRun(ctx context.Context, run Awaited, problems *problem.List) spec.RunStatus {
	waiting, cancel := context.WithTimeout(ctx, run.Timeout)
	defer cancel()
	waiting, end := context.WithCancelCause(waiting)
	stuck := &stuckWatch{limit: run.Pending, end: func() { end(errStuck) }}
	defer stuck.stop()
	progress := newProgress(run.Tell)
	var last spec.RunStatus
	var err error
	for range maxRemade {
		last, err = o.followRun(waiting, run.Namespace, run.Name, run.Outputs, func(status spec.RunStatus) bool {
			progress.seen(status)
			stuck.seen(status)
			return status.Phase.Ended()
		})
		if err != nil || !o.remake(waiting, run.Run, run.Name, last) {
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
		problems.Error("The run failed", o.describeFailure(after, run, last))
	case err != nil && errors.Is(context.Cause(waiting), errStuck):
		problems.Error("The run is stuck", o.describeStuck(after, run, last))
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		problems.Error(
			"The run has not ended", o.describeUnfinished(after, run, last, errors.Is(ctx.Err(), context.Canceled)),
		)
	case errors.Is(err, errGone):
		problems.Error(
			"The run was deleted",
			"Somebody deleted run "+run.Namespace+"/"+run.Name+" while it was in progress.\n\nApply again: that starts it anew.",
		)
	case err != nil:
		addClusterProblem(problems, "wait for", "run", run.Name, err)
	case last.Elsewhere:
		problems.Warning("The results of the run are not in the cluster", "Argo keeps the tasks and outputs of run "+run.Namespace+"/"+run.Name+
			" in a database (nodeStatusOffLoad), where the provider cannot read them: tasks and outputs are empty.\n\n"+
			"Switch it off in the controller's config map (persistence), or let the pipeline leave what is needed in an "+
			"artifact.")
	}
	return last
}

// Awaited is a run to wait for.
type Awaited struct {
	Run             spec.Run
	Namespace, Name string
	Outputs         map[string]spec.Output // of its pipeline
	Timeout         time.Duration
	TimeoutName     string               // the attribute that sets the timeout
	Pending         time.Duration        // how long nothing but waiting for pods is borne
	Again           string               // what a user does after a failure
	Later           string               // what becomes of a run that has not ended
	Tell            func(message string) // gets the progress
}
