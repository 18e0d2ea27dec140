package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/diagram"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Run is what a report tells of.
type Run struct {
	diagram.Run
	Namespace  string
	URL        string // of its page in Argo's user interface; empty: none is known
	Ran        spec.Ref
	Parameters map[string]string
	Pipeline   *spec.Pipeline // to be drawn; nil: it is not known
	Resolve    func(spec.Ref) (spec.Pipeline, bool)
	Documents  []Document
}

// Document is an artifact to be shown, such as a plot.
type Document struct {
	Title  string
	Text   string
	IsHTML bool // else Markdown, which is shown as it was written
}

// Bounds of a page, so that it can be opened, mailed and put into a pull request whatever a run has written.
const (
	maxTasks     = 500
	maxFailures  = 20
	maxMetrics   = 60
	maxArtifacts = 200
	maxMessage   = 2000 // runes
	maxValue     = 300  // runes
	maxPoints    = 400  // of a curve
	maxCategory  = 30   // of a confusion matrix
	maxDocument  = 1 << 20
)

// page is what is shown, in the order of the page.
type page struct {
	Title, Where, URL, Version string
	State                      mark
	Message                    string
	Started, Finished, Took    string
	Failures                   []taskRow
	MoreFailures               int
	Outputs, Parameters        []pair
	Tasks                      []taskRow
	MoreTasks                  int
	Metrics                    []metric
	MoreMetrics                int
	Artifacts                  []artifact
	MoreArtifacts              int
	Documents                  []Document
}

// artifact is where an output of a task is.
type artifact struct{ Task, Output, URI string }

type pair struct{ Name, Value string }

// mark is what became of something: a class, a sign beside it, and words.
type mark struct{ Class, Sign, Text string }

// taskRow is a task. From and Length place it in the time of the run, in per cent.
type taskRow struct {
	Name, Started, Took, Attempts, Items, Message string
	State                                         mark
	HasBar                                        bool
	From, Length                                  float64
}

// newPage collects what there is to show.
func newPage(r Run) page {
	p := page{
		Title: r.Name, Where: r.Namespace, URL: webAddress(r.URL), Version: r.Ran.Version,
		State: markOf(r.Phase, false), Message: cut(r.Message, maxMessage),
		Started: clock(r.StartedAt), Finished: clock(r.FinishedAt), Took: between(r.StartedAt, r.FinishedAt),
		Outputs: pairs(r.Outputs), Parameters: pairs(r.Parameters), Documents: documents(r.Documents),
	}
	if r.Ran.Name != "" {
		p.Where = r.Ran.Namespace + "/" + r.Ran.Name
	}
	paths := inOrder(r.Tasks)
	for i, path := range paths {
		row := r.row(path, r.Tasks[path])
		if r.Tasks[path].Phase.Failed() && !hasFailedInside(r.Tasks, path) {
			p.Failures = append(p.Failures, row)
		}
		if i < maxTasks {
			p.Tasks = append(p.Tasks, row)
		}
		for _, at := range pairs(r.Tasks[path].URIs) {
			p.Artifacts = append(p.Artifacts, artifact{path, at.Name, at.Value})
		}
		p.Metrics = append(p.Metrics, metricsOf(path, r.Tasks[path].Artifacts)...)
	}
	p.MoreTasks = len(paths) - len(p.Tasks)
	p.Failures, p.MoreFailures = bounded(p.Failures, maxFailures)
	p.Artifacts, p.MoreArtifacts = bounded(p.Artifacts, maxArtifacts)
	p.Metrics, p.MoreMetrics = bounded(p.Metrics, maxMetrics)
	return p
}

func bounded[T any](all []T, most int) (shown []T, more int) {
	if len(all) <= most {
		return all, 0
	}
	return all[:most], len(all) - most
}

// webAddress leaves out what no link may lead to.
func webAddress(url string) string {
	if strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") {
		return url
	}
	return ""
}

