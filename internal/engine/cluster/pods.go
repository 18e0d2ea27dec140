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
)

// maxLogBytes bounds what is read of one container's log: a line may be of any length.
const maxLogBytes = 4 << 20

// Pods is the resource of pods.
var Pods = Resource{Version: "v1", Resource: "pods"}

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
		return nil, explain(err, Resource{Resource: "pods/log"}, namespace, pod)
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

// Pod is what people want to know of a pod of a run.
type Pod struct {
	Name        string
	Annotations map[string]string
	Started     bool     // the container was run, as far as the pod says
	Secrets     []string // names of the Secrets whose values the container can see
	Waits       []Wait
}

// Wait is what keeps a pod, or a container of it, from starting.
type Wait struct {
	Container string // empty: the pod itself finds no node
	Cause     string
}

// Pods lists the pods that a label selector finds.
func (c *Client) Pods(ctx context.Context, namespace, selector string) ([]corev1.Pod, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	list, err := conn.typed.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return nil, explain(err, Resource{Resource: "pods"}, namespace, "")
	}
	return list.Items, nil
}

// RunPods lists the pods that a label selector finds, and what there is to know of their container of this name.
func (c *Client) RunPods(ctx context.Context, namespace, selector, container string) ([]Pod, error) {
	list, err := c.Pods(ctx, namespace, selector)
	if err != nil {
		return nil, err
	}
	pods := make([]Pod, len(list))
	for i := range list {
		p := &list[i]
		pods[i] = Pod{Name: p.Name, Annotations: p.Annotations, Started: hasStarted(p, container), Secrets: secretsOf(p, container), Waits: waitsOf(p)}
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
func waitsOf(pod *corev1.Pod) []Wait {
	var waits []Wait
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			waits = append(waits, Wait{Cause: c.Message})
		}
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if w := c.State.Waiting; w != nil && w.Message != "" {
			waits = append(waits, Wait{Container: c.Name, Cause: w.Reason + ": " + w.Message})
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
	err = explain(conn.typed.CoreV1().Pods(namespace).Delete(ctx, name, metav1.DeleteOptions{GracePeriodSeconds: new(int64)}), Pods, namespace, name)
	if IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.Follow(ctx, Pods, namespace, name, func(object *Object) (bool, error) { return object == nil, nil })
}
