package controller

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
)

// pod runs a template that is a pod.
func (r *Run) pod(c call, t *wfv1.Template) (wfv1.NodeStatus, error) {
	ctx := r.work
	if c.exit {
		ctx = r.whole
	}
	leave, err := r.takePlace(ctx)
	if err != nil {
		return r.cut(c, err)
	}
	defer leave()
	p, err := r.podOf(c, t)
	if err != nil {
		return r.refused(c, err)
	}
	result := r.Pods.Run(ctx, p, func(message string) { r.mark(c.node, wfv1.NodePending, message) }, func() {
		r.note(c.node, func(n *wfv1.NodeStatus) { n.Phase, n.Message, n.StartedAt = wfv1.NodeRunning, "", now() })
	})
	if err := context.Cause(ctx); err != nil && result.Phase != wfv1.NodeSucceeded {
		return r.cut(c, err)
	}
	r.publish(result.Outputs)
	return r.note(c.node, func(n *wfv1.NodeStatus) {
		n.Phase, n.Message, n.Outputs = result.Phase, result.Message, result.Outputs
	}), nil
}

// takePlace waits until as few pods run as may.
func (r *Run) takePlace(ctx context.Context) (leave func(), err error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if r.pods == nil {
		return func() {}, nil
	}
	select {
	case r.pods <- struct{}{}:
		return func() { <-r.pods }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// cut ends the node of a pod that was not let run to its end.
func (r *Run) cut(c call, why error) (wfv1.NodeStatus, error) {
	message := "Step exceeded its deadline"
	switch {
	case r.whole.Err() != nil:
		return wfv1.NodeStatus{}, errInterrupted
	case errors.Is(why, errStopped):
		r.mu.Lock()
		message = fmt.Sprintf("workflow shutdown with strategy:  %s", r.wf.Spec.Shutdown)
		r.mu.Unlock()
	}
	return r.mark(c.node, wfv1.NodeFailed, message), nil
}

// podOf is the pod of a template, whose patches see its inputs.
func (r *Run) podOf(c call, t *wfv1.Template) (Pod, error) {
	p := Pod{
		Namespace: r.wf.Namespace, Run: r.wf.Name, RunUID: string(r.wf.UID), Node: c.node, NodeID: r.wf.NodeID(c.node),
		Template: t,
	}
	local := common.Parameters{common.LocalVarPodName: PodName(r.wf.Name, c.node)}
	for _, patch := range []string{r.spec.PodSpecPatch, t.PodSpecPatch} {
		if patch == "" {
			continue
		}
		with := t.DeepCopy()
		with.PodSpecPatch = patch
		filled, err := common.ProcessArgs(with, &wfv1.Arguments{}, r.global(), local, false, r.wf.Namespace, r.ConfigMaps)
		if err != nil {
			return p, fmt.Errorf("the patch of the pod: %w", err)
		}
		p.Patches = append(p.Patches, filled.PodSpecPatch)
	}
	with := t.DeepCopy()
	with.Metadata = r.metadata(c, t)
	filled, err := common.ProcessArgs(with, &wfv1.Arguments{}, r.global(), local, false, r.wf.Namespace, r.ConfigMaps)
	if err != nil {
		return p, fmt.Errorf("the labels and annotations of the pod: %w", err)
	}
	p.Labels, p.Annotations = filled.Metadata.Labels, filled.Metadata.Annotations
	if t.ActiveDeadlineSeconds != nil {
		seconds, err := strconv.ParseFloat(t.ActiveDeadlineSeconds.String(), 64)
		if err != nil {
			return p, fmt.Errorf("activeDeadlineSeconds: %w", err)
		}
		p.Timeout = time.Duration(seconds * float64(time.Second))
	}
	if t.Timeout != "" {
		timeout, err := wfv1.ParseStringToDuration(t.Timeout)
		if err != nil {
			return p, err
		}
		if p.Timeout == 0 || timeout < p.Timeout {
			p.Timeout = timeout
		}
	}
	return p, nil
}

// metadata are the labels and annotations of a pod: Argo's, those of all pods of the run, and those of its template.
// Keys and values may be tags.
func (r *Run) metadata(c call, t *wfv1.Template) wfv1.Metadata {
	all := wfv1.Metadata{
		Labels: map[string]string{common.LabelKeyWorkflow: r.wf.Name, common.LabelKeyCompleted: "false"},
		Annotations: map[string]string{
			common.AnnotationKeyNodeName: c.node, common.AnnotationKeyNodeID: r.wf.NodeID(c.node),
			"kubectl.kubernetes.io/default-container": "main",
		},
	}
	if of := r.spec.PodMetadata; of != nil {
		maps.Copy(all.Labels, of.Labels)
		maps.Copy(all.Annotations, of.Annotations)
	}
	maps.Copy(all.Labels, t.Metadata.Labels)
	maps.Copy(all.Annotations, t.Metadata.Annotations)
	return all
}
