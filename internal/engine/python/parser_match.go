package python

// startsMatch tells whether the word match begins a statement rather than an expression: the line is followed by
// indented cases, which no line of expressions can be.
func (p *parser) startsMatch() bool {
	next := p.peek(1)
	if !startsExpression[next] {
		return false
	}
	for i := p.i; ; i++ {
		switch p.tokens[i].kind {
		case newline:
			return i+2 < len(p.tokens) && p.tokens[i+1].kind == indent && p.tokens[i+2].kind == identifier &&
				p.word(p.tokens[i+2]) == "case"
		case endOfFile, broken:
			return false
		}
	}
}

func (p *parser) matchStatement() stmt {
	start := p.take()
	s := &matchStmt{subject: p.row(p.starNamed)}
	p.noLoneStar(s.subject)
	p.colon()
	p.want(newline)
	p.want(indent)
	for p.kind() != dedent && p.kind() != endOfFile {
		s.cases = append(s.cases, p.matchCase())
	}
	p.got(dedent)
	s.span = p.since(start.from)
	for i, c := range s.cases {
		p.checkPattern(c.pattern, map[string]bool{}, c.guard != nil || i == len(s.cases)-1)
	}
	return s
}

func (p *parser) matchCase() matchCase {
	if !p.isWord("case") {
		p.unexpected()
	}
	head := p.take()
	c := matchCase{pattern: p.patterns()}
	if p.got(kwIf) {
		c.guard = p.named()
	}
	c.body = p.block(head, "'case' statement")
	return c
}

// patterns reads one pattern, or several that make a sequence without brackets.
func (p *parser) patterns() pattern {
	start := p.current().from
	first := p.starPattern()
	if p.kind() != comma {
		if c, ok := first.(*capturePattern); ok && c.star {
			p.unexpected()
		}
		return first
	}
	s := &sequencePattern{items: []pattern{first}}
	for p.got(comma) && p.kind() != colon && p.kind() != kwIf {
		s.items = append(s.items, p.starPattern())
	}
	s.span = p.since(start)
	return s
}

func (p *parser) starPattern() pattern {
	start := p.current()
	if !p.got(star) {
		return p.asPattern()
	}
	c := p.capture()
	c.span, c.star = p.since(start.from), true
	return c
}

// capture reads a name, of which _ binds nothing.
func (p *parser) capture() *capturePattern {
	name := p.name()
	p.checkName(name.id, name.span)
	if name.id == "_" {
		name.id = ""
	}
	return &capturePattern{span: name.span, name: name.id}
}

func (p *parser) asPattern() pattern {
	p.enter()
	defer p.leave()
	start := p.current()
	x := p.orPattern()
	if !p.got(kwAs) {
		return x
	}
	t := p.current()
	if t.kind == identifier && p.word(t) == "_" {
		p.fail(t.span, "cannot use '_' as a target")
	}
	if t.kind != identifier {
		p.fail(t.span, "invalid pattern target")
	}
	name := p.capture()
	return &asPattern{p.since(start.from), x, name}
}

func (p *parser) orPattern() pattern {
	start := p.current()
	first := p.closedPattern()
	if p.kind() != bar {
		return first
	}
	o := &orPattern{options: []pattern{first}}
	for p.got(bar) {
		o.options = append(o.options, p.closedPattern())
	}
	o.span = p.since(start.from)
	return o
}

func (p *parser) closedPattern() pattern {
	t := p.current()
	switch t.kind {
	case number, minus:
		return &valuePattern{value: p.numberPattern(), span: p.since(t.from)}
	case text, fstringStart:
		x := p.strings()
		if _, ok := x.(*fstringExpr); ok {
			p.fail(x.where(), "patterns may only match literals and attribute lookups")
		}
		return &valuePattern{x.where(), x}
	case kwNone, kwTrue, kwFalse:
		x := p.atom()
		return &valuePattern{x.where(), x}
	case identifier:
		return p.namePattern()
	case leftParen, leftBracket:
		return p.groupPattern()
	case leftBrace:
		return p.mappingPattern()
	}
	p.unexpected()
	return nil
}

// numberPattern reads a number with its sign, and with an imaginary part.
func (p *parser) numberPattern() expr {
	start := p.current()
	negative := p.got(minus)
	var x expr = &numberExpr{p.want(number).span}
	if negative {
		x = &unaryExpr{p.since(start.from), minus, x}
	}
	if k := p.kind(); k == plus || k == minus {
		op := p.take().kind
		imaginary := p.want(number)
		if last := p.word(imaginary); last[len(last)-1]|0x20 != 'j' {
			p.fail(imaginary.span, "imaginary number required in complex literal")
		}
		x = &operation{p.since(start.from), []kind{op}, []expr{x, &numberExpr{imaginary.span}}}
	}
	return x
}

// namePattern reads a capture, a dotted name or a class.
func (p *parser) namePattern() pattern {
	start := p.current()
	if k := p.peek(1); k != dot && k != leftParen {
		return p.capture()
	}
	x := p.dottedExpr()
	if p.kind() != leftParen {
		return &valuePattern{x.where(), x}
	}
	c := &classPattern{class: x}
	p.take()
	for p.kind() != rightParen {
		if p.kind() == identifier && p.peek(1) == assign {
			name := p.name()
			p.take()
			p.checkName(name.id, name.span)
			c.names, c.keywords = append(c.names, name), append(c.keywords, p.asPattern())
		} else {
			item := p.asPattern()
			if len(c.names) > 0 {
				p.fail(item.where(), "positional patterns follow keyword patterns")
			}
			c.items = append(c.items, item)
		}
		if !p.got(comma) {
			break
		}
	}
	p.want(rightParen)
	c.span = p.since(start.from)
	return c
}

func (p *parser) dottedExpr() expr {
	name := p.name()
	if p.kind() != dot {
		return &name
	}
	x := &primary{base: &name}
	for p.kind() == dot {
		t := p.take()
		attribute := p.name()
		x.trailers = append(x.trailers, trailer{span: t.upTo(attribute.span), name: attribute.id, nameAt: attribute.span})
	}
	x.span = p.since(name.from)
	return x
}
