package argo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// ReadStatus decodes a workflow and reads what became of it; see Status.
func ReadStatus(into func(any) error, types map[string]spec.Output) (spec.RunStatus, error) {
	var wf wfv1.Workflow
	if err := into(&wf); err != nil {
		return spec.RunStatus{}, err
	}
	return Status(&wf, types)
}

// Status reads what became of a run. types are the pipeline's outputs, by which they are decoded. With an error comes
// what can be told without the tasks.
func Status(wf *wfv1.Workflow, types map[string]spec.Output) (spec.RunStatus, error) {
	s := spec.RunStatus{
		Phase: spec.Phase(wf.Status.Phase), Message: plainMessage(wf.Status.Message),
		StartedAt: timeOf(wf.Status.StartedAt), FinishedAt: timeOf(wf.Status.FinishedAt),
		Outputs: map[string]string{}, Tasks: map[string]spec.TaskStatus{},
	}
	if s.Phase == "" {
		s.Phase = spec.PhasePending
	}
	nodes, err := statusNodes(wf)
	if err != nil {
		return s, fmt.Errorf("reading the tasks of run %s/%s: %w", wf.Namespace, wf.Name, err)
	}
	s.Elsewhere = len(nodes) == 0 && wf.Status.OffloadNodeStatusVersion != ""
	// The run's outputs are those of its root node, which has the run's name as its id.
	if root := nodes[wf.Name]; root.Outputs != nil {
		s.Outputs = outputValues(root.Outputs, types)
	}
	statusReader{nodes: nodes, wf: wf, tasks: s.Tasks}.read()
	s.Active, s.Waiting = activity(nodes)
	return s, nil
}

// PhaseOf reads the phase alone, whatever else the workflow holds, so that a run can be waited for, stopped and deleted
// though its nodes cannot be read.
func PhaseOf(workflow map[string]any) spec.Phase {
	status, _ := workflow["status"].(map[string]any)
	phase, _ := status["phase"].(string)
	return cmp.Or(spec.Phase(phase), spec.PhasePending)
}

// activity tells whether anything is in progress, and what pods wait for. Groups of nodes run while their pods wait.
func activity(nodes wfv1.Nodes) (active bool, waiting []string) {
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		node := nodes[name]
		switch {
		case node.Type != wfv1.NodeTypePod && node.Type != wfv1.NodeTypeSuspend:
		case node.Phase == wfv1.NodeRunning:
			active = true
		case node.Phase == wfv1.NodePending:
			waiting = append(waiting, node.Message)
		}
	}
	return active, waiting
}

func timeOf(t metav1.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// outputValues decodes the parameters that a node gave; hidden ones are left out.
func outputValues(outputs *wfv1.Outputs, types map[string]spec.Output) map[string]string {
	values := map[string]string{}
	for _, p := range outputs.Parameters {
		if p.Value == nil || strings.HasPrefix(p.Name, hiddenPrefix) {
			continue
		}
		values[p.Name] = decodeValue(p.Value.String(), types[p.Name].Type)
	}
	return values
}

// loopItem is in the names of the nodes of a loop: "t(0:item)". Attempts are "t(0)".
var loopItem = regexp.MustCompile(`\([0-9]+:`)

// innerNode is the name of what a wrapper calls, once.
var innerNode = regexp.MustCompile(`\.` + innerTask + `(\([0-9]+\))?$`)

// artifactsOf adds the metadata of the artifacts that a node made, metrics among them. Those of a loop become a list, in
// the order in which the iterations started.
func artifactsOf(node wfv1.NodeStatus, known map[string]string) map[string]string {
	// A retry has the outputs of its last attempt once more, and a wrapper those of what it calls.
	if node.Outputs == nil || node.Type == wfv1.NodeTypeRetry || node.Phase != wfv1.NodeSucceeded || innerNode.MatchString(node.Name) {
		return known
	}
	for _, p := range node.Outputs.Parameters {
		name, ok := strings.CutPrefix(p.Name, artifactParameter(""))
		if !ok || p.Value == nil || p.Value.String() == "" {
			continue
		}
		text := decodeValue(p.Value.String(), spec.Struct)
		var info struct {
			Metadata json.RawMessage `json:"metadata"`
		}
		if json.Unmarshal([]byte(text), &info) != nil || len(info.Metadata) == 0 {
			continue
		}
		if known == nil {
			known = map[string]string{}
		}
		known[name] = joinLists(known[name], string(info.Metadata), loopItem.MatchString(node.Name))
	}
	return known
}

// joinLists adds one to a list, or replaces what was there where there is no loop.
func joinLists(known, one string, isLoop bool) string {
	if !isLoop {
		return one
	}
	var all []json.RawMessage
	if known != "" && json.Unmarshal([]byte(known), &all) != nil {
		return one
	}
	text, err := wire.Marshal(append(all, json.RawMessage(one)))
	if err != nil {
		return known
	}
	return text
}

func decodeValue(text string, t spec.Type) string {
	if t != "" && t != spec.String {
		if decoded, err := wire.DecodeJSON(text); err == nil {
			return decoded
		}
	}
	return wire.Decode(text)
}

// statusReader turns Argo's nodes into tasks.
type statusReader struct {
	wf    *wfv1.Workflow
	nodes wfv1.Nodes
	tasks map[string]spec.TaskStatus
}

// read visits the nodes that are tasks. A node's name is its path: run.task, run.nested.task; the expansions of a
// loop add "(0:item)", the attempts of a retry "(0)", and steps "[0]".
func (r statusReader) read() {
	// Nodes are visited in a stable order: failures are told in the order in which they happened.
	whole := map[string]bool{} // tasks whose own node was seen
	for _, node := range slices.SortedFunc(maps.Values(r.nodes), func(a, b wfv1.NodeStatus) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt.Time), strings.Compare(a.Name, b.Name))
	}) {
		path, isWhole, ok := r.taskPath(node)
		if !ok {
			continue
		}
		t := r.tasks[path]
		r.count(&t, node)
		t.Artifacts = artifactsOf(node, t.Artifacts)
		if isWhole && !whole[path] || t.Phase == "" {
			t.Phase, t.Message = spec.Phase(node.Phase), plainMessage(node.Message)
			t.StartedAt, t.FinishedAt = timeOf(node.StartedAt), timeOf(node.FinishedAt)
		}
		whole[path] = whole[path] || isWhole
		r.tasks[path] = t
	}
}

