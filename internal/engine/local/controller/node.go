package controller

import (
	"regexp"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
)

// separator stands before what a node's name adds to that of the template around it.
var separator = regexp.MustCompile(`^(\[\d+\])?\.`)

// node returns what there is to know of a node.
func (r *Run) node(name string) (wfv1.NodeStatus, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.wf.Status.Nodes[r.wf.NodeID(name)]
	return n, ok
}

// ended returns a node that will not run again.
func (r *Run) ended(name string) (wfv1.NodeStatus, bool) {
	n, ok := r.node(name)
	return n, ok && n.Fulfilled()
}

// open makes a node, or takes up one that did not end. What is noted in c is kept.
func (r *Run) open(c call, kind wfv1.NodeType, phase wfv1.NodePhase, message string) wfv1.NodeStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := r.wf.NodeID(c.node)
	n, known := r.wf.Status.Nodes[id]
	if !known {
		n = wfv1.NodeStatus{
			ID: id, Name: c.node, DisplayName: r.displayName(c), BoundaryID: c.boundary, NodeFlag: c.flag,
			TemplateScope: c.scope.text(), StartedAt: now(),
		}
		if c.holder != nil {
			n.TemplateName, n.TemplateRef = c.holder.GetTemplateName(), c.holder.GetTemplateRef()
		}
	}
	n.Type, n.Phase, n.Message = kind, phase, message
	if n.Fulfilled() {
		n.FinishedAt = now()
	}
	r.wf.Status.Nodes[id] = n
	r.changed()
	return n
}

func (r *Run) displayName(c call) string {
	around, ok := r.wf.Status.Nodes[c.boundary]
	if !ok {
		return c.node
	}
	return separator.ReplaceAllString(strings.TrimPrefix(c.node, around.Name), "")
}

// note changes a node.
func (r *Run) note(name string, change func(*wfv1.NodeStatus)) wfv1.NodeStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := r.wf.NodeID(name)
	n := r.wf.Status.Nodes[id]
	before := n.Phase
	change(&n)
	if n.Fulfilled() && !before.Completed() && n.FinishedAt.IsZero() {
		n.FinishedAt = now()
	}
	r.wf.Status.Nodes[id] = n
	r.changed()
	return n
}

// mark says what became of a node.
func (r *Run) mark(name string, phase wfv1.NodePhase, message string) wfv1.NodeStatus {
	return r.note(name, func(n *wfv1.NodeStatus) { n.Phase, n.Message = phase, message })
}

// link makes a node the child of others.
func (r *Run) link(child string, parents ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	childID := r.wf.NodeID(child)
	for _, parent := range parents {
		if n, ok := r.wf.Status.Nodes[parent]; ok && !slices.Contains(n.Children, childID) {
			n.Children = append(slices.Clone(n.Children), childID)
			r.wf.Status.Nodes[parent] = n
		}
	}
}

// outbound are the nodes that what comes after a node is linked to, by their ids.
func (r *Run) outbound(name string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.outboundOf(r.wf.NodeID(name))
}

func (r *Run) outboundOf(id string) []string {
	n, ok := r.wf.Status.Nodes[id]
	if !ok {
		return nil
	}
	var next []string
	switch n.Type {
	case wfv1.NodeTypeTaskGroup:
		next = n.Children
	case wfv1.NodeTypeRetry:
		if len(n.Children) > 0 {
			return n.Children[len(n.Children)-1:]
		}
	case wfv1.NodeTypeSteps, wfv1.NodeTypeDAG:
		next = n.OutboundNodes
	}
	var all []string
	for _, id := range next {
		all = append(all, r.outboundOf(id)...)
	}
	if len(all) == 0 {
		return []string{id}
	}
	return all
}

// attempts are the nodes of the attempts of a repeated node, in their order.
func (r *Run) attempts(of wfv1.NodeStatus) []wfv1.NodeStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []wfv1.NodeStatus
	for _, id := range r.wf.Status.Nodes[of.ID].Children {
		if n, ok := r.wf.Status.Nodes[id]; ok && n.NodeFlag != nil && n.NodeFlag.Retried {
			all = append(all, n)
		}
	}
	return all
}

// actual is the node whose outputs count: of one that is repeated, the last attempt.
func (r *Run) actual(n wfv1.NodeStatus) wfv1.NodeStatus {
	if n.Type != wfv1.NodeTypeRetry || n.MemoizationStatus != nil && n.MemoizationStatus.Hit {
		return n
	}
	if attempts := r.attempts(n); len(attempts) > 0 {
		return attempts[len(attempts)-1]
	}
	return n
}

// publish makes outputs with a global name outputs of the run.
func (r *Run) publish(outputs *wfv1.Outputs) {
	if outputs == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range outputs.Parameters {
		if p.GlobalName == "" || !p.HasValue() {
			continue
		}
		r.globals["workflow.outputs.parameters."+p.GlobalName] = p.GetValue()
		if r.wf.Status.Outputs == nil {
			r.wf.Status.Outputs = &wfv1.Outputs{}
		}
		own := wfv1.Parameter{Name: p.GlobalName, Value: p.Value}
		all := &r.wf.Status.Outputs.Parameters
		if i := slices.IndexFunc(*all, func(o wfv1.Parameter) bool { return o.Name == p.GlobalName }); i >= 0 {
			(*all)[i] = own
			continue
		}
		*all = append(*all, own)
	}
}
