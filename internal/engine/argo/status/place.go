package status

import (
	"cmp"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
)

// segment is a task on the way to a node, as the names of nodes have it: "load", or "load(1:b)" for an item of a loop.
type segment struct {
	name string // Argo's
	item string // such as 1:b; empty: none
}

// place says which task a node belongs to, and for which items of the loops on the way.
type place struct {
	segments []segment
	attempt  bool  // one of several of a retry
	around   []int // which attempts these are of the graphs around that are repeated as a whole
}

// path is that of the task.
func (p place) path() string {
	names := make([]string, len(p.segments))
	for i, s := range p.segments {
		names[i] = layout.SpecName(s.name)
	}
	return strings.Join(names, "/")
}

// item is that of the task's own loop.
func (p place) item() string { return p.segments[len(p.segments)-1].item }

func (p place) isLooped() bool {
	return slices.ContainsFunc(p.segments, func(s segment) bool { return s.item != "" })
}

// key tells places apart, whatever text an item is.
func (p place) key() string {
	var b strings.Builder
	for _, s := range p.segments {
		b.WriteString(s.name + strconv.Quote(s.item))
	}
	return b.String()
}

// counts compares two nodes of a task where graphs around it were repeated: the last attempt counts, and before that
// what is around all attempts.
func (p place) counts(other place) int {
	return cmp.Or(len(other.around)-len(p.around), slices.Compare(p.around, other.around))
}

// items tells the items as a person does: item 1 (b). Those of loops around come first.
func (p place) items() string {
	var all []string
	for _, s := range p.segments {
		if index, value, ok := strings.Cut(s.item, ":"); ok {
			all = append(all, "item "+index+" ("+value+")")
		}
	}
	return strings.Join(all, ", ")
}

// placeOf finds the place of a node; false: it belongs to no task that the user declared, but to the run, to the group
// of on_exit tasks, or to what the compiler adds.
func (r statusReader) placeOf(node wfv1.NodeStatus) (place, bool) {
	all, ok := r.segmentsOf(node, 0)
	if !ok || len(all.segments) == 0 || node.Type == wfv1.NodeTypeStepGroup {
		return place{}, false
	}
	p := place{attempt: all.attempt, around: all.around}
	for i, s := range all.segments {
		switch {
		case s.name == layout.InnerTask && (i == 0 || s.item == ""):
		case s.name == layout.InnerTask:
			p.segments[len(p.segments)-1].item = s.item
		case s.name == layout.PlaceTask && node.FailedOrError(): // so the task has failed, before its own pod
		case strings.HasPrefix(s.name, layout.HiddenPrefix):
			return place{}, false
		default:
			p.segments = append(p.segments, s)
		}
	}
	return p, len(p.segments) > 0 && p.segments[len(p.segments)-1].name != exitNode
}

// deepest bounds how far up from a node anybody goes: what a cluster holds may lead round in a circle.
const deepest = 64

// boundaries goes up from a node to the run: each node, and the one whose template it is in.
func boundaries(nodes wfv1.Nodes, node wfv1.NodeStatus) iter.Seq2[wfv1.NodeStatus, wfv1.NodeStatus] {
	return func(yield func(node, around wfv1.NodeStatus) bool) {
		for range deepest {
			around, ok := nodes[node.BoundaryID]
			if !ok || !yield(node, around) {
				return
			}
			node = around
		}
	}
}

// segmentsOf goes up from a node to the run.
func (r statusReader) segmentsOf(node wfv1.NodeStatus, depth int) (all place, ok bool) {
	if around, is := r.nodes[node.BoundaryID]; is && depth < deepest && around.ID != node.ID {
		if all, ok = r.segmentsOf(around, depth+1); !ok {
			return place{}, false
		}
	} else if !strings.HasPrefix(node.Name, r.wf.Name+".") {
		return place{}, node.Name == r.wf.Name
	}
	local := r.localName(node)
	all.segments = append(all.segments, splitName(local)...)
	attempt := attemptName.FindString(local)
	all.attempt = attempt != "" && node.Type == wfv1.NodeTypePod
	if attempt != "" && !all.attempt {
		number, err := strconv.Atoi(strings.Trim(attempt, "()"))
		if err != nil {
			return place{}, false
		}
		all.around = append(all.around, number)
	}
	return all, true
}

// localName is what the name of a node adds to that of the template around it. Steps number their groups: [0].
func (r statusReader) localName(node wfv1.NodeStatus) string {
	local, ok := "", false
	if around, is := r.nodes[node.BoundaryID]; is {
		local, ok = strings.CutPrefix(node.Name, around.Name)
	}
	if !ok {
		local = strings.TrimPrefix(node.Name, r.wf.Name)
	}
	return strings.TrimPrefix(local, ".")
}

var (
	stepGroup   = regexp.MustCompile(`\[\d+\]`)
	attemptName = regexp.MustCompile(`\(\d+\)$`)
	taskItem    = regexp.MustCompile(`(?s)^([^(]+)\((\d+:.*)\)$`)
	taskOnly    = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
)

// splitName takes a name apart. An item may hold any text, dots and parentheses too: it goes on to the end.
func splitName(local string) []segment {
	local = attemptName.ReplaceAllString(local, "")
	item := ""
	if m := taskItem.FindStringSubmatch(local); m != nil {
		local, item = m[1], m[2]
	}
	var segments []segment
	for name := range strings.SplitSeq(stepGroup.ReplaceAllString(local, ""), ".") {
		if taskOnly.MatchString(name) {
			segments = append(segments, segment{name: name})
		}
	}
	if item != "" && len(segments) > 0 {
		segments[len(segments)-1].item = item
	}
	return segments
}
