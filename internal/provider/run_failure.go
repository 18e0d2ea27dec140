package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// How much of the logs a diagnostic shows.
const (
	maxFailures = 5
	logLines    = 20
	maxLine     = 300
)

// explainFailure makes one diagnostic that names the failed tasks with their messages and last log lines.
func (r *runResource) explainFailure(ctx context.Context, namespace, name string, status spec.RunStatus, diags *diag.Diagnostics) {
	var b strings.Builder
	fmt.Fprintf(&b, "Run %s/%s ended as %s after %s.", namespace, name, status.Phase, elapsed(status))
	if status.Message != "" {
		fmt.Fprintf(&b, " %s", status.Message)
	}
	b.WriteString("\n")
	pods := r.podsOf(ctx, namespace, name)
	shown := 0
	for _, path := range slices.Sorted(maps.Keys(status.Tasks)) {
		task := status.Tasks[path]
		if !task.Phase.Failed() || len(task.Failures) == 0 && hasFailedChild(status.Tasks, path) {
			continue
		}
		if shown++; shown > maxFailures {
			continue
		}
		r.describeTask(ctx, &b, namespace, path, task, pods)
	}
	if shown > maxFailures {
		fmt.Fprintf(&b, "\n… and %d more failed tasks.\n", shown-maxFailures)
	}
	fmt.Fprintf(&b, "\nMend the cause and apply again: that starts a new run.")
	diags.AddError("The run failed", b.String())
}

func hasFailedChild(tasks map[string]spec.TaskStatus, path string) bool {
	for other, t := range tasks {
		if strings.HasPrefix(other, path+"/") && t.Phase.Failed() {
			return true
		}
	}
	return false
}

func (r *runResource) describeTask(ctx context.Context, b *strings.Builder, namespace, path string, task spec.TaskStatus, pods map[string]corev1.Pod) {
	fmt.Fprintf(b, "\nTask %q: %s", path, task.Phase)
	if task.Attempts > 1 {
		fmt.Fprintf(b, " after %d attempts", task.Attempts)
	}
	if task.Message != "" && !strings.HasPrefix(task.Message, "retryStrategy.") {
		fmt.Fprintf(b, ": %s", task.Message)
	}
	b.WriteString("\n")
	if remedy := remedyFor(task.Message); remedy != "" {
		fmt.Fprintf(b, "  %s\n", remedy)
	}
	if len(task.Failures) == 0 {
		return
	}
	last := task.Failures[len(task.Failures)-1]
	if last.Message != "" && last.Message != task.Message {
		fmt.Fprintf(b, "  %s\n", last.Message)
	}
	if !last.HasPod {
		return
	}
	pod, ok := pods[last.NodeID]
	if !ok {
		b.WriteString("  Its pod is gone, and the log with it.\n")
		return
	}
	lines, err := r.data.cluster.LastLines(ctx, namespace, pod.Name, mainContainer, logLines)
	if err != nil {
		fmt.Fprintf(b, "  Its log cannot be read: %v\n", err)
		return
	}
	for _, line := range withoutExecutor(lines) {
		if len(line) > maxLine {
			line = line[:maxLine] + "…"
		}
		fmt.Fprintf(b, "  | %s\n", line)
	}
}

// withoutExecutor leaves out what Argo's executor adds to the log of the user's container.
func withoutExecutor(lines []string) []string {
	return slices.DeleteFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "time=\"") && strings.Contains(line, " argo=true") || strings.HasPrefix(line, "Error: exit status ")
	})
}

const (
	mainContainer   = "main"
	workflowLabel   = "workflows.argoproj.io/workflow"
	nodeAnnotation  = "workflows.argoproj.io/node-id"
	unfinishedTitle = "The run has not ended"
)

// podsOf returns a run's pods by Argo's node id.
func (r *runResource) podsOf(ctx context.Context, namespace, run string) map[string]corev1.Pod {
	pods, err := r.data.cluster.Pods(ctx, namespace, workflowLabel+"="+run)
	if err != nil {
		return nil
	}
	byNode := make(map[string]corev1.Pod, len(pods))
	for _, p := range pods {
		byNode[p.Annotations[nodeAnnotation]] = p
	}
	return byNode
}

// explainUnfinished tells what a run is waiting for when time is up or the apply is interrupted.
func (r *runResource) explainUnfinished(ctx context.Context, namespace, name string, status spec.RunStatus, timeout time.Duration, interrupted bool, diags *diag.Diagnostics) {
	var b strings.Builder
	if interrupted {
		fmt.Fprintf(&b, "The apply was interrupted; run %s/%s goes on in the cluster.", namespace, name)
	} else {
		fmt.Fprintf(&b, "Run %s/%s was not over within %s (timeouts.create); it goes on in the cluster.", namespace, name, timeout)
	}
	b.WriteString(" The next apply waits for this same run; terraform destroy stops it.\n")
	for _, path := range slices.Sorted(maps.Keys(status.Tasks)) {
		if t := status.Tasks[path]; !t.Phase.Ended() {
			fmt.Fprintf(&b, "\nTask %q is %s. %s", path, t.Phase, t.Message)
		}
	}
	for _, line := range stuckPods(r.podsOf(ctx, namespace, name)) {
		b.WriteString("\n" + line)
	}
	diags.AddError(unfinishedTitle, b.String())
}

// stuckPods says what pods wait for: a node, an image, a secret.
func stuckPods(pods map[string]corev1.Pod) []string {
	var lines []string
	for _, p := range pods {
		for _, c := range p.Status.Conditions {
			if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
				lines = append(lines, fmt.Sprintf("Pod %s cannot be scheduled: %s", p.Name, c.Message))
			}
		}
		for _, c := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
			if w := c.State.Waiting; w != nil && w.Message != "" {
				lines = append(lines, fmt.Sprintf("Pod %s, container %s: %s: %s", p.Name, c.Name, w.Reason, w.Message))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func elapsed(s spec.RunStatus) time.Duration {
	if s.StartedAt.IsZero() || s.FinishedAt.IsZero() {
		return 0
	}
	return s.FinishedAt.Sub(s.StartedAt).Round(time.Second)
}
