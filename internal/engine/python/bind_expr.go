package python

func (b *binder) exprs(list []expr) {
	for _, x := range list {
		b.expr(x)
	}
}

// expr walks over an expression; nil is allowed.
func (b *binder) expr(x expr) {
	switch x := x.(type) {
	case nil, *constantExpr, *numberExpr, *stringExpr:
	case *nameExpr:
		b.load(x.id, x.span)
	case *primary:
		b.primary(x)
	case *operation:
		b.exprs(x.operands)
	case *unaryExpr:
		b.expr(x.x)
	case *parenExpr:
		b.expr(x.x)
	case *fstringExpr:
		b.exprs(x.fields)
	case *conditionalExpr:
		b.expr(x.test)
		b.expr(x.then)
		b.expr(x.orElse)
	case *lambdaExpr:
		b.lambda(x)
	case *walrusExpr:
		b.walrus(x)
	case *comprehension:
		b.comprehension(x)
	case *awaitExpr:
		b.await(x)
	case *yieldExpr:
		b.yield(x)
	default:
		b.collection(x)
	}
}

func (b *binder) collection(x expr) {
	switch x := x.(type) {
	case *starExpr:
		b.expr(x.x)
	case *tupleExpr:
		b.exprs(x.elements)
	case *listExpr:
		b.exprs(x.elements)
	case *setExpr:
		b.exprs(x.elements)
	case *dictExpr:
		for i, key := range x.keys {
			b.expr(key)
			b.expr(x.values[i])
		}
	case *sliceExpr:
		b.exprs(x.parts[:])
	}
}

func (b *binder) primary(x *primary) {
	b.expr(x.base)
	for _, t := range x.trailers {
		switch {
		case t.name != "":
		case t.index != nil:
			b.expr(t.index)
		default:
			b.arguments(t.arguments)
		}
	}
}

func (b *binder) arguments(list []argument) {
	for _, a := range list {
		if a.name == "__debug__" {
			b.failf(a.span, "cannot assign to __debug__")
		}
		b.expr(a.value)
	}
}

func (b *binder) lambda(x *lambdaExpr) {
	b.defaults(x.parameters)
	b.inside(&scope{kind: lambdaScope, name: "lambda", at: x.span, node: x}, func() {
		b.parameters(x.parameters)
		b.expr(x.body)
	})
}

func (b *binder) defaults(list *parameters) {
	for _, p := range list.list {
		b.expr(p.value)
	}
}

func (b *binder) parameters(list *parameters) {
	for _, p := range list.list {
		b.define(p.name, p.span, isParameter)
	}
}

var comprehensionNames = map[comprehensionKind]string{
	listComprehension: "listcomp", setComprehension: "setcomp", dictComprehension: "dictcomp", generator: "genexpr",
}

// comprehension walks over a comprehension, whose first iterable is evaluated outside of it.
func (b *binder) comprehension(x *comprehension) {
	outer := b.scope
	wasIterable := outer.iterable
	outer.iterable = true
	b.expr(x.clauses[0].iterable)
	outer.iterable = wasIterable
	s := &scope{kind: comprehensionScope, name: comprehensionNames[x.kind], at: x.span, node: x, isKind: x.kind}
	b.inside(s, func() {
		for i, c := range x.clauses {
			s.awaits = s.awaits || c.async
			s.iterating = true
			b.store(c.target)
			s.iterating = false
			if i > 0 {
				s.iterable = true
				b.expr(c.iterable)
				s.iterable = false
			}
			b.exprs(c.conditions)
		}
		b.expr(x.value)
		b.expr(x.element)
	})
	if !s.awaits || x.kind == generator {
		return
	}
	if outer.kind == comprehensionScope {
		outer.awaits = true
	} else if outer.kind != functionScope || !outer.async {
		b.failf(x.span, "asynchronous comprehension outside of an asynchronous function")
	}
}

func (b *binder) await(x *awaitExpr) {
	switch s := b.scope; {
	case s.kind == comprehensionScope:
		s.awaits = true
	case s.kind == moduleScope || s.kind == classScope || s.kind == typeScope:
		b.failf(x.span, "'await' outside function")
	case s.kind == lambdaScope || s.kind == functionScope && !s.async:
		b.failf(x.span, "'await' outside async function")
	}
	b.expr(x.x)
}

func (b *binder) yield(x *yieldExpr) {
	switch s := b.scope; {
	case s.kind == comprehensionScope:
		b.failf(x.span, "'yield' inside %s", s.isKind)
	case s.kind == typeScope:
		b.failf(x.span, "yield expression cannot be used within a type variable bound or alias")
	case s.kind == annotationScope:
		b.failf(x.span, "yield expression cannot be used within an annotation")
	case s.kind == moduleScope || s.kind == classScope:
		b.failf(x.span, "'yield' outside function")
	case x.from && s.async:
		b.failf(x.span, "'yield from' inside async function")
	default:
		s.generator = true
	}
	b.expr(x.x)
}
