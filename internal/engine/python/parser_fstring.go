package python

import "strings"

// fstring reads one f-string or t-string and adds the expressions in its fields to fields.
func (p *parser) fstring(fields []expr) []expr {
	p.enter()
	defer p.leave()
	start := p.take()
	prefix := strings.ToLower(strings.TrimRight(p.word(start), `"'`))
	letter := "f-string"
	if strings.Contains(prefix, "t") {
		letter = "t-string"
	}
	for {
		switch t := p.current(); t.kind {
		case fstringText:
			p.take()
			p.checkEscapes(t.from, p.word(t), prefix)
		case leftBrace:
			fields = p.field(fields, letter)
		default:
			p.want(fstringEnd)
			return fields
		}
	}
}

// field reads a replacement field: {expression = ! conversion : specification}.
func (p *parser) field(fields []expr, letter string) []expr {
	p.enter()
	defer p.leave()
	open := p.take()
	switch p.kind() {
	case rightBrace, colon, exclamation, assign:
		what := p.word(p.current())
		if what == "}" {
			p.fail(open.span, "%s: valid expression required before '}'", letter)
		}
		p.fail(p.current().span, "%s: valid expression required before '%s'", letter, what)
	}
	x := p.yieldOrStars()
	p.noLoneStar(x)
	fields = append(fields, x)
	p.got(assign)
	if p.got(exclamation) {
		p.conversion(letter)
	}
	if p.got(colon) {
		for p.kind() != rightBrace {
			if p.kind() == leftBrace {
				fields = p.field(fields, letter)
				continue
			}
			p.want(fstringText)
		}
	}
	if p.kind() != rightBrace && p.kind() != broken {
		p.missingComma(x.where())
		p.fail(p.current().span, "%s: expecting '}'", letter)
	}
	p.want(rightBrace)
	return fields
}

func (p *parser) conversion(letter string) {
	mark, t := p.previous(), p.current()
	if t.kind != identifier {
		p.fail(mark.span, "%s: missing conversion character", letter)
	}
	if mark.to != t.from {
		p.fail(mark.upTo(t.span), "%s: conversion type must come right after the exclamation mark", letter)
	}
	switch word := p.word(p.take()); word {
	case "s", "r", "a":
	default:
		p.fail(t.span, "%s: invalid conversion character '%s': expected 's', 'r', or 'a'", letter, word)
	}
}
