package status

import (
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
)

// isInAttempt reports whether a node is an attempt of a graph that is repeated as a whole, or inside of one. What becomes
// of it follows from the node above the attempts.
func (r *retrier) isInAttempt(node wfv1.NodeStatus) bool {
	isSuch := func(node wfv1.NodeStatus) bool { return isAttempt(node) && isGroup(node.Type) }
	if isSuch(node) {
		return true
	}
	for _, around := range boundaries(r.nodes, node) {
		if isSuch(around) {
			return true
		}
	}
	return false
}

// forgetInside forgets all that is inside of what is forgotten.
func (r *retrier) forgetInside() {
	for id, node := range r.nodes {
		for _, around := range boundaries(r.nodes, node) {
			if r.forget[around.ID] {
				r.forget[id] = true
			}
		}
	}
}

// stands reports whether the failure of a node stands, since it did not make the run fail: something around it succeeded
// all the same, or it may fail, or something after it has handled that.
func (r *retrier) stands(node wfv1.NodeStatus) bool {
	for at, around := range boundaries(r.nodes, node) {
		if around.Phase == wfv1.NodeSucceeded {
			return true
		}
		tasks := r.tasksOf(around)
		end := layout.EndOf(tasks)
		if end != nil && slices.Contains(layout.AllowedByEnd(*end, tasks), taskIn(around, at)) {
			return true
		}
		handles := func(after wfv1.NodeStatus) bool {
			return after.Phase == wfv1.NodeSucceeded && after.BoundaryID == at.BoundaryID &&
				!strings.HasPrefix(after.Name, at.Name+"(") && (end == nil || layout.HandledByEnd(*end, taskIn(around, after)))
		}
		if r.isAfter(node.ID, handles, map[string]bool{}) {
			return true
		}
	}
	return false
}

// isAfter reports whether there is such a node somewhere after one.
func (r *retrier) isAfter(id string, such func(wfv1.NodeStatus) bool, visited map[string]bool) bool {
	for _, child := range r.nodes[id].Children {
		if visited[child] {
			continue
		}
		visited[child] = true
		if such(r.nodes[child]) || r.isAfter(child, such, visited) {
			return true
		}
	}
	return false
}

// taskIn is the name of the task of a graph that a node is, or is an item or an attempt of.
func taskIn(around, node wfv1.NodeStatus) string {
	task, _, _ := strings.Cut(strings.TrimPrefix(node.Name, around.Name+"."), "(")
	return task
}

// tasksOf are those of the template that a node runs.
func (r *retrier) tasksOf(node wfv1.NodeStatus) []wfv1.DAGTask {
	object, name := strings.TrimPrefix(node.TemplateScope, "namespaced/"), node.TemplateName
	if node.TemplateRef != nil {
		object, name = node.TemplateRef.Name, node.TemplateRef.Template
	}
	if t, ok := r.workflow.Status.StoredTemplates["namespaced/"+object+"/"+name]; ok && t.DAG != nil {
		return t.DAG.Tasks
	}
	if r.workflow.Status.StoredWorkflowSpec == nil {
		return nil
	}
	for _, t := range r.workflow.Status.StoredWorkflowSpec.Templates {
		if t.Name == name && t.DAG != nil {
			return t.DAG.Tasks
		}
	}
	return nil
}
