package python

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// result is what a function returns.
type result struct {
	none     bool
	value    meaning
	named    bool
	declared bool // as a class or an alias elsewhere in the file
	fields   []tupleField
}

// tupleField is a field of a NamedTuple.
type tupleField struct {
	name  string
	typ   spec.Type
	class string
	at    span
}

// result reads a return annotation.
func (a annotations) result(x expr) (result, *complaint) {
	if a.depth++; a.depth > maxAliases {
		return result{}, complain(a.at(x), "%s refers to itself, or to too many other names.", a.code(x))
	}
	switch x := unparen(x).(type) {
	case *constantExpr:
		if x.kind == kwNone {
			return result{none: true}, nil
		}
	case *stringExpr:
		return quoted(a, x, annotations.result)
	case *nameExpr:
		if r, c, ok := a.declaredResult(x); ok {
			return r, c
		}
	case *primary:
		head, last, _ := split(x)
		if name := a.canonical(head); last.name == "" && last.index == nil &&
			(name == "typing.NamedTuple" || name == "typing.namedtuple" || name == "collections.namedtuple") {
			return a.namedTuple(x, name, last.arguments)
		}
		if name := a.canonical(x); name == "typing.NoReturn" || name == "typing.Never" {
			return result{none: true}, nil
		}
	case *dictExpr:
		return result{}, complain(
			a.at(x), "A dict of types is no annotation. Write NamedTuple('Outputs', [('a', int), ('b', str)]).",
		)
	}
	if name := a.canonical(x); name == "typing.NoReturn" || name == "typing.Never" {
		return result{none: true}, nil
	}
	m, c := a.read(x)
	if c != nil {
		if head, _, ok := split(x); ok && (a.canonical(head) == "builtins.tuple" || a.canonical(head) == "typing.Tuple") {
			c.text = "Several outputs need names. Write NamedTuple('Outputs', [('a', int), ('b', str)])."
		}
		return result{}, c
	}
	if c := a.outputMeaning(m, x); c != nil {
		return result{}, c
	}
	return result{value: m}, nil
}

// outputMeaning refuses what an input can be but an output cannot.
func (a annotations) outputMeaning(m meaning, x expr) *complaint {
	switch {
	case m.optional:
		return complain(a.at(x), "%s may be None, but an output always has a value. Return a value in every case.", a.code(x))
	case m.passing != spec.PassParameter && m.passing != spec.PassInputArtifact:
		return complain(a.at(x), "%s marks an argument. Write the type of the value, such as str or Dataset.", a.code(x))
	}
	return nil
}

// declaredResult reads a class or an alias of the file.
func (a annotations) declaredResult(x *nameExpr) (_ result, _ *complaint, ok bool) {
	b, ok := a.binding(x.id)
	if !ok {
		return result{}, nil, false
	}
	var r result
	var c *complaint
	switch {
	case b.kind == classBinding && a.isValueClass(b.class):
		m, c := a.read(x)
		return result{value: m}, c, true
	case b.kind == classBinding:
		r, c = a.definitions(x).namedTupleClass(x, b.class)
	case b.kind == valueBinding && b.value != nil:
		r, c = a.definitions(x).result(b.value)
	default:
		return result{}, a.unusable(x), true
	}
	r.declared = true
	return r, c, true
}

// namedTuple reads NamedTuple('Outputs', [('a', int)]).
func (a annotations) namedTuple(x expr, name string, arguments []argument) (result, *complaint) {
	if strings.HasSuffix(name, "namedtuple") {
		return result{}, complain(
			a.at(x), "A namedtuple has no types. Write NamedTuple('Outputs', [('a', int), ('b', str)]) of typing.",
		)
	}
	r := result{named: true}
	add := func(name string, x expr) *complaint {
		f, c := a.namedField(name, x)
		if c == nil {
			r.fields = append(r.fields, f)
		}
		return c
	}
	for i, arg := range arguments {
		switch {
		case arg.stars > 0:
			return result{}, complain(
				a.at(x), "The fields of the NamedTuple are not written out. Write [('a', int), ('b', str)].",
			)
		case arg.name != "" && arg.name != "fields" && arg.name != "typename":
			if c := add(arg.name, arg.value); c != nil {
				return result{}, c
			}
		case i == 0 || arg.name == "typename":
		default:
			pairs, ok := sequence(arg.value)
			if !ok {
				return result{}, complain(
					a.at(arg.value), "The fields of the NamedTuple are not written out. Write [('a', int), ('b', str)].",
				)
			}
			for _, pair := range pairs {
				parts, ok := sequence(pair)
				if !ok || len(parts) != 2 {
					return result{}, complain(
						a.at(pair), "%s is not a field of a NamedTuple. Write a pair, such as ('a', int).", a.code(pair),
					)
				}
				field, ok := unparen(parts[0]).(*stringExpr)
				if !ok {
					return result{}, complain(a.at(pair), "%s is not the name of a field. Write it in quotes.", a.code(parts[0]))
				}
				fieldName, _ := stringValue(a.Text, field)
				if c := add(fieldName, parts[1]); c != nil {
					return result{}, c
				}
			}
		}
	}
	return checkFields(r, a.at(x))
}

func checkFields(r result, at span) (result, *complaint) {
	if len(r.fields) == 0 {
		return result{}, complain(
			at, "The NamedTuple has no fields, so that there would be no outputs. Name one, or return None.",
		)
	}
	return r, nil
}

// sequence returns the elements of a list or tuple.
func sequence(x expr) ([]expr, bool) {
	switch x := unparen(x).(type) {
	case *listExpr:
		return x.elements, true
	case *tupleExpr:
		return x.elements, true
	}
	return nil, false
}

// namedTupleClass reads class Outputs(NamedTuple).
func (a annotations) namedTupleClass(x expr, class *classDef) (result, *complaint) {
	base := ""
	if len(class.arguments) == 1 {
		base = a.canonical(class.arguments[0].value)
	}
	if base != "typing.NamedTuple" {
		return result{}, complain(a.at(x), "The class %s is not a NamedTuple. Several outputs are a class that derives "+
			"from NamedTuple; "+
			"other values are of type str, int, float, bool, list or dict.", class.name)
	}
	r := result{named: true}
	for _, s := range class.body {
		annotated, ok := s.(*annotatedStmt)
		if !ok {
			continue
		}
		name, ok := annotated.target.(*nameExpr)
		if !ok {
			continue
		}
		f, c := a.namedField(name.id, annotated.annotation)
		if c != nil {
			return result{}, c
		}
		r.fields = append(r.fields, f)
	}
	return checkFields(r, a.at(x))
}

func (a annotations) namedField(name string, x expr) (tupleField, *complaint) {
	if !spec.IsIdentifier(name) {
		return tupleField{}, complain(
			a.at(x), "%q cannot name an output. Use at most 63 ASCII letters, digits and underscores, a letter first.", name,
		)
	}
	m, c := a.of(name).read(x)
	if c == nil {
		c = a.outputMeaning(m, x)
	}
	if c != nil {
		c.text = "the field " + name + ": " + c.text
	}
	return tupleField{name, m.typ, m.class, a.at(x)}, c
}
