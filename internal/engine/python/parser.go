package python

import (
	"fmt"

	"golang.org/x/text/unicode/norm"
)

// parser reads the grammar of Python 3.14, which holds that of 3.8 to 3.13, by recursive descent. Errors are raised
// by panic with a *syntaxError, which never leaves parse.
type parser struct {
	text   string
	lines  lines
	tokens []token
	i      int
	far    int // the last token that was looked at
	depth  int
	trying bool // an attempt whose failure nobody sees, so that no message has to be found for it
}

// maxDepth bounds the recursion. CPython's own stack ends in the same region.
const maxDepth = 1000

// parse returns the statements of a file, or the one error that CPython would raise for it.
func parse(text string) (body []stmt, err *syntaxError) {
	if err := checkText(text); err != nil {
		return nil, err
	}
	tokens, lexical := lex(text)
	p := &parser{text: text, lines: newLines(text), tokens: tokens}
	if failed := p.attempt(func() { body = p.file() }); failed != nil {
		return nil, p.choose(failed, lexical)
	}
	return body, nil
}

// parseExpression reads a text that is one expression, as a quoted annotation is.
func parseExpression(text string) (x expr, err *syntaxError) {
	if err := checkText(text); err != nil {
		return nil, err
	}
	tokens, lexical := lex("(" + text + "\n)") // in brackets, line breaks do not count
	p := &parser{text: "(" + text + "\n)", tokens: tokens}
	p.lines = newLines(p.text)
	failed := p.attempt(func() {
		x = p.atom()
		if p.kind() != newline {
			p.unexpected()
		}
	})
	if failed != nil {
		return nil, p.choose(failed, lexical)
	}
	return x, nil
}

// choose returns the error that CPython prefers: what the lexer found, wherever it stands, unless it is a bracket
// that is open at the end and the parser has not come further than the bracket's line.
func (p *parser) choose(failed, lexical *syntaxError) *syntaxError {
	if lexical == nil || failed.kind != syntaxKind && p.kind() != broken {
		return failed
	}
	if !lexical.unclosed || p.tokens[p.far].kind == broken {
		return lexical
	}
	if p.lines.line(p.tokens[p.far].from) <= p.lines.line(lexical.at.from) {
		return failed
	}
	return lexical
}

// attempt runs f and returns the error that f raised.
func (p *parser) attempt(f func()) (err *syntaxError) {
	defer func() {
		if r := recover(); r != nil {
			raised, ok := r.(*syntaxError)
			if !ok {
				panic(r)
			}
			err = raised
		}
	}()
	f()
	return nil
}

// succeeds tells whether f would parse, without moving on.
func (p *parser) succeeds(f func()) bool {
	if p.trying {
		return false
	}
	i, depth := p.i, p.depth
	p.trying = true
	err := p.attempt(f)
	p.i, p.depth, p.trying = i, depth, false
	return err == nil
}

func (p *parser) current() token { return p.tokens[p.i] }

func (p *parser) kind() kind { return p.tokens[p.i].kind }

// peek returns the kind of the token n places ahead.
func (p *parser) peek(n int) kind {
	return p.tokens[min(p.i+n, len(p.tokens)-1)].kind
}

// take returns the current token and moves on, but never past the last one.
func (p *parser) take() token {
	t := p.tokens[p.i]
	if p.i < len(p.tokens)-1 {
		p.i++
		p.far = max(p.far, p.i)
	}
	return t
}

// got moves on where the current token is of kind k.
func (p *parser) got(k kind) bool {
	if p.tokens[p.i].kind != k {
		return false
	}
	p.take()
	return true
}

// want demands a token of kind k.
func (p *parser) want(k kind) token {
	if p.kind() != k {
		p.unexpected()
	}
	return p.take()
}

// previous returns the token before the current one.
func (p *parser) previous() token { return p.tokens[max(0, p.i-1)] }

// since returns the span from start to the last token taken that is text.
func (p *parser) since(start int32) span {
	i := max(0, p.i-1)
	for i > 0 && (p.tokens[i].kind == dedent || p.tokens[i].kind == newline) {
		i--
	}
	return span{start, p.tokens[i].to}
}

func (p *parser) fail(at span, format string, args ...any) {
	panic(syntaxErrorf(at, format, args...))
}

// unexpected raises the error for a token that no rule of the grammar takes.
func (p *parser) unexpected() {
	t := p.current()
	switch {
	case t.kind == indent:
		panic(&syntaxError{kind: indentationKind, message: "unexpected indent", at: t.span})
	case t.kind == dedent && p.previous().kind != newline:
		panic(&syntaxError{kind: indentationKind, message: "unexpected unindent", at: t.span})
	}
	p.hint()
	p.fail(t.span, "invalid syntax")
}

// enter counts the recursion; leave undoes it.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.current().span, "too many nested expressions")
	}
}

func (p *parser) leave() { p.depth-- }

// word returns the text of a token.
func (p *parser) word(t token) string { return p.text[t.from:t.to] }

// isWord reports whether the current token is a name that reads so: a keyword in some places only.
func (p *parser) isWord(word string) bool {
	t := p.current()
	return t.kind == identifier && p.word(t) == word
}

// name demands a name, in the normal form in which Python compares names.
func (p *parser) name() nameExpr {
	return p.nameOf(p.want(identifier))
}

func (p *parser) nameOf(t token) nameExpr {
	id := p.word(t)
	for i := range len(id) {
		if id[i] >= 0x80 {
			id = norm.NFKC.String(id)
			break
		}
	}
	return nameExpr{t.span, id}
}

// colon demands the colon before a block.
func (p *parser) colon() {
	if p.got(colon) {
		return
	}
	if k := p.kind(); k == newline || k == endOfFile {
		p.fail(p.current().span, "expected ':'")
	}
	p.hint()
	if p.kind() != broken {
		p.fail(p.current().span, "invalid syntax")
	}
	p.unexpected()
}

// block reads what follows a statement's head: a colon and indented lines, or statements on the same line.
func (p *parser) block(head token, what string) []stmt {
	p.colon()
	if !p.got(newline) {
		return p.simpleLine(nil)
	}
	if p.kind() != indent {
		if p.kind() == broken {
			p.unexpected()
		}
		panic(&syntaxError{
			kind: indentationKind, at: p.current().span,
			message: fmt.Sprintf("expected an indented block after %s on line %d", what, p.lines.line(head.from)),
		})
	}
	p.take()
	var body []stmt
	for p.kind() != dedent && p.kind() != endOfFile {
		body = p.statement(body)
	}
	p.got(dedent)
	return body
}

// file reads all statements.
func (p *parser) file() []stmt {
	var body []stmt
	for p.kind() != endOfFile {
		body = p.statement(body)
	}
	return body
}
