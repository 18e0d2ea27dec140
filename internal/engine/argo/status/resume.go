package status

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
)

// Labels by which Argo finds the runs that have ended, and the pods of a run.
const (
	archivingLabel  = "workflows.argoproj.io/workflow-archiving-status"
	PhaseLabel      = "workflows.argoproj.io/phase"
	RunPodsLabel    = "workflows.argoproj.io/workflow" // of a pod: its run
	NodeAnnotation  = "workflows.argoproj.io/node-id"  // of a pod: its node
	exitNodeSuffix  = ".onExit"
	noNodesInStatus = "the results of its tasks are not in the cluster any more (Argo keeps them in a database), so " +
		"the failed ones cannot be told"
)

// Retry makes the patch that lets a failed run go on from its failed tasks, as argo retry does, and names the nodes
// whose pods must be deleted before. What succeeded stays; failed pods and whatever did not start because of them are
// forgotten, so that the controller makes them anew; the tasks of on_exit run again.
//
// Argo's own implementation (workflow/util.FormulateRetryWorkflow) links its whole server. This one knows the nodes
// that our pipelines have.
func Retry(into func(any) error, now time.Time) (patch map[string]any, nodes []string, err error) {
	var before wfv1.Workflow
	if err := into(&before); err != nil {
		return nil, nil, err
	}
	if !before.Status.Failed() {
		return nil, nil, fmt.Errorf("only a run that has failed can be retried; this one is %s", before.Status.Phase)
	}
	old, err := statusNodes(&before)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the tasks of run %s/%s: %w", before.Namespace, before.Name, err)
	}
	if len(old) == 0 && before.Status.OffloadNodeStatusVersion != "" {
		return nil, nil, errors.New(noNodesInStatus)
	}
	r := retrier{workflow: &before, nodes: old, forget: map[string]bool{}, reopen: map[string]bool{}}
	r.choose()
	after := before.DeepCopy()
	restart(after, now)
	after.Status.Nodes = r.remaining(now)
	for id := range r.forget {
		delete(after.Status.TaskResultsCompletionStatus, id)
		if old[id].Type == wfv1.NodeTypePod {
			nodes = append(nodes, id)
		}
	}
	slices.Sort(nodes)
	if before.Status.CompressedNodes != "" {
		if after.Status.CompressedNodes, err = pack(after.Status.Nodes); err != nil {
			return nil, nil, err
		}
		after.Status.Nodes = nil
	}
	patch, err = difference(&before, after)
	return patch, nodes, err
}

// restart takes away what says that a run has ended.
func restart(wf *wfv1.Workflow, now time.Time) {
	delete(wf.Labels, layout.CompletedLabel)
	delete(wf.Labels, archivingLabel)
	if wf.Labels == nil {
		wf.Labels = map[string]string{}
	}
	wf.Labels[PhaseLabel] = string(wfv1.WorkflowRunning)
	wf.Spec.Shutdown = ""
	if s := wf.Status.StoredWorkflowSpec; s != nil {
		s.Shutdown = ""
	}
	wf.Status.Phase, wf.Status.Message = wfv1.WorkflowRunning, ""
	wf.Status.StartedAt, wf.Status.FinishedAt = metav1.Time{Time: now.UTC()}, metav1.Time{}
	wf.Status.Conditions.UpsertCondition(wfv1.Condition{Type: wfv1.ConditionTypeCompleted, Status: metav1.ConditionFalse})
	wf.Status.PersistentVolumeClaims = nil
}

// retrier chooses the nodes of a failed run that are forgotten.
type retrier struct {
	workflow *wfv1.Workflow
	nodes    wfv1.Nodes
	forget   map[string]bool
	reopen   map[string]bool // names of groups that succeeded, behind whose tasks on_exit tasks run again
}

