package layout

import (
	"maps"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// PinnedKind is the value of KindLabel of a copy of a pipeline's version, which later versions leave alone.
const PinnedKind = "pipeline-version"

// PinnedName is the name of the copy of a pipeline's version.
func PinnedName(r spec.Ref) string { return r.Name + "-" + r.Version }

// Unpinned splits the name of the template that a recurring run uses. A pipeline's own object follows its version.
func Unpinned(template string, expected spec.Ref) (name, version string, pinned bool) {
	if template == expected.Name {
		return template, "", false
	}
	if i := strings.LastIndexByte(template, '-'); i > 0 && len(template)-i-1 == versionLength {
		return template[:i], template[i+1:], true
	}
	return template, "", false
}

// IsPipeline reports whether a WorkflowTemplate is a pipeline of this provider, and says its version.
func IsPipeline(labels map[string]string) (version string, ok bool) {
	return labels[VersionLabel], labels[KindLabel] == string(spec.PipelineKind)
}

// PinnedCopy copies a pipeline's WorkflowTemplate as a version of its own. renamed are the names of the pipelines that
// it uses as tasks, with those of their copies.
func PinnedCopy(template map[string]any, renamed map[string]string) map[string]any {
	meta, _ := template["metadata"].(map[string]any)
	labels := map[string]any{}
	if l, ok := meta["labels"].(map[string]any); ok {
		maps.Copy(labels, l)
	}
	name, _ := meta["name"].(string)
	version, _ := labels[VersionLabel].(string)
	labels[KindLabel] = PinnedKind
	copied := map[string]any{"name": name + "-" + version, "namespace": meta["namespace"], "labels": labels}
	if annotations := meta["annotations"]; annotations != nil {
		copied["annotations"] = annotations
	}
	return map[string]any{
		"apiVersion": APIVersion, "kind": TemplateKind, "metadata": copied,
		"spec": renameTemplates(template["spec"], renamed),
	}
}

// renameTemplates copies an object with other names in its references to templates.
func renameTemplates(v any, renamed map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, child := range v {
			out[key] = renameTemplates(child, renamed)
			ref, ok := out[key].(map[string]any)
			if !ok || key != "templateRef" {
				continue
			}
			if name, ok := ref["name"].(string); ok && renamed[name] != "" {
				ref["name"] = renamed[name]
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, child := range v {
			out[i] = renameTemplates(child, renamed)
		}
		return out
	}
	return v
}

// IsPinnedCopy reports whether a WorkflowTemplate is the copy of a pipeline's version.
func IsPinnedCopy(labels map[string]string) bool { return labels[KindLabel] == PinnedKind }
