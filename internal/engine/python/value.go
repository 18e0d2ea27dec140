package python

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// A literal's value is what JSON knows: nil, bool, string, integer, decimal, []any or map[string]any. Numbers keep the
// text that JSON has for them, so that none is rounded.
type (
	integer = json.Number
	decimal struct{ json.Number }
)

// value returns the value of a literal.
func (a annotations) value(x expr) (any, *complaint) {
	switch x := unparen(x).(type) {
	case *constantExpr:
		switch x.kind {
		case kwNone:
			return nil, nil
		case kwTrue, kwFalse:
			return x.kind == kwTrue, nil
		}
	case *stringExpr:
		return a.stringLiteral(x)
	case *numberExpr:
		return a.number(x, "")
	case *unaryExpr:
		if n, ok := unparen(x.x).(*numberExpr); ok && (x.op == minus || x.op == plus) {
			return a.number(n, map[kind]string{minus: "-", plus: ""}[x.op])
		}
	case *listExpr:
		values := make([]any, 0, len(x.elements))
		for _, e := range x.elements {
			v, c := a.value(e)
			if c != nil {
				return nil, c
			}
			values = append(values, v)
		}
		return values, nil
	case *dictExpr:
		return a.dictLiteral(x)
	case *tupleExpr:
		return nil, complain(a.at(x), "%s is a tuple, which cannot be passed between tasks. Write a list.", a.code(x))
	}
	return nil, complain(a.at(x), "%s is not a literal. The value has to be known without running the code; write it "+
		"out, "+
		"or compute it in the function.", a.code(x))
}

func (a annotations) stringLiteral(x *stringExpr) (any, *complaint) {
	value, exact := stringValue(a.Text, x)
	switch {
	case x.bytes:
		return nil, complain(a.at(x), "%s is bytes, which cannot be passed between tasks. Write a string.", a.code(x))
	case !exact:
		return nil, complain(
			a.at(x), `%s holds \N{…} or half a surrogate pair, which is not read here. Write the character itself.`, a.code(x),
		)
	case strings.Contains(value, "\x00"):
		return nil, complain(a.at(x), "%s holds a NUL character, which Kubernetes does not store.", a.code(x))
	}
	return value, nil
}

func (a annotations) dictLiteral(x *dictExpr) (any, *complaint) {
	values := map[string]any{}
	for i, key := range x.keys {
		if key == nil {
			return nil, complain(a.at(x), "%s is not a literal: it unpacks another dict.", a.code(x))
		}
		k, c := a.value(key)
		if c != nil {
			return nil, c
		}
		name, ok := k.(string)
		if !ok {
			return nil, complain(a.at(key), "%s is a key of a dict, and only strings can be.", a.code(key))
		}
		v, c := a.value(x.values[i])
		if c != nil {
			return nil, c
		}
		values[name] = v
	}
	return values, nil
}

// number returns an integer or decimal as JSON writes it.
func (a annotations) number(x *numberExpr, sign string) (any, *complaint) {
	text := strings.ReplaceAll(a.Text[x.from:x.to], "_", "")
	lower := strings.ToLower(text)
	hex := strings.HasPrefix(lower, "0x")
	switch {
	case strings.HasSuffix(lower, "j"):
		return nil, complain(a.at(x), "%s is a complex number, which cannot be passed between tasks.", a.code(x))
	case !hex && strings.ContainsAny(lower, ".e"):
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(v, 0) {
			return nil, complain(a.at(x), "%s is too large for a float; JSON has no infinity.", a.code(x))
		}
		return decimal{json.Number(sign + floatText(v))}, nil
	}
	n, ok := new(big.Int).SetString(lower, 0)
	if !ok {
		n, ok = new(big.Int).SetString(strings.TrimLeft(lower, "0")+"0", 10) // zeros only
	}
	if !ok || n.BitLen() > 1<<14 {
		return nil, complain(a.at(x), "%s is too large.", a.code(x))
	}
	if n.Sign() == 0 {
		sign = ""
	}
	return integer(sign + n.String()), nil
}

// floatText writes a float as Python does, so that it stays one.
func floatText(v float64) string {
	if exponent := math.Floor(math.Log10(math.Abs(v))); v != 0 && (exponent < -4 || exponent >= 16) {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// typeOf returns the type of a value; Any of None.
func typeOf(v any) spec.Type {
	switch v.(type) {
	case bool:
		return spec.Boolean
	case string:
		return spec.String
	case integer:
		return spec.Integer
	case decimal:
		return spec.Float
	case []any:
		return spec.List
	case map[string]any:
		return spec.Struct
	}
	return spec.Any
}

// textOf returns a value as a default or an allowed value is written: strings as they are, everything else as JSON.
func textOf(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	text, err := wire.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return text
}

// MarshalJSON writes the number itself.
func (d decimal) MarshalJSON() ([]byte, error) { return []byte(d.Number), nil }

// misfit says why a value is not of a type; empty where it is. None is a value in lists and dicts alone.
func misfit(v any, t spec.Type) string {
	elem, isList := t.Elem()
	values, ok := v.([]any)
	switch {
	case t == spec.Any:
		return ""
	case isList && ok:
		for i, v := range values {
			if reason := misfit(v, elem); reason != "" {
				return fmt.Sprintf("element %d: %s", i, reason)
			}
		}
		return ""
	case typeOf(v) == t || t == spec.Float && typeOf(v) == spec.Integer:
		return ""
	case v == nil:
		return fmt.Sprintf("None is not a value of type %s", t)
	}
	return fmt.Sprintf("%s is of type %s, not %s", shorten(textOf(v)), typeOf(v), t)
}
