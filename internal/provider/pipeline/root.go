package pipeline

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
)

// rootOf finds the config map of a pipeline that keeps its artifacts in a place of its own; nil: it has none, or that
// is gone.
func (r *Resource) rootOf(ctx context.Context, live *backend.Object, diags *diag.Diagnostics) *backend.Object {
	name := decompile.RootName(live.Raw())
	if name == "" {
		return nil
	}
	root, err := r.Session.Backend.Find(ctx, backend.ConfigMaps, live.Namespace, name)
	if err != nil && !backend.IsNotFound(err) {
		r.Session.AddReadError(diags, "pipeline", live.Name, err)
	}
	if err != nil {
		return nil
	}
	return root
}

// ownsConfigMaps reports whether config maps may belong to a pipeline. Where it has a place of its own, somebody may have
// written another artifact repository into it since.
func (m Model) ownsConfigMaps() bool {
	return m.isPackage() || m.PipelineRoot.ValueString() != "" || !m.ArtifactRepository.IsNull()
}

// pipelineDifferences lists where the objects of a pipeline are not the wanted ones.
func pipelineDifferences(live, root *backend.Object, wanted *compile.PipelineObject) []string {
	paths := operate.Differences(live, wanted.Template)
	if wanted.Root == nil {
		return paths
	}
	name := "configmap " + wanted.Root.Name
	if root == nil {
		return append(paths, name+": it is gone, and runs do not know where to keep artifacts")
	}
	for _, path := range operate.Differences(root, wanted.Root) {
		paths = append(paths, name+" "+path)
	}
	return paths
}
