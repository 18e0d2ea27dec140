package python

import "fmt"

// definition reads a function or a class with its decorators.
func (p *parser) definition() stmt {
	start := p.current()
	var decorators []expr
	for p.got(at) {
		decorators = append(decorators, p.named())
		if p.kind() != newline {
			p.unexpected()
		}
		p.take()
	}
	async := p.got(kwAsync)
	switch {
	case p.kind() == kwDef:
		return p.function(start, decorators, async)
	case p.kind() == kwClass && !async:
		return p.class(start, decorators)
	}
	p.unexpected()
	return nil
}

func (p *parser) function(start token, decorators []expr, async bool) stmt {
	head := p.take()
	name := p.name()
	f := &functionDef{name: name.id, nameAt: name.span, async: async, decorators: decorators}
	p.checkName(name.id, name.span)
	f.typeParameters = p.typeParameters()
	if p.kind() != leftParen && p.kind() != broken {
		p.fail(p.current().span, "expected '('")
	}
	p.want(leftParen)
	f.parameters = p.parameters(rightParen, true)
	p.want(rightParen)
	if p.got(arrow) {
		f.returns = p.expression()
	}
	p.forceColon()
	f.headerEnd = p.current().from
	f.body = p.block(head, "function definition")
	f.span = p.since(start.from)
	return f
}

func (p *parser) class(start token, decorators []expr) stmt {
	head := p.take()
	name := p.name()
	c := &classDef{name: name.id, nameAt: name.span, decorators: decorators}
	p.checkName(name.id, name.span)
	c.typeParameters = p.typeParameters()
	if p.kind() == leftParen {
		c.arguments = p.call()
		for _, a := range c.arguments {
			if g, ok := a.value.(*comprehension); ok && g.kind == generator && g.from < a.from {
				p.fail(a.span, "invalid syntax") // a generator without parentheses of its own
			}
		}
	}
	c.body = p.block(head, "class definition")
	c.span = p.since(start.from)
	return c
}

// parameters reads the parameters of a function, or of a lambda, up to the closing token.
func (p *parser) parameters(closing kind, annotations bool) *parameters {
	r := parameterReader{
		parser: p, closing: closing, annotations: annotations, names: map[string]bool{}, list: &parameters{},
	}
	for p.kind() != closing {
		r.parameter()
		if !p.got(comma) {
			if n := len(r.list.list); n > 0 && r.list.list[n-1].value != nil && closing == rightParen {
				p.missingComma(r.list.list[n-1].value.where())
			}
			break
		}
		if r.doubleStar && p.kind() != closing {
			p.fail(p.current().span, "arguments cannot follow var-keyword argument")
		}
	}
	if r.bareStar {
		p.fail(r.starAt, "named arguments must follow bare *")
	}
	return r.list
}

// parameterReader holds what the parameters before decide about the next one.
type parameterReader struct {
	*parser
	closing     kind
	annotations bool
	names       map[string]bool
	list        *parameters

	slash, star, doubleStar bool
	bareStar                bool // a * without a name, and no name behind it yet
	starAt                  span
	defaults                bool // the last positional parameter has a default
}

func (r *parameterReader) parameter() {
	p, start := r.parser, r.current()
	switch start.kind {
	case slash:
		p.take()
		r.markPositionalOnly(start)
	case star:
		p.take()
		r.variadic(start)
	case doubleStar:
		p.take()
		if r.bareStar {
			p.fail(r.starAt, "named arguments must follow bare *")
		}
		r.doubleStar = true
		r.add(start, variadicKeyword)
		if p.kind() == assign {
			p.fail(p.current().span, "var-keyword argument cannot have default value")
		}
	case leftParen:
		if p.succeeds(func() { p.parenthesized() }) {
			what := "Function parameters"
			if !r.annotations {
				what = "Lambda expression parameters"
			}
			p.fail(start.span, "%s cannot be parenthesized", what)
		}
		p.unexpected()
	default:
		kind := positional
		if r.star {
			kind, r.bareStar = keywordOnly, false
		}
		r.add(start, kind)
	}
}

func (r *parameterReader) markPositionalOnly(start token) {
	switch {
	case len(r.list.list) == 0 && !r.star:
		r.fail(start.span, "at least one argument must precede /")
	case r.slash:
		r.fail(start.span, "/ may appear only once")
	case r.star:
		r.fail(start.span, "/ must be ahead of *")
	}
	r.slash = true
	for i := range r.list.list {
		r.list.list[i].kind = positionalOnly
	}
}

func (r *parameterReader) variadic(start token) {
	if r.star {
		r.fail(start.span, "* argument may appear only once")
	}
	r.star = true
	if k := r.kind(); k == comma || k == r.closing {
		r.bareStar, r.starAt = true, start.span
		return
	}
	r.add(start, variadic)
	if r.kind() == assign {
		r.fail(r.current().span, "var-positional argument cannot have default value")
	}
}

// add reads a parameter's name, annotation and default.
func (r *parameterReader) add(start token, kind parameterKind) {
	p := r.parser
	name := p.name()
	p.checkName(name.id, name.span)
	if r.names[name.id] {
		p.fail(name.span, "duplicate argument '%s' in function definition", name.id)
	}
	r.names[name.id] = true
	next := parameter{name: name.id, kind: kind}
	if r.annotations && p.got(colon) {
		if kind == variadic && p.kind() == star {
			next.annotation = p.starred()
		} else {
			next.annotation = p.expression()
		}
	}
	if kind != variadic && kind != variadicKeyword && p.got(assign) {
		if k := p.kind(); k == comma || k == r.closing {
			p.fail(p.previous().span, "expected default value expression")
		}
		next.value = p.expression()
	}
	if kind == positional {
		if r.defaults && next.value == nil {
			p.fail(name.span, "parameter without a default follows parameter with a default")
		}
		r.defaults = next.value != nil
	}
	next.span = p.since(start.from)
	r.list.list = append(r.list.list, next)
}

// typeParameters reads [T, *Ts, **P], where there are any.
func (p *parser) typeParameters() []typeParameter {
	if p.kind() != leftBracket {
		return nil
	}
	p.take()
	if p.kind() == rightBracket {
		p.fail(p.current().span, "Type parameter list cannot be empty")
	}
	var list []typeParameter
	names, defaults := map[string]bool{}, false
	for {
		t := p.typeParameter()
		if names[t.name] {
			p.fail(t.span, "duplicate type parameter '%s'", t.name)
		}
		if defaults && t.value == nil {
			p.fail(t.span, "%s", fmt.Sprintf("non-default type parameter '%s' follows default type parameter", t.name))
		}
		names[t.name], defaults = true, t.value != nil
		list = append(list, t)
		if !p.got(comma) || p.kind() == rightBracket {
			break
		}
	}
	p.want(rightBracket)
	return list
}

func (p *parser) typeParameter() typeParameter {
	start := p.current()
	t := typeParameter{}
	if p.got(star) {
		t.stars = 1
	} else if p.got(doubleStar) {
		t.stars = 2
	}
	name := p.name()
	t.name = name.id
	if p.kind() == colon {
		if t.stars > 0 {
			p.fail(p.current().span, "cannot use bound with TypeVarTuple or ParamSpec")
		}
		p.take()
		t.bound = p.expression()
	}
	if p.got(assign) {
		if t.stars == 1 {
			t.value = p.starExpression()
		} else {
			t.value = p.expression()
		}
	}
	t.span = p.since(start.from)
	return t
}
