package operate

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// StartRun makes a run. Where the same run is there already, because an interrupted apply had started it, that one is
// taken over and adopted is true, unless another resource than instance stands for it. Both ways the object's name is
// the run's identity from here on.
func (o *Operator) StartRun(
	ctx context.Context, run spec.Run, instance string,
) (object *backend.Object, adopted bool, err error) {
	workflow := compile.Run(run)
	compile.ForInstance(workflow, o.InstanceID)
	if err := o.settled(ctx, run); err != nil {
		return nil, false, err
	}
	for {
		object, err = o.Backend.Create(ctx, backend.Workflows, workflow)
		if backend.ReasonOf(err) != backend.Exists {
			return object, false, err
		}
		object, err = o.Backend.Get(ctx, backend.Workflows, run.Namespace, workflow.Name)
		switch {
		case backend.IsNotFound(err):
			continue
		case err != nil:
			return nil, false, err
		case !compile.SameRun(object.Labels, object.Annotations, run):
			return nil, false, fmt.Errorf(
				"a workflow named %s/%s exists already and is not this run; delete it, or give this run another name", run.Namespace,
				workflow.Name,
			)
		case !object.Deleting && compile.IsHistory(object.Labels):
			if err := o.Backend.Delete(ctx, backend.Workflows, run.Namespace, object.Name, object.UID); err != nil {
				return nil, false, err
			}
		case !object.Deleting && o.isOwned(object, instance):
			return nil, false, errOwned
		case !object.Deleting:
			o.info(
				ctx, "Taking over the run that an earlier apply started", map[string]any{
					"run": run.Namespace + "/" + workflow.Name,
				},
			)
			return object, true, nil
		}
		// A namesake is on its way out: finalizers, such as the removal of artifacts, keep it for a while.
		if err := o.untilGone(ctx, run.Namespace, workflow.Name); err != nil {
			return nil, false, err
		}
	}
}

// untilGone waits until a run that was deleted has disappeared.
func (o *Operator) untilGone(ctx context.Context, namespace, name string) error {
	return o.Backend.Follow(ctx, backend.Workflows, namespace, name, func(object *backend.Object) (bool, error) {
		return object == nil || !object.Deleting, nil
	})
}

// How long Argo's controller is given to see a pipeline that was just applied: it works from a copy, and would run the
// version before, or say that the pipeline does not exist.
const (
	fresh       = 2 * time.Second
	settleRun   = 1500 * time.Millisecond
	maxRemade   = 5
	remakePause = 2 * time.Second
)

// settled waits a little where the run's pipeline was just applied.
func (o *Operator) settled(ctx context.Context, run spec.Run) error {
	if o.Attended() {
		return nil // whoever runs it reads what is there
	}
	template, err := o.Backend.Get(ctx, backend.WorkflowTemplates, run.Namespace, layout.ObjectName(run.Pipeline))
	if err != nil || time.Since(template.Changed).Abs() > fresh {
		return nil //nolint:nilerr // Argo itself says what is wrong with the pipeline
	}
	return pause(ctx, settleRun)
}

func pause(ctx context.Context, long time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(long):
		return nil
	}
}

// tooEarly matches what Argo says of a run whose pipeline, or a component of it, its controller has not seen yet.
var tooEarly = regexp.MustCompile(`workflowtemplates?\.argoproj\.io "[^"]*" not found`)

// remake makes a run anew that ended at once because the controller had not seen its pipeline yet. It returns false
// where that was not the reason.
func (o *Operator) remake(ctx context.Context, run spec.Run, name string, status spec.RunStatus) bool {
	if !status.Phase.Failed() || !tooEarly.MatchString(status.Message) || pause(ctx, remakePause) != nil {
		return false
	}
	if _, err := o.Backend.Get(ctx, backend.WorkflowTemplates, run.Namespace, layout.ObjectName(run.Pipeline)); err != nil {
		return false
	}
	o.info(
		ctx, "Making the run anew: the controller had not seen its pipeline yet",
		map[string]any{"run": run.Namespace + "/" + name},
	)
	if err := o.Backend.Delete(ctx, backend.Workflows, run.Namespace, name, ""); err != nil {
		return false
	}
	if err := o.untilGone(ctx, run.Namespace, name); err != nil {
		return false
	}
	_, _, err := o.StartRun(ctx, run, "")
	return err == nil
}
