package operate

import (
	"context"
	"errors"
	"fmt"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// errOwned says that another resource stands for a run. A run that nobody owns is one that an apply has not seen to its
// end, such as one that was killed.
var errOwned = errors.New("another resource, perhaps in another state, has had this very run. The same pipeline, " +
	"parameters, service account and triggers are the same run. " +
	"Tell the two apart by triggers, or give this one a name. Where this state alone manages the namespace and has " +
	"lost the run, import it, or set take_over_identical = true in the provider's configuration")

// isOwned reports whether a run is another resource's.
func (o *Operator) isOwned(run *backend.Object, instance string) bool {
	owner := compile.OwnerOf(run.Annotations)
	return owner != "" && owner != instance && !o.TakeOverIdentical
}

// Own notes that a run is in the state of a resource. errOwned: two have waited for it side by side, and the other one
// came first. What cannot be written down is no failure: the run has ended as it should.
func (o *Operator) Own(ctx context.Context, namespace, name, instance string) error {
	for attempt := 1; ; attempt++ {
		run, err := o.Backend.Get(ctx, backend.Workflows, namespace, name)
		switch {
		case backend.IsNotFound(err):
			return nil // its ttl was short
		case err == nil && o.isOwned(run, instance):
			return errOwned
		case err == nil:
			_, err = o.Backend.Patch(ctx, backend.Workflows, namespace, name, compile.OwnerPatch(instance, run.ResourceVersion))
		}
		if backend.ReasonOf(err) == backend.Conflict && attempt < maxConflicts {
			continue
		}
		if err != nil {
			o.debug(
				ctx, "Cannot note whose run it is",
				map[string]any{"run": fmt.Sprintf("%s/%s", namespace, name), "error": err.Error()},
			)
		}
		return nil
	}
}
