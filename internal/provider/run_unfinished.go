package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// describeUnfinished tells what a run is waiting for when time is up or the apply is interrupted.
func (d *data) describeUnfinished(ctx context.Context, run awaited, status spec.RunStatus, interrupted bool) string {
	var b strings.Builder
	if interrupted {
		fmt.Fprintf(&b, "Terraform was interrupted; run %s/%s goes on in the cluster.", run.namespace, run.name)
	} else {
		fmt.Fprintf(&b, "Run %s/%s was not over within %s (%s); it goes on in the cluster.", run.namespace, run.name, run.timeout, run.timeoutName)
	}
	fmt.Fprintf(&b, " %s\n", run.later)
	hints := hints{}
	for _, path := range inOrder(status.Tasks) {
		if t := status.Tasks[path]; !t.Phase.Ended() {
			fmt.Fprintf(&b, "\n%s", describeProgress(path, t))
			hints.addText(t.Message)
		}
	}
	for _, line := range stuckPods(d.readPods(ctx, run.namespace, run.name).pods) {
		b.WriteString("\n" + line)
		hints.addText(line)
	}
	for _, hint := range hints.list {
		fmt.Fprintf(&b, "\n\n%s", hint)
	}
	return strings.TrimRight(b.String(), "\n")
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
