package python

import (
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// An annotation may name a class: of artifacts, whose title its body says, or a model of pydantic, which is a struct.

// classMeaning is what a class of the source is.
type classMeaning struct {
	title string // of an artifact; empty: it is none
	model bool   // of pydantic
}

// classOf finds out what a class is from its body and the classes that it derives from.
func (f *file) classOf(class *classDef, depth int) classMeaning {
	var m classMeaning
	if depth > maxAliases {
		return m
	}
	for _, base := range class.arguments {
		if base.name != "" || base.stars > 0 {
			continue
		}
		x := unparen(base.value)
		if head, last, ok := split(x); ok && last.index != nil {
			x = head // Generic[T]
		}
		b := f.baseOf(x, depth)
		m.model = m.model || b.model
		if m.title == "" {
			m.title = b.title
		}
	}
	if title, ok := f.schemaTitle(class); ok {
		m.title = title
	}
	return m
}

// baseOf finds out what a class that another one derives from is.
func (f *file) baseOf(x expr, depth int) classMeaning {
	if name, ok := x.(*nameExpr); ok {
		if b := f.names[name.id]; b.kind == classBinding && b.class != nil {
			return f.classOf(b.class, depth+1)
		}
	}
	canonical := f.canonical(x)
	if name, ok := strings.CutPrefix(canonical, kfpPrefix); ok {
		if t := spec.Type(name); t.IsArtifact() {
			return classMeaning{title: t.Title()}
		}
	}
	return classMeaning{title: titleOfGoogle(canonical), model: pydanticModels[canonical]}
}

// pydanticModels are the classes from which models derive.
var pydanticModels = words("pydantic.BaseModel pydantic.main.BaseModel pydantic.RootModel pydantic_settings.BaseSettings")

var googleClass = regexp.MustCompile(`^google_cloud_pipeline_components\.(?:\w+\.)*artifact_types\.(\w+)$`)

// titleOfGoogle returns the title of a class of Google's package, where classes and titles have the same names.
func titleOfGoogle(canonical string) string {
	if m := googleClass.FindStringSubmatch(canonical); m != nil {
		return "google." + m[1]
	}
	return ""
}

// schemaTitle returns the text that a class's body gives schema_title. It is empty where that is no literal.
func (f *file) schemaTitle(class *classDef) (title string, ok bool) {
	for _, s := range class.body {
		bindNames([]stmt{s}, func(name string, b binding) {
			if name != "schema_title" {
				return
			}
			title, ok = "", true
			if text, isText := unparen(b.value).(*stringExpr); isText {
				title, _ = stringValue(f.Text, text)
			}
		})
	}
	return title, ok
}

// isValueClass reports whether a class of the file is one of artifacts or a model.
func (a annotations) isValueClass(class *classDef) bool {
	m := a.origin.classOf(class, 0)
	_, titled := a.origin.schemaTitle(class)
	return titled || m.title != "" || m.model
}

// class reads the name of a class that f defines.
func (a annotations) class(x *nameExpr, class *classDef, f *file) (meaning, *complaint) {
	m := f.classOf(class, 0)
	if m.model {
		return meaning{typ: spec.Struct, passing: spec.PassParameter, class: x.id}, nil
	}
	if t := spec.TypeOfTitle(m.title); t != "" {
		return meaning{typ: t, passing: spec.PassInputArtifact, class: x.id}, nil
	}
	if a.given != "" {
		return a.givenMeaning(x), nil
	}
	line, _ := f.place(class.nameAt.from)
	if _, titled := f.schemaTitle(class); titled {
		return meaning{}, a.says(x, "The schema_title of the class %s (%s:%d) is no title of a type of artifacts. Write a "+
			"literal of two names, such as schema_title = \"acme.%s\"; those that start with system. are KFP's own.",
			class.name, f.name(), line, class.name)
	}
	return meaning{}, a.says(x, "The class %s (%s:%d) is neither one of artifacts nor a model of pydantic. Derive it from "+
		"dsl.Artifact with a title, such as schema_title = \"acme.%s\", or from pydantic.BaseModel; or take a dict.",
		class.name, f.name(), line, class.name)
}

func (a annotations) says(x expr, format string, args ...any) *complaint {
	c := complain(a.at(x), format, args...)
	c.says = true
	return c
}

// givenMeaning is what is known of a class otherwise than by the source.
func (a annotations) givenMeaning(x expr) meaning {
	m := meaning{typ: a.given, passing: spec.PassParameter, class: dotted(x)}
	for m.typ.IsList() {
		m.typ, _ = m.typ.Elem()
	}
	if m.typ.IsArtifact() {
		m.passing = spec.PassInputArtifact
	}
	return m
}

// imported reads the name of what another module defines.
func (a annotations) imported(canonical string, x expr) (meaning, *complaint) {
	first, _, _ := strings.Cut(dotted(x), ".")
	b, ok := a.origin.names[first]
	top, _, _ := strings.Cut(canonical, ".")
	if !ok || b.kind != importBinding || standardLibrary[top] || top == "typing_extensions" {
		return meaning{}, a.unusable(x)
	}
	if t := spec.TypeOfTitle(titleOfGoogle(canonical)); t != "" {
		return meaning{typ: t, passing: spec.PassInputArtifact, class: dotted(x)}, nil
	}
	if a.given != "" {
		return a.givenMeaning(x), nil
	}
	name := canonical[strings.LastIndexByte(canonical, '.')+1:]
	if top == "kfp" || name == "DataFrame" || name == "ndarray" {
		return meaning{}, a.unusable(x)
	}
	line, _ := a.origin.place(b.at.from)
	return meaning{}, a.says(x, "%s cannot be read here, since line %d imports it. If it is a class of artifacts, derive one "+
		"from it that says the title: class My%s(%s): schema_title = \"acme.%s\". If it is a model of pydantic, define it "+
		"in this file or in additional_sources. %s", a.code(x), line, name, dotted(x), name, usable)
}

// dotted writes a name with what stands behind its dots.
func dotted(x expr) string {
	switch x := unparen(x).(type) {
	case *nameExpr:
		return x.id
	case *primary:
		words := []string{dotted(x.base)}
		for _, t := range x.trailers {
			words = append(words, t.name)
		}
		return strings.Join(words, ".")
	}
	return ""
}
