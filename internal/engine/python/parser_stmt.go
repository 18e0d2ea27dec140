package python

import "strings"

// statement reads one compound statement, or the simple statements of one line, and adds them to body.
func (p *parser) statement(body []stmt) []stmt {
	switch p.kind() {
	case kwIf:
		return append(body, p.ifStatement())
	case kwFor:
		return append(body, p.forStatement(false))
	case kwWhile:
		return append(body, p.whileStatement())
	case kwTry:
		return append(body, p.tryStatement())
	case kwWith:
		return append(body, p.withStatement(false))
	case kwDef, kwClass, at:
		return append(body, p.definition())
	case kwAsync:
		return append(body, p.asyncStatement())
	case identifier:
		if p.isWord("match") && p.startsMatch() {
			return append(body, p.matchStatement())
		}
	}
	return p.simpleLine(body)
}

func (p *parser) asyncStatement() stmt {
	switch p.peek(1) {
	case kwDef:
		return p.definition()
	case kwFor:
		return p.forStatement(true)
	case kwWith:
		return p.withStatement(true)
	}
	p.take()
	p.unexpected()
	return nil
}

// simpleLine reads statements up to the end of a line.
func (p *parser) simpleLine(body []stmt) []stmt {
	for {
		body = append(body, p.simple())
		if p.got(newline) {
			return body
		}
		if !p.got(semicolon) {
			p.unexpected()
		}
		if p.got(newline) {
			return body
		}
	}
}

func (p *parser) simple() stmt {
	t := p.current()
	switch t.kind {
	case kwPass, kwBreak, kwContinue:
		p.take()
		return &flowStmt{t.span, t.kind}
	case kwReturn:
		p.take()
		s := &returnStmt{}
		if startsExpression[p.kind()] {
			s.value = p.starExpressions()
			p.noLoneStar(s.value)
		}
		s.span = p.since(t.from)
		return s
	case kwRaise:
		return p.raise()
	case kwAssert:
		p.take()
		values := []expr{p.expressionInStatement()}
		if p.got(comma) {
			values = append(values, p.expressionInStatement())
		}
		return &evalStmt{p.since(t.from), values}
	case kwDel:
		return p.del()
	case kwGlobal, kwNonlocal:
		p.take()
		s := &scopeStmt{kind: t.kind, names: []nameExpr{p.name()}}
		for p.got(comma) {
			s.names = append(s.names, p.name())
		}
		s.span = p.since(t.from)
		return s
	case kwImport, kwFrom:
		return p.imports()
	}
	if p.isWord("type") && p.peek(1) == identifier && (p.peek(2) == assign || p.peek(2) == leftBracket) {
		return p.typeAlias()
	}
	return p.expressionStatement()
}

// expressionInStatement reads an expression behind which = can only be a mistake.
func (p *parser) expressionInStatement() expr {
	x := p.expression()
	if p.kind() == assign {
		p.assignInExpression(x)
	}
	return x
}

func (p *parser) raise() stmt {
	start := p.take()
	s := &evalStmt{}
	if startsExpression[p.kind()] && p.kind() != star {
		s.values = append(s.values, p.expression())
		if p.got(kwFrom) {
			s.values = append(s.values, p.expression())
		}
	}
	s.span = p.since(start.from)
	return s
}

func (p *parser) del() stmt {
	start := p.take()
	s := &deleteStmt{}
	for {
		x := p.deleteOperand()
		p.checkDelete(x)
		s.targets = append(s.targets, x)
		if !p.got(comma) || p.kind() == newline || p.kind() == semicolon {
			break
		}
	}
	s.span = p.since(start.from)
	return s
}

func (p *parser) deleteOperand() expr {
	if p.kind() == star {
		return p.starred()
	}
	return p.expression()
}

// expressionStatement reads an expression, or an assignment of any kind.
func (p *parser) expressionStatement() stmt {
	start := p.current()
	x := p.yieldOrStars()
	switch p.kind() {
	case assign:
		return p.assignment(start, x)
	case augmented:
		p.checkAugmented(x)
		p.take()
		value := p.yieldOrStars()
		p.noLoneStar(value)
		return &augmentedStmt{p.since(start.from), x, value}
	case colon:
		if _, ok := x.(*yieldExpr); !ok {
			return p.annotated(start, x)
		}
	}
	p.noLoneStar(x)
	return &exprStmt{p.since(start.from), x}
}

