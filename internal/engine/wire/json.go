package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// EncodeJSON encodes every string inside a JSON text, keys included, and writes it compactly. Numbers keep their
// digits, so integers beyond 2^53 stay exact.
func EncodeJSON(text string) (string, error) { return mapJSON(text, Encode) }

// DecodeJSON undoes EncodeJSON.
func DecodeJSON(text string) (string, error) { return mapJSON(text, Decode) }

func mapJSON(text string, f func(string) string) (string, error) {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return "", fmt.Errorf("not valid JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return "", fmt.Errorf("not valid JSON: more than one value")
	}
	return Marshal(mapStrings(v, f))
}

func mapStrings(v any, f func(string) string) any {
	switch v := v.(type) {
	case string:
		return f(v)
	case []any:
		for i := range v {
			v[i] = mapStrings(v[i], f)
		}
		return v
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[f(k)] = mapStrings(e, f)
		}
		return m
	}
	return v
}

// Marshal writes v as compact JSON with sorted keys and without HTML escapes.
func Marshal(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}
