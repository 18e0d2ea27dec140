package signature

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// expression is an annotation or a default.
type expression struct {
	op    string // name, string, number, constant, list, tuple, dict, subscript, call, or, other
	text  string // dotted name, string's value, number or constant
	parts []expression
	at    token
}

// reader reads tokens in order.
type reader struct {
	tokens []token
	at     int
}

func (r *reader) peek() token { return r.tokens[r.at] }

func (r *reader) take() token {
	t := r.tokens[r.at]
	if t.kind != end {
		r.at++
	}
	return t
}

func (r *reader) accept(text string) bool {
	if t := r.peek(); (t.kind == operator || t.kind == name) && t.text == text {
		r.at++
		return true
	}
	return false
}

func (r *reader) expect(text string) error {
	if r.accept(text) {
		return nil
	}
	return r.errorf("expected %q", text)
}

func (r *reader) errorf(format string, args ...any) error {
	t := r.peek()
	return Error{t.line, t.column, fmt.Sprintf(format, args...)}
}

// maxDepth bounds nesting.
const maxDepth = 60

func (r *reader) expression(depth int) (expression, error) {
	left, err := r.unary(depth)
	if err != nil {
		return left, err
	}
	for r.peek().kind == operator && r.peek().text == "|" {
		at := r.take()
		right, err := r.unary(depth + 1)
		if err != nil {
			return left, err
		}
		left = expression{op: "or", parts: []expression{left, right}, at: at}
		if depth++; depth > maxDepth {
			return left, r.errorf("too deeply nested")
		}
	}
	// Anything else that Python allows here is an expression that is not a literal and not an annotation of ours.
	for t := r.peek(); isBinary(t); t = r.peek() {
		r.take()
		right, err := r.unary(depth + 1)
		if err != nil {
			return left, err
		}
		left = expression{op: "other", parts: []expression{left, right}, at: left.at}
	}
	return left, nil
}

func isBinary(t token) bool {
	if t.kind == operator {
		switch t.text {
		case "+", "-", "*", "/", "%", "@", "&", "^", "//", "**", "<<", ">>", "<", ">", "==", "!=", "<=", ">=":
			return true
		}
		return false
	}
	if t.kind == name {
		switch t.text {
		case "and", "or", "if", "else", "in", "is", "not", "for":
			return true
		}
	}
	return false
}

func (r *reader) unary(depth int) (expression, error) {
	if depth > maxDepth {
		return expression{}, r.errorf("too deeply nested")
	}
	t := r.peek()
	if t.kind == operator && (t.text == "-" || t.text == "+" || t.text == "~" || t.text == "*" || t.text == "**") {
		r.take()
		inner, err := r.unary(depth + 1)
		if err == nil && inner.op == "number" && t.text == "-" {
			inner.text = "-" + inner.text
			return inner, nil
		}
		return expression{op: "other", parts: []expression{inner}, at: t}, err
	}
	e, err := r.atom(depth)
	for err == nil {
		switch {
		case r.accept("."):
			field := r.take()
			if field.kind != name {
				return e, r.errorf("expected a name")
			}
			if e.op == "name" {
				e.text += "." + field.text
			} else {
				e = expression{op: "other", parts: []expression{e}, at: e.at}
			}
		case r.accept("["):
			var items []expression
			if items, err = r.items("]", depth); err == nil {
				e = expression{op: "subscript", parts: append([]expression{e}, items...), at: e.at}
			}
		case r.accept("("):
			var items []expression
			if items, err = r.items(")", depth); err == nil {
				e = expression{op: "call", parts: append([]expression{e}, items...), at: e.at}
			}
		default:
			return e, nil
		}
	}
	return e, err
}

func (r *reader) atom(depth int) (expression, error) {
	t := r.take()
	switch t.kind {
	case name:
		switch t.text {
		case "None", "True", "False":
			return expression{op: "constant", text: t.text, at: t}, nil
		case "lambda", "not", "await", "yield":
			return r.skip(t)
		}
		return expression{op: "name", text: t.text, at: t}, nil
	case number:
		return expression{op: "number", text: t.text, at: t}, nil
	case text:
		e := expression{op: "string", text: t.text, at: t}
		if strings.ContainsAny(t.prefix, "bft") {
			e.op = "other"
		}
		for r.peek().kind == text {
			e.text += r.take().text
		}
		return e, nil
	case operator:
		switch t.text {
		case "(":
			before := r.at
			items, err := r.items(")", depth)
			if err == nil && len(items) == 1 && r.tokens[r.at-2].text != "," && r.at-before > 1 {
				return items[0], nil
			}
			return expression{op: "tuple", parts: items, at: t}, err
		case "[":
			items, err := r.items("]", depth)
			return expression{op: "list", parts: items, at: t}, err
		case "{":
			items, err := r.items("}", depth)
			return expression{op: "dict", parts: items, at: t}, err
		case "...":
			return expression{op: "constant", text: "...", at: t}, nil
		}
	}
	return expression{}, Error{t.line, t.column, "invalid syntax"}
}

// skip passes over an expression that is neither a literal nor an annotation, up to the comma or bracket that ends it.
func (r *reader) skip(t token) (expression, error) {
	for depth := 0; ; {
		next := r.peek()
		if next.kind == end || next.kind == newline {
			break
		}
		if next.kind == operator {
			switch next.text {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				depth--
			}
			if depth < 0 || depth == 0 && next.text == "," {
				break
			}
		}
		r.take()
	}
	return expression{op: "other", at: t}, nil
}

// items reads comma-separated expressions up to a closing bracket; keywords and dictionary pairs become two items in one.
func (r *reader) items(closing string, depth int) ([]expression, error) {
	var items []expression
	for !r.accept(closing) {
		item, err := r.expression(depth + 1)
		if err != nil {
			return nil, err
		}
		if r.peek().kind == operator && (r.peek().text == ":" || r.peek().text == "=" || r.peek().text == ":=") {
			at := r.take()
			value, err := r.expression(depth + 1)
			if err != nil {
				return nil, err
			}
			item = expression{op: "pair", parts: []expression{item, value}, at: at}
		}
		items = append(items, item)
		if !r.accept(",") && (r.peek().kind != operator || r.peek().text != closing) {
			return nil, r.errorf("invalid syntax")
		}
	}
	return items, nil
}

// literal is the value of a default as JSON would have it.
func (e expression) literal() (any, error) {
	switch e.op {
	case "string":
		return e.text, nil
	case "number":
		clean := strings.ReplaceAll(e.text, "_", "")
		if n := json.Number(clean); json.Valid([]byte(clean)) {
			return n, nil
		}
		if f, err := strconv.ParseFloat(clean, 64); err == nil {
			return json.Number(strconv.FormatFloat(f, 'g', -1, 64)), nil
		}
	case "constant":
		switch e.text {
		case "None":
			return nil, nil
		case "True":
			return true, nil
		case "False":
			return false, nil
		}
	case "list", "tuple":
		list := []any{}
		for _, p := range e.parts {
			v, err := p.literal()
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case "dict":
		m := map[string]any{}
		for _, p := range e.parts {
			if p.op != "pair" || p.parts[0].op != "string" {
				return nil, Error{e.at.line, e.at.column, "a default that is a dictionary needs strings as keys"}
			}
			v, err := p.parts[1].literal()
			if err != nil {
				return nil, err
			}
			m[p.parts[0].text] = v
		}
		return m, nil
	}
	return nil, Error{e.at.line, e.at.column, "a default has to be a literal: a number, a string, True, False, None, or a list or dictionary of such"}
}
