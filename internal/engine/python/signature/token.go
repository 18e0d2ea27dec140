// Package signature reads the signature of a Python function from its source: arguments, annotations, defaults,
// return type and docstring. It knows as much of Python as that takes: tokens, and the expressions of annotations and
// defaults.
package signature

import (
	"fmt"
	"strings"
	"unicode"
)

type kind int

const (
	name kind = iota
	number
	text
	operator
	newline // end of a logical line
	end
)

// token is a lexical element. Positions count from 1, columns in characters.
type token struct {
	kind         kind
	text         string // of a string: its value
	line, column int
	indent       int // of the logical line that starts with the token; -1 inside a line
	prefix       string
	start, stop  int // bytes of the source
}

// Error is a mistake at a place of the source.
type Error struct {
	Line, Column int
	Message      string
}

func (e Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

type lexer struct {
	source       string
	at           int
	line, column int
	depth        int
	fresh        bool // at the start of a logical line
	tokens       []token
}

// tokenize splits the source into tokens. Strings and brackets must be closed.
func tokenize(source string) ([]token, error) {
	l := &lexer{source: source, line: 1, column: 1, fresh: true}
	for l.at < len(l.source) {
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	if l.depth > 0 {
		return nil, Error{l.line, l.column, "a bracket is not closed"}
	}
	l.add(token{kind: newline, line: l.line, column: l.column, start: l.at, stop: l.at, indent: -1})
	l.add(token{kind: end, line: l.line, column: l.column, start: l.at, stop: l.at, indent: -1})
	return l.tokens, nil
}

func (l *lexer) add(t token) { l.tokens = append(l.tokens, t) }

func (l *lexer) advance(n int) {
	for _, r := range l.source[l.at : l.at+n] {
		if r == '\n' {
			l.line++
			l.column = 1
		} else {
			l.column++
		}
	}
	l.at += n
}

func (l *lexer) next() error {
	rest := l.source[l.at:]
	c := rest[0]
	switch {
	case c == '\n' || c == '\r':
		if l.depth == 0 && !l.fresh {
			l.add(token{kind: newline, line: l.line, column: l.column, start: l.at, stop: l.at, indent: -1})
			l.fresh = true
		}
		l.advance(1)
	case c == ' ' || c == '\t' || c == '\f':
		l.advance(1)
	case c == '#':
		n := strings.IndexByte(rest, '\n')
		if n < 0 {
			n = len(rest)
		}
		l.advance(n)
	case c == '\\' && len(rest) > 1 && (rest[1] == '\n' || rest[1] == '\r'):
		l.advance(2)
	case isStringStart(rest):
		return l.stringToken()
	case c == '_' || c >= 0x80 || unicode.IsLetter(rune(c)):
		n := strings.IndexFunc(rest, func(r rune) bool {
			return r != '_' && r < 0x80 && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		})
		l.emit(name, n, rest)
	case unicode.IsDigit(rune(c)) || c == '.' && len(rest) > 1 && unicode.IsDigit(rune(rest[1])):
		l.emit(number, numberLength(rest), rest)
	default:
		return l.operatorToken(rest)
	}
	return nil
}

func (l *lexer) emit(k kind, n int, rest string) {
	if n < 0 {
		n = len(rest)
	}
	t := token{kind: k, text: rest[:n], line: l.line, column: l.column, start: l.at, stop: l.at + n, indent: -1}
	if l.fresh {
		t.indent = l.column - 1
		l.fresh = false
	}
	l.advance(n)
	l.add(t)
}

func numberLength(rest string) int {
	n := 0
	for n < len(rest) {
		c := rest[n]
		exponent := (c == '+' || c == '-') && n > 0 && (rest[n-1] == 'e' || rest[n-1] == 'E') && !strings.HasPrefix(rest, "0x")
		if !exponent && c != '.' && c != '_' && !unicode.IsLetter(rune(c)) && !unicode.IsDigit(rune(c)) {
			break
		}
		n++
	}
	return n
}

var longOperators = []string{"**=", "//=", ">>=", "<<=", "...", "!=", "->", ":=", "==", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "**", "//", "<<", ">>"}

func (l *lexer) operatorToken(rest string) error {
	for _, o := range longOperators {
		if strings.HasPrefix(rest, o) {
			l.emit(operator, len(o), rest)
			return nil
		}
	}
	switch rest[0] {
	case '(', '[', '{':
		l.depth++
	case ')', ']', '}':
		if l.depth--; l.depth < 0 {
			return Error{l.line, l.column, fmt.Sprintf("unmatched %q", rest[0])}
		}
	case '$', '?', '!', '`', '\\':
		return Error{l.line, l.column, fmt.Sprintf("invalid character %q", rest[0])}
	}
	if rest[0] < ' ' {
		return Error{l.line, l.column, fmt.Sprintf("invalid character %q", rest[0])}
	}
	l.emit(operator, 1, rest)
	return nil
}

// isStringStart reports whether a string literal, with its prefix, starts here.
func isStringStart(rest string) bool {
	n := strings.IndexAny(rest, `"'`)
	return n >= 0 && n <= 2 && strings.Trim(strings.ToLower(rest[:n]), "rbuft") == ""
}

func (l *lexer) stringToken() error {
	rest := l.source[l.at:]
	q := strings.IndexAny(rest, `"'`)
	prefix, quote := strings.ToLower(rest[:q]), rest[q:q+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(rest[q:], triple) {
		quote = triple
	}
	n := q + len(quote)
	for {
		if n >= len(rest) || len(quote) == 1 && rest[n] == '\n' {
			return Error{l.line, l.column, "a string is not closed"}
		}
		if rest[n] == '\\' {
			n += 2
			continue
		}
		if strings.HasPrefix(rest[n:], quote) {
			break
		}
		n++
	}
	body := rest[q+len(quote) : n]
	stop := n + len(quote)
	l.emit(text, stop, rest)
	t := &l.tokens[len(l.tokens)-1]
	t.prefix = prefix
	t.text = body
	if !strings.Contains(prefix, "r") {
		t.text = unescape(body)
	}
	return nil
}

// unescape resolves the escapes that occur in annotations, defaults and docstrings.
func unescape(body string) string {
	if !strings.Contains(body, `\`) {
		return body
	}
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\'`, "'", `\"`, `"`, "\\\n", "").Replace(body)
}
