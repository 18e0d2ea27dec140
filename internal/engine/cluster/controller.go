package cluster

import (
	"context"
	"path"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

const (
	controllerProgram   = "workflow-controller"
	controllerConfigMap = "workflow-controller-configmap"
)

// Controllers finds the workflow controllers, in the whole cluster if that may be looked at, else in the namespaces
// where they usually are. everywhere says which. An error means that nothing could be looked at.
func (c *Client) Controllers(
	ctx context.Context, usual ...string,
) (found []backend.Controller, everywhere bool, err error) {
	found, err = c.controllersIn(ctx, metav1.NamespaceAll)
	if err == nil || backend.ReasonOf(err) != backend.Forbidden {
		return found, err == nil, err
	}
	seen := false
	for _, namespace := range usual {
		here, inside := c.controllersIn(ctx, namespace)
		if inside == nil {
			found, seen = append(found, here...), true
		}
	}
	if !seen {
		return nil, false, err
	}
	return found, false, nil
}

func (c *Client) controllersIn(ctx context.Context, namespace string) ([]backend.Controller, error) {
	conn, err := c.connect()
	if err != nil {
		return nil, err
	}
	var found []backend.Controller
	err = paged(func(options metav1.ListOptions) (string, error) {
		page, err := conn.typed.AppsV1().Deployments(namespace).List(ctx, options)
		if err != nil {
			return "", explain(err, backend.Kind{Resource: "deployments"}, namespace, "")
		}
		if options.Continue == "" {
			found = nil
		}
		for _, d := range page.Items {
			if container := controllerContainer(d); container != nil {
				found = append(found, c.controller(ctx, conn, d, *container))
			}
		}
		return page.Continue, nil
	})
	return found, err
}

func controllerContainer(d appsv1.Deployment) *corev1.Container {
	for i, c := range d.Spec.Template.Spec.Containers {
		image, _, _ := strings.Cut(path.Base(c.Image), ":")
		if image == controllerProgram || slices.ContainsFunc(c.Command, func(arg string) bool { return path.Base(arg) == controllerProgram }) {
			return &d.Spec.Template.Spec.Containers[i]
		}
	}
	return nil
}

func (c *Client) controller(
	ctx context.Context, conn *connection, d appsv1.Deployment, container corev1.Container,
) backend.Controller {
	out := backend.Controller{
		Namespace: d.Namespace, Name: d.Name, Image: container.Image, Wanted: 1, Ready: d.Status.ReadyReplicas,
	}
	if d.Spec.Replicas != nil {
		out.Wanted = *d.Spec.Replicas
	}
	args := slices.Concat(container.Command, container.Args)
	if flag, ok := flagOf(args, "--namespaced"); ok && flag != "false" {
		out.Managed = d.Namespace
		if managed, ok := flagOf(args, "--managed-namespace"); ok {
			out.Managed = managed
		}
	}
	name, ok := flagOf(args, "--configmap")
	if !ok {
		name = controllerConfigMap
	}
	applySettings(ctx, conn, &out, name, container)
	return out
}

// flagOf returns the value of a flag, empty for one without.
func flagOf(args []string, name string) (string, bool) {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, name+"="); ok {
			return value, true
		}
		if arg == name {
			if i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
				return args[i+1], true
			}
			return "", true
		}
	}
	return "", false
}
