package python

import (
	"fmt"
	"strings"
)

// The bounds are CPython's.
const (
	maxBrackets = 200
	maxIndents  = 100
)

// lexer cuts a text into tokens by CPython's rules, those of 3.12 and later for f-strings, which accept all that
// earlier ones do.
type lexer struct {
	text        string
	at          int
	tokens      []token
	atLineStart bool
	indents     []indentation
	brackets    []bracket
	fstrings    []fstring
	err         *syntaxError
}

// indentation is measured twice, with tabs up to the next multiple of 8 and with tabs as one character. Two lines
// compare only where both measures agree.
type indentation struct{ column, alternative int }

type bracket struct {
	char byte
	at   int32
}

// lex returns the tokens of a text. The last one is endOfFile, or broken where there is an error.
func lex(text string) ([]token, *syntaxError) {
	l := &lexer{text: text, atLineStart: true, indents: []indentation{{}}, tokens: make([]token, 0, len(text)/4+4)}
	if strings.HasPrefix(text, byteOrderMark) {
		l.at = len(byteOrderMark)
	}
	for l.step() {
	}
	return l.tokens, l.err
}

// step reads one token, or one stretch of what is none. It reports whether there is more to read.
func (l *lexer) step() bool {
	if f := l.fstring(); f != nil && f.inText() {
		return l.fstringText(f)
	}
	if l.atLineStart && !l.indentation() {
		return l.err == nil
	}
	for l.at < len(l.text) && strings.IndexByte(" \t\f", l.text[l.at]) >= 0 {
		l.at++
	}
	if l.at == len(l.text) {
		return l.end()
	}
	switch c := l.text[l.at]; {
	case c == '#':
		l.at = l.lineEnd(l.at)
	case c == '\n' || c == '\r':
		l.lineBreak()
	case c == '\\':
		return l.continuation()
	case isNameStart(c):
		return l.word()
	case isDigit(c) || c == '.' && l.at+1 < len(l.text) && isDigit(l.text[l.at+1]):
		return l.number()
	case c == '"' || c == '\'':
		return l.str(l.at, "")
	default:
		return l.operator()
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}

func isNamePart(c byte) bool { return isNameStart(c) || isDigit(c) }

// emit adds the token from start up to the current place.
func (l *lexer) emit(k kind, start int) bool {
	l.tokens = append(l.tokens, token{k, span{int32(start), int32(l.at)}})
	return true
}

// fail ends the reading.
func (l *lexer) fail(kind string, at span, format string, args ...any) bool {
	l.err = &syntaxError{kind: kind, message: fmt.Sprintf(format, args...), at: at}
	l.tokens = append(l.tokens, token{broken, at})
	return false
}

func (l *lexer) failf(start, stop int, format string, args ...any) bool {
	return l.fail(syntaxKind, span{int32(start), int32(stop)}, format, args...)
}

// lineEnd returns where the line that holds i ends, before its line break.
func (l *lexer) lineEnd(i int) int {
	if n := strings.IndexAny(l.text[i:], "\r\n"); n >= 0 {
		return i + n
	}
	return len(l.text)
}

// skipBreak returns the place behind a line break at i.
func (l *lexer) skipBreak(i int) int {
	if strings.HasPrefix(l.text[i:], "\r\n") {
		return i + 2
	}
	return i + 1
}

func (l *lexer) lineBreak() {
	start := l.at
	l.at = l.skipBreak(start)
	if len(l.brackets) == 0 {
		l.tokens = append(l.tokens, token{newline, span{int32(start), int32(l.at)}})
		l.atLineStart = true
	}
}

// indentation compares a line's indentation with that of the lines before. It reports whether a token follows on
// the line; blank lines and comments have no indentation.
func (l *lexer) indentation() bool {
	start, here := l.at, indentation{}
	var first *indentation // a backslash ends the indentation, whatever the next line begins with
	for ; l.at < len(l.text); l.at++ {
		switch l.text[l.at] {
		case ' ':
			here = indentation{here.column + 1, here.alternative + 1}
			continue
		case '\t':
			here = indentation{(here.column/8 + 1) * 8, here.alternative + 1}
			continue
		case '\f':
			here = indentation{}
			continue
		case '\\':
			if first == nil && here.column > 0 {
				first = &indentation{here.column, here.column}
			}
			if !l.continuation() {
				return false
			}
			l.at--
			continue
		case '#':
			l.at = l.lineEnd(l.at)
		}
		break
	}
	if l.at == len(l.text) {
		l.atLineStart = false
		return true
	}
	if c := l.text[l.at]; c == '\n' || c == '\r' {
		l.at = l.skipBreak(l.at)
		return false
	}
	if first != nil {
		here = *first
	}
	l.atLineStart = false
	return l.indent(start, here)
}

func (l *lexer) indent(start int, here indentation) bool {
	at := span{int32(start), int32(l.at)}
	top := l.indents[len(l.indents)-1]
	switch {
	case here.column > top.column:
		if here.alternative <= top.alternative {
			return l.fail(tabKind, at, "inconsistent use of tabs and spaces in indentation")
		}
		if len(l.indents) >= maxIndents {
			return l.fail(indentationKind, at, "too many levels of indentation")
		}
		l.indents = append(l.indents, here)
		return l.emit(indent, start)
	case here.column < top.column:
		for here.column < l.indents[len(l.indents)-1].column {
			l.indents = l.indents[:len(l.indents)-1]
			l.tokens = append(l.tokens, token{dedent, span{at.to, at.to}})
		}
		if here.column != l.indents[len(l.indents)-1].column {
			return l.fail(indentationKind, at, "unindent does not match any outer indentation level")
		}
	}
	if here.alternative != l.indents[len(l.indents)-1].alternative {
		return l.fail(tabKind, at, "inconsistent use of tabs and spaces in indentation")
	}
	return true
}

// continuation joins the next line to this one.
func (l *lexer) continuation() bool {
	next := l.at + 1
	switch {
	case next == len(l.text):
		return l.failf(l.at, next, "unexpected EOF while parsing")
	case l.text[next] != '\n' && l.text[next] != '\r':
		return l.failf(next, next+1, "unexpected character after line continuation character")
	}
	start := l.at
	l.at = l.skipBreak(next)
	if l.at == len(l.text) {
		return l.failf(start, l.at, "unexpected EOF while parsing")
	}
	return true
}

// end closes the last line and all blocks.
func (l *lexer) end() bool {
	if n := len(l.brackets); n > 0 {
		b := l.brackets[n-1]
		l.failf(int(b.at), int(b.at)+1, "'%c' was never closed", b.char)
		l.err.unclosed = true
		return false
	}
	if n := len(l.tokens); n > 0 && l.tokens[n-1].kind != newline && l.tokens[n-1].kind != dedent {
		l.emit(newline, l.at)
	}
	for range l.indents[1:] {
		l.emit(dedent, l.at)
	}
	l.emit(endOfFile, l.at)
	return false
}

// operator reads the longest operator that stands here.
func (l *lexer) operator() bool {
	if f := l.fstring(); f != nil {
		if more, done := l.fieldEnd(f); done {
			return more
		}
	}
	for size := min(3, len(l.text)-l.at); size > 0; size-- {
		k, ok := operators[l.text[l.at:l.at+size]]
		if !ok {
			continue
		}
		start := l.at
		switch k {
		case leftParen, leftBracket, leftBrace:
			return l.open(k)
		case rightParen, rightBracket, rightBrace:
			return l.close(k)
		}
		l.at += size
		return l.emit(k, start)
	}
	c := l.text[l.at]
	if c < ' ' || c == 0x7f {
		return l.failf(l.at, l.at+1, "invalid non-printable character U+%04X", c)
	}
	return l.failf(l.at, l.at+1, "invalid syntax")
}

func (l *lexer) open(k kind) bool {
	if len(l.brackets) >= maxBrackets {
		return l.failf(l.at, l.at+1, "too many nested parentheses")
	}
	l.brackets = append(l.brackets, bracket{l.text[l.at], int32(l.at)})
	l.at++
	return l.emit(k, l.at-1)
}

var opening = map[byte]byte{')': '(', ']': '[', '}': '{'}

func (l *lexer) close(k kind) bool {
	c, n := l.text[l.at], len(l.brackets)
	if n == 0 {
		return l.failf(l.at, l.at+1, "unmatched '%c'", c)
	}
	if b := l.brackets[n-1]; b.char != opening[c] {
		on := ""
		if strings.ContainsAny(l.text[b.at:l.at], "\r\n") {
			on = fmt.Sprintf(" on line %d", newLines(l.text).line(b.at))
		}
		return l.failf(l.at, l.at+1, "closing parenthesis '%c' does not match opening parenthesis '%c'%s", c, b.char, on)
	}
	l.brackets = l.brackets[:n-1]
	l.at++
	return l.emit(k, l.at-1)
}
