package spec

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// A signature is what a ref points to, and all that a caller has to know of it, in one line:
//
//	etl/shop-load(rows: Dataset, mode?: string in ["append", "replace"], table: string = "totals") -> (loaded: integer)
//	pipeline etl/shop(share: float) -> ()
//
// The question mark stands at optional inputs, and at outputs that a pipeline may not give. Inputs that a caller must give come first, as in a call; else inputs and
// outputs are in the order of their names, for a map has no other. A value is JSON of its type, kept as it is written.
// Descriptions are left out, since no caller depends on them.

// Signature writes what a ref points to and its interface. The version is no part of it.
func (r Ref) Signature() string {
	var b strings.Builder
	if r.Kind == PipelineKind {
		b.WriteString(pipelineWord)
	}
	b.WriteString(shownName(r.Namespace, MaxNamespaceLength) + "/" + shownName(r.Name, MaxNameLength) + "(")
	for i, name := range r.inOrder() {
		if i > 0 {
			b.WriteString(", ")
		}
		writeInput(&b, name, r.Inputs[name])
	}
	b.WriteString(") -> (")
	for i, name := range slices.Sorted(maps.Keys(r.Outputs)) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name)
		if r.Outputs[name].Optional {
			b.WriteByte('?')
		}
		b.WriteString(": " + shownType(r.Outputs[name].Type))
	}
	b.WriteString(")")
	return b.String()
}

const (
	pipelineWord = "pipeline "
	allowedWord  = "in"
)

// MaxNamespaceLength bounds the names of namespaces in Kubernetes.
const MaxNamespaceLength = 63

// shownName is a name, in quotes if nothing can have it: whoever may write into the cluster can let a schedule run
// that.
func shownName(name string, most int) string {
	if objectName.MatchString(name) && len(name) <= most {
		return name
	}
	return quoted(name)
}

// inOrder are the names of the inputs, those first that a caller must give.
func (i Interface) inOrder() []string {
	var required, others []string
	for _, name := range slices.Sorted(maps.Keys(i.Inputs)) {
		if i.Inputs[name].Required() {
			required = append(required, name)
		} else {
			others = append(others, name)
		}
	}
	return append(required, others...)
}

func writeInput(b *strings.Builder, name string, in Input) {
	b.WriteString(name)
	if in.Optional {
		b.WriteByte('?')
	}
	b.WriteString(": " + shownType(in.Type))
	if in.Default != nil {
		b.WriteString(" = " + shownValue(*in.Default, in.Type))
	}
	for i, v := range in.AllowedValues {
		if i == 0 {
			b.WriteString(" " + allowedWord + " [")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(shownValue(v, in.Type))
	}
	if len(in.AllowedValues) > 0 {
		b.WriteByte(']')
	}
}

// shownType is a type as a caller sees it. What nobody can write is any value to him: a list of which nobody knows the
// elements, or what somebody else has written into the object of a component.
func shownType(t Type) string {
	known, err := ParseType(string(t))
	if err != nil {
		return string(Any)
	}
	return string(known)
}

// shownValue is a value as JSON of its type. The text itself is compiled into the keys of caches, so it stays as it is.
// Where it is no JSON in one line, it stands in quotes like a string, which no other type takes for its own.
func shownValue(text string, t Type) string {
	if t != String && isOneLineOfJSON(text) {
		return text
	}
	return quoted(text)
}

// quoted is a text as a string of JSON.
func quoted(text string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string always has JSON
	return strings.TrimSuffix(b.String(), "\n")
}

func isOneLineOfJSON(text string) bool {
	return json.Valid([]byte(text)) && !strings.ContainsAny(text, "\t\r\n") && !strings.HasPrefix(text, `"`) &&
		text == strings.TrimSpace(text)
}
