package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

// unusedCaches is how long what a task returned is kept though no run has asked for it.
const unusedCaches = 30 * 24 * time.Hour

// collectCaches removes what Argo's controller keeps, in its own namespace and for ever, of tasks with a cache: that of
// component versions that are gone, and once a provider run what no run of the namespace has asked for in a long time.
// Who may not look there leaves it all to the controller's own settings.
func (d *data) collectCaches(ctx context.Context, namespace string, gone []string, diags *diag.Diagnostics) {
	_, aged := d.agedCaches.LoadOrStore(namespace, true)
	if aged && len(gone) == 0 {
		return
	}
	controllers, _, err := d.cluster.Controllers(ctx, usualNamespaces(namespace)...)
	if err != nil {
		tflog.Debug(ctx, "Cannot look for Argo's controller", map[string]any{"error": err.Error()})
		return
	}
	for _, c := range controllers {
		if !c.Serves(namespace, d.instanceID) {
			continue
		}
		changed, err := d.cluster.LastChanges(ctx, cluster.ConfigMaps, c.Namespace, argo.CacheSelector)
		if err != nil {
			tflog.Debug(ctx, "Cannot list what is cached", map[string]any{"namespace": c.Namespace, "error": err.Error()})
			continue
		}
		d.removeCaches(ctx, c.Namespace, staleCaches(changed, namespace, gone, time.Now()), diags)
	}
}

// staleCaches are the config maps that nothing will ask for: of versions that are gone, and those not used for long.
func staleCaches(changed map[string]time.Time, namespace string, gone []string, now time.Time) []string {
	var stale []string
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		isGone := slices.ContainsFunc(gone, func(version string) bool { return argo.IsCacheOf(name, namespace, version) })
		if isGone || argo.IsCacheIn(name, namespace) && now.Sub(changed[name]) > unusedCaches {
			stale = append(stale, name)
		}
	}
	return stale
}

// removeCaches deletes config maps; that it may not is a warning, since nothing but room depends on it.
func (d *data) removeCaches(ctx context.Context, namespace string, names []string, diags *diag.Diagnostics) {
	for _, name := range names {
		if err := d.cluster.Delete(ctx, cluster.ConfigMaps, namespace, name, ""); err != nil {
			diags.AddWarning("What tasks returned stays cached", fmt.Sprintf("Nothing asks any more for what Argo's controller keeps in config maps of namespace %s, %d of them. "+
				"Removing the first failed: %s\n\nGrant the provider the Role for caches of the guide \"Installation and RBAC\", or have the controller do it (CACHE_GC_PERIOD in its environment).",
				namespace, len(names), clusterDetail(err)))
			return
		}
	}
}
