package python

// argumentOrder is what the arguments read so far allow to follow.
type argumentOrder struct {
	any      bool
	names    map[string]bool
	keyword  bool // name=value
	unpacked bool // **value
}

// call reads the arguments of a call or a class, with their parentheses.
func (p *parser) call() []argument {
	p.enter()
	defer p.leave()
	open := p.take()
	var arguments []argument
	var order argumentOrder
	for p.kind() != rightParen {
		a := p.argument(open, &order)
		arguments = append(arguments, a)
		if !p.got(comma) {
			if p.kind() != rightParen {
				p.missingComma(a.span)
			}
			break
		}
	}
	p.want(rightParen)
	return arguments
}

// argument reads one argument.
func (p *parser) argument(open token, order *argumentOrder) argument {
	start := p.current()
	a := argument{}
	switch {
	case p.got(star):
		a.stars, a.value = 1, p.expression()
	case p.got(doubleStar):
		a.stars, a.value = 2, p.expression()
	case start.kind == identifier && p.peek(1) == assign:
		name := p.name()
		p.take()
		a.name = name.id
		if k := p.kind(); k == comma || k == rightParen {
			p.fail(start.upTo(p.previous().span), "expected argument value expression")
		}
		a.value = p.expression()
		if p.startsClause() {
			p.fail(start.upTo(p.previous().span), "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
		}
	default:
		a.value = p.positionalArgument(open, order.any)
	}
	a.span = p.since(start.from)
	p.checkOrder(a, order)
	return a
}

// positionalArgument reads a value, or a generator without parentheses of its own where it is the only argument.
func (p *parser) positionalArgument(open token, others bool) expr {
	start := p.current()
	x := p.callValue()
	if !p.startsClause() {
		return x
	}
	clauses := p.clauses(x)
	if others || p.kind() == comma {
		p.fail(p.since(start.from), "Generator expression must be parenthesized")
	}
	// CPython's generator includes the call's parentheses.
	return &comprehension{span: span{open.from, p.current().to}, kind: generator, element: x, clauses: clauses}
}

func (p *parser) callValue() expr {
	if p.kind() == identifier && p.peek(1) == walrus {
		return p.named()
	}
	x := p.expression()
	switch p.kind() {
	case walrus:
		p.fail(x.where(), "cannot use assignment expressions with %s", describeExpr(x))
	case assign:
		if c, ok := x.(*constantExpr); ok && c.kind != ellipsis {
			p.fail(c.span, "cannot assign to %s", describeExpr(x))
		}
		p.fail(x.where().upTo(p.current().span), `expression cannot contain assignment, perhaps you meant "=="?`)
	}
	return x
}

// checkOrder refuses positional arguments behind keyword arguments, and keywords given twice.
func (p *parser) checkOrder(a argument, order *argumentOrder) {
	order.any = true
	switch {
	case a.name != "" && order.names[a.name]:
		p.fail(a.span, "keyword argument repeated: %s", a.name)
	case a.stars == 1 && order.unpacked:
		p.fail(a.span, "iterable argument unpacking follows keyword argument unpacking")
	case a.name == "" && a.stars == 0 && order.unpacked:
		p.fail(a.span, "positional argument follows keyword argument unpacking")
	case a.name == "" && a.stars == 0 && order.keyword:
		p.fail(a.span, "positional argument follows keyword argument")
	}
	if a.name != "" {
		if order.names == nil {
			order.names = map[string]bool{}
		}
		order.names[a.name], order.keyword = true, true
	}
	order.unpacked = order.unpacked || a.stars == 2
}
