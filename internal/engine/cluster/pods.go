package cluster

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// maxLogBytes bounds what is read of one container's log: a line may be of any length.
const maxLogBytes = 4 << 20

// Pods is the resource of pods.
var Pods = backend.Kind{Version: "v1", Resource: "pods"}

// LastLines returns the last lines of a container's log, at most n. A pod that is gone has no lines.
func (c *Client) LastLines(ctx context.Context, namespace, pod, container string, n int64) ([]string, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	stream, err := conn.typed.CoreV1().Pods(namespace).GetLogs(pod, &corev1.PodLogOptions{
		Container: container, TailLines: new(n),
	}).Stream(ctx)
	if err != nil {
		return nil, explain(err, backend.Kind{Resource: "pods/log"}, namespace, pod)
	}
	defer stream.Close()
	data, err := io.ReadAll(io.LimitReader(stream, maxLogBytes))
	if err != nil {
		return nil, fmt.Errorf("reading the log of pod %s/%s: %w", namespace, pod, err)
	}
	text := strings.TrimRight(string(bytes.ToValidUTF8(data, []byte("\uFFFD"))), "\n")
	if text == "" {
		return nil, nil
	}
	return strings.Split(text, "\n"), nil
}

// Pods lists the pods that a label selector finds.
func (c *Client) Pods(ctx context.Context, namespace, selector string) ([]corev1.Pod, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	list, err := conn.typed.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return nil, explain(err, backend.Kind{Resource: "pods"}, namespace, "")
	}
	return list.Items, nil
}

// RunPods lists the pods that a label selector finds, and what there is to know of their container of this name.
func (c *Client) RunPods(ctx context.Context, namespace, selector, container string) ([]backend.Pod, error) {
	list, err := c.Pods(ctx, namespace, selector)
	if err != nil {
		return nil, err
	}
	pods := make([]backend.Pod, len(list))
	for i := range list {
		p := &list[i]
		pods[i] = backend.Pod{
			Name: p.Name, Annotations: p.Annotations, Started: hasStarted(p, container), Secrets: secretsOf(p, container),
			Waits: waitsOf(p),
		}
	}
	return pods, nil
}

// hasStarted reports whether a container was run, as far as the pod says.
func hasStarted(pod *corev1.Pod, container string) bool {
	for _, c := range pod.Status.ContainerStatuses {
		if c.Name == container {
			return c.State.Waiting == nil || c.LastTerminationState.Terminated != nil
		}
	}
	return true
}

// waitsOf says what a pod waits for: a node, an image, a secret.
func waitsOf(pod *corev1.Pod) []backend.Wait {
	var waits []backend.Wait
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			waits = append(waits, backend.Wait{Cause: c.Message})
		}
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if w := c.State.Waiting; w != nil && w.Message != "" {
			waits = append(waits, backend.Wait{Container: c.Name, Cause: w.Reason + ": " + w.Message})
		}
	}
	return waits
}

// RemovePod deletes a pod that has ended, and waits until its name is free.
func (c *Client) RemovePod(ctx context.Context, namespace, name string) error {
	conn, err := c.connect()
	if err != nil {
		return err
	}
	err = explain(
		conn.typed.CoreV1().Pods(namespace).Delete(ctx, name, metav1.DeleteOptions{GracePeriodSeconds: new(int64)}), Pods,
		namespace, name,
	)
	if backend.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.Follow(ctx, Pods, namespace, name, func(object *backend.Object) (bool, error) { return object == nil, nil })
}
