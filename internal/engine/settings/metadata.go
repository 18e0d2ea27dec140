package settings

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ownOver is for what a task hands on of its own: the defaults are there for all pods already, so nothing is to be
// undone.
var ownOver = over[map[string]string]{
	merge:   mergeMaps[string],
	without: func(_, own map[string]string) map[string]string { return own },
}

var labels = row[map[string]string]{
	name: "labels", field: func(s *spec.Settings) *map[string]string { return &s.Labels }, over: ownOver,
	wrong: checkLabels, open: eachScalar,
	places: at(template("metadata.labels"), workflow("podMetadata.labels")), says: same[map[string]string](),
	examples: func() []map[string]string {
		return []map[string]string{{"team": "etl"}, {"a": "c.d", "example.com/run": ""}}
	},
}

var annotations = row[map[string]string]{
	name: "annotations", field: func(s *spec.Settings) *map[string]string { return &s.Annotations }, over: ownOver,
	wrong: checkAnnotations, open: eachScalar,
	places: at(template("metadata.annotations"), workflow("podMetadata.annotations")), says: same[map[string]string](),
	examples: func() []map[string]string { return []map[string]string{{"note": "x"}, {"a/b": "a b\nc"}} },
}

// reserved are the beginnings of keys by which Argo and the provider know their objects.
var reserved = []string{"workflows.argoproj.io/", "terraform-provider-kfp/"}

func checkLabels(l *problem.List, at problem.Path, labels map[string]string) {
	for key, value := range labels {
		check.Label(l, at.Key(key), key, constantOf(value))
		check.Reserved(l, at.Key(key), "label", key, reserved...)
	}
}

// maxAnnotations is Kubernetes' bound on all annotations of an object, in bytes.
const maxAnnotations = 256 << 10

func checkAnnotations(l *problem.List, at problem.Path, annotations map[string]string) {
	size := 0
	for key, value := range annotations {
		check.LabelKey(l, at.Key(key), "annotation", strings.ToLower(key))
		check.Reserved(l, at.Key(key), "annotation", key, reserved...)
		size += len(key) + len(value)
	}
	if size > maxAnnotations {
		l.Errorf(at, "Too many annotations", "They take %d bytes; Kubernetes allows %d.", size, maxAnnotations)
	}
}

// constantOf is a text without expressions as its reader sees it; Unknown for one whose value only a run tells.
func constantOf(text string) string {
	t, errs := expr.Parse(text)
	if len(errs) > 0 {
		return spec.Unknown // said where the text is checked
	}
	if constant, ok := t.Constant(); ok {
		return constant
	}
	return spec.Unknown
}

// MaxTaskMetadata is how many labels, and how many annotations, a task may have of its own. The pipeline's object has a
// place for each, which the tasks share; see argo's metadata.go.
const MaxTaskMetadata = 10

// checkTaskMetadata bounds what the pods of one task have beside those of defaults.
func checkTaskMetadata(l *problem.List, at problem.Path, s *spec.Settings) {
	for attribute, given := range map[string]map[string]string{"labels": s.Labels, "annotations": s.Annotations} {
		if len(given) > MaxTaskMetadata {
			l.Errorf(
				at.Attr(attribute), "Too many "+attribute,
				"A task can have %d %s of its own, this one has %d. Set those that all tasks share under defaults, which have "+
					"no such bound.",
				MaxTaskMetadata, attribute, len(given),
			)
		}
	}
}

// checkDefaultMetadata refuses expressions, which have no task to refer to; Argo would take its own tags for such.
func checkDefaultMetadata(l *problem.List, s *spec.Settings) {
	for attribute, given := range map[string]map[string]string{"labels": s.Labels, "annotations": s.Annotations} {
		for key, value := range given {
			if strings.Contains(value, "{{") {
				l.Errorf(
					problem.At("defaults").Attr(attribute).Key(key), "Expression in defaults",
					"%q holds {{, and the %s under defaults are constants. Set it on the tasks that it is for.", value, attribute,
				)
			}
		}
	}
}
