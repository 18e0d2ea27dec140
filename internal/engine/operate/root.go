package operate

import (
	"context"
	"fmt"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// PutRoot makes the config map that says where the artifacts of a pipeline's runs are kept, before the template that
// names it. One that somebody else has made is left alone.
func (o *Operator) PutRoot(ctx context.Context, root any, namespace, pipeline string) error {
	name := layout.RootName(pipeline)
	live, err := o.Existing(ctx, backend.ConfigMaps, namespace, name)
	if err != nil {
		return err
	}
	if live != nil && !isRootOf(live, pipeline) {
		return fmt.Errorf("config map %s/%s exists already, and this provider has not made it. A pipeline with pipeline_root "+
			"has one of that name: rename yours, or give the pipeline another name, or write artifact_repository = "+
			"{ config_map = %q, key = … } in place of pipeline_root", namespace, name, name)
	}
	return o.Put(ctx, backend.ConfigMaps, root)
}

// RemoveRoot removes that config map. Runs in progress go on: Argo has read it when they started.
func (o *Operator) RemoveRoot(ctx context.Context, namespace, pipeline string) error {
	live, err := o.Existing(ctx, backend.ConfigMaps, namespace, layout.RootName(pipeline))
	if err != nil || live == nil || !isRootOf(live, pipeline) {
		return err
	}
	return o.Backend.Delete(ctx, backend.ConfigMaps, namespace, live.Name, live.UID)
}

// isRootOf reports whether a config map is the one of a pipeline.
func isRootOf(live *backend.Object, pipeline string) bool {
	return live.Labels[layout.ManagedByLabel] == layout.ManagedBy &&
		live.Labels[layout.KindLabel] == string(spec.PipelineKind) && live.Labels[layout.NameLabel] == pipeline
}
