package signature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// parser reads what follows a function's name.
type parser struct {
	reader
	function  *Function
	docstring string
	errors    []error
}

func (p *parser) problem(at token, format string, args ...any) {
	p.errors = append(p.errors, Error{at.line, at.column, fmt.Sprintf(format, args...)})
}

func (p *parser) read() {
	if p.accept("[") { // type parameters
		if _, err := p.items("]", 0); err != nil {
			p.errors = append(p.errors, err)
			return
		}
	}
	if err := p.expect("("); err != nil {
		p.errors = append(p.errors, err)
		return
	}
	for !p.accept(")") {
		if err := p.argument(); err != nil {
			p.errors = append(p.errors, err)
			return
		}
		if !p.accept(",") && p.peek().text != ")" {
			p.errors = append(p.errors, p.errorf("invalid syntax"))
			return
		}
	}
	if p.accept("->") {
		returns, err := p.expression(0)
		if err != nil {
			p.errors = append(p.errors, err)
			return
		}
		p.returns(returns)
	}
	if err := p.expect(":"); err != nil {
		p.errors = append(p.errors, err)
		return
	}
	for p.peek().kind == newline {
		p.take()
	}
	if t := p.peek(); t.kind == text && t.prefix == "" {
		p.docstring = t.text
	}
}

// argument reads one parameter of the function.
func (p *parser) argument() error {
	at := p.peek()
	if p.accept("/") || p.accept("*") && (p.peek().text == "," || p.peek().text == ")") {
		return nil
	}
	if p.tokens[p.at-1].text == "*" || p.accept("**") {
		p.take()
		if p.accept(":") {
			if _, err := p.expression(0); err != nil {
				return err
			}
		}
		p.problem(at, "a component cannot take *args or **kwargs; name each input")
		return nil
	}
	argument := p.take()
	if argument.kind != name {
		return Error{argument.line, argument.column, "invalid syntax"}
	}
	var annotation, value *expression
	for _, part := range []struct {
		mark string
		to   **expression
	}{{":", &annotation}, {"=", &value}} {
		if !p.accept(part.mark) {
			continue
		}
		e, err := p.expression(0)
		if err != nil {
			return err
		}
		*part.to = &e
	}
	p.declare(argument, annotation, value)
	return nil
}

func (p *parser) declare(argument token, annotation, value *expression) {
	if annotation == nil {
		p.problem(argument, "argument %q has no annotation; write its type, such as %s: str", argument.text, argument.text)
		return
	}
	if !spec.IsIdentifier(argument.text) {
		p.problem(argument, "argument %q cannot name an input; use letters, digits and underscores with a letter first", argument.text)
		return
	}
	d, err := p.declared(*annotation)
	if err != nil {
		p.problem(annotation.at, "argument %q: %v", argument.text, err)
		return
	}
	f := p.function
	f.Arguments = append(f.Arguments, spec.Argument{Name: argument.text, Passing: d.passing, Type: d.typ})
	if d.passing == spec.PassOutputArtifact || d.passing == spec.PassOutputPath {
		f.Interface.Outputs[argument.text] = spec.Output{Type: d.typ}
		return
	}
	in := spec.Input{Type: d.typ, AllowedValues: d.allowed}
	if value != nil {
		p.giveDefault(argument, &in, *value, d)
	} else if d.optional {
		in.Optional = false
	}
	f.Interface.Inputs[argument.text] = in
}

func (p *parser) giveDefault(argument token, in *spec.Input, value expression, d declaration) {
	v, err := value.literal()
	if err != nil {
		p.problem(value.at, "argument %q: a default has to be a literal, since it is read without running the code", argument.text)
		return
	}
	if v == nil {
		in.Optional = true
		if !d.optional {
			p.problem(value.at, "argument %q has the default None; annotate it as Optional[…]", argument.text)
		}
		return
	}
	text, isString := v.(string)
	if !isString || d.typ != spec.String {
		if text, err = wire.Marshal(v); err != nil {
			p.problem(value.at, "argument %q: %v", argument.text, err)
			return
		}
	}
	if _, err := expr.Constant(text, d.typ); err != nil {
		p.problem(value.at, "argument %q: the default does not fit the annotation: %v", argument.text, err)
		return
	}
	in.Default = &text
}

// returns reads the return annotation.
func (p *parser) returns(e expression) {
	f := p.function
	if e.op == "constant" && e.text == "None" {
		return
	}
	if fields, ok := namedTuple(e); ok {
		f.Named = true
		for _, field := range fields {
			if field.op != "tuple" && field.op != "list" || len(field.parts) != 2 || field.parts[0].op != "string" {
				p.problem(field.at, "a field of a NamedTuple is a pair, such as (\"rows\", int)")
				continue
			}
			p.output(field.parts[0].text, field.parts[1])
		}
		return
	}
	f.Value = true
	p.output(spec.DefaultOutput, e)
}

func (p *parser) output(name string, e expression) {
	d, err := p.declared(e)
	switch {
	case err != nil:
		p.problem(e.at, "the return type: %v", err)
	case d.optional:
		p.problem(e.at, "an output cannot be None; return a value in every case")
	case p.function.Interface.Outputs[name].Type != "":
		p.problem(e.at, "there is more than one output %q", name)
	default:
		p.function.Interface.Outputs[name] = spec.Output{Type: d.typ}
	}
}

