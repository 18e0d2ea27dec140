package operate

import (
	"context"
	"maps"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Refs finds components and pipelines in the cluster by the names of their objects.
func (o *Operator) Refs(ctx context.Context, namespace string) decompile.Refs {
	return func(object string) (spec.Ref, bool) {
		live, err := o.Backend.Find(ctx, backend.WorkflowTemplates, namespace, object)
		if err != nil {
			return spec.Ref{}, false
		}
		ref, _, err := decompile.ReadRef(live.Into)
		return ref, err == nil && layout.ObjectName(ref) == object
	}
}

// Around finds what WorkflowTemplates that people wrote refer to.
func (o *Operator) Around(ctx context.Context, namespace string) handwritten.Around {
	return handwritten.Around{
		Refs: o.Refs(ctx, namespace),
		Component: func(version, name string) (spec.Ref, bool) {
			all, err := o.Backend.Managed(ctx, backend.WorkflowTemplates, namespace)
			if err != nil {
				return spec.Ref{}, false
			}
			return componentMadeOf(all, version, name)
		},
		Template: func(object string) (layout.Decoder, bool) {
			live, err := o.Backend.Find(ctx, backend.WorkflowTemplates, namespace, object)
			if err != nil {
				return nil, false
			}
			return live.Into, true
		},
	}
}

// componentMadeOf finds a component by its version, or else the only one of a name: somebody may have changed it since
// it was importeo.
func componentMadeOf(all map[string]*backend.Object, version, name string) (spec.Ref, bool) {
	var named []spec.Ref
	for _, object := range slices.Sorted(maps.Keys(all)) {
		found := all[object]
		if found.Labels[layout.KindLabel] != string(spec.ComponentKind) || layout.IsRetired(found.Labels) {
			continue
		}
		ref, _, err := decompile.ReadRef(found.Into)
		switch {
		case err != nil:
		case found.Labels[layout.VersionLabel] == version:
			return ref, true
		case found.Labels[layout.NameLabel] == name:
			named = append(named, ref)
		}
	}
	if len(named) != 1 {
		return spec.Ref{}, false
	}
	return named[0], true
}