func (r *retrier) choose() {
	exit := r.workflow.Name + exitNodeSuffix
	for id, node := range r.nodes {
		switch {
		case node.Name == exit, strings.HasPrefix(node.Name, exit+"."), strings.HasPrefix(node.Name, exit+"("):
			r.forgetWithNext(id)
		case r.isInAttempt(node):
		case node.FailedOrError() && isOfEnd(node):
			r.forgetWithNext(id)
		case !node.FailedOrError() || isGroup(node.Type) || isAttempt(node):
		case r.stands(node):
		default:
			r.forgetWithNext(id)
		}
	}
	r.forgetNestedExits()
	r.forgetInside()
}

// isOfEnd reports whether a node is one of those that say what becomes of a graph.
func isOfEnd(node wfv1.NodeStatus) bool {
	return strings.HasSuffix(node.Name, "."+layout.EndTask) || strings.HasSuffix(node.Name, "."+layout.OutputsTask)
}

// forgetNestedExits lets the on_exit tasks of a nested pipeline run again, where that pipeline is in progress again.
func (r *retrier) forgetNestedExits() {
	failed := map[string]bool{}
	for _, node := range r.nodes {
		if isGroup(node.Type) && node.FailedOrError() && !r.isInAttempt(node) {
			failed[node.Name] = true
		}
	}
	for id, node := range r.nodes {
		of, _, isExit := strings.Cut(node.Name, exitNodeSuffix)
		if isExit && failed[of] {
			r.forget[id] = true
		}
		if isExit && r.forget[id] {
			r.reopen[strings.TrimSuffix(of, "."+layout.InnerTask)] = true
		}
	}
}

// forgetWithNext forgets a node and what comes after it: attempts of the same task, and tasks that did not start.
func (r *retrier) forgetWithNext(id string) {
	if _, ok := r.nodes[id]; !ok || r.forget[id] {
		return
	}
	r.forget[id] = true
	for _, child := range r.nodes[id].Children {
		r.forgetWithNext(child)
	}
}

// isAttempt reports whether a node is one attempt of a task: the task's node above it says what became of the task.
func isAttempt(node wfv1.NodeStatus) bool { return node.NodeFlag != nil && node.NodeFlag.Retried }

// remaining returns the nodes that are kept; the failed groups that contain forgotten ones are in progress again.
func (r *retrier) remaining(now time.Time) wfv1.Nodes {
	kept := wfv1.Nodes{}
	for id, node := range r.nodes {
		if r.forget[id] {
			continue
		}
		node = *node.DeepCopy()
		gone := func(id string) bool { return r.forget[id] }
		node.Children = slices.DeleteFunc(node.Children, gone)
		node.OutboundNodes = slices.DeleteFunc(node.OutboundNodes, gone)
		isFailed := node.FailedOrError() && !r.isInAttempt(node)
		if isGroup(node.Type) && (isFailed || r.reopen[node.Name]) {
			node.Phase, node.Message = wfv1.NodeRunning, ""
			node.StartedAt, node.FinishedAt = metav1.Time{Time: now.UTC()}, metav1.Time{}
		}
		kept[id] = node
	}
	return kept
}

// isGroup reports whether nodes of a type are in progress as long as others are. The attempts of a task are not such
// a group: Argo would count the old ones.
func isGroup(t wfv1.NodeType) bool {
	switch t {
	case wfv1.NodeTypeDAG, wfv1.NodeTypeSteps, wfv1.NodeTypeTaskGroup, wfv1.NodeTypeStepGroup:
		return true
	}
	return false
}

// difference is the merge patch that turns one workflow into the other, provided that nobody has changed it meanwhile.
// What this version of Argo's types does not know stays as it is.
func difference(before, after *wfv1.Workflow) (map[string]any, error) {
	from, err := json.Marshal(before)
	if err != nil {
		return nil, err
	}
	to, err := json.Marshal(after)
	if err != nil {
		return nil, err
	}
	data, err := jsonpatch.CreateMergePatch(from, to)
	if err != nil {
		return nil, err
	}
	var patch map[string]any
	if err := json.Unmarshal(data, &patch); err != nil {
		return nil, err
	}
	metadata, ok := patch["metadata"].(map[string]any)
	if !ok {
		metadata = map[string]any{}
		patch["metadata"] = metadata
	}
	metadata["resourceVersion"] = before.ResourceVersion
	return patch, nil
}
