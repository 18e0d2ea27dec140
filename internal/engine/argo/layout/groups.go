package layout

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The templates of a group stand in the pipeline's object, each under the name that it would have in a pipeline of its
// own, behind that of the group: group-SHARD--main. Two hyphens end the name of the group, which has no two in a row.
const (
	groupPrefix = "group-"
	groupEnd    = "--"
)

// GroupTemplate is the name of a template of a group.
func GroupTemplate(group, template string) string {
	return groupPrefix + strings.ReplaceAll(group, "_", "-") + groupEnd + template
}

// SplitGroupTemplate undoes GroupTemplate.
func SplitGroupTemplate(name string) (group, template string, ok bool) {
	rest, ok := strings.CutPrefix(name, groupPrefix)
	if !ok {
		return "", "", false
	}
	group, template, ok = strings.Cut(rest, groupEnd)
	return strings.ReplaceAll(group, "-", "_"), template, ok && group != "" && template != ""
}

// GroupsAnnotation tells of each group what Argo has no field for. It is there if there are groups.
const GroupsAnnotation = Prefix + "groups"

// GroupNote is what GroupsAnnotation says of a group.
type GroupNote struct {
	Description string `json:"description,omitempty"`
	InterfaceTypes
}

// RefOfGroup is what a task has that uses a group; namespace is the pipeline's.
func RefOfGroup(namespace, group string, i spec.Interface) spec.Ref {
	return spec.Ref{Kind: spec.GroupKind, Namespace: namespace, Name: group, Interface: i}
}
