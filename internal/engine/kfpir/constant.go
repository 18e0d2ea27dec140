package kfpir

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// A constant is nil, a bool, a json.Number, a string, a []any or a map[string]any.

// constant reads a free-form value. Numbers lose a fraction of zero, as they do in KFP: it keeps all of them as
// doubles, writes 1 as 1.0, and gives the program 1 again.
func (f *findings) constant(n *yaml.Node) any {
	d := decoder{findings: f}
	return d.constant(n, 0)
}

func (d *decoder) constant(n *yaml.Node, depth int) any {
	n = resolved(n)
	if isNull(n) {
		return nil
	}
	if d.visits++; d.visits > maxNodes || depth > maxDepth {
		if d.visits != maxNodes+2 {
			d.errorf(n.Line, "Package too complex", "A value is nested too deeply, or its aliases stand for too much.")
		}
		d.visits = maxNodes + 1
		return nil
	}
	switch n.Kind {
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, e := range n.Content {
			list[i] = d.constant(e, depth+1)
		}
		return list
	case yaml.MappingNode:
		m := map[string]any{}
		d.pairs(n, "A value", func(key string, _ int, value *yaml.Node) { m[key] = d.constant(value, depth+1) })
		return m
	}
	switch n.ShortTag() {
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int", "!!float":
		var number float64
		if err := n.Decode(&number); err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
			d.errorf(n.Line, "Not a number", "%s cannot be a value: JSON has no such number.", n.Value)
			return json.Number("0")
		}
		if digits(n.Value) {
			return json.Number(n.Value) // exact beyond 2^53, too
		}
		return jsonNumber(number)
	}
	return n.Value
}

// digits reports whether a text is an integer as JSON writes it.
func digits(text string) bool {
	rest := strings.TrimPrefix(text, "-")
	return rest != "" && strings.Trim(rest, "0123456789") == "" && (rest[0] != '0' || text == "0")
}

// jsonNumber is a number as short as possible.
func jsonNumber(f float64) json.Number {
	if f == math.Trunc(f) && math.Abs(f) < 1e21 {
		if f == 0 {
			return "0"
		}
		return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
	}
	text, _ := json.Marshal(f)
	return json.Number(text)
}

// parseJSON reads a JSON text the same way.
func parseJSON(text string) (any, bool) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil || dec.More() {
		return nil, false
	}
	return shortNumbers(v), true
}

func shortNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil && !digits(v.String()) {
			return jsonNumber(f)
		}
	case []any:
		for i := range v {
			v[i] = shortNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = shortNumbers(v[k])
		}
	}
	return v
}

// plain is a constant as text: strings as they are, numbers without an exponent, everything else as JSON.
func plain(constant any) string {
	switch v := constant.(type) {
	case string:
		return v
	case json.Number:
		if f, err := v.Float64(); err == nil && !digits(v.String()) {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	text, err := wire.Marshal(constant)
	if err != nil {
		return ""
	}
	return text
}

// inType is a constant as the text of a type, as KFP's driver converts it: anything becomes a string. Not: it is of
// another type.
func inType(constant any, want spec.Type) (string, bool) {
	text := plain(constant)
	if s, isText := constant.(string); isText && want != spec.String {
		if parsed, ok := parseJSON(s); !ok || !isJSONOf(parsed, want) {
			return s, false // a list or a struct may be given as its JSON
		}
		return s, true
	}
	if want != spec.String {
		var err error
		if text, err = wire.Marshal(constant); err != nil {
			return "", false
		}
	}
	_, err := expr.Constant(text, want)
	return text, err == nil
}

func isJSONOf(v any, want spec.Type) bool {
	switch v.(type) {
	case []any:
		return want.IsList()
	case map[string]any:
		return want == spec.Struct || want == spec.FinalStatus
	}
	return false
}

// code is an expression inside of what is a constant otherwise.
type code string

// literal is a constant as an expression.
func literal(constant any) string {
	switch v := constant.(type) {
	case nil:
		return "nil"
	case string:
		return quote(v)
	case code:
		return string(v)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = literal(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var parts []string
		for _, key := range spec.Names(v) {
			name := quote(key)
			if computed, ok := strings.CutPrefix(key, computedKey); ok {
				name = "(" + computed + ")"
			}
			parts = append(parts, name+": "+literal(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return plain(constant)
}

var quoting = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// quote is a text as a string of an expression.
func quote(text string) string { return "'" + quoting.Replace(text) + "'" }
