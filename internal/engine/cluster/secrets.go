package cluster

import (
	"context"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// secretsOf names the Secrets whose values a container of the pod can see: in its environment and in its files.
func secretsOf(pod *corev1.Pod, container string) []string {
	names := map[string]bool{}
	for _, c := range pod.Spec.Containers {
		if c.Name != container {
			continue
		}
		for _, env := range c.Env {
			if env.ValueFrom != nil && env.ValueFrom.SecretKeyRef != nil {
				names[env.ValueFrom.SecretKeyRef.Name] = true
			}
		}
		for _, from := range c.EnvFrom {
			if from.SecretRef != nil {
				names[from.SecretRef.Name] = true
			}
		}
		for _, mount := range c.VolumeMounts {
			secretsOfVolume(pod, mount.Name, names)
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func secretsOfVolume(pod *corev1.Pod, volume string, names map[string]bool) {
	for _, v := range pod.Spec.Volumes {
		if v.Name != volume {
			continue
		}
		if v.Secret != nil {
			names[v.Secret.SecretName] = true
		}
		if v.Projected == nil {
			continue
		}
		for _, source := range v.Projected.Sources {
			if source.Secret != nil {
				names[source.Secret.Name] = true
			}
		}
	}
}

// SecretValues returns every value of a Secret, so that it can be taken out of what people see. A Secret that does
// not exist has none.
func (c *Client) SecretValues(ctx context.Context, namespace, name string) ([]string, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	secret, err := conn.typed.CoreV1().Secrets(namespace).Get(ctx, name, metav1.GetOptions{})
	if err = explain(err, backend.Kind{Version: "v1", Resource: "secrets"}, namespace, name); backend.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	values := make([]string, 0, len(secret.Data))
	for _, key := range slices.Sorted(maps.Keys(secret.Data)) {
		values = append(values, string(secret.Data[key]))
	}
	return values, nil
}
