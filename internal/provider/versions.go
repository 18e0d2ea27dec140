package provider

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
)

// retire removes a version of a component that its resource no longer stands for, or marks it for removal while
// somebody still uses it.
func (d *data) retire(ctx context.Context, namespace, component, version string, diags *diag.Diagnostics) {
	name := component + "-" + version
	_, err := d.cluster.Patch(ctx, cluster.WorkflowTemplates, namespace, name, argo.RetiredPatch())
	if cluster.IsNotFound(err) {
		return
	}
	if err != nil {
		addClusterError(diags, "retire", "component", name, err)
		return
	}
	d.sweep(ctx, namespace, diags)
}

// sweep removes the retired component versions of a namespace that no pipeline, recurring run or unfinished run uses, and
// what is cached of them.
func (d *data) sweep(ctx context.Context, namespace string, diags *diag.Diagnostics) {
	retired, err := d.cluster.List(ctx, cluster.WorkflowTemplates, namespace, argo.RetiredSelector)
	if err != nil {
		addClusterError(diags, "list", "component versions in namespace", namespace, err)
		return
	}
	if len(retired) == 0 {
		d.collectCaches(ctx, namespace, nil, diags)
		return
	}
	used, err := d.usedTemplates(ctx, namespace)
	if err != nil {
		addClusterError(diags, "find the users of", "component versions in namespace", namespace, err)
		return
	}
	var gone []string
	for _, name := range slices.Sorted(maps.Keys(retired)) {
		if used[name] {
			continue
		}
		gone = append(gone, name)
		// The template goes first: a version without it is unused, one without its code is broken.
		for _, r := range []cluster.Resource{cluster.WorkflowTemplates, cluster.ConfigMaps} {
			if err := d.cluster.Delete(ctx, r, namespace, name, ""); err != nil {
				addClusterError(diags, "delete", "component version", name, err)
			}
		}
	}
	d.collectCaches(ctx, namespace, gone, diags)
}

// usedTemplates names the templates that something in the namespace refers to, whoever made it.
func (d *data) usedTemplates(ctx context.Context, namespace string) (map[string]bool, error) {
	used := map[string]bool{}
	for _, look := range []struct {
		resource cluster.Resource
		selector string
	}{
		{cluster.WorkflowTemplates, argo.UserSelector},
		{cluster.CronWorkflows, ""},
		{cluster.Workflows, argo.UnfinishedSelector},
	} {
		objects, err := d.cluster.List(ctx, look.resource, namespace, look.selector)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			argo.TemplatesUsed(o.Raw(), used)
		}
	}
	return used, nil
}
