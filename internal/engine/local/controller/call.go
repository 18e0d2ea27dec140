package controller

import (
	"errors"
	"fmt"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
)

// call is a template that is to run as a node.
type call struct {
	node     string // its name
	boundary string // id of the node whose template calls it
	holder   wfv1.TemplateReferenceHolder
	scope    scope // where the holder stands
	args     wfv1.Arguments
	flag     *wfv1.NodeFlag
	exit     bool // it belongs to an exit handler, which a stopped run runs too
}

// execute runs what is called until it has ended, or fails with errInterrupted. With any other error the node says the
// same; whoever called it says that it has no result.
func (r *Run) execute(c call) (wfv1.NodeStatus, error) {
	if n, done := r.ended(c.node); done {
		return n, nil
	}
	if r.whole.Err() != nil {
		return wfv1.NodeStatus{}, errInterrupted
	}
	t, inside, err := r.resolve(c.holder, c.scope)
	if err != nil {
		return r.refused(c, err)
	}
	if t, err = common.ProcessArgs(t, &c.args, r.global(), r.locals(c, t), false, r.wf.Namespace, r.ConfigMaps); err != nil {
		return r.refused(c, err)
	}
	release, err := r.lock(c, t)
	if err != nil {
		return r.refused(c, err)
	}
	defer release()
	if t.Memoize != nil {
		return r.memoized(c, t, inside)
	}
	return r.repeated(c, t, inside)
}

// refused ends a node that cannot run.
func (r *Run) refused(c call, err error) (wfv1.NodeStatus, error) {
	if errors.Is(err, errInterrupted) || r.whole.Err() != nil {
		return wfv1.NodeStatus{}, errInterrupted
	}
	if _, known := r.node(c.node); known {
		return r.mark(c.node, wfv1.NodeError, err.Error()), err
	}
	return r.open(c, wfv1.NodeTypeSkipped, wfv1.NodeError, err.Error()), err
}

// locals are the names that only this template knows.
func (r *Run) locals(c call, t *wfv1.Template) common.Parameters {
	local := common.Parameters{"node.name": c.node}
	if t.IsPodType() && t.RetryStrategy == nil {
		local[common.LocalVarPodName] = PodName(r.wf.Name, c.node)
	}
	switch holder := c.holder.(type) {
	case *wfv1.DAGTask:
		local["tasks.name"] = holder.Name
	case *wfv1.WorkflowStep:
		local["steps.name"] = holder.Name
	}
	return local
}

// lock waits for the locks of a template.
func (r *Run) lock(c call, t *wfv1.Template) (release func(), err error) {
	if t.Synchronization == nil || r.Locks == nil {
		return func() {}, nil
	}
	ctx := r.work
	if c.exit {
		ctx = r.whole
	}
	waited := false
	release, err = r.Locks.Acquire(ctx, t.Synchronization, func(message string) {
		waited = true
		r.opened(c, t, wfv1.NodePending, message)
	})
	if err == nil && waited {
		r.note(c.node, func(n *wfv1.NodeStatus) { n.Message, n.StartedAt = "", now() })
	}
	return release, err
}

// opened opens the node of a template with what it was given.
func (r *Run) opened(c call, t *wfv1.Template, phase wfv1.NodePhase, message string) wfv1.NodeStatus {
	r.open(c, nodeType(t), phase, message)
	return r.note(c.node, func(n *wfv1.NodeStatus) {
		if t.Inputs.HasInputs() {
			n.Inputs = t.Inputs.DeepCopy()
		}
		if name := t.GetDisplayName(); name != "" {
			n.DisplayName = name
		}
	})
}

func nodeType(t *wfv1.Template) wfv1.NodeType {
	if t.RetryStrategy != nil {
		return wfv1.NodeTypeRetry
	}
	switch t.GetType() {
	case wfv1.TemplateTypeContainer, wfv1.TemplateTypeScript:
		return wfv1.NodeTypePod
	case wfv1.TemplateTypeSteps:
		return wfv1.NodeTypeSteps
	case wfv1.TemplateTypeDAG:
		return wfv1.NodeTypeDAG
	case wfv1.TemplateTypeSuspend:
		return wfv1.NodeTypeSuspend
	}
	return wfv1.NodeTypeSkipped
}

// memoized answers from the cache, or keeps what the template gives.
func (r *Run) memoized(c call, t *wfv1.Template, inside scope) (wfv1.NodeStatus, error) {
	var maxAge time.Duration
	if text := t.Memoize.MaxAge; text != "" {
		var err error
		if maxAge, err = time.ParseDuration(text); err != nil {
			return r.refused(c, fmt.Errorf("invalid maxAge: %w", err))
		}
	}
	memo := wfv1.MemoizationStatus{Key: t.Memoize.Key, CacheName: t.Memoize.Cache.ConfigMap.Name}
	kept, err := r.Cache.Load(r.whole, memo.CacheName, memo.Key, maxAge)
	if err != nil {
		return r.refused(c, err)
	}
	if kept != nil {
		memo.Hit = true
		r.opened(c, t, wfv1.NodeRunning, "")
		return r.note(c.node, func(n *wfv1.NodeStatus) {
			n.Phase, n.Outputs, n.MemoizationStatus = wfv1.NodeSucceeded, kept, &memo
		}), nil
	}
	n, err := r.repeated(c, t, inside)
	if err != nil {
		return n, err
	}
	n = r.note(c.node, func(n *wfv1.NodeStatus) { n.MemoizationStatus = &memo })
	if n.Phase == wfv1.NodeSucceeded {
		if err := r.Cache.Save(r.whole, memo.CacheName, memo.Key, n.ID, n.Outputs); err != nil {
			return r.mark(c.node, wfv1.NodeError, err.Error()), nil
		}
	}
	return n, nil
}

// body runs the template itself, once.
func (r *Run) body(c call, t *wfv1.Template, inside scope) (wfv1.NodeStatus, error) {
	var err error
	switch t.GetType() {
	case wfv1.TemplateTypeContainer, wfv1.TemplateTypeScript:
		r.opened(c, t, wfv1.NodePending, "")
		return r.pod(c, t)
	case wfv1.TemplateTypeDAG:
		r.opened(c, t, wfv1.NodeRunning, "")
		err = r.dag(c, t, inside)
	case wfv1.TemplateTypeSteps:
		r.opened(c, t, wfv1.NodeRunning, "")
		err = r.steps(c, t, inside)
	case wfv1.TemplateTypeSuspend:
		r.opened(c, t, wfv1.NodeRunning, "")
		err = r.suspend(c, t)
	default:
		err = fmt.Errorf("template %s is of the kind %q, which cannot run here", t.Name, t.GetType())
	}
	if err != nil {
		return r.refused(c, err)
	}
	n, _ := r.node(c.node)
	return n, nil
}
