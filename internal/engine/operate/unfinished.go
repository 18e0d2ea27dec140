package operate

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// describeUnfinished tells what a run is waiting for when time is up or the apply is interrupted.
func (o *Operator) describeUnfinished(
	ctx context.Context, run Awaited, status spec.RunStatus, interrupted bool,
) string {
	goesOn := "it goes on in the cluster"
	if o.Attended() {
		goesOn = "its tasks were ended, and what has ended before counts"
	}
	if interrupted {
		return o.describeOpen(
			ctx, fmt.Sprintf("Terraform was interrupted while run %s/%s was in progress; %s.", run.Namespace, run.Name, goesOn), run,
			status,
		)
	}
	return o.describeOpen(
		ctx,
		fmt.Sprintf(
			"Run %s/%s was not over within %s (%s); %s.", run.Namespace, run.Name, run.Timeout, run.TimeoutName, goesOn,
		),
		run, status,
	)
}

// describeOpen tells what becomes of a run that has not ended, and what it waits for.
func (o *Operator) describeOpen(ctx context.Context, what string, run Awaited, status spec.RunStatus) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n%s", what, run.Later, o.seen(run))
	if !o.Attended() { // else nothing goes on that one could follow
		fmt.Fprintf(
			&b, "Follow it with argo watch -n %[1]s %[2]s, or kubectl get workflow -n %[1]s %[2]s -w\n", run.Namespace, run.Name,
		)
	}
	hints := hints{namespace: run.Namespace}
	var told strings.Builder
	for _, path := range inOrder(status.Tasks) {
		if t := status.Tasks[path]; !t.Phase.Ended() {
			told.WriteString("\n" + describeProgress(path, t))
			hints.addText(t.Message)
		}
	}
	b.WriteString(told.String())
	pods, _ := o.podsOf(ctx, run.Namespace, run.Name) // who may not look at pods is told the rest
	for _, stuck := range stuckPods(pods) {
		// Argo mostly repeats what Kubernetes says of a pod.
		if !strings.Contains(told.String(), stuck.cause) {
			b.WriteString("\n" + stuck.pod + stuck.cause)
			hints.addText(stuck.cause)
		}
	}
	o.addControllerProblem(ctx, &hints, run.Namespace, status)
	for _, hint := range hints.list {
		fmt.Fprintf(&b, "\n\n%s", hint)
	}
	return strings.TrimRight(b.String(), "\n")
}

// addControllerProblem looks for a reason why nothing goes on at all.
func (o *Operator) addControllerProblem(ctx context.Context, hints *hints, namespace string, status spec.RunStatus) {
	if !o.Preflight {
		return
	}
	found, everywhere, err := o.inspector().Controllers(ctx, usualNamespaces(namespace)...)
	if err == nil {
		if title, text, _ := controllerProblem(found, everywhere, namespace, o.InstanceID); title != "" {
			hints.list = append(hints.list, title+". "+text)
			return
		}
	}
	if status.StartedAt.IsZero() {
		hints.list = append(
			hints.list,
			"No workflow controller has taken the run up. See whether one runs and serves the namespace: kubectl get pods -A "+
				"-l app=workflow-controller",
		)
	}
}

// stuckPod is a pod that waits.
type stuckPod struct{ pod, cause string }

// stuckPods says what pods wait for: a node, an image, a secret.
func stuckPods(pods map[string]backend.Pod) []stuckPod {
	var stuck []stuckPod
	for _, p := range pods {
		for _, w := range p.Waits {
			if w.Container == "" {
				stuck = append(stuck, stuckPod{"Pod " + p.Name + " cannot be scheduled: ", w.Cause})
				continue
			}
			stuck = append(stuck, stuckPod{"Pod " + p.Name + ", container " + w.Container + ": ", plainCause(w.Cause)})
		}
	}
	slices.SortFunc(stuck, func(a, b stuckPod) int { return strings.Compare(a.pod+a.cause, b.pod+b.cause) })
	return stuck
}

// plainCause leaves out that the kubelet pauses between attempts: what it says of the attempts is the cause.
func plainCause(message string) string { return backOff.ReplaceAllString(message, "") }

var backOff = regexp.MustCompile(`ImagePullBackOff: Back-off pulling image "[^"]*": `)
