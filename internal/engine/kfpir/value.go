package kfpir

import (
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// value is what a task gives, or what a text refers to: an expression, or a constant.
type value struct {
	code     string // the expression; empty: a constant
	text     string // the same as text around {{ }}, where that is simpler
	constant any
	typ      spec.Type
	optional bool   // it may be nil
	nested   string // the expression of a list of lists of which code is flat; empty: it is none
	line     int
}

// none reports whether there is no value: KFP gives none for null.
func (v value) none() bool { return v.code == "" && v.constant == nil }

// expression is the value inside an expression.
func (v value) expression() string {
	if v.code != "" {
		return v.code
	}
	return literal(v.constant)
}

// hole is the value as it stands in a text.
func (v value) hole() string {
	if v.code == "" {
		return expr.Data(plain(v.constant), false)
	}
	if v.text != "" {
		return v.text
	}
	return tag(v.code)
}

// tag puts an expression between braces.
func tag(code string) string { return "{{ " + code + " }}" }

var (
	simple = regexp.MustCompile(`^(?:[A-Za-z_][A-Za-z0-9_.]*(?:\[(?:'[^'\\]*'|\d+)\])*|'[^'\\]*')$`)
	called = regexp.MustCompile(`^[A-Za-z]+\([^()]*\)$`)
)

// operand keeps an expression together where others stand beside it.
func operand(code string) string {
	if simple.MatchString(code) || called.MatchString(code) {
		return code
	}
	return "(" + code + ")"
}

// as converts a value as KFP's driver does where it hands it over: anything becomes a string.
func (v value) as(want spec.Type) value {
	if v.code == "" || v.typ == want || want.IsArtifact() || v.typ.IsArtifact() {
		return v
	}
	convert := conversion(v.typ, want)
	if convert == "" {
		return v
	}
	code := v.in(convert)
	if v.optional {
		code = operand(v.code) + orNil + code
	}
	return value{code: code, typ: want, optional: v.optional, line: v.line}
}

// in puts the value into an expression over %.
func (v value) in(code string) string {
	return strings.ReplaceAll(strings.ReplaceAll(code, "(%)", "("+v.code+")"), "%", operand(v.code))
}

// conversion is an expression over %, or empty where the value fits as it is.
func conversion(from, to spec.Type) string {
	isJSON := to.IsList() || to == spec.Struct
	switch {
	case to == spec.String && (from.IsList() || from == spec.Struct || from == spec.FinalStatus):
		return "toJSON(%)"
	case to == spec.String && from == spec.Any:
		return "type(%) == 'string' ? % : toJSON(%)"
	case to == spec.String:
		return "string(%)"
	case from == spec.String && isJSON:
		return "fromJSON(%)"
	case from == spec.String && to == spec.Integer:
		return "int(%)"
	case from == spec.Float && to == spec.Integer:
		return "fromJSON(string(%))" // 2.0 is an integer in KFP, and 2.5 is none
	case from == spec.String && to == spec.Float:
		return "float(%)"
	case from == spec.String && to == spec.Boolean:
		return "% == 'true'"
	}
	return ""
}

// orNil hands on that there is no value, before what is made of one.
const orNil = " == nil ? nil : "

// or gives a value where there may be none.
func (v value) or(fallback string) value {
	code := operand(v.code) + " ?? " + fallback
	if strings.Contains(v.code, orNil) {
		code = strings.Replace(v.code, orNil, " == nil ? "+fallback+" : ", 1)
	}
	return value{code: code, typ: v.typ, line: v.line}
}

// handed is the text for an input. Not: there is nothing to give.
func (r *reader) handed(v value, in spec.Input, name string) (string, bool) {
	if v.none() {
		return "", false
	}
	if v.code == "" {
		text, ok := inType(v.constant, in.Type)
		if !ok {
			r.errorf(v.line, "Value of another type", "Input %q takes a value of type %s, which %s is not. KFP "+
				"fails there, too.",
				name, in.Type, abbreviate(plain(v.constant)))
		}
		return expr.Data(text, false), true
	}
	v = v.as(in.Type)
	if v.optional && in.Default != nil {
		if fallback, ok := parseDefault(*in.Default, in.Type); ok {
			v = v.or(literal(fallback))
		}
	}
	return v.hole(), true
}

// parseDefault is the constant that a default stands for.
func parseDefault(text string, t spec.Type) (any, bool) {
	if t == spec.String {
		return text, true
	}
	return parseJSON(text)
}
