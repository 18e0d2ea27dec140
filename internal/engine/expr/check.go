package expr

import (
	"fmt"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Check finds what is wrong with the text as a value of a type. A text without expressions is a
// constant; one expression alone has its own type; anything longer is a string. want spec.Any takes every parameter
// type. The type it returns is what the text gives, and spec.Any if that is not known or something is wrong.
func (t *Typed) Check(want spec.Type) (spec.Type, []Error) {
	return t.check(want, false)
}

// CheckOptional is Check for an input that is optional, which takes nil.
func (t *Typed) CheckOptional(want spec.Type) (spec.Type, []Error) {
	return t.check(want, true)
}

func (t *Typed) check(want spec.Type, optional bool) (spec.Type, []Error) {
	if text, ok := t.Constant(); ok {
		if _, err := Constant(text, want); err != nil {
			return spec.Any, []Error{{Message: sentence(err.Error())}}
		}
		if want == spec.Any {
			return spec.String, nil
		}
		return want, nil
	}
	got, all := spec.String, []Error(nil)
	for i, p := range t.parts {
		if p.node == nil {
			continue
		}
		b := t.all[i].again()
		if len(b.errors) == 0 {
			mayBeNil := b.presence(b.root, len(t.parts) == 1)
			if mayBeNil && len(b.errors) == 0 && (!optional || len(t.parts) != 1) {
				b.failNil()
			}
			b.fit(b.root, false)
		}
		all = append(all, b.errors...)
		if len(b.errors) > 0 {
			continue
		}
		found := b.infer(b.root)
		switch {
		case len(t.parts) == 1 && found == null:
			got = want
		case len(t.parts) == 1:
			got = found
			if other, ok := b.unfit(want); ok && found.AssignableTo(want) {
				got = other
			}
		case found.IsArtifact():
			all = append(
				all,
				Error{
					Offset: p.offset, Message: fmt.Sprintf("An artifact of type %s cannot be part of a text.", found),
					Remedy: "Make the reference the whole value.",
				},
			)
		}
	}
	if len(all) == 0 {
		all = t.checkAttempt()
	}
	if len(all) > 0 {
		return spec.Any, all
	}
	if !got.AssignableTo(want) {
		return got, []Error{t.mismatch(got, want)}
	}
	return got, nil
}

func (t *Template) mismatch(got, want spec.Type) Error {
	e := Error{Offset: t.firstExpression(), Message: fmt.Sprintf("This gives %s, and %s is wanted.", got, want)}
	switch {
	case len(t.parts) > 1:
		e.Message = fmt.Sprintf("Text around {{ }} makes the value a string, and %s is wanted.", want)
		e.Remedy = "Remove the text and the spaces around the {{ }}."
	case want == spec.String:
		e.Remedy = "Use string(…)."
		if got.IsList() || got == spec.Struct {
			e.Remedy = "Use toJSON(…)."
		}
	case want == spec.Integer && got == spec.Float:
		e.Remedy = "Use int(…), which cuts off the fraction. A division always gives a float."
	case got == spec.String && want == spec.Integer:
		e.Remedy = "Use int(…)."
	case got == spec.String && want == spec.Float:
		e.Remedy = "Use float(…)."
	case got == spec.String && want == spec.Boolean:
		e.Remedy = `Compare it, for example … == "yes".`
	case got == spec.String && (want.IsList() || want == spec.Struct || want == spec.FinalStatus):
		e.Remedy = "Use fromJSON(…)."
	}
	switch {
	case got.IsArtifact() && !want.IsArtifact():
		e.Remedy = "An artifact is a file: give it to an input of its type, or let the task return the value."
	case want.IsArtifact() && !got.IsArtifact():
		e.Remedy = "A file is wanted: let a task write the value to an output of that type, such as Output[Dataset]."
	case got.IsArtifact():
		e.Remedy = ""
	default:
		if elem, ok := want.Elem(); ok && e.Remedy == "" && got.AssignableTo(elem) {
			e.Remedy = "Make it a list of one: {{ [x] }} in place of {{ x }}."
		}
	}
	return e
}

func (t *Template) firstExpression() int {
	for _, p := range t.parts {
		if p.node != nil {
			return p.offset
		}
	}
	return 0
}

// Member returns the names in the only reference, if the text is that and nothing else: each, value and field of
// "{{ each.value.field }}".
func (t *Template) Member() ([]string, bool) {
	if len(t.parts) != 1 || t.parts[0].node == nil {
		return nil, false
	}
	segments, _, ok := chain(t.parts[0].node)
	return segments, ok
}
