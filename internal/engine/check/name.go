package check

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Label checks a label.
func Label(l *problem.List, at problem.Path, key, value string) {
	LabelKey(l, at, "label", key)
	if value == spec.Unknown || RefuseExpression(l, at, value, ConstantName) {
		return
	}
	if msgs := validation.IsValidLabelValue(value); len(msgs) > 0 {
		l.Errorf(at, "Invalid label", "%q cannot be the value of a label: %s.", value, Reason(msgs))
	}
}

// LabelKey checks a key, of what the message calls it.
func LabelKey(l *problem.List, at problem.Path, what, key string) {
	if msgs := validation.IsQualifiedName(key); len(msgs) > 0 {
		l.Errorf(at, "Invalid "+what, "%q cannot be the key of a %s: %s.", key, what, Reason(msgs))
	}
}

// Reserved refuses keys by which the provider or Argo tells its objects.
func Reserved(l *problem.List, at problem.Path, what, key string, prefixes ...string) {
	for _, p := range prefixes {
		if strings.HasPrefix(key, p) {
			l.Errorf(
				at, "Reserved "+what,
				"%q belongs to those that the provider and Argo Workflows set themselves (%s…). Choose another key.", key, p,
			)
		}
	}
}

// ObjectName checks the name of a Kubernetes object, where one is given.
func ObjectName(l *problem.List, at problem.Path, name string) {
	if name != "" {
		NeededName(l, at, name)
	}
}

// NeededName checks the name of a Kubernetes object that must be given.
func NeededName(l *problem.List, at problem.Path, name string) {
	if name == spec.Unknown || RefuseExpression(l, at, name, ConstantName) {
		return
	}
	if msgs := validation.IsDNS1123Subdomain(name); len(msgs) > 0 {
		l.Errorf(at, "Invalid name", "%q cannot be the name of a Kubernetes object: %s.", name, Reason(msgs))
	}
}

// DataKey checks a key of a secret or a config map.
func DataKey(l *problem.List, at problem.Path, key string) {
	if key == spec.Unknown || RefuseExpression(l, at, key, ConstantName) {
		return
	}
	if msgs := validation.IsConfigMapKey(key); len(msgs) > 0 {
		l.Errorf(at, "Invalid key", "%q cannot be a key of a secret or a config map: %s.", key, Reason(msgs))
	}
}

// Reason is the first of Kubernetes' messages without its regular expression.
func Reason(msgs []string) string {
	text, _, _ := strings.Cut(msgs[0], " (")
	return text
}
