package cluster

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// Make creates the object, and fails with Exists if it is there: server-side apply, which tells no creation from a
// change, would let two that create the same object at once both succeed. Afterwards the provider owns the fields as if
// it had applied them, so that a later Apply removes those that it no longer gives. Where that cannot be written the
// object is there all the same: its fields look as if somebody had edited them, and Apply takes such over too.
func (c *Client) Make(ctx context.Context, r backend.Kind, object any) error {
	made, err := c.Create(ctx, r, object)
	if err != nil {
		return err
	}
	_ = c.declare(ctx, r, made)
	return nil
}

// maxDeclared bounds how often declare tries again because somebody, such as Argo's controller, wrote meanwhile.
const maxDeclared = 5

// declare makes of what the provider has written what it has applied, as kubectl does for objects of its older
// commands.
func (c *Client) declare(ctx context.Context, r backend.Kind, made *backend.Object) error {
	conn, err := c.connect()
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		patch, err := csaupgrade.UpgradeManagedFieldsPatch(
			&unstructured.Unstructured{Object: made.Content}, sets.New(FieldManager), FieldManager,
		)
		if err != nil || len(patch) == 0 {
			return err
		}
		_, err = conn.dynamic.Resource(gvr(r)).Namespace(made.Namespace).Patch(
			ctx, made.Name, types.JSONPatchType, patch, metav1.PatchOptions{FieldManager: FieldManager},
		)
		if err = explain(err, r, made.Namespace, made.Name); backend.ReasonOf(err) != backend.Conflict || attempt == maxDeclared {
			return err
		}
		if made, err = c.Get(ctx, r, made.Namespace, made.Name); err != nil {
			return err
		}
	}
}
