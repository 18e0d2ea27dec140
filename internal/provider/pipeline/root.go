package pipeline

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// rootOf finds the config map of a pipeline that keeps its artifacts in a place of its own; nil: it has none, or that
// is gone.
func (r *Resource) rootOf(ctx context.Context, live *backend.Object, diags *diag.Diagnostics) *backend.Object {
	if !decompile.HasRoot(live.Raw()) {
		return nil
	}
	root, err := r.Session.Backend.Find(ctx, backend.ConfigMaps, live.Namespace, layout.RootName(live.Name))
	if err != nil && !backend.IsNotFound(err) {
		r.Session.AddReadError(diags, "pipeline", live.Name, err)
	}
	if err != nil {
		return nil
	}
	return root
}

// putRoot makes the config map of a pipeline that has one, unless the pipeline is another resource's.
func (r *Resource) putRoot(ctx context.Context, o *compile.PipelineObject, verb string) error {
	if o.Root == nil {
		return nil
	}
	namespace, name := o.Template.Namespace, o.Template.Name
	if verb == "create" {
		live, err := r.Session.Existing(ctx, backend.WorkflowTemplates, namespace, name)
		if err == nil {
			isSame := live != nil && len(operate.Differences(live, o.Template)) == 0
			err = r.Session.RefuseExisting(live, "kfp_pipeline", isSame)
		}
		if err != nil {
			return err
		}
	}
	return r.Session.PutRoot(ctx, o.Root, namespace, name)
}

// removeRoot removes the config map that a pipeline had. Somebody may have written another artifact repository into it
// since.
func (r *Resource) removeRoot(ctx context.Context, state Model, diags *diag.Diagnostics) {
	if state.PipelineRoot.ValueString() == "" && state.ArtifactRepository.IsNull() || diags.HasError() {
		return
	}
	name := state.Name.ValueString()
	if err := r.Session.RemoveRoot(ctx, state.Namespace.ValueString(), name); err != nil {
		kit.AddClusterError(diags, "remove the config map of", "pipeline", name, err)
	}
}

func decoderOf(o *backend.Object) layout.Decoder {
	if o == nil {
		return nil
	}
	return o.Into
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
