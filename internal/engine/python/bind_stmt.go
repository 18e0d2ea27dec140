package python

func (b *binder) statements(body []stmt) {
	for _, s := range body {
		b.statement(s)
	}
}

func (b *binder) statement(s stmt) {
	switch s := s.(type) {
	case *exprStmt:
		b.expr(s.x)
	case *assignStmt:
		for _, t := range s.targets {
			b.store(t)
		}
		b.expr(s.value)
	case *augmentedStmt:
		b.augmented(s)
	case *annotatedStmt:
		b.annotatedStmt(s)
	case *returnStmt:
		b.returns(s)
	case *evalStmt:
		b.exprs(s.values)
	case *deleteStmt:
		for _, t := range s.targets {
			b.store(t)
		}
	case *flowStmt:
		b.flow(s)
	case *scopeStmt:
		b.declare(s)
	case *importStmt:
		b.imports(s.names)
	case *importFrom:
		if len(s.names) == 0 && b.scope.kind != moduleScope {
			b.failf(s.span, "import * only allowed at module level")
		}
		b.imports(s.names)
	default:
		b.compound(s)
	}
}

func (b *binder) compound(s stmt) {
	switch s := s.(type) {
	case *ifStmt:
		for _, branch := range s.branches {
			b.expr(branch.test)
			b.statements(branch.body)
		}
	case *whileStmt:
		b.expr(s.test)
		b.loop(s.body, s.orElse)
	case *forStmt:
		if s.async && (b.scope.kind != functionScope || !b.scope.async) {
			b.failf(s.span, "'async for' outside async function")
		}
		b.store(s.target)
		b.expr(s.iterable)
		b.loop(s.body, s.orElse)
	case *withStmt:
		if s.async && (b.scope.kind != functionScope || !b.scope.async) {
			b.failf(s.span, "'async with' outside async function")
		}
		for _, item := range s.items {
			b.expr(item.context)
			if item.target != nil {
				b.store(item.target)
			}
		}
		b.statements(s.body)
	case *tryStmt:
		b.try(s)
	case *matchStmt:
		b.match(s)
	case *functionDef:
		b.functionDef(s)
	case *classDef:
		b.classDef(s)
	case *typeStmt:
		b.define(s.name.id, s.name.span, bound)
		b.typed(s.typeParameters, s.name.id, s.span, true, func() { b.expr(s.value) })
	}
}

func (b *binder) imports(names []alias) {
	for _, name := range names {
		b.define(name.bound(), name.span, bound|imported)
	}
}

// augmented binds a name of the current scope; one that is global is looked up first, so that it has to exist.
func (b *binder) augmented(s *augmentedStmt) {
	b.store(s.target)
	b.expr(s.value)
	target := s.target
	if paren, ok := target.(*parenExpr); ok {
		target = paren.x
	}
	if name, ok := target.(*nameExpr); ok && b.scope.symbol(b.mangle(name.id)).flags&isGlobal != 0 {
		b.scope.uses = append(b.scope.uses, use{name: b.mangle(name.id), at: name.span, guarded: b.guards > 0})
	}
}

func (b *binder) annotatedStmt(s *annotatedStmt) {
	if name, ok := s.target.(*nameExpr); ok {
		flags := b.scope.symbol(b.mangle(name.id)).flags
		if s.simple && flags&(isGlobal|isNonlocal) != 0 && b.scope.kind != moduleScope {
			word := "global"
			if flags&isNonlocal != 0 {
				word = "nonlocal"
			}
			b.failf(s.span, "annotated name '%s' can't be %s", name.id, word)
		}
		if s.simple {
			b.define(name.id, name.span, bound|annotated)
		} else if s.value != nil {
			b.define(name.id, name.span, bound)
		}
	} else {
		b.store(s.target)
	}
	inFunction := b.scope.kind == functionScope
	if inFunction {
		b.idle++ // annotations of local variables are never evaluated
	}
	b.annotation(s.annotation)
	if inFunction {
		b.idle--
	}
	b.expr(s.value)
}

// annotation walks over an annotation, whose names are looked up unless the file postpones that.
func (b *binder) annotation(x expr) {
	if x == nil {
		return
	}
	if b.futures {
		b.inside(&scope{kind: annotationScope, name: "annotation", at: x.where()}, func() { b.expr(x) })
		return
	}
	b.expr(x)
}

func (b *binder) returns(s *returnStmt) {
	if b.scope.kind != functionScope {
		b.failf(s.span, "'return' outside function")
	} else if b.exceptStar > 0 {
		b.failf(s.span, "'break', 'continue' and 'return' cannot appear in an 'except*' block")
	}
	if s.value != nil {
		b.scope.results = append(b.scope.results, s.span)
	}
	b.expr(s.value)
}

func (b *binder) flow(s *flowStmt) {
	switch {
	case s.kind == kwPass:
	case b.exceptStar > 0 && b.loops == 0:
		b.failf(s.span, "'break', 'continue' and 'return' cannot appear in an 'except*' block")
	case b.loops == 0 && s.kind == kwBreak:
		b.failf(s.span, "'break' outside loop")
	case b.loops == 0:
		b.failf(s.span, "'continue' not properly in loop")
	}
}

func (b *binder) loop(body, orElse []stmt) {
	b.loops++
	b.statements(body)
	b.loops--
	b.statements(orElse)
}

func (b *binder) try(s *tryStmt) {
	if catchesNameError(s) {
		b.guards++
	}
	b.statements(s.body)
	if catchesNameError(s) {
		b.guards--
	}
	for _, h := range s.handlers {
		b.expr(h.types)
		if h.name != "" {
			b.define(h.name, h.nameAt, bound)
		}
		loops := b.loops
		if s.star {
			b.exceptStar++
			b.loops = 0
		}
		b.statements(h.body)
		if s.star {
			b.exceptStar--
			b.loops = loops
		}
	}
	b.statements(s.orElse)
	b.statements(s.finally)
}

// catchesNameError tells whether a try is there to find out whether a name exists.
func catchesNameError(s *tryStmt) bool {
	for _, h := range s.handlers {
		types := []expr{h.types}
		if t, ok := h.types.(*tupleExpr); ok {
			types = t.elements
		}
		for _, t := range types {
			if name, ok := t.(*nameExpr); ok && name.id == "NameError" {
				return true
			}
		}
	}
	return false
}

func (b *binder) match(s *matchStmt) {
	b.expr(s.subject)
	for _, c := range s.cases {
		b.pattern(c.pattern)
		b.expr(c.guard)
		b.statements(c.body)
	}
}

func (b *binder) pattern(x pattern) {
	switch x := x.(type) {
	case *valuePattern:
		b.expr(x.value)
	case *capturePattern:
		if x.name != "" {
			b.define(x.name, x.span, bound)
		}
	case *asPattern:
		b.pattern(x.pattern)
		b.pattern(x.name)
	case *sequencePattern:
		b.patterns(x.items)
	case *orPattern:
		b.patterns(x.options)
	case *mappingPattern:
		b.exprs(x.keys)
		b.patterns(x.values)
		if x.rest != nil {
			b.pattern(x.rest)
		}
	case *classPattern:
		b.expr(x.class)
		b.patterns(x.items)
		b.patterns(x.keywords)
	}
}

func (b *binder) patterns(list []pattern) {
	for _, x := range list {
		b.pattern(x)
	}
}
