package python

// atom reads what cannot be taken apart by operators.
func (p *parser) atom() expr {
	t := p.current()
	switch t.kind {
	case identifier:
		name := p.nameOf(p.take())
		return &name
	case kwNone, kwTrue, kwFalse, ellipsis:
		p.take()
		return &constantExpr{t.span, t.kind}
	case number:
		p.take()
		return &numberExpr{t.span}
	case text, fstringStart:
		return p.strings()
	}
	p.enter()
	defer p.leave()
	switch t.kind {
	case leftParen:
		return p.parenthesized()
	case leftBracket:
		return p.list()
	case leftBrace:
		return p.braces()
	}
	p.unexpected()
	return nil
}

// parenthesized reads a tuple, a generator or any expression in parentheses.
func (p *parser) parenthesized() expr {
	start := p.take()
	if p.got(rightParen) {
		return &tupleExpr{span: p.since(start.from), closed: true}
	}
	if p.kind() == kwYield {
		y := p.yield()
		p.want(rightParen)
		return &parenExpr{p.since(start.from), y}
	}
	if p.kind() == doubleStar {
		p.fail(p.current().span, "cannot use double starred expression here")
	}
	first := p.starNamed()
	switch {
	case p.startsClause():
		clauses := p.clauses(first)
		p.want(rightParen)
		return &comprehension{span: p.since(start.from), kind: generator, element: first, clauses: clauses}
	case p.kind() == comma:
		elements := p.elements(first, rightParen)
		return &tupleExpr{span: p.since(start.from), elements: elements, closed: true}
	}
	p.closeBracket(rightParen, first.where())
	if s, ok := first.(*starExpr); ok {
		p.fail(s.span, "cannot use starred expression here")
	}
	return &parenExpr{p.since(start.from), first}
}

// elements reads what follows the first element up to the closing bracket.
func (p *parser) elements(first expr, closing kind) []expr {
	elements := []expr{first}
	for p.got(comma) && p.kind() != closing {
		elements = append(elements, p.starNamed())
	}
	if p.startsClause() && len(elements) > 1 {
		at := elements[0].where().upTo(elements[len(elements)-1].where())
		p.fail(at, "did you forget parentheses around the comprehension target?")
	}
	p.closeBracket(closing, elements[len(elements)-1].where())
	return elements
}

func (p *parser) list() expr {
	start := p.take()
	if p.got(rightBracket) {
		return &listExpr{span: p.since(start.from)}
	}
	first := p.starNamed()
	if p.startsClause() {
		clauses := p.clauses(first)
		p.want(rightBracket)
		return &comprehension{span: p.since(start.from), kind: listComprehension, element: first, clauses: clauses}
	}
	elements := p.elements(first, rightBracket)
	return &listExpr{p.since(start.from), elements}
}

// braces reads a dictionary, a set or a comprehension of one.
func (p *parser) braces() expr {
	start := p.take()
	if p.got(rightBrace) {
		return &dictExpr{span: p.since(start.from)}
	}
	if p.kind() == doubleStar {
		return p.dict(start, nil)
	}
	first := p.starNamed()
	switch {
	case p.kind() == colon:
		switch first.(type) {
		case *starExpr, *walrusExpr:
			p.unexpected()
		}
		return p.dict(start, first)
	case p.startsClause():
		clauses := p.clauses(first)
		p.want(rightBrace)
		return &comprehension{span: p.since(start.from), kind: setComprehension, element: first, clauses: clauses}
	}
	elements := p.elements(first, rightBrace)
	return &setExpr{p.since(start.from), elements}
}

// dict reads a dictionary of which key was read already, unless it is nil.
func (p *parser) dict(start token, key expr) expr {
	d := &dictExpr{}
	for {
		if key == nil && p.got(doubleStar) {
			d.keys, d.values = append(d.keys, nil), append(d.values, p.binary(bitOrLevel))
		} else {
			if key == nil {
				key = p.expression()
			}
			value := p.dictValue(key)
			d.keys, d.values = append(d.keys, key), append(d.values, value)
		}
		if p.startsClause() {
			return p.dictComprehension(start, d)
		}
		if !p.got(comma) || p.kind() == rightBrace {
			break
		}
		key = nil
	}
	last := d.values[len(d.values)-1]
	p.closeBracket(rightBrace, last.where())
	d.span = p.since(start.from)
	return d
}

// dictValue reads the colon and the value behind a key.
func (p *parser) dictValue(key expr) expr {
	if p.kind() != colon {
		if k := p.kind(); k == comma || k == rightBrace {
			p.fail(p.previous().span, "':' expected after dictionary key")
		}
		p.missingComma(key.where())
	}
	colonAt := p.want(colon)
	switch p.kind() {
	case rightBrace, comma:
		p.fail(colonAt.span, "expression expected after dictionary key and ':'")
	case star:
		p.fail(p.current().span, "cannot use a starred expression in a dictionary value")
	}
	return p.expression()
}

func (p *parser) dictComprehension(start token, d *dictExpr) expr {
	if len(d.keys) > 1 {
		p.unexpected()
	}
	if d.keys[0] == nil {
		p.fail(d.values[0].where(), "dict unpacking cannot be used in dict comprehension")
	}
	clauses := p.clauses(d.keys[0])
	p.want(rightBrace)
	return &comprehension{
		span: p.since(start.from), kind: dictComprehension, element: d.keys[0], value: d.values[0], clauses: clauses,
	}
}

func (p *parser) startsClause() bool {
	return p.kind() == kwFor || p.kind() == kwAsync && p.peek(1) == kwFor
}

// clauses reads the for and if parts of a comprehension of element.
func (p *parser) clauses(element expr) []clause {
	if s, ok := element.(*starExpr); ok {
		p.fail(s.span, "iterable unpacking cannot be used in comprehension")
	}
	var clauses []clause
	for p.startsClause() {
		start := p.current()
		c := clause{async: p.got(kwAsync)}
		p.take()
		c.target = p.forTarget()
		p.want(kwIn)
		c.iterable = p.binary(orLevel)
		for p.got(kwIf) {
			c.conditions = append(c.conditions, p.binary(orLevel))
		}
		c.span = p.since(start.from)
		clauses = append(clauses, c)
	}
	return clauses
}
