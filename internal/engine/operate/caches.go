package operate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// unusedCaches is how long what a task returned is kept though no run has asked for it.
const unusedCaches = 30 * 24 * time.Hour

// collectCaches removes what Argo's controller keeps, in its own namespace and for ever, of tasks with a cache: that of
// component versions that are gone, and once a provider run what no run of the namespace has asked for in a long time.
// Who may not look there leaves it all to the controller's own settings.
func (o *Operator) collectCaches(ctx context.Context, namespace string, gone []string, problems *problem.List) {
	_, aged := o.agedCaches.LoadOrStore(namespace, true)
	if aged && len(gone) == 0 {
		return
	}
	controllers, _, err := o.inspector().Controllers(ctx, usualNamespaces(namespace)...)
	if err != nil {
		o.debug(ctx, "Cannot look for Argo's controller", map[string]any{"error": err.Error()})
		return
	}
	for _, c := range controllers {
		if !c.Serves(namespace, o.InstanceID) {
			continue
		}
		changed, err := o.Backend.LastChanges(ctx, backend.ConfigMaps, c.Namespace, layout.CacheSelector)
		if err != nil {
			o.debug(ctx, "Cannot list what is cached", map[string]any{"namespace": c.Namespace, "error": err.Error()})
			continue
		}
		o.removeCaches(ctx, c.Namespace, staleCaches(changed, namespace, gone, time.Now()), problems)
	}
}

// staleCaches are the config maps that nothing will ask for: of versions that are gone, and those not used for long.
func staleCaches(changed map[string]time.Time, namespace string, gone []string, now time.Time) []string {
	var stale []string
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		isGone := slices.ContainsFunc(gone, func(version string) bool { return layout.IsCacheOf(name, namespace, version) })
		if isGone || layout.IsCacheIn(name, namespace) && now.Sub(changed[name]) > unusedCaches {
			stale = append(stale, name)
		}
	}
	return stale
}

// removeCaches deletes config maps; that it may not is a warning, since nothing but room depends on it.
func (o *Operator) removeCaches(ctx context.Context, namespace string, names []string, problems *problem.List) {
	for _, name := range names {
		if err := o.Backend.Delete(ctx, backend.ConfigMaps, namespace, name, ""); err != nil {
			problems.Warning("What tasks returned stays cached", fmt.Sprintf("Nothing asks any more for what Argo's "+
				"controller keeps in config maps of namespace %s, %d of them. "+
				"Removing the first failed: %s\n\nGrant the provider the Role for caches of the guide \"Installation and "+
				"RBAC\", or have the controller do it (CACHE_GC_PERIOD in its environment).",
				namespace, len(names), ClusterDetail(err)))
			return
		}
	}
}
