package controller

import (
	"context"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
)

// approvalPause is how often somebody is asked again whether an approval is granted.
const approvalPause = 200 * time.Millisecond

// suspend waits until somebody lets it go on, or for as long as it says. What is no time fails, which pipelines use to
// fail without a pod.
func (r *Run) suspend(c call, t *wfv1.Template) error {
	n, _ := r.node(c.node)
	var until <-chan time.Time
	if t.Suspend.Duration != "" {
		duration, err := wfv1.ParseStringToDuration(t.Suspend.Duration)
		if err != nil {
			return err
		}
		timer := time.NewTimer(time.Until(n.StartedAt.Add(duration)))
		defer timer.Stop()
		until = timer.C
	}
	ctx := r.work
	if c.exit {
		ctx = r.whole
	}
	ticks := time.NewTicker(approvalPause)
	defer ticks.Stop()
	for {
		granted, how := true, ""
		if r.Approved != nil {
			granted, how = r.Approved(c.node)
		}
		if granted && (r.Approved != nil || t.Suspend.Duration == "") {
			r.mark(c.node, wfv1.NodeSucceeded, "")
			return nil
		}
		if n, _ := r.node(c.node); n.Message != how {
			r.mark(c.node, wfv1.NodeRunning, how)
		}
		select {
		case <-until:
			r.mark(c.node, wfv1.NodeSucceeded, "")
			return nil
		case <-ticks.C:
		case <-ctx.Done():
			_, err := r.cut(c, context.Cause(ctx))
			return err
		}
	}
}
