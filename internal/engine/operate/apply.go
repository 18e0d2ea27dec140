package operate

import (
	"context"
	"fmt"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/diff"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// Put makes an object what it should be. Changes that others have made once, by kubectl edit for example, were in the
// plan as drift and are taken back, and what they have added is removed. What another program declares by server-side
// apply is a conflict unless force_conflicts is set.
func (o *Operator) Put(ctx context.Context, r backend.Kind, object any) error {
	wanted, live, err := o.apply(ctx, r, object)
	if err != nil {
		return err
	}
	patch := diff.RemovalPatch(live.Raw(), wanted, live.EditedAt)
	if patch == nil {
		return nil
	}
	_, err = o.Backend.Patch(ctx, r, live.Namespace, live.Name, patch)
	return err
}

// apply writes an object in the form that the cluster's schema takes, which the first refusal tells.
func (o *Operator) apply(
	ctx context.Context, r backend.Kind, object any,
) (wanted map[string]any, live *backend.Object, err error) {
	strict := o.strictSchema.Load()
	form := layout.AsJSON
	if strict {
		form = layout.WithoutUnreadFields
	}
	if wanted, err = form(object); err != nil {
		return nil, nil, err
	}
	live, err = o.Backend.Apply(ctx, r, wanted, o.ForceConflicts)
	if backend.ConflictsWithEdits(err) {
		live, err = o.Backend.Apply(ctx, r, wanted, true)
	}
	if backend.IsUndeclared(err) && !strict {
		o.strictSchema.Store(true)
		return o.apply(ctx, r, object)
	}
	return wanted, live, err
}

// Create makes an object that is not there yet. resource is the type of the Terraform resource that stands for it.
func (o *Operator) Create(ctx context.Context, r backend.Kind, object any, namespace, name, resource string) error {
	for range maxCreations {
		err := o.Backend.Make(ctx, r, object)
		if backend.ReasonOf(err) != backend.Exists {
			return err
		}
		live, err := o.Existing(ctx, r, namespace, name)
		switch {
		case err != nil:
			return err
		case live == nil:
			continue // it was removed meanwhile
		}
		if err := o.RefuseExisting(live, resource, len(Differences(live, object)) == 0); err != nil {
			return err
		}
		return o.Put(ctx, r, object)
	}
	return fmt.Errorf("%s/%s was made and removed by somebody else again and again", namespace, name)
}

// maxCreations bounds how often a creation is tried while somebody else makes and removes the same object.
const maxCreations = 5

// PutCode makes the config map of a component's code. It is immutable, so one that is not what it should be is
// replaced.
func (o *Operator) PutCode(ctx context.Context, code any, namespace, name string) error {
	wanted, err := layout.AsJSON(code)
	if err != nil {
		return err
	}
	live, err := o.Backend.Get(ctx, backend.ConfigMaps, namespace, name)
	switch {
	case backend.IsNotFound(err):
	case err != nil:
		return err
	case len(diff.Compare(live.Raw(), wanted, live.EditedAt)) > 0:
		if err := o.Backend.Delete(ctx, backend.ConfigMaps, namespace, name, live.UID); err != nil {
			return err
		}
	}
	return o.Put(ctx, backend.ConfigMaps, code)
}

// RefuseExisting fails if the object that is to be created is there: another state may stand for it, or somebody has
// made it by hand. Nothing in the cluster tells an object that another state stands for from one whose apply was killed
// before it had saved its state, so taking over even an identical one is left to the user.
func (o *Operator) RefuseExisting(live *backend.Object, resource string, identical bool) error {
	if live == nil || live.Deleting || layout.IsRetired(live.Labels) {
		return nil // nobody stands for it any more
	}
	id := live.Namespace + "/" + live.Name
	owner, also := "It was not made by this provider.", ""
	if live.Labels[layout.ManagedByLabel] == layout.ManagedBy {
		owner = "It was made by this provider, so another resource, perhaps in another state, stands for it."
		if identical {
			if o.TakeOverIdentical {
				return nil
			}
			owner = "It was made by this provider and is exactly what this resource would write: by another resource, " +
				"perhaps in another state, that stands for it, " +
				"or by an apply that was killed before its state was saved."
			also = "\n\nWhere this state alone manages the namespace, take_over_identical = true in the provider's " +
				"configuration, or KFP_TAKE_OVER_IDENTICAL=true " +
				"in the environment, takes over all such objects at once."
		}
	}
	return fmt.Errorf("%s %s exists already. %s Give this resource another name, or take the object over into this "+
		"state:\n\n"+
		"import {\n  to = %s.NAME\n  id = %q\n}%s", live.Raw()["kind"], id, owner, resource, id, also)
}

// Existing reads an object that may be there; nil: it is not.
func (o *Operator) Existing(ctx context.Context, r backend.Kind, namespace, name string) (*backend.Object, error) {
	live, err := o.Backend.Get(ctx, r, namespace, name)
	if backend.IsNotFound(err) {
		return nil, nil
	}
	return live, err
}

// Differences lists where a live object is not the wanted one.
func Differences(live *backend.Object, wanted any) []string {
	object, err := layout.AsJSON(wanted)
	if err != nil {
		return []string{err.Error()}
	}
	var paths []string
	for _, d := range diff.Compare(live.Raw(), object, live.EditedAt) {
		paths = append(paths, d.String())
	}
	return paths
}
