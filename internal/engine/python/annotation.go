package python

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// meaning is what an annotation says of an argument or an output.
type meaning struct {
	typ      spec.Type
	passing  spec.Passing
	optional bool
	allowed  []string
	class    string // of the source, of which an artifact or a pydantic model is: a dotted name
}

// complaint is why an annotation or a default cannot be used.
type complaint struct {
	at   span
	text string // whole sentences
	// says is set where the text names the remedy, so that nothing more general takes its place.
	says bool
}

func complain(at span, format string, args ...any) *complaint {
	return &complaint{at: at, text: fmt.Sprintf(format, args...)}
}

// annotations reads annotations. A quoted one is read from a text of its own, but stands where the quotes do.
type annotations struct {
	*file
	origin     *file // what names of the file lead to, wherever they are read
	additional []*file
	pinned     *span
	local      map[string]binding // names of the function itself
	depth      int                // of aliases and quotes
	notes      *[]complaint       // what is doubtful but can be used
	types      map[string]spec.Type
	given      spec.Type // of what is read, where it is known otherwise; empty: it is not
}

// of returns a reader for the annotation of an argument or an output.
func (a annotations) of(name string) annotations {
	a.given = a.types[name]
	return a
}

const maxAliases = 20

const usable = "Use str, int, float, bool, list, dict, list[T], Optional[T], Literal[…], an artifact such as " +
	"Input[Dataset] or " +
	"Output[Model], InputPath(…) or OutputPath(…)."

func (a annotations) at(x expr) span {
	if a.pinned != nil {
		return *a.pinned
	}
	return x.where()
}

// plainTypes are the types that a name alone stands for.
var plainTypes = map[string]spec.Type{
	"builtins.str": spec.String, "builtins.int": spec.Integer, "builtins.float": spec.Float, "builtins.bool": spec.Boolean,
	"builtins.list": spec.List, "builtins.dict": spec.Struct,
	"typing.Text": spec.String, "typing.List": spec.List, "typing.Dict": spec.Struct,
}

// definitions returns a reader for what a name of the file leads to.
func (a annotations) definitions(x expr) annotations {
	at := a.at(x)
	a.file, a.pinned = a.origin, &at
	return a
}

// read finds out what an annotation means.
func (a annotations) read(x expr) (meaning, *complaint) {
	if a.depth++; a.depth > maxAliases {
		return meaning{}, complain(a.at(x), "%s refers to itself, or to too many other names.", a.code(x))
	}
	switch x := unparen(x).(type) {
	case *stringExpr:
		return quoted(a, x, annotations.read)
	case *nameExpr:
		return a.name(x)
	case *primary:
		return a.primary(x)
	case *operation:
		if x.ops[0] == bar {
			return a.union(x, x.operands)
		}
	case *constantExpr:
		if x.kind == kwNone {
			return meaning{}, complain(a.at(x), "None alone is no type of a value.")
		}
	}
	return meaning{}, a.unusable(x)
}

func (a annotations) unusable(x expr) *complaint {
	if strings.HasSuffix(a.code(x), "DataFrame") || strings.HasSuffix(a.code(x), "ndarray") {
		return complain(
			a.at(x),
			"%s is not a type that can be passed between tasks. Pass tables as files: Input[Dataset] and Output[Dataset] "+
				"have a .path to read from and to write to.",
			a.code(x),
		)
	}
	return complain(a.at(x), "%s is not a type that can be passed between tasks. %s", a.code(x), usable)
}

// quoted reads the annotation in a string.
func quoted[T any](a annotations, x *stringExpr, read func(annotations, expr) (T, *complaint)) (none T, _ *complaint) {
	value, exact := stringValue(a.Text, x)
	inner, err := parseExpression(value)
	if err != nil || !exact || x.bytes {
		return none, complain(a.at(x), "The text in quotes is not a type. %s", usable)
	}
	at := a.at(x)
	text := "(" + value + "\n)"
	a.file = &file{Source: Source{Name: a.Name, Text: text}, lines: newLines(text), names: a.names}
	a.pinned = &at
	return read(a, inner)
}

// binding returns what a name of the file, or of the function, stands for, unless it is an import.
func (a annotations) binding(id string) (binding, bool) {
	b, ok := a.names[id]
	if !ok {
		b, ok = a.local[id]
	}
	return b, ok && b.kind != importBinding
}

func (a annotations) name(x *nameExpr) (meaning, *complaint) {
	if b, ok := a.binding(x.id); ok {
		switch {
		case b.kind == valueBinding && b.value != nil:
			return a.definitions(x).read(b.value)
		case b.kind == classBinding && a.origin.names[x.id].class == b.class:
			return a.class(x, b.class, a.origin)
		}
		return meaning{}, a.unusable(x)
	}
	if _, ok := a.origin.names[x.id]; !ok {
		for _, f := range a.additional {
			if b := f.names[x.id]; b.kind == classBinding && b.class != nil {
				return a.class(x, b.class, f)
			}
		}
	}
	return a.known(a.canonicalName(x.id), x)
}

