package operate

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/pages"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// maxFailures bounds how many failed tasks a diagnostic shows.
const maxFailures = 5

// describeFailure names the failed tasks with their messages and last log lines.
func (o *Operator) describeFailure(ctx context.Context, run Awaited, status spec.RunStatus) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Run %s/%s ended as %s after %s.", run.Namespace, run.Name, status.Phase, elapsed(status))
	if status.Message != "" && !tasksExplain(status) {
		fmt.Fprintf(&b, " %s", status.Message)
	}
	b.WriteString("\n" + o.seen(run))
	reader := o.ReaderOf(run.Namespace, run.Name)
	shown := 0
	hints := hints{namespace: run.Namespace}
	allAllowed := onlyAllowed(status)
	for _, path := range inOrder(status.Tasks) {
		task := status.Tasks[path]
		if !task.Phase.Failed() || task.Allowed && !allAllowed || len(task.Failures) == 0 && hasFailedChild(status.Tasks, path) {
			continue
		}
		failures := task.Failures
		if len(failures) == 0 {
			failures = []spec.Failure{{}}
		}
		for _, failure := range failures {
			if shown++; shown <= maxFailures {
				describeTask(ctx, &b, path, task, failure, reader)
			}
		}
		hints.add(task)
	}
	if shown > maxFailures {
		fmt.Fprintf(&b, "\n… and %d more failures.\n", shown-maxFailures)
	}
	hints.addText(status.Message)
	for _, hint := range hints.list {
		fmt.Fprintf(&b, "\n%s\n", hint)
	}
	fmt.Fprintf(&b, "\n%s", run.Again)
	return b.String()
}

// seen is the line with the page of a run; empty where nobody has told of a site.
func (o *Operator) seen(run Awaited) string {
	if url := o.Site.Of(pages.Workflows, run.Namespace, run.Name); url != "" {
		return "See " + url + "\n"
	}
	return ""
}

// tasksExplain reports whether a failed task says more than the run as a whole.
func tasksExplain(status spec.RunStatus) bool {
	for _, task := range status.Tasks {
		if task.Phase.Failed() {
			return true
		}
	}
	return false
}

// onlyAllowed reports whether no failed task is one whose failure counts: something else ended the run then.
func onlyAllowed(status spec.RunStatus) bool {
	for _, task := range status.Tasks {
		if task.Phase.Failed() && !task.Allowed {
			return false
		}
	}
	return true
}

func hasFailedChild(tasks map[string]spec.TaskStatus, path string) bool {
	for other, t := range tasks {
		if strings.HasPrefix(other, path+"/") && t.Phase.Failed() {
			return true
		}
	}
	return false
}

func describeTask(
	ctx context.Context, b *strings.Builder, path string, task spec.TaskStatus, last spec.Failure, reader *podReader,
) {
	fmt.Fprintf(b, "\nTask %q", path)
	if last.Item != "" {
		fmt.Fprintf(b, ", %s", Cut(last.Item, MaxLine))
	}
	fmt.Fprintf(b, ": %s", task.Phase)
	if last.ExitCode != "" {
		fmt.Fprintf(b, ", exit code %s", last.ExitCode)
	}
	if last.Attempts > 1 {
		fmt.Fprintf(b, ", %d attempts", last.Attempts)
	}
	b.WriteString("\n")
	message := last.Message
	if message == "" {
		message = task.Message
	}
	if message != "" {
		fmt.Fprintf(b, "  %s\n", indented(message))
	}
	if last.HasPod && !neverMade.MatchString(message) {
		b.WriteString(reader.log(ctx, last.NodeID))
	}
}

// neverMade matches Argo's message of a pod that the cluster refused.
var neverMade = regexp.MustCompile(`errored: pods? .* is (forbidden|invalid)|Error applying PodSpecPatch`)

// compiled matches the excerpt of an expression that Argo's evaluator shows, in which nobody recognizes what was
// written.
var compiled = regexp.MustCompile(`(?s) \(\d+:\d+\)\n \| .*$`)

// indented keeps the further lines of a message in its paragraph.
func indented(message string) string {
	return strings.ReplaceAll(Cut(strings.TrimSpace(compiled.ReplaceAllString(message, "")), 10*MaxLine), "\n", "\n  ")
}

func elapsed(s spec.RunStatus) time.Duration {
	if s.StartedAt.IsZero() || s.FinishedAt.IsZero() {
		return 0
	}
	return s.FinishedAt.Sub(s.StartedAt).Round(time.Second)
}
