package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Type is the type of a parameter or an artifact in its canonical spelling: "integer", "list(string)", "Dataset".
type Type string

// The parameter types. A string travels as it is, every other one as JSON.
const (
	String  Type = "string"
	Integer Type = "integer"
	Float   Type = "float"
	Boolean Type = "boolean"
	List    Type = "list"
	Struct  Type = "struct"
	// FinalStatus is the struct that a task of on_exit gets of what became of the others, as KFP calls it. Only an input
	// has this type, so that it is filled where nobody gives it.
	FinalStatus Type = "PipelineTaskFinalStatus"
	// Any is the type of a value whose type is not known, such as a field of a struct. Users cannot write it.
	Any Type = "any"
)

// The artifact types, as in KFP. Artifact goes with every other one.
const (
	Artifact                    Type = "Artifact"
	Dataset                     Type = "Dataset"
	Model                       Type = "Model"
	Metrics                     Type = "Metrics"
	ClassificationMetrics       Type = "ClassificationMetrics"
	SlicedClassificationMetrics Type = "SlicedClassificationMetrics"
	HTML                        Type = "HTML"
	Markdown                    Type = "Markdown"
)

// ParameterTypes and ArtifactTypes list what a user may write, beside list(T).
var (
	ParameterTypes = []Type{String, Integer, Float, Boolean, List, Struct}
	ArtifactTypes  = []Type{
		Artifact, Dataset, Model, Metrics, ClassificationMetrics, SlicedClassificationMetrics, HTML, Markdown,
	}
)

// systemPrefix starts the titles of ArtifactTypes: KFP calls Dataset system.Dataset.
const systemPrefix = "system."

// MaxTitleLength bounds the title of an artifact type, which stands in annotations and messages.
const MaxTitleLength = 128

var title = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$`)

// isTitle reports whether a text is the title of an artifact type of one's own, such as google.VertexModel.
func isTitle(text string) bool {
	return title.MatchString(text) && len(text) <= MaxTitleLength && !strings.HasPrefix(text, systemPrefix)
}

// TypeOfTitle returns the artifact type whose title (schema_title in Python) a text is; empty if there is none.
func TypeOfTitle(text string) Type {
	if name, ok := strings.CutPrefix(text, systemPrefix); ok && slices.Contains(ArtifactTypes, Type(name)) {
		return Type(name)
	}
	if isTitle(text) {
		return Type(text)
	}
	return ""
}

// Title returns what KFP calls an artifact type: system.Dataset, or the title itself.
func (t Type) Title() string {
	if slices.Contains(ArtifactTypes, t) {
		return systemPrefix + string(t)
	}
	return string(t)
}

// IsTitled reports whether t is an artifact type of one's own, or a list of such.
func (t Type) IsTitled() bool {
	if elem, ok := t.Elem(); ok {
		return elem.IsTitled()
	}
	return isTitle(string(t))
}

// maxNesting bounds list(list(…)), so that a hostile spelling cannot cost more than it says.
const maxNesting = 16

// ListOf returns list(elem).
func ListOf(elem Type) Type { return "list(" + elem + ")" }

// ParseType reads a type as users write it: a name of ParameterTypes or ArtifactTypes, the title of an artifact type, or
// list(T) of one.
func ParseType(text string) (Type, error) {
	return parseType(text, 0)
}

func parseType(text string, depth int) (Type, error) {
	t := strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(t, "list("); ok && depth < maxNesting {
		inner, ok = strings.CutSuffix(inner, ")")
		if !ok {
			return "", fmt.Errorf("%q lacks a closing parenthesis", text)
		}
		elem, err := parseType(inner, depth+1)
		if err != nil {
			return "", err
		}
		return ListOf(elem), nil
	}
	for _, known := range append(ParameterTypes[:len(ParameterTypes):len(ParameterTypes)], FinalStatus) {
		if Type(t) == known {
			return known, nil
		}
	}
	for _, known := range ArtifactTypes {
		if Type(t) == known {
			return known, nil
		}
	}
	if known := TypeOfTitle(t); known != "" {
		return known, nil
	}
	return "", fmt.Errorf(
		"%q is not a type; use one of %s, list(T), or an artifact type (%s, or a title of your own, such as acme.Scorecard)",
		text, join(ParameterTypes), join(ArtifactTypes),
	)
}

func join(types []Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

// Elem returns T of list(T). A bare list has elements of type Any.
func (t Type) Elem() (Type, bool) {
	if t == List {
		return Any, true
	}
	if inner, ok := strings.CutPrefix(string(t), "list("); ok {
		return Type(strings.TrimSuffix(inner, ")")), true
	}
	return "", false
}

// IsList reports whether t is list or list(T).
func (t Type) IsList() bool {
	_, ok := t.Elem()
	return ok
}

// IsArtifact reports whether t is an artifact or a list of artifacts: something that travels by the artifact
// repository.
func (t Type) IsArtifact() bool {
	if elem, ok := t.Elem(); ok {
		return elem.IsArtifact()
	}
	return slices.Contains(ArtifactTypes, t) || isTitle(string(t))
}

// AssignableTo reports whether a value of type t may be given where want is expected: the same type, integer for
// float, any artifact for Artifact and Artifact for any, any list for a bare list, and element by element for list(T).
// Any goes both ways, since what is not known cannot be refused.
func (t Type) AssignableTo(want Type) bool {
	if t == want || t == Any || want == Any {
		return t.IsArtifact() == want.IsArtifact()
	}
	if t == Integer && want == Float || t == Struct && want == FinalStatus || t == FinalStatus && want == Struct {
		return true
	}
	te, tl := t.Elem()
	we, wl := want.Elem()
	if tl && wl {
		return te.AssignableTo(we)
	}
	return want == Artifact && !tl && t.IsArtifact() || t == Artifact && !wl && want.IsArtifact()
}
