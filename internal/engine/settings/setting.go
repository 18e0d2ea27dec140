package settings

import (
	"reflect"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Setting is one setting of a task, whatever the type of its value is.
type Setting interface {
	// Name is that of the attribute.
	Name() string
	// Given reports whether the settings say anything of it.
	Given(s *spec.Settings) bool
	// Examples returns settings that say nothing else, each in another way. The first says everything that there is to
	// say.
	Examples() []spec.Settings
	// Copy takes the value over from other settings.
	Copy(into, from *spec.Settings)
	// Places are where the hand-written say it.
	Places() Places

	merge(into, defaults, task *spec.Settings)
	without(into, defaults, merged *spec.Settings)
	check(l *problem.List, at problem.Path, s *spec.Settings)
	texts(s *spec.Settings) []Text
	write(w *writer, s *spec.Settings)
	read(from *reader, into *spec.Settings) error
	take(path string, fields map[string]any, into *spec.Settings)
}

// Every returns settings that say everything there is to say.
func Every() spec.Settings {
	var every spec.Settings
	for _, setting := range All {
		examples := setting.Examples()
		setting.Copy(&every, &examples[0])
	}
	return every
}

// row is a setting whose value is a T.
type row[T any] struct {
	name  string
	field func(s *spec.Settings) *T
	over  over[T]
	wrong func(l *problem.List, at problem.Path, value T) // finds what is wrong; nil: nothing can be
	open  func(at problem.Path, value T) []Text           // the texts that may hold expressions; nil: there are none

	places Places
	says   codec[T]                         // how all of the places say it; zero: there are none
	byHand func(said []byte, into *T) error // how it is read where people wrote it; nil: as anywhere

	// How the patch of the pod says what is not in one place of it; nil: it does not.
	toPod   func(w *writer, value T)
	fromPod func(r *reader, into *T) error

	examples func() []T // each time new ones, which nobody shares
}

func (r row[T]) Name() string { return r.name }

func (r row[T]) Given(s *spec.Settings) bool { return !reflect.ValueOf(r.field(s)).Elem().IsZero() }

func (r row[T]) Examples() []spec.Settings {
	var all []spec.Settings
	for _, value := range r.examples() {
		var s spec.Settings
		*r.field(&s) = value
		all = append(all, s)
	}
	return all
}

func (r row[T]) Copy(into, from *spec.Settings) { *r.field(into) = *r.field(from) }

func (r row[T]) Places() Places { return r.places }

func (r row[T]) merge(into, defaults, task *spec.Settings) {
	*r.field(into) = r.over.merge(*r.field(defaults), *r.field(task))
}

func (r row[T]) without(into, defaults, merged *spec.Settings) {
	*r.field(into) = r.over.without(*r.field(defaults), *r.field(merged))
}

func (r row[T]) check(l *problem.List, at problem.Path, s *spec.Settings) {
	if r.wrong != nil && r.Given(s) {
		r.wrong(l, at.Attr(r.name), *r.field(s))
	}
}

func (r row[T]) texts(s *spec.Settings) []Text {
	if r.open == nil || !r.Given(s) {
		return nil
	}
	return r.open(problem.At(r.name), *r.field(s))
}

func (r row[T]) write(w *writer, s *spec.Settings) {
	switch value := *r.field(s); {
	case r.toPod != nil:
		r.toPod(w, value)
	case r.places.pod.name != "":
		said, err := r.says.encode(value)
		w.fail(err)
		if said != nil {
			w.section(r.places.pod.section)[r.places.pod.name] = said
		}
	}
}

func (r row[T]) read(from *reader, into *spec.Settings) error {
	if r.fromPod != nil {
		return r.fromPod(from, r.field(into))
	}
	if said, ok := from.section(r.places.pod.section)[r.places.pod.name]; ok {
		return r.says.decode(said, r.field(into))
	}
	return nil
}