// known reads a name that everybody knows.
func (a annotations) known(canonical string, x expr) (meaning, *complaint) {
	if t, ok := plainTypes[canonical]; ok {
		return meaning{typ: t, passing: spec.PassParameter}, nil
	}
	if name, ok := strings.CutPrefix(canonical, kfpPrefix); ok {
		if t := spec.Type(name); t.IsArtifact() {
			return meaning{typ: t, passing: spec.PassInputArtifact}, nil
		}
		switch name {
		case "PipelineTaskFinalStatus":
			return meaning{typ: spec.Struct, passing: spec.PassFinalStatus, optional: true}, nil
		case "Input", "Output", "EmbeddedInput":
			return meaning{}, complain(
				a.at(x), "%s lacks the kind of artifact. Write %s[Dataset], or another artifact type.", a.code(x), name,
			)
		case "InputPath", "OutputPath":
			return meaning{}, complain(
				a.at(x), "%s lacks the type of what lies there. Write %s(str), or %s('Dataset').", a.code(x), name, name,
			)
		}
	}
	return a.imported(canonical, x)
}

func (a annotations) primary(x *primary) (meaning, *complaint) {
	head, last, _ := split(x)
	switch {
	case last.name != "":
		return a.known(a.canonical(x), x)
	case last.index != nil:
		return a.index(a.canonical(head), x, last.index)
	}
	return a.call(a.canonical(head), x, last.arguments)
}

// index reads head[index].
func (a annotations) index(head string, x, index expr) (meaning, *complaint) {
	if len(items(index)) == 0 {
		return meaning{}, a.unusable(x) // Literal[()]
	}
	switch head {
	case "typing.Optional":
		m, c := a.read(index)
		m.optional = true
		return m, c
	case "typing.Union":
		return a.union(x, items(index))
	case "typing.Annotated", "typing.Final":
		return a.read(items(index)[0])
	case "typing.Literal":
		return a.literal(items(index))
	case "builtins.list", "typing.List":
		return a.list(x, index)
	case "builtins.dict", "typing.Dict":
		return a.dict(index)
	case kfpPrefix + "Input", kfpPrefix + "Output", kfpPrefix + "EmbeddedInput":
		return a.marker(strings.TrimPrefix(head, kfpPrefix), x, index)
	}
	return meaning{}, a.unusable(x)
}

// union reads several types, of which one is None and one is not.
func (a annotations) union(x expr, members []expr) (meaning, *complaint) {
	var some []expr
	for _, m := range members {
		if c, ok := unparen(m).(*constantExpr); ok && c.kind == kwNone {
			continue
		}
		some = append(some, m)
	}
	if len(some) != 1 {
		return meaning{}, complain(a.at(x), "%s allows values of several types, but a value has one type that every "+
			"task agrees on. Choose one; only None may be an alternative, as in Optional[T].", a.code(x))
	}
	m, c := a.read(some[0])
	m.optional = m.optional || len(members) > 1
	return m, c
}

func (a annotations) list(x, index expr) (meaning, *complaint) {
	m, c := a.read(index)
	switch {
	case c != nil:
		return meaning{}, c
	case m.optional || m.passing != spec.PassParameter && m.passing != spec.PassInputArtifact:
		return meaning{}, complain(a.at(x), "%s cannot be the elements of a list. %s", a.code(index), usable)
	}
	m.typ, m.allowed = spec.ListOf(m.typ), nil
	if _, err := spec.ParseType(string(m.typ)); err != nil {
		return meaning{}, complain(a.at(x), "%s is nested too deeply.", a.code(x))
	}
	return m, nil
}

// dict reads what is a struct whatever the types of its keys and values are. JSON turns other keys into strings.
func (a annotations) dict(index expr) (meaning, *complaint) {
	if parts := items(index); len(parts) == 2 && a.notes != nil {
		key := a.canonical(parts[0])
		if strings.HasPrefix(key, "builtins.") && key != "builtins.str" {
			*a.notes = append(*a.notes, *complain(a.at(parts[0]), "The keys of a dict that is passed between tasks are "+
				"always strings, "+
				"not %s. Convert them in the function, and annotate the argument as dict[str, …].", a.code(parts[0])))
		}
	}
	return meaning{typ: spec.Struct, passing: spec.PassParameter}, nil
}