// taskPath is the path of the task that a node belongs to: nodes of loops and retries belong to their task, and so do the
// wrappers. It is whole if it is none of those. Not ok: the node is none that the user declared.
func (r statusReader) taskPath(node wfv1.NodeStatus) (path string, isWhole, ok bool) {
	rest, ok := strings.CutPrefix(node.Name, r.wf.Name)
	if !ok || node.Type == wfv1.NodeTypeStepGroup {
		return "", false, false
	}
	stripped := stripExpansions(rest)
	var names []string
	for _, name := range strings.Split(stripped, ".")[1:] {
		name, _, _ = strings.Cut(name, "[")
		switch name {
		case innerTask:
			continue
		case endTask:
			return "", false, false
		}
		names = append(names, specName(name))
	}
	if len(names) == 0 || names[len(names)-1] == exitNode {
		return "", false, false
	}
	return strings.Join(names, "/"), stripped == rest, true
}

// exitNode is the node of a group of on_exit tasks.
const exitNode = "onExit"

// stripExpansions removes "(0:item)" and "(0)"; items may hold any text, parentheses too.
func stripExpansions(name string) string {
	var b strings.Builder
	depth := 0
	for _, c := range name {
		switch c {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		default:
			if depth == 0 {
				b.WriteRune(c)
			}
		}
	}
	return b.String()
}

// count adds what a node says to its task.
func (r statusReader) count(t *spec.TaskStatus, node wfv1.NodeStatus) {
	if node.MemoizationStatus != nil && node.MemoizationStatus.Hit {
		t.Cached = true
		return
	}
	isPod := node.Type == wfv1.NodeTypePod
	if isPod {
		t.Attempts++
	}
	if !node.FailedOrError() || !isPod && (node.Message == "" || isEcho(node)) {
		return
	}
	f := spec.Failure{Node: node.DisplayName, NodeID: node.ID, Message: node.Message, HasPod: isPod}
	if node.Outputs != nil && node.Outputs.ExitCode != nil {
		f.ExitCode = *node.Outputs.ExitCode
	}
	t.Failures = append(t.Failures, f)
}

// childFailed is what Argo says of steps one of which failed. That one says why.
var childFailed = regexp.MustCompile(`^child '[^']*' failed$`)

// isEcho reports whether a node failed only because others did, which are told themselves.
func isEcho(node wfv1.NodeStatus) bool {
	message := plainMessage(node.Message)
	return node.Type == wfv1.NodeTypeSteps && (message == "" || message == exitFailed)
}

// plainMessage is Argo's message without what only the compiler means by it.
func plainMessage(message string) string {
	switch {
	case childFailed.MatchString(message):
		return ""
	case strings.Contains(message, exitFailed):
		return exitFailed
	}
	return message
}

// lastWords finds where Argo's message goes over to what the container wrote as its termination message.
var lastWords = regexp.MustCompile(`(?s)^((?:\S+: )?\S+ \(exit code -?\d+\)): .*$`)

// HasLastWords reports whether the message of a task contains what its container wrote.
func HasLastWords(message string) bool { return lastWords.MatchString(message) }

// WithoutLastWords leaves what Argo itself says.
func WithoutLastWords(message string) string { return lastWords.ReplaceAllString(message, "$1") }
