package operate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// progress turns the states of a run into messages, one for each thing that a person wants to know.
type progress struct {
	tell  func(string)
	phase spec.Phase
	tasks map[string]spec.TaskStatus
}

func newProgress(tell func(string)) *progress {
	return &progress{tell: tell, tasks: map[string]spec.TaskStatus{}}
}

// waitsAsUsual is what every pod waits for: no news.
var waitsAsUsual = map[string]bool{"PodInitializing": true, "ContainerCreating": true}

// seen tells what is new in a state.
func (p *progress) seen(status spec.RunStatus) {
	for _, path := range inOrder(status.Tasks) {
		task, before := status.Tasks[path], p.tasks[path]
		if waitsAsUsual[task.Message] {
			task.Message = ""
		}
		if task.Phase != before.Phase || task.Phase == spec.PhasePending && task.Message != before.Message || task.Attempts > before.Attempts && before.Attempts > 0 {
			p.tell(describeProgress(path, task))
		}
		p.tasks[path] = task
	}
	if status.Phase != p.phase && status.Phase != spec.PhasePending {
		p.tell(fmt.Sprintf("The run is %s.", status.Phase))
	}
	p.phase = status.Phase
}

func describeProgress(path string, t spec.TaskStatus) string {
	text := fmt.Sprintf("Task %s: %s", path, t.Phase)
	switch {
	case t.Cached:
		return text + ", from the cache."
	case t.Phase.Ended() && !t.StartedAt.IsZero() && !t.FinishedAt.IsZero():
		text += fmt.Sprintf(" after %s", t.FinishedAt.Sub(t.StartedAt).Round(time.Second))
	case t.Attempts > 1:
		text += fmt.Sprintf(", %d pods so far", t.Attempts) // attempts, and items of loops
	}
	if t.Message != "" {
		return text + ": " + plainCause(t.Message)
	}
	return text + "."
}

// inOrder sorts tasks by their start, since a person reads them as a story; tasks that have not started come last.
func inOrder(tasks map[string]spec.TaskStatus) []string {
	return slices.SortedFunc(maps.Keys(tasks), func(a, b string) int {
		x, y := tasks[a].StartedAt, tasks[b].StartedAt
		if x.IsZero() != y.IsZero() {
			if x.IsZero() {
				return 1
			}
			return -1
		}
		if c := x.Compare(y); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
}
