package expr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Constant checks a constant text against a type and returns its wire form. A string is any text, everything else
// JSON: 10 and 1.5, true, ["a"], {"k": 1}.
func Constant(text string, want spec.Type) (string, error) {
	switch {
	case want == spec.String:
		return wire.Encode(text), nil
	case want.IsArtifact():
		return "", fmt.Errorf("an input of type %s takes an artifact of another task, such as {{ tasks.x.output }}, not the text %s", want, shorten(text))
	}
	v, err := decodeJSON(text)
	if err != nil {
		if want == spec.Any {
			return wire.Encode(text), nil
		}
		return "", fmt.Errorf("%s is not of type %s: %w%s", shorten(text), want, err, hint(want))
	}
	if err := fits(v, want); err != nil {
		return "", fmt.Errorf("%s is not of type %s: %w%s", shorten(text), want, err, hint(want))
	}
	return wire.EncodeJSON(text)
}

func hint(want spec.Type) string {
	switch {
	case want.IsList():
		return "; write jsonencode([...])"
	case want == spec.Struct:
		return "; write jsonencode({...})"
	}
	return ""
}

func shorten(text string) string {
	const most = 60
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return strconv.Quote(text)
}

func decodeJSON(text string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, errors.New("it is not JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("it is more than one JSON value")
	}
	return v, nil
}

// fits reports why a decoded JSON value is not of a type.
func fits(v any, want spec.Type) error {
	switch want {
	case spec.Any:
		return nil
	case spec.String:
		if _, ok := v.(string); !ok {
			return fmt.Errorf("it is %s", kindOf(v))
		}
		return nil
	case spec.Integer:
		n, ok := v.(json.Number)
		if !ok || strings.ContainsAny(string(n), ".eE") {
			return fmt.Errorf("it is %s", kindOf(v))
		}
		return nil
	case spec.Float:
		n, ok := v.(json.Number)
		if !ok {
			return fmt.Errorf("it is %s", kindOf(v))
		}
		if _, err := n.Float64(); err != nil {
			return errors.New("it is out of range")
		}
		return nil
	case spec.Boolean:
		if _, ok := v.(bool); !ok {
			return fmt.Errorf("it is %s", kindOf(v))
		}
		return nil
	case spec.Struct:
		if _, ok := v.(map[string]any); !ok {
			return fmt.Errorf("it is %s", kindOf(v))
		}
		return nil
	}
	elem, isList := want.Elem()
	list, ok := v.([]any)
	if !isList || !ok {
		return fmt.Errorf("it is %s", kindOf(v))
	}
	for i, e := range list {
		if err := fits(e, elem); err != nil {
			return fmt.Errorf("element %d is not of type %s: %w", i, elem, err)
		}
	}
	return nil
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case json.Number:
		if strings.ContainsAny(string(v), ".eE") {
			return "a float"
		}
		return "an integer"
	case []any:
		return "a list"
	}
	return "a struct"
}

// ElementType is the type that all elements of a JSON list have, Any where they differ.
func ElementType(text string) (spec.Type, error) {
	v, err := decodeJSON(text)
	if err != nil {
		return "", err
	}
	list, ok := v.([]any)
	if !ok {
		return "", fmt.Errorf("it is %s", kindOf(v))
	}
	if len(list) == 0 {
		return spec.Any, nil
	}
	t := typeOf(list[0])
	for _, e := range list[1:] {
		t = common(t, typeOf(e))
	}
	return t, nil
}

func typeOf(v any) spec.Type {
	switch v := v.(type) {
	case string:
		return spec.String
	case bool:
		return spec.Boolean
	case json.Number:
		if bytes.ContainsAny([]byte(v), ".eE") {
			return spec.Float
		}
		return spec.Integer
	case map[string]any:
		return spec.Struct
	case []any:
		if len(v) == 0 {
			return spec.List
		}
		t := typeOf(v[0])
		for _, e := range v[1:] {
			t = common(t, typeOf(e))
		}
		return spec.ListOf(t)
	}
	return spec.Any
}

func common(a, b spec.Type) spec.Type {
	switch {
	case a == b:
		return a
	case a.AssignableTo(b):
		return b
	case b.AssignableTo(a):
		return a
	}
	return spec.Any
}
