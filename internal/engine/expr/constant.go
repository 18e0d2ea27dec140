package expr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

var integer = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// Constant checks a text against a type and returns how it travels: strings encoded, everything else as compact JSON
// with encoded strings and unchanged digits. The error says what the text is and what it should be.
func Constant(text string, want spec.Type) (string, error) {
	switch {
	case want.IsArtifact():
		return "", fmt.Errorf("an input of type %s takes the output of a task, and %s is a constant", want, abbreviate(text))
	case !utf8.ValidString(text) || bytes.IndexByte([]byte(text), 0) >= 0:
		return "", fmt.Errorf("the text is not valid UTF-8, or it holds a NUL character")
	case want == spec.String || want == spec.Any:
		return wire.Encode(text), nil
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = fmt.Errorf("more than one value")
		}
	}
	if err != nil {
		return "", fmt.Errorf("%s is not %s%s", abbreviate(text), article(want), example(want))
	}
	if problem := mismatch(v, want, "it"); problem != "" {
		return "", fmt.Errorf("%s is not of type %s: %s", abbreviate(text), want, problem)
	}
	return wire.EncodeJSON(text)
}

func example(want spec.Type) string {
	switch {
	case want == spec.Integer:
		return `; write digits, such as 10`
	case want == spec.Float:
		return `; write a number, such as 2.5`
	case want == spec.Boolean:
		return `; write true or false`
	case want.IsList():
		return `; write it with jsonencode([…])`
	case want == spec.Struct || want == spec.FinalStatus:
		return `; write it with jsonencode({…})`
	}
	return ""
}

// mismatch says how a JSON value differs from a type; empty: it does not.
func mismatch(v any, want spec.Type, where string) string {
	if elem, ok := want.Elem(); ok {
		list, ok := v.([]any)
		if !ok {
			return where + " is " + jsonType(v) + ", not a list"
		}
		for i, e := range list {
			if elem == spec.Any {
				break
			}
			if problem := mismatch(e, elem, "element "+strconv.Itoa(i)); problem != "" {
				return problem
			}
		}
		return ""
	}
	ok := true
	switch want {
	case spec.String:
		_, ok = v.(string)
	case spec.Boolean:
		_, ok = v.(bool)
	case spec.Struct, spec.FinalStatus:
		_, ok = v.(map[string]any)
	case spec.Integer:
		n, isNumber := v.(json.Number)
		if isNumber && !integer.MatchString(n.String()) {
			return where + " is " + abbreviate(n.String()) + ", which is not written as an integer"
		}
		ok = isNumber
	case spec.Float:
		n, isNumber := v.(json.Number)
		if isNumber {
			if _, err := n.Float64(); err != nil {
				return where + " is " + abbreviate(n.String()) + ", which is too large for a float"
			}
		}
		ok = isNumber
	}
	if !ok {
		return where + " is " + jsonType(v) + ", not " + article(want)
	}
	return ""
}

func jsonType(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case string:
		return "the string " + abbreviate(v)
	case []any:
		return "a list"
	}
	return "a struct"
}

func article(t spec.Type) string {
	if t == spec.Integer {
		return "an integer"
	}
	if t.IsList() && t != spec.List {
		return "a list as JSON, " + string(t)
	}
	return "a " + string(t)
}

// abbreviate quotes a text for a message, without drowning it.
func abbreviate(text string) string {
	const limit = 80
	if utf8.RuneCountInString(text) > limit {
		runes := []rune(text)
		text = string(runes[:limit]) + "…"
	}
	return strconv.Quote(text)
}

// ElementType is the type that all elements of a list, given as JSON, have: spec.Any where they differ or there are
// none.
func ElementType(list string) (spec.Type, error) {
	dec := json.NewDecoder(bytes.NewReader([]byte(list)))
	dec.UseNumber()
	var elements []any
	if err := dec.Decode(&elements); err != nil {
		return "", fmt.Errorf("%s is not a list%s", abbreviate(list), example(spec.List))
	}
	return elementType(elements), nil
}

func elementType(elements []any) spec.Type {
	if len(elements) == 0 {
		return spec.Any
	}
	t := typeOfJSON(elements[0])
	for _, e := range elements[1:] {
		t = join(t, typeOfJSON(e))
	}
	if t == null {
		return spec.Any
	}
	return t
}

func typeOfJSON(v any) spec.Type {
	switch v := v.(type) {
	case string:
		return spec.String
	case bool:
		return spec.Boolean
	case json.Number:
		if integer.MatchString(v.String()) {
			return spec.Integer
		}
		return spec.Float
	case []any:
		return listOf(elementType(v))
	case map[string]any:
		return spec.Struct
	}
	return spec.Any
}