// marker reads Input[T] and Output[T].
func (a annotations) marker(name string, x, index expr) (meaning, *complaint) {
	m, c := a.read(index)
	switch {
	case c != nil && c.says:
		return meaning{}, c
	case c != nil:
		return meaning{}, complain(
			c.at, "%s[…] takes an artifact type: %s. A parameter is annotated by its type alone.", name, artifactTypes(),
		)
	case !m.typ.IsArtifact() || m.passing != spec.PassInputArtifact || m.optional:
		return meaning{}, complain(
			a.at(x), "%s[…] takes an artifact type: %s. A parameter is annotated by its type alone.", name, artifactTypes(),
		)
	case name == "Output" && m.typ.IsList():
		return meaning{}, complain(
			a.at(x), "An argument writes one artifact, not a list of them. Write several arguments, or return a list.",
		)
	case name == "Output":
		m.passing = spec.PassOutputArtifact
	case name == "EmbeddedInput" && m.typ.IsList():
		return meaning{}, complain(a.at(x), "EmbeddedInput[…] is one artifact, whose path leads to all files.")
	case name == "EmbeddedInput":
		m.passing = spec.PassEmbedded
	}
	return m, nil
}

func artifactTypes() string {
	names := make([]string, 0, len(spec.ArtifactTypes)+1)
	for _, t := range spec.ArtifactTypes {
		names = append(names, string(t))
	}
	return list(append(names, "a class with a schema_title of its own"))
}

// pathTypes are the type names that InputPath and OutputPath have taken in quotes since KFP's first version.
var pathTypes = map[string]spec.Type{
	"string": spec.String, "str": spec.String, "text": spec.String, "integer": spec.Integer, "int": spec.Integer,
	"float": spec.Float, "double": spec.Float, "bool": spec.Boolean, "boolean": spec.Boolean,
	"list": spec.List, "jsonarray": spec.List, "dict": spec.Struct, "struct": spec.Struct, "jsonobject": spec.Struct,
}

// call reads InputPath(T) and OutputPath(T).
func (a annotations) call(head string, x expr, arguments []argument) (meaning, *complaint) {
	name := strings.TrimPrefix(head, kfpPrefix)
	m := meaning{typ: spec.Artifact, passing: spec.PassInputPath}
	switch {
	case head == name || name != "InputPath" && name != "OutputPath":
		return meaning{}, a.unusable(x)
	case name == "OutputPath":
		m.passing = spec.PassOutputPath
	}
	if len(arguments) == 0 {
		return m, nil
	}
	of := arguments[0]
	if len(arguments) > 1 || of.stars > 0 || of.name != "" && of.name != "type" {
		return meaning{}, a.unusable(x)
	}
	if s, ok := unparen(of.value).(*stringExpr); ok {
		value, _ := stringValue(a.Text, s)
		value, _, _ = strings.Cut(value, "@") // KFP writes system.Dataset@0.0.1
		if t := spec.Type(value); t.IsArtifact() {
			m.typ = t
		} else if t := spec.TypeOfTitle(value); t != "" {
			m.typ = t
		} else if t, ok := pathTypes[strings.ToLower(value)]; ok {
			m.typ = t
		}
		return m, nil // KFP takes any other name for a kind of artifact that it does not know
	}
	if c, ok := of.value.(*constantExpr); ok && c.kind == kwNone {
		return m, nil
	}
	inner, c := a.read(of.value)
	if c != nil {
		return meaning{}, c
	}
	if inner.passing != spec.PassParameter && inner.passing != spec.PassInputArtifact || inner.optional ||
		name == "OutputPath" && inner.typ.IsArtifact() && inner.typ.IsList() {
		return meaning{}, complain(
			a.at(x), "%s(…) takes a type, such as str, or the kind of an artifact, such as 'Dataset'.", name,
		)
	}
	m.typ, m.allowed = inner.typ, inner.allowed
	return m, nil
}

// literal reads the members of Literal[…].
func (a annotations) literal(members []expr) (meaning, *complaint) {
	m := meaning{passing: spec.PassParameter}
	for _, member := range members {
		if c, ok := unparen(member).(*constantExpr); ok && c.kind == kwNone {
			m.optional = true
			continue
		}
		v, c := a.value(member)
		if c != nil {
			return meaning{}, c
		}
		t := typeOf(v)
		if t != spec.String && t != spec.Integer && t != spec.Boolean {
			return meaning{}, complain(
				a.at(member), "A Literal lists strings, integers or booleans; %s is none of these.", a.code(member),
			)
		}
		if m.typ != "" && m.typ != t {
			return meaning{}, complain(
				a.at(member), "A Literal lists values of one type, but %s is of another type than the first one.", a.code(member),
			)
		}
		m.typ = t
		m.allowed = append(m.allowed, textOf(v))
	}
	if m.typ == "" {
		return meaning{}, complain(a.at(members[0]), "This Literal allows no value but None.")
	}
	return m, nil
}
