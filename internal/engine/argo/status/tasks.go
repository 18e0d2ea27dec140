package status

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// statusReader turns Argo's nodes into tasks. A task may have many: a loop one for each item, a retry one for each
// attempt, a task inside a loop over its pipeline one for each item of that.
type statusReader struct {
	wf    *wfv1.Workflow
	nodes wfv1.Nodes
	tasks map[string]spec.TaskStatus
}

// unit is a task for one item of its own loop and of the loops around it: what succeeds or fails as one.
type unit struct {
	place    place            // of the last attempt, where a graph around was repeated
	head     *wfv1.NodeStatus // tells what became of it; nil: there are attempts only
	attempts int64
	failure  *spec.Failure // the last
}

// failed reports whether the unit failed for good, rather than in an attempt that another one made up for.
func (u *unit) failed() bool { return u.failure != nil && (u.head == nil || u.head.FailedOrError()) }

func (r statusReader) read() {
	units, known := map[string][]*unit{}, map[string]*unit{}
	// Nodes are visited in a stable order: failures are told in the order in which they happened.
	for _, node := range slices.SortedFunc(maps.Values(r.nodes), func(a, b wfv1.NodeStatus) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt.Time), strings.Compare(a.Name, b.Name))
	}) {
		p, ok := r.placeOf(node)
		if !ok {
			continue
		}
		path := p.path()
		u := known[p.key()]
		if u == nil {
			u = &unit{place: p}
			known[p.key()], units[path] = u, append(units[path], u)
		}
		if p.counts(u.place) > 0 {
			u.place, u.head, u.failure = p, nil, nil // what became of earlier attempts does not count
		}
		t := r.tasks[path]
		r.count(&t, u, node)
		t.Artifacts = artifactsOf(node, p.isLooped(), t.Artifacts)
		t.URIs = r.urisOf(node, p.isLooped(), t.URIs)
		r.tasks[path] = t
		if !p.attempt && p.counts(u.place) == 0 && (u.head == nil || len(node.Name) < len(u.head.Name)) {
			u.head = &node
		}
	}
	for path, of := range units {
		t := r.tasks[path]
		summarize(&t, of)
		countItems(&t, of)
		t.Allowed = t.Phase.Failed() && !slices.ContainsFunc(of, func(u *unit) bool {
			return u.head != nil && u.head.FailedOrError() && !r.isAllowed(*u.head)
		})
		r.tasks[path] = t
	}
}

// count adds what a node says to its task and its unit.
func (r statusReader) count(t *spec.TaskStatus, u *unit, node wfv1.NodeStatus) {
	if node.MemoizationStatus != nil && node.MemoizationStatus.Hit {
		t.Cached = true
		return
	}
	isPod := node.Type == wfv1.NodeTypePod
	if isPod {
		t.Attempts++
		u.attempts++
	}
	if !node.FailedOrError() || !isPod && isEcho(node) || u.failure != nil && u.failure.HasPod && !isPod {
		return
	}
	u.failure = &spec.Failure{
		Node: node.DisplayName, NodeID: node.ID, Item: u.place.items(), Message: node.Message, HasPod: isPod,
	}
	if node.Outputs != nil && node.Outputs.ExitCode != nil {
		u.failure.ExitCode = *node.Outputs.ExitCode
	}
}

