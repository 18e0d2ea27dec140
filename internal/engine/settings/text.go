package settings

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Text is a text of a setting that may hold expressions.
type Text struct {
	At    problem.Path // below the task
	Raw   string
	Value Value
	// OfAttempts says that the value may differ from attempt to attempt, where the task is repeated.
	OfAttempts bool
}

// Value is what the text has to give.
type Value int

const (
	// String is data, as in an environment variable.
	String Value = iota
	// Scalar is shown as text, whatever its type is, so that it must be of one that has a text.
	Scalar
	// Needed is a string that names something.
	Needed
	// Name is such a string, or nil, which leaves out what it names.
	Name
	// Object is a struct, or nil for none.
	Object
	// Objects are a struct, a list of such, or nil for none.
	Objects
)

// IsChoice reports whether the value chooses something of the cluster, and is not data alone.
func (v Value) IsChoice() bool { return v >= Needed }

// isOpen reports whether a text holds an expression.
func isOpen(text string) bool { return check.IsTemplate(text) }

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

// eachAttempt are texts that may differ from attempt to attempt.
func eachAttempt(texts []Text) []Text {
	for i := range texts {
		texts[i].OfAttempts = true
	}
	return texts
}

// eachScalar returns the texts of a map, in which any value that has a text may stand.
func eachScalar(at problem.Path, values map[string]string) []Text {
	texts := eachText(at, values)
	for i := range texts {
		texts[i].Value = Scalar
	}
	return texts
}

// opened are texts that choose something, if they hold expressions: the constants are checked by themselves.
func opened(value Value, at problem.Path, texts ...string) []Text {
	var all []Text
	for _, text := range texts {
		if isOpen(text) {
			all = append(all, Text{At: at, Raw: text, Value: value})
		}
	}
	return all
}

// holdsExpression reports whether a text holds an expression, which is checked as such. A constant between braces is
// refused, since nobody would look at it.
func holdsExpression(l *problem.List, at problem.Path, text string) bool {
	if !isOpen(text) {
		return false
	}
	if constant := constantOf(text); constant != spec.Unknown {
		l.Errorf(at, "Constant between braces", "%q always gives %q. Write that, without the braces.", text, constant)
	}
	return true
}

// constantly checks a text that holds no expression.
func constantly(
	wrong func(*problem.List, problem.Path, string),
) func(l *problem.List, at problem.Path, text string) {
	return func(l *problem.List, at problem.Path, text string) {
		if !holdsExpression(l, at, text) {
			wrong(l, at, text)
		}
	}
}

// openText is a setting that is the name of something, which an expression may give.
func openText(
	name string, field func(s *spec.Settings) *string, wrong func(*problem.List, problem.Path, string),
	places Places, examples ...string,
) Setting {
	return row[string]{
		name: name, field: field, over: textOver(nil), wrong: constantly(wrong), places: places, says: same[string](),
		open: func(at problem.Path, text string) []Text { return opened(Needed, at, text) },
		toPod: func(w *writer, text string) {
			if text != "" {
				w.section(places.pod.section)[places.pod.name] = w.needed(text)
			}
		},
		fromPod: func(r *reader, into *string) error {
			var said string
			err := decodeAt(r.section(places.pod.section), places.pod.name, &said)
			r.string(problem.At(name), said, neededForm, func(text string) { *into = text }, *field(&r.prior))
			return err
		},
		examples: func() []string { return examples },
	}
}

// checkNoChoice refuses expressions that choose something under defaults, which have no task to refer to.
func checkNoChoice(l *problem.List, defaults *spec.Settings) {
	for _, t := range Texts(defaults) {
		if t.Value.IsChoice() {
			l.Errorf(
				problem.At("defaults").Join(t.At), "Expression in defaults",
				"%q holds {{, and what names something under defaults is a constant. Set it on the tasks that it is for.",
				strings.TrimSpace(t.Raw),
			)
		}
	}
}
