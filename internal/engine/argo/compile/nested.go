package compile

import (
	"encoding/json"
	"fmt"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// noteNested keeps which versions of other pipelines the tasks use. A task names a pipeline without its version, since
// that changes in place; without this note a pipeline would stay at its version whatever becomes of those inside it.
func noteNested(annotations map[string]string, p spec.Pipeline) error {
	versions := map[string]string{}
	for _, tasks := range everyTask(p) {
		for _, name := range spec.Names(tasks) {
			if ref := tasks[name].Component; ref.Kind == spec.PipelineKind {
				versions[ref.Name] = ref.Version
			}
		}
	}
	if len(versions) == 0 {
		return nil
	}
	text, err := wire.Marshal(versions)
	if err != nil {
		return fmt.Errorf("versions of the pipelines inside: %w", err)
	}
	annotations[layout.NestedAnnotation] = text
	return nil
}

// NestedVersions are the versions of the pipelines that a pipeline with these annotations was compiled with, by name.
// Nil: it uses none, or somebody else wrote it, or an earlier version of this provider.
func NestedVersions(annotations map[string]string) map[string]string {
	var versions map[string]string
	if json.Unmarshal([]byte(annotations[layout.NestedAnnotation]), &versions) != nil {
		return nil
	}
	return versions
}
