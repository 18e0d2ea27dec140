package layout

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// RetiredLabel marks a component version that its resource no longer stands for. It is removed once nothing uses it.
const RetiredLabel = Prefix + "retired"

// RetiredSelector finds marked versions.
const RetiredSelector = ManagedByLabel + "=" + ManagedBy + "," + RetiredLabel + "=true"

// UserSelector finds the WorkflowTemplates that may refer to others, whoever made them: all but components, of which a
// namespace can have hundreds.
const UserSelector = KindLabel + "!=" + string(spec.ComponentKind)

// UnfinishedSelector finds the workflows that have not ended.
const UnfinishedSelector = "workflows.argoproj.io/completed!=true"

// RetiredPatch marks a version.
func RetiredPatch() map[string]any {
	return map[string]any{"metadata": map[string]any{"labels": map[string]any{RetiredLabel: "true"}}}
}

// IsRetired reports whether a version is marked.
func IsRetired(labels map[string]string) bool { return labels[RetiredLabel] == "true" }

// TemplatesUsed adds the names of the WorkflowTemplates that an object refers to, at any depth: templateRef in tasks
// and steps, workflowTemplateRef in runs and schedules, and what a run has stored of them.
func TemplatesUsed(object any, used map[string]bool) {
	switch v := object.(type) {
	case map[string]any:
		for key, child := range v {
			if key == "templateRef" || key == "workflowTemplateRef" {
				if ref, ok := child.(map[string]any); ok {
					if name, ok := ref["name"].(string); ok {
						used[name] = true
					}
				}
			}
			TemplatesUsed(child, used)
		}
	case []any:
		for _, child := range v {
			TemplatesUsed(child, used)
		}
	}
}