// namedTuple returns the fields of NamedTuple("X", [("a", int), …]).
func namedTuple(e expression) ([]expression, bool) {
	if e.op != "call" || e.parts[0].op != "name" || last(e.parts[0].text) != "NamedTuple" || len(e.parts) < 3 {
		return nil, false
	}
	return e.parts[2].parts, e.parts[2].op == "list" || e.parts[2].op == "tuple"
}

// declaration is what an annotation says.
type declaration struct {
	typ      spec.Type
	passing  spec.Passing
	optional bool
	allowed  []string
}

// last is the last part of a dotted name: annotations are known however they are imported.
func last(dotted string) string { return dotted[strings.LastIndex(dotted, ".")+1:] }

var plainTypes = map[string]spec.Type{
	"str": spec.String, "int": spec.Integer, "float": spec.Float, "bool": spec.Boolean, "list": spec.List, "dict": spec.Struct, "List": spec.List, "Dict": spec.Struct,
}

func (p *parser) declared(e expression) (declaration, error) {
	d := declaration{passing: spec.PassParameter}
	switch e.op {
	case "string":
		tokens, err := tokenize(e.text)
		if err != nil {
			return d, err
		}
		r := reader{tokens: tokens}
		inner, err := r.expression(0)
		if err != nil || inner.op == "string" {
			return d, fmt.Errorf("%q is not a type", e.text)
		}
		inner.at = e.at
		return p.declared(inner)
	case "name":
		return declaredName(last(e.text))
	case "or":
		return p.union(e.parts)
	case "subscript":
		return p.subscript(e)
	}
	return d, fmt.Errorf("this annotation is not a type of inputs and outputs; use str, int, float, bool, list, dict, list[T], Optional[T], Literal[…], Input[…], Output[…], InputPath or OutputPath")
}

func declaredName(name string) (declaration, error) {
	if t, ok := plainTypes[name]; ok {
		return declaration{typ: t, passing: spec.PassParameter}, nil
	}
	if slices.Contains(spec.ArtifactTypes, spec.Type(name)) {
		return declaration{typ: spec.Type(name), passing: spec.PassInputArtifact}, nil
	}
	return declaration{}, fmt.Errorf("%s is not a type of inputs and outputs; use str, int, float, bool, list, dict, or an artifact such as Input[Dataset]", name)
}

func (p *parser) union(parts []expression) (declaration, error) {
	var types []expression
	optional := false
	for _, part := range parts {
		if part.op == "constant" && part.text == "None" {
			optional = true
		} else {
			types = append(types, part)
		}
	}
	if len(types) != 1 || !optional {
		return declaration{}, fmt.Errorf("a union is a type only with None: Optional[T]")
	}
	d, err := p.declared(types[0])
	d.optional = true
	return d, err
}

func (p *parser) subscript(e expression) (declaration, error) {
	if e.parts[0].op != "name" {
		return declaration{}, fmt.Errorf("this annotation is not a type of inputs and outputs")
	}
	arguments := e.parts[1:]
	if len(arguments) == 0 {
		return declaration{}, fmt.Errorf("%s[] lacks a type", e.parts[0].text)
	}
	switch base := last(e.parts[0].text); base {
	case "Optional":
		return p.union(append([]expression{{op: "constant", text: "None"}}, arguments...))
	case "Union":
		return p.union(arguments)
	case "Annotated", "Final":
		return p.declared(arguments[0])
	case "Literal":
		return literalType(arguments)
	case "list", "List":
		if len(arguments) != 1 {
			return declaration{}, fmt.Errorf("list takes one type")
		}
		d, err := p.declared(arguments[0])
		d.typ = spec.ListOf(d.typ)
		return d, err
	case "dict", "Dict":
		return declaration{typ: spec.Struct, passing: spec.PassParameter}, nil
	case "Input", "Output":
		d, err := p.declared(arguments[0])
		if err == nil && !d.typ.IsArtifact() {
			return d, fmt.Errorf("%s takes an artifact, such as %s[Dataset]; a parameter is annotated by its type alone", base, base)
		}
		d.passing = spec.PassInputArtifact
		if base == "Output" {
			d.passing = spec.PassOutputArtifact
		}
		return d, err
	}
	return declaration{}, fmt.Errorf("%s[…] is not a type of inputs and outputs", e.parts[0].text)
}

func literalType(members []expression) (declaration, error) {
	d := declaration{passing: spec.PassParameter}
	for _, m := range members {
		v, err := m.literal()
		if err != nil || v == nil {
			return d, fmt.Errorf("a Literal lists strings, integers or booleans")
		}
		text, isString := v.(string)
		t := spec.String
		if !isString {
			if text, err = wire.Marshal(v); err != nil {
				return d, err
			}
			t = spec.Integer
			if text == "true" || text == "false" {
				t = spec.Boolean
			}
		}
		if d.typ != "" && d.typ != t {
			return d, fmt.Errorf("the members of a Literal have to be of one type")
		}
		d.typ = t
		d.allowed = append(d.allowed, text)
	}
	if d.typ == "" {
		return d, fmt.Errorf("a Literal lists at least one value")
	}
	return d, nil
}
