package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// Template is a parsed text. It is immutable and safe for concurrent use.
type Template struct {
	parts      []part
	references []Reference
	// expression: the whole text is an expression, without {{ }}.
	expression bool
}

// part is data, where node is nil, or an expression.
type part struct {
	literal string
	node    ast.Node
	offset  int // characters before the expression, from the start of the text
	// name is the dotted name that the expression is, where it is plain, and nameAt the characters before it.
	name   string
	nameAt int
}

// Parse reads a text in which {{ }} holds expressions and everything else is data. Without errors the template is not
// nil.
func Parse(text string) (*Template, []Error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, []Error{
			{
				Message: "The text is not valid UTF-8, or it holds a NUL character.",
				Remedy:  "Encode binary data, for example with base64encode().",
			},
		}
	}
	pieces, err := split(text)
	if err != nil {
		return nil, []Error{*err}
	}
	t := &Template{}
	var all []Error
	chars, counted := 0, 0 // characters before the piece, counted once over the text
	for _, p := range pieces {
		if !p.isExpr {
			t.literal(p.text)
			continue
		}
		chars += utf8.RuneCountInString(text[counted:p.start])
		counted = p.start
		parsed, errs := parsePart(p.text, chars)
		all = append(all, errs...)
		if s, ok := parsed.node.(*ast.StringNode); ok && len(errs) == 0 {
			t.literal(s.Value) // {{ "{{" }} is how users write braces
			continue
		}
		t.parts = append(t.parts, parsed)
	}
	if len(all) > 0 {
		return nil, all
	}
	t.references = references(t.parts)
	return t, nil
}

// ParseExpression reads a text that is one expression, as in `when`. It may also stand in one {{ }}.
func ParseExpression(text string) (*Template, []Error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, []Error{{Message: "The text is not valid UTF-8, or it holds a NUL character."}}
	}
	offset := 0
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "{{") {
		if n, err := scanExpression(trimmed[2:]); err == nil && n >= 0 && n == len(trimmed)-4 {
			offset = utf8.RuneCountInString(text[:strings.Index(text, "{{")]) + 2
			text = trimmed[2 : len(trimmed)-2]
		}
	}
	parsed, errs := parsePart(text, offset)
	if len(errs) > 0 {
		switch inTag := strings.Contains(text, "{{"); {
		case inTag && errs[0].Syntax:
			errs[0].Remedy = "The whole text is an expression here, so names stand in it without {{ }}."
		case !inTag && offset == 0:
			errs[0].Remedy = strings.Replace(errs[0].Remedy, asData, "", 1)
		}
		return nil, errs
	}
	parts := []part{parsed}
	return &Template{parts: parts, references: references(parts), expression: true}, nil
}

// literal appends data, joined with data before it.
func (t *Template) literal(text string) {
	if n := len(t.parts); n > 0 && t.parts[n-1].node == nil {
		t.parts[n-1].literal += text
		return
	}
	t.parts = append(t.parts, part{literal: text})
}

// IsConstant reports whether the text holds no expression.
func (t *Template) IsConstant() bool {
	_, ok := t.Constant()
	return ok
}

// Constant returns the text as data if it holds no expression.
func (t *Template) Constant() (string, bool) {
	switch {
	case t.expression:
		return "", false
	case len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].node == nil:
		return t.parts[0].literal, true
	}
	return "", false
}

// parsePart parses one expression.
func parsePart(text string, offset int) (part, []Error) {
	p, ok := plain(text)
	p.offset = offset
	if ok {
		return p, nil
	}
	var errs []Error
	p.node, errs = parseNode(text, offset)
	return p, errs
}

// parseNode parses one expression and refuses what the language lacks.
func parseNode(text string, offset int) (ast.Node, []Error) {
	if strings.TrimSpace(text) == "" {
		return nil, []Error{
			{Offset: offset, Message: "The expression is empty.", Remedy: `Write {{ "{{" }} for two braces themselves.`},
		}
	}
	if err := precheck(text); err != nil {
		err.Offset += offset
		return nil, []Error{*err}
	}
	tree, err := parseTree(text)
	if err != nil {
		return nil, []Error{syntaxError(err, text, offset)}
	}
	v := validator{offset: offset}
	node := v.visit(tree.Node, 0)
	return node, v.errors
}

// parseTree keeps a fault of expr-lang's parser from taking down the provider.
func parseTree(text string) (tree *parser.Tree, err error) {
	defer func() {
		if r := recover(); r != nil {
			tree, err = nil, fmt.Errorf("the parser failed: %v", r)
		}
	}()
	return parser.Parse(text)
}
