package python

// The precedences of operators, from loose to tight.
const (
	orLevel = iota + 1
	andLevel
	notLevel
	compareLevel
	bitOrLevel
	bitXorLevel
	bitAndLevel
	shiftLevel
	sumLevel
	termLevel
	unaryLevel
)

var levels = [kinds]int{
	kwOr: orLevel, kwAnd: andLevel,
	less: compareLevel, greater: compareLevel, lessEqual: compareLevel, greaterEqual: compareLevel, equal: compareLevel,
	notEqual: compareLevel, kwIn: compareLevel, kwIs: compareLevel,
	bar: bitOrLevel, caret: bitXorLevel, ampersand: bitAndLevel, shiftLeft: shiftLevel, shiftRight: shiftLevel,
	plus: sumLevel, minus: sumLevel,
	star: termLevel, slash: termLevel, doubleSlash: termLevel, percent: termLevel, at: termLevel,
}

// level returns the precedence of the operator at the current place, 0 where there is none.
func (p *parser) level() int {
	if p.kind() == kwNot && p.peek(1) == kwIn {
		return compareLevel
	}
	return levels[p.kind()]
}

// starExpressions reads one expression, or several that make a tuple, where stars are allowed.
func (p *parser) starExpressions() expr {
	return p.row(p.starExpression)
}

// row reads one element, or several that make a tuple without parentheses.
func (p *parser) row(element func() expr) expr {
	start := p.current().from
	first := element()
	if p.kind() != comma {
		return first
	}
	elements := []expr{first}
	for p.got(comma) && startsExpression[p.kind()] {
		elements = append(elements, element())
	}
	return &tupleExpr{span: p.since(start), elements: elements}
}

func (p *parser) starExpression() expr {
	if p.kind() == star {
		return p.starred()
	}
	return p.expression()
}

func (p *parser) starred() expr {
	start := p.take().from
	x := p.binary(bitOrLevel)
	return &starExpr{p.since(start), x}
}

// starNamed reads an element of a list, set or tuple in brackets.
func (p *parser) starNamed() expr {
	if p.kind() == star {
		return p.starred()
	}
	return p.named()
}

// named reads an expression that := may bind to a name.
func (p *parser) named() expr {
	start := p.current()
	if start.kind == identifier && p.peek(1) == walrus {
		target := p.name()
		p.take()
		value := p.expression()
		return &walrusExpr{p.since(start.from), &target, value}
	}
	x := p.expression()
	switch p.kind() {
	case walrus:
		p.fail(x.where(), "cannot use assignment expressions with %s", describeExpr(x))
	case assign:
		p.assignInExpression(x)
	}
	return x
}

