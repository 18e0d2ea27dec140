package python

func (p *parser) ifStatement() stmt {
	start := p.current()
	s := &ifStmt{}
	for p.kind() == kwIf && len(s.branches) == 0 || p.kind() == kwElif {
		head := p.take()
		test := p.named()
		s.branches = append(s.branches, branch{test, p.block(head, "'"+p.word(head)+"' statement")})
	}
	if p.kind() == kwElse {
		s.branches = append(s.branches, branch{nil, p.elseBlock()})
	}
	s.span = p.since(start.from)
	return s
}

// elseBlock reads an else, where there is one.
func (p *parser) elseBlock() []stmt {
	if p.kind() != kwElse {
		return nil
	}
	head := p.take()
	p.forceColon()
	return p.block(head, "'else' statement")
}

// forceColon demands a colon where nothing else can stand.
func (p *parser) forceColon() {
	if k := p.kind(); k != colon && k != broken {
		p.fail(p.current().span, "expected ':'")
	}
}

func (p *parser) whileStatement() stmt {
	head := p.take()
	s := &whileStmt{test: p.named()}
	s.body = p.block(head, "'while' statement")
	s.orElse = p.elseBlock()
	s.span = p.since(head.from)
	return s
}

func (p *parser) forStatement(async bool) stmt {
	start := p.current()
	if async {
		p.take()
	}
	head := p.take()
	s := &forStmt{async: async, target: p.forTarget()}
	p.want(kwIn)
	s.iterable = p.starExpressions()
	p.noLoneStar(s.iterable)
	s.body = p.block(head, "'for' statement")
	s.orElse = p.elseBlock()
	s.span = p.since(start.from)
	return s
}

func (p *parser) withStatement(async bool) stmt {
	start := p.current()
	if async {
		p.take()
	}
	head := p.take()
	s := &withStmt{async: async}
	if p.parenthesizedItems() {
		p.take()
		for {
			s.items = append(s.items, p.withItem())
			if !p.got(comma) || p.kind() == rightParen {
				break
			}
		}
		p.want(rightParen)
	} else {
		s.items = append(s.items, p.withItem())
		for p.got(comma) {
			s.items = append(s.items, p.withItem())
		}
	}
	s.body = p.block(head, "'with' statement")
	s.span = p.since(start.from)
	return s
}

// parenthesizedItems tells whether the parenthesis after with encloses items rather than begins an expression: as
// stands directly in it.
func (p *parser) parenthesizedItems() bool {
	if p.kind() != leftParen {
		return false
	}
	depth := 0
	for i := p.i; ; i++ {
		switch p.tokens[i].kind {
		case leftParen, leftBracket, leftBrace:
			depth++
		case rightParen, rightBracket, rightBrace:
			if depth--; depth == 0 {
				return false
			}
		case kwAs:
			if depth == 1 {
				return true
			}
		case endOfFile, broken:
			return false
		}
	}
}

func (p *parser) withItem() withItem {
	item := withItem{context: p.expression()}
	if p.got(kwAs) {
		item.target = p.targetElement()
		if s, ok := item.target.(*starExpr); ok {
			p.fail(s.span, "starred assignment target must be in a list or tuple")
		}
		p.checkTarget(item.target, "assign to")
	}
	return item
}

func (p *parser) tryStatement() stmt {
	start := p.take()
	s := &tryStmt{}
	p.forceColon()
	s.body = p.block(start, "'try' statement")
	for p.kind() == kwExcept {
		p.handler(s)
	}
	if len(s.handlers) > 0 {
		s.orElse = p.elseBlock()
	}
	if p.kind() == kwFinally {
		head := p.take()
		p.forceColon()
		s.finally = p.block(head, "'finally' statement")
	} else if len(s.handlers) == 0 {
		if p.kind() == broken {
			p.unexpected()
		}
		p.fail(p.current().span, "expected 'except' or 'finally' block")
	}
	s.span = p.since(start.from)
	return s
}

// handler reads one except clause.
func (p *parser) handler(s *tryStmt) {
	head := p.take()
	starred := p.got(star)
	if len(s.handlers) > 0 && starred != s.star {
		p.fail(head.span, "cannot have both 'except' and 'except*' on the same 'try'")
	}
	if n := len(s.handlers); n > 0 && s.handlers[n-1].types == nil {
		p.fail(s.handlers[n-1].span, "default 'except:' must be last")
	}
	s.star = starred
	h := handler{}
	what := "'except' statement"
	if starred {
		what = "'except*' statement"
	}
	if p.kind() != colon {
		p.handlerTypes(&h)
	} else if starred {
		p.fail(p.current().span, "expected one or more exception types")
	}
	h.span = p.since(head.from)
	h.body = p.block(head, what)
	s.handlers = append(s.handlers, h)
}

// handlerTypes reads the types of an except clause and the name that the exception gets.
func (p *parser) handlerTypes(h *handler) {
	if p.kind() == newline {
		p.fail(p.current().span, "expected ':'")
	}
	h.types = p.row(p.expression)
	if !p.got(kwAs) {
		return
	}
	if t, ok := h.types.(*tupleExpr); ok && !t.closed {
		p.fail(t.span, "multiple exception types must be parenthesized when using 'as'")
	}
	if p.kind() != identifier && startsExpression[p.kind()] {
		x := p.expression()
		p.fail(x.where(), "cannot use except statement with %s", describeExpr(x))
	}
	name := p.name()
	p.checkName(name.id, name.span)
	h.name, h.nameAt = name.id, name.span
	if k := p.kind(); k == dot || k == leftBracket || k == leftParen {
		p.unexpected()
	}
}