func (r Run) row(path string, t spec.TaskStatus) taskRow {
	row := taskRow{
		Name: path, State: markOf(t.Phase, t.Cached && t.Attempts == 0), Started: clock(t.StartedAt), Took: between(t.StartedAt, t.FinishedAt),
		Message: cut(t.Message, maxMessage),
	}
	if t.Attempts > 0 {
		row.Attempts = count(t.Attempts)
	}
	if t.Items > 0 {
		row.Items = count(t.ItemsDone) + " of " + count(t.Items)
		if t.ItemsFailed > 0 {
			row.Items += ", " + count(t.ItemsFailed) + " failed"
		}
	}
	row.place(r, t)
	return row
}

// place puts a task that has begun into the time of its run, in per cent. Of what has not ended, the end of the last
// thing that is known of is taken.
func (row *taskRow) place(r Run, t spec.TaskStatus) {
	if t.Phase == spec.PhaseSkipped || t.Phase == spec.PhaseOmitted {
		return // why it did not run says more
	}
	begin, end := r.StartedAt, r.FinishedAt
	for _, other := range r.Tasks {
		end = latest(end, latest(other.FinishedAt, other.StartedAt))
	}
	whole := end.Sub(begin).Seconds()
	if begin.IsZero() || t.StartedAt.IsZero() || whole <= 0 {
		return
	}
	until := t.FinishedAt
	if until.IsZero() {
		until = end
	}
	row.HasBar = true
	row.From = percent(t.StartedAt.Sub(begin).Seconds() / whole)
	row.Length = max(0.4, min(percent(until.Sub(t.StartedAt).Seconds()/whole), 100-row.From))
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// percent of what is a part of a whole, with two digits, so that a page stays small.
func percent(share float64) float64 { return float64(int(min(max(share, 0), 1)*10000)) / 100 }

// markOf says what became of something.
func markOf(phase spec.Phase, cached bool) mark {
	switch {
	case cached && phase == spec.PhaseSucceeded:
		return mark{"succeeded", "✓", "From the cache"}
	case phase == spec.PhaseSucceeded:
		return mark{"succeeded", "✓", "Succeeded"}
	case phase.Failed():
		return mark{"failed", "✗", string(phase)}
	case phase == spec.PhaseRunning:
		return mark{"running", "▶", "Running"}
	case phase == spec.PhaseSkipped:
		return mark{"skipped", "⊘", "Skipped"}
	case phase == spec.PhaseOmitted:
		return mark{"skipped", "⊘", "Left out"}
	}
	return mark{"waiting", "…", "Waiting"}
}

// inOrder sorts tasks by their start, as a story; those that have not begun come last.
func inOrder(tasks map[string]spec.TaskStatus) []string {
	return slices.SortedFunc(maps.Keys(tasks), func(a, b string) int {
		x, y := tasks[a].StartedAt, tasks[b].StartedAt
		switch {
		case x.IsZero() != y.IsZero() && x.IsZero():
			return 1
		case x.IsZero() != y.IsZero():
			return -1
		}
		return cmp.Or(x.Compare(y), strings.Compare(a, b))
	})
}

// hasFailedInside reports whether a task of a nested pipeline or a group says more of a failure than what is around it.
func hasFailedInside(tasks map[string]spec.TaskStatus, path string) bool {
	for other, t := range tasks {
		if strings.HasPrefix(other, path+"/") && t.Phase.Failed() {
			return true
		}
	}
	return false
}

func pairs(m map[string]string) []pair {
	var all []pair
	for _, name := range slices.Sorted(maps.Keys(m)) {
		all = append(all, pair{name, cut(m[name], maxValue)})
	}
	return all
}

func documents(all []Document) []Document {
	var shown []Document
	for _, d := range all {
		if len(d.Text) > maxDocument {
			d = Document{Title: d.Title, Text: "This document is larger than a report can hold (1 MiB)."}
		}
		shown = append(shown, d)
	}
	return shown
}