// summarize writes what became of a task as a whole. Where loops around it have made several of it, that is what became
// of the worst, and its message says for which item.
func summarize(t *spec.TaskStatus, units []*unit) {
	var heads []*unit
	for _, u := range units {
		if u.head != nil && u.place.item() == "" {
			heads = append(heads, u)
		}
		if u.failed() {
			u.failure.Attempts = u.attempts
			t.Failures = append(t.Failures, *u.failure)
		}
	}
	// That a loop failed is told by its items.
	if slices.ContainsFunc(t.Failures, func(f spec.Failure) bool { return f.HasPod }) {
		t.Failures = slices.DeleteFunc(t.Failures, func(f spec.Failure) bool { return !f.HasPod })
	}
	if len(heads) == 0 {
		heads = slices.DeleteFunc(slices.Clone(units), func(u *unit) bool { return u.head == nil })
	}
	if len(heads) == 0 {
		return
	}
	worst := slices.MaxFunc(heads, func(a, b *unit) int { return gravity(a.head.Phase) - gravity(b.head.Phase) })
	t.Phase, t.Message = spec.Phase(worst.head.Phase), plainMessage(worst.head.Message)
	if items := worst.place.items(); items != "" && t.Message != "" && len(heads) > 1 {
		t.Message = items + ": " + t.Message
	}
	for _, u := range heads {
		if started := timeOf(u.head.StartedAt); t.StartedAt.IsZero() || !started.IsZero() && started.Before(t.StartedAt) {
			t.StartedAt = started
		}
		if finished := timeOf(u.head.FinishedAt); t.Phase.Ended() && finished.After(t.FinishedAt) {
			t.FinishedAt = finished
		}
	}
}

// countItems counts the items of a task's own loop in all loops around it, or else of those around it.
func countItems(t *spec.TaskStatus, units []*unit) {
	isItem := func(u *unit) bool { return u.place.item() != "" }
	if !slices.ContainsFunc(units, isItem) {
		isItem = func(u *unit) bool { return u.place.isLooped() }
	}
	for _, u := range units {
		if !isItem(u) {
			continue
		}
		t.Items++
		if u.head != nil && u.head.Fulfilled() {
			t.ItemsDone++
		}
		if u.failed() || u.head != nil && u.head.FailedOrError() {
			t.ItemsFailed++
		}
	}
}

// gravity orders phases: what is going on, what failed, what was done, and what was not.
func gravity(phase wfv1.NodePhase) int {
	switch p := spec.Phase(phase); {
	case p == spec.PhaseRunning:
		return 4
	case !p.Ended():
		return 3
	case p.Failed():
		return 2
	case p == spec.PhaseSucceeded:
		return 1
	}
	return 0
}

// isAllowed reports whether a failure does not count, because what comes after the task, or after the pipeline that it
// is in, takes it.
func (r statusReader) isAllowed(node wfv1.NodeStatus) bool {
	for node, around := range boundaries(r.nodes, node) {
		t := r.templateOf(around)
		if t == nil || t.DAG == nil {
			continue
		}
		if segments := splitName(r.localName(node)); len(segments) > 0 && takesFailure(t.DAG.Tasks, segments[len(segments)-1].name) {
			return true
		}
	}
	return false
}

// templateOf is the template of a node: the pipeline's own, or that of another one.
func (r statusReader) templateOf(node wfv1.NodeStatus) *wfv1.Template {
	scope, resource := node.GetTemplateScope()
	if scope != wfv1.ResourceScopeLocal {
		return r.wf.GetStoredTemplate(scope, resource, &node)
	}
	if s := r.wf.Status.StoredWorkflowSpec; s != nil {
		for i := range s.Templates {
			if s.Templates[i].Name == node.TemplateName {
				return &s.Templates[i]
			}
		}
	}
	return r.wf.GetStoredTemplate(scope, resource, &node)
}

// takesFailure reports whether the tasks behind one of a graph all run, or take no harm, where it fails.
func takesFailure(tasks []wfv1.DAGTask, name string) bool {
	taken := false
	for _, t := range tasks {
		if t.Name == layout.EndTask {
			return slices.Contains(layout.AllowedByEnd(t, tasks), name)
		}
		var states []string
		for _, m := range layout.TaskState.FindAllStringSubmatch(t.Depends, -1) {
			if m[1] == name {
				states = append(states, m[2])
			}
		}
		if len(states) == 0 {
			continue
		}
		if !slices.Contains(states, "Failed") {
			return false
		}
		taken = true
	}
	return taken
}
