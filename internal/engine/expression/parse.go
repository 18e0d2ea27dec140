// Package expr is the language between {{ and }}: expr-lang, the language that Argo evaluates, over typed names. It
// parses, type-checks and compiles it to Argo's tags.
package expr

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// Error is one thing that is wrong with a text.
type Error struct {
	Offset  int    // in characters from the start of the text
	Message string // what is wrong, without a full stop at the end where Remedy follows in brackets
	Remedy  string // what to do; may be empty
}

// Template is a parsed text: literal parts and expressions.
type Template struct {
	parts []part
}

type part struct {
	literal    string
	expression *expression // nil for a literal
}

type expression struct {
	source string
	offset int // in characters from the start of the text
	tree   ast.Node
	refs   []Reference
}

// maxLength bounds a text with expressions, so that none costs more than it is worth.
const maxLength = 64 << 10

// Parse reads a text: what stands between {{ and }} is an expression, everything else is data. A text that holds no
// {{ is a constant of any length.
func Parse(text string) (*Template, []Error) {
	t := &Template{}
	if !strings.Contains(text, "{{") {
		t.parts = []part{{literal: text}}
		return t, nil
	}
	if len(text) > maxLength {
		return t, []Error{{Message: "a text with {{ }} may have at most 64 KiB"}}
	}
	var errs []Error
	rest, offset := text, 0
	for {
		start := strings.Index(rest, "{{")
		if start < 0 {
			if rest != "" {
				t.parts = append(t.parts, part{literal: rest})
			}
			return t, errs
		}
		if start > 0 {
			t.parts = append(t.parts, part{literal: rest[:start]})
		}
		offset += utf8.RuneCountInString(rest[:start])
		end := endOfTag(rest[start+2:])
		if end < 0 {
			return t, append(errs, Error{Offset: offset, Message: "{{ is not closed", Remedy: `Add }}. To pass two braces as data, write {{ "{{" }}.`})
		}
		e, problems := parseExpression(rest[start+2:start+2+end], offset+2)
		errs = append(errs, problems...)
		t.parts = append(t.parts, part{expression: e})
		offset += utf8.RuneCountInString(rest[start : start+4+end])
		rest = rest[start+4+end:]
	}
}

// ParseExpression reads a text that is one expression as a whole, such as a condition. {{ }} around it are allowed.
func ParseExpression(text string) (*Template, []Error) {
	source, offset := text, 0
	trimmed := strings.TrimSpace(text)
	if strings.HasPrefix(trimmed, "{{") && endOfTag(trimmed[2:]) == len(trimmed)-4 {
		offset = utf8.RuneCountInString(text[:strings.Index(text, "{{")]) + 2
		source = trimmed[2 : len(trimmed)-2]
	}
	if len(source) > maxLength {
		return &Template{}, []Error{{Message: "an expression may have at most 64 KiB"}}
	}
	e, errs := parseExpression(source, offset)
	return &Template{parts: []part{{expression: e}}}, errs
}

// endOfTag finds the }} that ends a tag: not one inside a string, nor one that closes two maps.
func endOfTag(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'', '`':
			n := endOfString(text[i+1:], c)
			if n < 0 {
				return -1
			}
			i += n + 1
		case '{':
			depth++
		case '}':
			if depth == 0 {
				if strings.HasPrefix(text[i:], "}}") {
					return i
				}
				return -1
			}
			depth--
		}
	}
	return -1
}

func endOfString(text string, quote byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote != '`':
			i++
		case text[i] == quote:
			return i
		}
	}
	return -1
}

// maxDepth bounds brackets, since the parser is recursive.
const maxDepth = 200

func parseExpression(source string, offset int) (*expression, []Error) {
	e := &expression{source: source, offset: offset}
	if strings.TrimSpace(source) == "" {
		return e, []Error{{Offset: offset, Message: "there is no expression between {{ and }}"}}
	}
	if nesting(source) > maxDepth {
		return e, []Error{{Offset: offset, Message: "the expression is nested too deeply"}}
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return e, []Error{syntaxError(err, offset)}
	}
	e.tree = tree.Node
	e.refs = references(tree.Node)
	return e, nil
}

// nesting is an upper bound of how deep the parser has to recurse.
func nesting(source string) int {
	depth, deepest, prefix := 0, 0, 0
	for _, c := range source {
		switch c {
		case '(', '[', '{', '?':
			depth++
		case ')', ']', '}':
			depth = max(0, depth-1)
		case '!', '-', '+':
			prefix++
		default:
			prefix = 0
		}
		deepest = max(deepest, depth+prefix)
	}
	return deepest
}

func syntaxError(err error, offset int) Error {
	var located *file.Error
	if errors.As(err, &located) {
		return Error{Offset: offset + located.From, Message: located.Message}
	}
	return Error{Offset: offset, Message: err.Error()}
}
