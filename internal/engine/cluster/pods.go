package cluster

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// maxLogBytes bounds what is read of one container's log.
const maxLogBytes = 64 << 10

// LastLines returns the last lines of a container's log, at most n and 64 KiB. A pod that is gone has no lines.
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
	data, err := io.ReadAll(stream)
	if err != nil {
		return nil, fmt.Errorf("reading the log of pod %s/%s: %w", namespace, pod, err)
	}
	if len(data) > maxLogBytes {
		data = data[len(data)-maxLogBytes:]
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
		return nil, explain(err, Resource{Resource: "pods"}, namespace, "")
	}
	return list.Items, nil
}
