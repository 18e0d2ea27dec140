package status

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

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
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
		if p.Value == nil || strings.HasPrefix(p.Name, layout.HiddenPrefix) {
			continue
		}
		if o := types[p.Name]; o.Optional && p.Value.String() == expr.AbsentText(o.Type) {
			continue
		}
		values[p.Name] = layout.DecodeValue(p.Value.String(), types[p.Name].Type)
	}
	return values
}

// innerNode is the name of what a wrapper calls, once.
var innerNode = regexp.MustCompile(`\.` + layout.InnerTask + `(\([0-9]+\))?$`)

// artifactsOf adds the metadata of the artifacts that a node made, metrics among them. Those of a loop become a list,
// in the order in which the iterations started.
func artifactsOf(node wfv1.NodeStatus, isLoop bool, known map[string]string) map[string]string {
	// A retry has the outputs of its last attempt once more, and a wrapper those of what it calls.
	if node.Outputs == nil || node.Type == wfv1.NodeTypeRetry || node.Phase != wfv1.NodeSucceeded || innerNode.MatchString(node.Name) {
		return known
	}
	for _, p := range node.Outputs.Parameters {
		name, ok := strings.CutPrefix(p.Name, layout.ArtifactParameter(""))
		if !ok || p.Value == nil || p.Value.String() == "" {
			continue
		}
		text := layout.DecodeValue(p.Value.String(), spec.Struct)
		var info struct {
			Metadata json.RawMessage `json:"metadata"`
		}
		if json.Unmarshal([]byte(text), &info) != nil || len(info.Metadata) == 0 {
			continue
		}
		if known == nil {
			known = map[string]string{}
		}
		known[name] = joinLists(known[name], string(info.Metadata), isLoop)
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

// exitNode is the node of a group of on_exit tasks.
const exitNode = "onExit"

// childFailed is what Argo says of steps and loops one of which failed. That one says why.
var childFailed = regexp.MustCompile(`(?s)^child '.*' (failed|errored)$`)

// isEcho reports whether a node failed only because others did, which are told themselves.
func isEcho(node wfv1.NodeStatus) bool {
	message := plainMessage(node.Message)
	return message == "" || message == layout.ExitFailed
}

// plainMessage is Argo's message without what only the compiler means by it.
func plainMessage(message string) string {
	switch {
	case childFailed.MatchString(message):
		return ""
	case strings.Contains(message, layout.ExitFailed):
		return layout.ExitFailed
	}
	return message
}

// lastWords finds where Argo's message goes over to what the container wrote as its termination message.
var lastWords = regexp.MustCompile(`(?s)^((?:\S+: )?\S+ \(exit code -?\d+\)): .*$`)

// HasLastWords reports whether the message of a task contains what its container wrote.
func HasLastWords(message string) bool { return lastWords.MatchString(message) }

// WithoutLastWords leaves what Argo itself says.
func WithoutLastWords(message string) string { return lastWords.ReplaceAllString(message, "$1") }
