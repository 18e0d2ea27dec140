package operate

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/redact"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// How much of a log a diagnostic shows.
const (
	logLines      = 20
	executorLines = 100 // at most, of Argo's executor: a few, and one for each output
	MaxLine       = 300
	mainContainer = "main"
)

// podReader reads what the pods of one run have to say, without the secrets that they know. It reads each Secret once,
// and the pods when it is asked for some that it does not know.
type podReader struct {
	operator       *Operator
	namespace, run string
	pods           map[string]backend.Pod // by Argo's node id
	gone           map[string]bool        // nodes without a pod
	err            error                  // why the pods could not be read
	secrets        map[string]secretRead
	redactors      map[string]*redact.Redactor // by the names of the Secrets
}

type secretRead struct {
	values []string
	err    error
}

// ReaderOf reads what the pods of a run say.
func (o *Operator) ReaderOf(namespace, run string) *podReader {
	return &podReader{
		operator: o, namespace: namespace, run: run, pods: map[string]backend.Pod{}, gone: map[string]bool{},
		secrets: map[string]secretRead{}, redactors: map[string]*redact.Redactor{},
	}
}

// know reads the pods of the run once if it does not know those of all these nodes. Pods that have gone meanwhile stay
// known.
func (r *podReader) know(ctx context.Context, nodes ...string) {
	missing := slices.DeleteFunc(slices.Clone(nodes), func(node string) bool {
		_, known := r.pods[node]
		return known || r.gone[node] || node == ""
	})
	if len(missing) == 0 {
		return
	}
	pods, err := r.operator.podsOf(ctx, r.namespace, r.run)
	r.err = err
	maps.Copy(r.pods, pods)
	for _, node := range missing {
		_, found := r.pods[node]
		r.gone[node] = !found && err == nil
	}
}

// pod finds the pod of a node.
func (r *podReader) pod(ctx context.Context, node string) (*backend.Pod, bool) {
	r.know(ctx, node)
	pod, ok := r.pods[node]
	return &pod, ok
}

// podsOf returns a run's pods by Argo's node id.
func (o *Operator) podsOf(ctx context.Context, namespace, run string) (map[string]backend.Pod, error) {
	pods, err := o.Backend.RunPods(ctx, namespace, status.RunPodsLabel+"="+run, mainContainer)
	if err != nil {
		return nil, err
	}
	byNode := make(map[string]backend.Pod, len(pods))
	for _, p := range pods {
		byNode[p.Annotations[status.NodeAnnotation]] = p
	}
	return byNode, nil
}

// redactor takes the secrets out that a pod knows; closed names one that may not be read, so that nothing that the
// pod says may be shown.
func (r *podReader) redactor(ctx context.Context, pod *backend.Pod) (out *redact.Redactor, closed string) {
	var values []string
	key := strings.Join(pod.Secrets, "/")
	if known := r.redactors[key]; known != nil {
		return known, ""
	}
	for _, name := range pod.Secrets {
		read, ok := r.secrets[name]
		if !ok {
			read.values, read.err = r.operator.Backend.SecretValues(ctx, r.namespace, name)
			r.secrets[name] = read
		}
		if read.err != nil {
			return out, name
		}
		values = append(values, read.values...)
	}
	r.redactors[key] = redact.New(values...)
	return r.redactors[key], ""
}

// Mask takes the secrets out of everything that a run says: what tells of it gets the status from here.
func (r *podReader) Mask(ctx context.Context, run *spec.RunStatus) {
	var speaking []string
	for _, task := range run.Tasks {
		for _, f := range task.Failures {
			if status.HasLastWords(f.Message) {
				speaking = append(speaking, f.NodeID)
			}
		}
	}
	r.know(ctx, speaking...)
	for path, task := range run.Tasks {
		pod := ""
		for i, f := range task.Failures {
			if f.HasPod {
				pod = f.NodeID
			}
			task.Failures[i].Message = r.message(ctx, f.NodeID, f.Message)
		}
		task.Message = r.message(ctx, pod, task.Message)
		run.Tasks[path] = task
	}
	run.Message = r.message(ctx, "", run.Message)
}

// message returns what Argo says of a pod. It contains the container's last words.
func (r *podReader) message(ctx context.Context, node, message string) string {
	if !status.HasLastWords(message) {
		return message
	}
	pod, ok := r.pod(ctx, node)
	if !ok {
		return status.WithoutLastWords(message)
	}
	redactor, closed := r.redactor(ctx, pod)
	if closed != "" {
		return status.WithoutLastWords(message)
	}
	return redactor.Text(message)
}

// log returns the last lines of a pod's log, indented, or one line that says why there are none.
func (r *podReader) log(ctx context.Context, node string) string {
	pod, ok := r.pod(ctx, node)
	switch {
	case !ok && r.err != nil:
		return fmt.Sprintf("  Its log cannot be read: %v\n", r.err)
	case !ok:
		return "  Its pod is gone, and the log with it.\n"
	case !pod.Started:
		return "" // what came before it has failed, of which the message tells
	}
	redactor, closed := r.redactor(ctx, pod)
	if closed != "" {
		return fmt.Sprintf("  Its log may hold values of secret %s, which the provider may not read and so cannot mask. "+
			"See it with: kubectl logs -n %s %s -c %s\n",
			closed, r.namespace, pod.Name, mainContainer)
	}
	lines, err := r.operator.Backend.LastLines(ctx, r.namespace, pod.Name, mainContainer, logLines+executorLines)
	if err != nil {
		return fmt.Sprintf("  Its log cannot be read: %v\n", err)
	}
	// Secrets go before lines are cut, since a part of one would not be known again.
	lines = strings.Split(redactor.Text(strings.Join(lines, "\n")), "\n")
	var b strings.Builder
	lines = withoutExecutor(lines)
	for _, line := range lines[max(0, len(lines)-logLines):] {
		fmt.Fprintf(&b, "  | %s\n", Cut(strings.TrimRight(line, "\r"), MaxLine))
	}
	return b.String()
}

// withoutExecutor leaves out what Argo's executor adds to the log of the user's container.
func withoutExecutor(lines []string) []string {
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" || isOfExecutor(line) })
}

// isOfExecutor reports whether Argo's executor wrote a line: as text, whose form changed with 4.0, or as JSON.
func isOfExecutor(line string) bool {
	switch {
	case strings.HasPrefix(line, "time="):
		return strings.Contains(line+" ", " argo=true ")
	case strings.HasPrefix(line, "{"):
		var entry struct {
			Argo bool    `json:"argo"`
			Time *string `json:"time"`
			Msg  *string `json:"msg"`
		}
		return json.Unmarshal([]byte(line), &entry) == nil && entry.Argo && entry.Time != nil && entry.Msg != nil
	}
	return strings.HasPrefix(line, "Error: exit status ")
}

// Cut shortens a text to n characters.
func Cut(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n]) + "…"
}