// assignInExpression raises the error for = where an expression is expected.
func (p *parser) assignInExpression(x expr) {
	if p.trying || p.peek(2) == assign || p.peek(2) == walrus {
		return
	}
	at := x.where()
	if name, ok := x.(*nameExpr); ok {
		p.fail(name.upTo(p.current().span), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
	}
	switch x := x.(type) {
	case *listExpr, *tupleExpr, *comprehension, *constantExpr, *operation, *conditionalExpr, *lambdaExpr, *starExpr:
		if op, ok := x.(*operation); !ok || levels[op.ops[0]] <= compareLevel {
			return
		}
	}
	p.fail(at, "cannot assign to %s here. Maybe you meant '==' instead of '='?", describeExpr(x))
}

func (p *parser) expression() expr {
	p.enter()
	defer p.leave()
	if p.kind() == kwLambda {
		return p.lambda()
	}
	start := p.current().from
	x := p.binary(orLevel)
	if p.kind() != kwIf {
		return x
	}
	p.take()
	test := p.binary(orLevel)
	if p.kind() != kwElse {
		if p.kind() != colon && p.kind() != broken {
			p.fail(span{start, test.where().to}, "expected 'else' after 'if' expression")
		}
		p.unexpected()
	}
	p.take()
	orElse := p.expression()
	return &conditionalExpr{span: p.since(start), test: test, then: x, orElse: orElse}
}

// binary reads operands and operators of the given precedence or a tighter one.
func (p *parser) binary(loosest int) expr {
	start := p.current().from
	x := p.operand(loosest)
	for {
		level := p.level()
		if level < loosest || level == 0 {
			return x
		}
		row := &operation{operands: []expr{x}}
		for p.level() == level {
			row.ops = append(row.ops, p.operator())
			row.operands = append(row.operands, p.binary(level+1))
		}
		row.span = p.since(start)
		x = row
	}
}

// operator takes an operator of one or two words.
func (p *parser) operator() kind {
	k := p.take().kind
	switch k {
	case kwNot:
		p.want(kwIn)
	case kwIs:
		p.got(kwNot)
	}
	return k
}

func (p *parser) operand(loosest int) expr {
	t := p.current()
	switch {
	case t.kind == kwNot && loosest <= notLevel:
		p.enter()
		defer p.leave()
		p.take()
		x := p.binary(notLevel)
		return &unaryExpr{p.since(t.from), t.kind, x}
	case t.kind == plus || t.kind == minus || t.kind == tilde:
		p.enter()
		defer p.leave()
		p.take()
		x := p.operand(unaryLevel)
		return &unaryExpr{p.since(t.from), t.kind, x}
	}
	return p.power()
}

func (p *parser) power() expr {
	start := p.current()
	var x expr
	if p.got(kwAwait) {
		inner := p.primary()
		x = &awaitExpr{p.since(start.from), inner}
	} else {
		x = p.primary()
	}
	if p.kind() != doubleStar {
		return x
	}
	p.enter()
	defer p.leave()
	p.take()
	exponent := p.operand(unaryLevel)
	return &operation{span: p.since(start.from), ops: []kind{doubleStar}, operands: []expr{x, exponent}}
}

// primary reads an atom and the attributes, calls and subscripts behind it.
func (p *parser) primary() expr {
	start := p.current().from
	x := p.atom()
	var trailers []trailer
	for {
		t := p.current()
		var next trailer
		switch t.kind {
		case dot:
			p.take()
			name := p.name()
			next.name, next.nameAt = name.id, name.span
		case leftParen:
			next.arguments = p.call()
		case leftBracket:
			p.enter()
			p.take()
			next.index = p.subscripts()
			p.closeBracket(rightBracket, next.index.where())
			p.leave()
		default:
			if trailers == nil {
				return x
			}
			return &primary{p.since(start), x, trailers}
		}
		next.span = p.since(t.from)
		trailers = append(trailers, next)
	}
}

// closeBracket demands a closing bracket behind an element that begins at start.
func (p *parser) closeBracket(k kind, start span) {
	if p.kind() != k {
		p.missingComma(start)
	}
	p.want(k)
}

// subscripts reads an index, or several that make a tuple.
func (p *parser) subscripts() expr {
	start := p.current().from
	first := p.subscript()
	if p.kind() != comma {
		return first
	}
	elements := []expr{first}
	for p.got(comma) && p.kind() != rightBracket {
		elements = append(elements, p.subscript())
	}
	return &tupleExpr{span: p.since(start), elements: elements}
}

// subscript reads an index or a slice, which may begin with its colon.
func (p *parser) subscript() expr {
	start := p.current().from
	var parts [3]expr
	if p.kind() != colon {
		first := p.starNamed()
		if p.kind() != colon {
			return first
		}
		switch first.(type) {
		case *starExpr, *walrusExpr:
			p.unexpected()
		}
		parts[0] = first
	}
	for i := 1; i < 3 && p.got(colon); i++ {
		if startsExpression[p.kind()] && p.kind() != star {
			parts[i] = p.expression()
		}
	}
	return &sliceExpr{p.since(start), parts}
}

func (p *parser) lambda() expr {
	start := p.take()
	parameters := p.parameters(colon, false)
	if p.kind() != colon && p.kind() != broken {
		p.fail(p.current().span, "expected ':'")
	}
	p.want(colon)
	body := p.expression()
	return &lambdaExpr{p.since(start.from), parameters, body}
}

// yield reads a yield expression, which only some places allow.
func (p *parser) yield() expr {
	p.enter()
	defer p.leave()
	start := p.take()
	if p.got(kwFrom) {
		x := p.expression()
		return &yieldExpr{span: p.since(start.from), from: true, x: x}
	}
	y := &yieldExpr{}
	if startsExpression[p.kind()] {
		y.x = p.starExpressions()
		p.noLoneStar(y.x)
	}
	y.span = p.since(start.from)
	return y
}

// yieldOrStars reads the right-hand side of an assignment.
func (p *parser) yieldOrStars() expr {
	if p.kind() == kwYield {
		return p.yield()
	}
	return p.starExpressions()
}

// noLoneStar refuses *x where it is no element of anything.
func (p *parser) noLoneStar(x expr) {
	if s, ok := x.(*starExpr); ok {
		p.fail(s.span, "can't use starred expression here")
	}
}
