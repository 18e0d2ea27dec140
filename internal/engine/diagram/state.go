package diagram

import (
	"fmt"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// maxMessage bounds what Argo says in a tooltip, in runes.
const maxMessage = 300

// Run is a run of the pipeline that is drawn.
type Run struct {
	Name string
	spec.RunStatus
}

// outcome is what became of a task, as far as a picture tells it apart.
type outcome int

const (
	unseen outcome = iota // no run is drawn
	idle                  // not started
	waiting
	running
	succeeded
	failed
	skipped
)

// class is that of the boxes and the rows of an outcome.
func (o outcome) class() string {
	return [...]string{
		unseen: "", idle: "idle", waiting: "waiting", running: "running", succeeded: "succeeded", failed: "failed", skipped: "skipped",
	}[o]
}

// sign stands beside the colour, which not everybody can tell from others.
func (o outcome) sign() string {
	return [...]string{unseen: "", idle: "○", waiting: "…", running: "▶", succeeded: "✓", failed: "✗", skipped: "⊘"}[o]
}

// state is what became of a node in the run that is drawn. The zero state is that of a picture without a run.
type state struct {
	outcome
	text    string // one line
	message string // what Argo says, one line; for a tooltip
}

// stateOf tells what became of a task. path is the task's in the run, n the node that it is drawn as.
func (r *Run) stateOf(path string, n *node) state {
	if r == nil {
		return state{}
	}
	t, ok := r.Tasks[path]
	if !ok {
		if r.Phase.Ended() {
			return state{outcome: idle, text: "did not run"}
		}
		return state{outcome: idle, text: "not started yet"}
	}
	s := state{message: shorten(oneLine(t.Message), maxMessage)}
	switch {
	case t.Phase.Failed():
		s.outcome, s.text = failed, "failed"+after(t.StartedAt, t.FinishedAt)+counted(t)
	case t.Phase == spec.PhaseSucceeded && t.Cached && t.Attempts == 0:
		s.outcome, s.text = succeeded, "from the cache"+counted(t)
	case t.Phase == spec.PhaseSucceeded:
		s.outcome, s.text = succeeded, "succeeded"+after(t.StartedAt, t.FinishedAt)+counted(t)
	case t.Phase == spec.PhaseRunning && n.kind == approvalNode:
		s.outcome, s.text = waiting, "waits for a person"+since(t.StartedAt)
	case t.Phase == spec.PhaseRunning:
		s.outcome, s.text = running, "running"+since(t.StartedAt)+counted(t)
	case t.Phase == spec.PhaseSkipped:
		s.outcome, s.text = skipped, "skipped: "+whySkipped(n)
	case t.Phase == spec.PhaseOmitted:
		s.outcome, s.text = skipped, "left out: "+whyLeftOut(n)
	default:
		s.outcome, s.text = waiting, "waits to start"+counted(t)
	}
	return s
}

// whySkipped is the reason for which Argo skips a task: its condition, or that its loop has nothing to go over.
func whySkipped(n *node) string {
	switch {
	case n.when != "":
		return "its condition is false"
	case n.loop != "":
		return "no items"
	}
	return "nothing to do"
}

// whyLeftOut is the reason for which Argo omits a task: what became of those before it.
func whyLeftOut(n *node) string {
	if n.runIf != "" {
		return "not " + n.runIf
	}
	return "not all before it succeeded"
}

func after(started, finished time.Time) string {
	if started.IsZero() || finished.IsZero() {
		return ""
	}
	return " after " + Elapsed(finished.Sub(started))
}

func since(started time.Time) string {
	if started.IsZero() {
		return ""
	}
	return " since " + started.UTC().Format("15:04:05")
}

// counted tells of the items of a loop, or else of more than one attempt.
func counted(t spec.TaskStatus) string {
	switch {
	case t.Items > 0 && t.ItemsFailed > 0:
		return fmt.Sprintf(", %d of %d items failed", t.ItemsFailed, t.Items)
	case t.Items > 0 && t.ItemsDone == t.Items:
		return fmt.Sprintf(", %d items", t.Items)
	case t.Items > 0:
		return fmt.Sprintf(", %d of %d items", t.ItemsDone, t.Items)
	case t.Attempts > 1:
		return fmt.Sprintf(", %d attempts", t.Attempts)
	}
	return ""
}

// Elapsed writes how long something took, in at most two units.
func Elapsed(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Round(time.Second).Seconds()))
	case d < time.Hour:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm %ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%dh %dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd %dh", int(d.Hours())/24, int(d.Hours())%24)
}

// whole is what became of the run as a whole, for the heading.
func (r *Run) whole() state {
	s := state{message: shorten(oneLine(r.Message), maxMessage)}
	took := after(r.StartedAt, r.FinishedAt)
	switch {
	case r.Phase.Failed():
		s.outcome, s.text = failed, "failed"+took
	case r.Phase == spec.PhaseSucceeded:
		s.outcome, s.text = succeeded, "succeeded"+took
	case r.Phase == spec.PhaseRunning:
		s.outcome, s.text = running, "running"+since(r.StartedAt)
	default:
		s.outcome, s.text = waiting, "waits to start"
	}
	s.text = "run " + oneLine(r.Name) + " " + s.text
	return s
}
