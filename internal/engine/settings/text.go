package settings

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Text is a text of a setting that may hold expressions.
type Text struct {
	At  problem.Path // below the task
	Raw string
	// Scalar values are shown as text, whatever their type is, so that they must be of one that has a text; the others are
	// strings.
	Scalar bool
}

// Texts returns the texts that may hold expressions.
func Texts(s *spec.Settings) []Text {
	if s.AreUnset() {
		return nil
	}
	var texts []Text
	for _, setting := range All {
		texts = append(texts, setting.texts(s)...)
	}
	return texts
}

// eachText returns the texts of a map, which must be strings.
func eachText(at problem.Path, values map[string]string) []Text {
	var texts []Text
	for _, name := range spec.Names(values) {
		texts = append(texts, Text{At: at.Key(name), Raw: values[name]})
	}
	return texts
}

// eachScalar returns the texts of a map, in which any value that has a text may stand.
func eachScalar(at problem.Path, values map[string]string) []Text {
	texts := eachText(at, values)
	for i := range texts {
		texts[i].Scalar = true
	}
	return texts
}
