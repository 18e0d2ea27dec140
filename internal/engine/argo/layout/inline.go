package layout

import "strings"

// The templates of a component inside a pipeline stand in the pipeline's object, each under the name that it would have
// in an object of its own, behind that of the component: component-TRAIN--main-retry.
const inlinePrefix = "component-"

// InlineTemplate is the name of a template of a component inside a pipeline.
func InlineTemplate(component, template string) string {
	return inlinePrefix + strings.ReplaceAll(component, "_", "-") + groupEnd + template
}

// IsInlineTemplate reports whether a template of a pipeline is one of a component inside it.
func IsInlineTemplate(name string) bool {
	rest, ok := strings.CutPrefix(name, inlinePrefix)
	return ok && strings.Contains(rest, groupEnd)
}

// CodeKind is the value of KindLabel of a config map that belongs to a pipeline: the code of components inside it, and
// the place of its artifacts.
const CodeKind = "pipeline-code"

// CodeName is the name of such a config map, by a hash of what it holds.
func CodeName(pipeline, hash string) string { return pipeline + "-" + hash }

// CodeSelector finds such config maps.
const CodeSelector = ManagedByLabel + "=" + ManagedBy + "," + KindLabel + "=" + CodeKind

// CodeUsed adds the names of the config maps that an object mounts or keeps artifacts by, at any depth.
func CodeUsed(object any, used map[string]bool) {
	switch v := object.(type) {
	case map[string]any:
		for key, child := range v {
			if source, ok := child.(map[string]any); ok && key == "configMap" {
				if name, ok := source["name"].(string); ok {
					used[name] = true
				}
			}
			if name, ok := child.(string); ok && key == "configMap" {
				used[name] = true
			}
			CodeUsed(child, used)
		}
	case []any:
		for _, child := range v {
			CodeUsed(child, used)
		}
	}
}