func (p *parser) assignment(start token, x expr) stmt {
	s := &assignStmt{}
	for p.kind() == assign {
		p.checkAssign(x, p.peek(1) != kwYield && len(s.targets) == 0)
		s.targets = append(s.targets, x)
		p.take()
		x = p.yieldOrStars()
	}
	p.noLoneStar(x)
	if p.kind() == augmented {
		p.fail(x.where(), "'%s' is an illegal expression for augmented assignment", "assignment")
	}
	s.value = x
	s.span = p.since(start.from)
	return s
}

func (p *parser) annotated(start token, x expr) stmt {
	s := &annotatedStmt{target: x}
	target := x
	if paren, ok := x.(*parenExpr); ok {
		target = paren.x
	}
	switch target := target.(type) {
	case *nameExpr:
		s.simple = target == x
		p.checkName(target.id, target.span)
	case *primary:
		if describeExpr(target) == "function call" {
			p.fail(x.where(), "illegal target for annotation")
		}
	case *listExpr:
		p.fail(x.where(), "only single target (not list) can be annotated")
	case *tupleExpr:
		p.fail(x.where(), "only single target (not tuple) can be annotated")
	default:
		p.fail(x.where(), "illegal target for annotation")
	}
	s.target = target
	p.take()
	s.annotation = p.expression()
	if p.got(assign) {
		s.value = p.yieldOrStars()
		p.noLoneStar(s.value)
	}
	s.span = p.since(start.from)
	return s
}

func (p *parser) typeAlias() stmt {
	start := p.take()
	s := &typeStmt{name: p.name()}
	s.typeParameters = p.typeParameters()
	p.want(assign)
	s.value = p.expression()
	s.span = p.since(start.from)
	return s
}

func (p *parser) imports() stmt {
	start := p.take()
	if start.kind == kwFrom {
		return p.importFrom(start)
	}
	s := &importStmt{}
	for {
		s.names = append(s.names, p.alias(p.dottedName))
		if !p.got(comma) {
			break
		}
		if p.kind() == newline {
			p.fail(p.current().span, "trailing comma not allowed without surrounding parentheses")
		}
	}
	if p.kind() == kwFrom {
		p.fail(start.span, "Did you mean to use 'from ... import ...' instead?")
	}
	s.span = p.since(start.from)
	return s
}

// alias reads what is imported, and the name that it gets here.
func (p *parser) alias(path func() string) alias {
	start := p.current()
	a := alias{path: path()}
	if p.got(kwAs) {
		if t := p.current(); t.kind != identifier && startsExpression[t.kind] {
			x := p.expression()
			p.fail(x.where(), "cannot use %s as import target", describeExpr(x))
		}
		name := p.name()
		a.as = name.id
		if k := p.kind(); k == dot || k == leftParen || k == leftBracket {
			p.unexpected()
		}
	}
	a.span = p.since(start.from)
	return a
}

func (p *parser) dottedName() string {
	path := p.name().id
	if p.kind() != dot {
		return path
	}
	parts := []string{path}
	for p.got(dot) {
		parts = append(parts, p.name().id)
	}
	return strings.Join(parts, ".")
}

func (p *parser) importFrom(start token) stmt {
	s := &importFrom{}
	for p.kind() == dot || p.kind() == ellipsis {
		s.level++
		if p.take().kind == ellipsis {
			s.level += 2
		}
	}
	if s.level == 0 || p.kind() != kwImport {
		s.module = p.dottedName()
	}
	p.want(kwImport)
	switch {
	case p.got(star):
	case p.got(leftParen):
		for {
			s.names = append(s.names, p.alias(func() string { return p.name().id }))
			if !p.got(comma) || p.kind() == rightParen {
				break
			}
		}
		p.want(rightParen)
	default:
		s.names = p.importedNames()
	}
	s.span = p.since(start.from)
	return s
}

// importedNames reads names without parentheses, where no comma may stand at the end.
func (p *parser) importedNames() []alias {
	if p.kind() == newline {
		p.fail(p.current().span, "Expected one or more names after 'import'")
	}
	var names []alias
	for {
		names = append(names, p.alias(func() string { return p.name().id }))
		if !p.got(comma) {
			return names
		}
		if p.kind() == newline {
			p.fail(p.current().span, "trailing comma not allowed without surrounding parentheses")
		}
	}
}
