package operate

import (
	"context"
	"errors"
	"fmt"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// PinPipeline makes copies of a pipeline's version and of the pipelines inside it, which later versions leave alone. A
// copy that is there stays as it is.
func (o *Operator) PinPipeline(ctx context.Context, ref spec.Ref) error {
	if _, err := o.Backend.Get(ctx, backend.WorkflowTemplates, ref.Namespace, layout.PinnedName(ref)); err == nil || !backend.IsNotFound(err) {
		return err
	}
	template, err := o.Backend.Get(ctx, backend.WorkflowTemplates, ref.Namespace, ref.Name)
	if err != nil {
		return err
	}
	if version, _ := layout.IsPipeline(template.Labels); version != ref.Version {
		return fmt.Errorf(
			"pipeline %s/%s is at version %s by now, not at %s, which is to be kept; apply again", ref.Namespace, ref.Name,
			version, ref.Version,
		)
	}
	_, err = o.copyPinned(ctx, template, 0)
	return err
}

// maxNesting bounds pipelines inside pipelines; more of them are a cycle.
const maxNesting = 32

// copyPinned copies a pipeline and, first, the pipelines that its tasks use. It returns the copy's name.
func (o *Operator) copyPinned(ctx context.Context, template *backend.Object, depth int) (string, error) {
	if depth > maxNesting {
		return "", errors.New("the pipelines use each other in a cycle")
	}
	renamed, used, wanted := map[string]string{}, map[string]bool{}, compile.NestedVersions(template.Annotations)
	layout.TemplatesUsed(template.Raw(), used)
	for name := range used {
		copied, err := o.pinInner(ctx, template, name, wanted[name], depth)
		if err != nil {
			return "", err
		}
		if copied != "" {
			renamed[name] = copied
		}
	}
	version, _ := layout.IsPipeline(template.Labels)
	name := layout.PinnedName(spec.Ref{Name: template.Name, Version: version})
	_, err := o.Backend.Create(ctx, backend.WorkflowTemplates, layout.PinnedCopy(template.Raw(), renamed))
	if backend.ReasonOf(err) == backend.Exists {
		err = nil
	}
	return name, err
}

// pinInner copies a pipeline that a task of another one uses, at the version that the other was compiled with; an empty
// version is that of an object whose maker noted none. The name of the copy is empty for what is no pipeline.
func (o *Operator) pinInner(
	ctx context.Context, outer *backend.Object, name, wanted string, depth int,
) (string, error) {
	if copied := layout.PinnedName(spec.Ref{Name: name, Version: wanted}); wanted != "" {
		found, err := o.Existing(ctx, backend.WorkflowTemplates, outer.Namespace, copied)
		if found != nil || err != nil {
			return copied, err
		}
	}
	inner, err := o.Backend.Get(ctx, backend.WorkflowTemplates, outer.Namespace, name)
	if err != nil {
		return "", err
	}
	version, ok := layout.IsPipeline(inner.Labels)
	if !ok {
		return "", nil
	}
	if wanted != "" && version != wanted {
		return "", fmt.Errorf("pipeline %s/%s was applied with version %s of pipeline %s, which is at version %s by now; "+
			"apply the outer one again, then this", outer.Namespace, outer.Name, wanted, name, version)
	}
	return o.copyPinned(ctx, inner, depth+1)
}

// RetirePins removes the copies of pipelines that nothing uses any more, the outer ones before those inside them.
func (o *Operator) RetirePins(ctx context.Context, namespace string, problems *problem.List) {
	for range maxNesting {
		templates, err := o.Backend.Managed(ctx, backend.WorkflowTemplates, namespace)
		if err != nil {
			addClusterProblem(problems, "list", "pipeline versions in namespace", namespace, err)
			return
		}
		pinned := 0
		for _, t := range templates {
			if layout.IsPinnedCopy(t.Labels) {
				pinned++
			}
		}
		if pinned == 0 {
			return
		}
		used, err := o.usedTemplates(ctx, namespace)
		if err != nil {
			addClusterProblem(problems, "find the users of", "pipeline versions in namespace", namespace, err)
			return
		}
		removed := false
		for name, t := range templates {
			if !layout.IsPinnedCopy(t.Labels) || used[name] {
				continue
			}
			if err := o.Backend.Delete(ctx, backend.WorkflowTemplates, namespace, name, ""); err != nil {
				addClusterProblem(problems, "delete", "pipeline version", name, err)
				return
			}
			removed = true
		}
		if !removed {
			return
		}
	}
}
