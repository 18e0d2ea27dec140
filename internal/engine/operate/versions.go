package operate

import (
	"context"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// Retire removes a version of a component that its resource no longer stands for, or marks it for removal while
// somebody still uses it.
func (o *Operator) Retire(ctx context.Context, namespace, component, version string, problems *problem.List) {
	name := component + "-" + version
	_, err := o.Backend.Patch(ctx, backend.WorkflowTemplates, namespace, name, layout.RetiredPatch())
	if backend.IsNotFound(err) {
		return
	}
	if err != nil {
		addClusterProblem(problems, "retire", "component", name, err)
		return
	}
	o.Sweep(ctx, namespace, problems)
}

// Sweep removes the retired component versions of a namespace that no pipeline, recurring run or unfinished run uses,
// and what is cached of them.
func (o *Operator) Sweep(ctx context.Context, namespace string, problems *problem.List) {
	retired, err := o.Backend.List(ctx, backend.WorkflowTemplates, namespace, layout.RetiredSelector)
	if err != nil {
		addClusterProblem(problems, "list", "component versions in namespace", namespace, err)
		return
	}
	if len(retired) == 0 {
		o.collectCaches(ctx, namespace, nil, problems)
		return
	}
	used, err := o.usedTemplates(ctx, namespace)
	if err != nil {
		addClusterProblem(problems, "find the users of", "component versions in namespace", namespace, err)
		return
	}
	var gone []string
	for _, name := range slices.Sorted(maps.Keys(retired)) {
		if used[name] {
			continue
		}
		gone = append(gone, name)
		// The template goes first: a version without it is unused, one without its code is broken.
		for _, r := range []backend.Kind{backend.WorkflowTemplates, backend.ConfigMaps} {
			if err := o.Backend.Delete(ctx, r, namespace, name, ""); err != nil {
				addClusterProblem(problems, "delete", "component version", name, err)
			}
		}
	}
	o.collectCaches(ctx, namespace, gone, problems)
}

// usedTemplates names the templates that something in the namespace refers to, whoever made it.
func (o *Operator) usedTemplates(ctx context.Context, namespace string) (map[string]bool, error) {
	return o.usedBy(ctx, namespace, layout.TemplatesUsed)
}

// usedBy collects what objects that may run use.
func (o *Operator) usedBy(
	ctx context.Context, namespace string, uses func(object any, used map[string]bool),
) (map[string]bool, error) {
	used := map[string]bool{}
	for _, look := range []struct {
		resource backend.Kind
		selector string
	}{
		{backend.WorkflowTemplates, layout.UserSelector},
		{backend.CronWorkflows, ""},
		{backend.Workflows, layout.UnfinishedSelector},
	} {
		objects, err := o.Backend.List(ctx, look.resource, namespace, look.selector)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			uses(o.Raw(), used)
		}
	}
	return used, nil
}

// RetireCode removes the code of a pipeline that is not among what it consists of now, once nothing mounts it.
func (o *Operator) RetireCode(
	ctx context.Context, namespace, pipeline string, current []*corev1.ConfigMap, problems *problem.List,
) {
	kept := map[string]bool{}
	for _, code := range current {
		kept[code.Name] = true
	}
	all, err := o.Backend.List(ctx, backend.ConfigMaps, namespace, layout.CodeSelector)
	if err != nil {
		addClusterProblem(problems, "list", "code of pipelines in namespace", namespace, err)
		return
	}
	var retired []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		labels := all[name].Labels
		if labels[layout.NameLabel] == pipeline && !kept[name] && !layout.IsRetired(labels) {
			if _, err := o.Backend.Patch(ctx, backend.ConfigMaps, namespace, name, layout.RetiredPatch()); err != nil {
				addClusterProblem(problems, "retire", "code", name, err)
				continue
			}
			retired = append(retired, name)
		} else if layout.IsRetired(labels) && !kept[name] {
			retired = append(retired, name)
		}
	}
	o.sweepCode(ctx, namespace, retired, problems)
}

// sweepCode removes code that nothing mounts.
func (o *Operator) sweepCode(ctx context.Context, namespace string, retired []string, problems *problem.List) {
	if len(retired) == 0 {
		return
	}
	used, err := o.usedBy(ctx, namespace, layout.CodeUsed)
	if err != nil {
		addClusterProblem(problems, "find the users of", "code in namespace", namespace, err)
		return
	}
	for _, name := range retired {
		if used[name] {
			continue
		}
		if err := o.Backend.Delete(ctx, backend.ConfigMaps, namespace, name, ""); err != nil && !backend.IsNotFound(err) {
			addClusterProblem(problems, "delete", "code", name, err)
		}
	}
}
