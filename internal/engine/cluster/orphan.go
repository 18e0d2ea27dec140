package cluster

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// DeleteAlone removes the object and leaves what it owns. An object that is gone already is no error.
func (c *Client) DeleteAlone(ctx context.Context, r backend.Kind, namespace, name string) error {
	conn, err := c.connect()
	if err != nil {
		return err
	}
	c.cache.forget(r, namespace)
	defer c.cache.forget(r, namespace)
	err = conn.dynamic.Resource(gvr(r)).Namespace(namespace).Delete(
		ctx, name, metav1.DeleteOptions{PropagationPolicy: ptr.To(metav1.DeletePropagationOrphan)},
	)
	if err = explain(err, r, namespace, name); backend.IsNotFound(err) {
		return nil
	}
	return err
}
