package python

func (b *binder) functionDef(f *functionDef) {
	b.define(f.name, f.nameAt, bound)
	b.exprs(f.decorators)
	b.defaults(f.parameters)
	b.typed(f.typeParameters, f.name, f.span, false, func() {
		for _, p := range f.parameters.list {
			b.annotation(p.annotation)
		}
		b.annotation(f.returns)
		s := &scope{kind: functionScope, name: f.name, at: f.span, node: f, async: f.async}
		b.inside(s, func() {
			b.parameters(f.parameters)
			b.unguarded(f.body)
		})
		if f.async && s.generator {
			for _, at := range s.results {
				b.failf(at, "'return' with value in async generator")
			}
		}
	})
}

// unguarded walks over a body that runs later, when a try around its definition has long ended.
func (b *binder) unguarded(body []stmt) {
	guards, idle := b.guards, b.idle
	b.guards, b.idle = 0, 0
	b.statements(body)
	b.guards, b.idle = guards, idle
}

func (b *binder) classDef(c *classDef) {
	b.define(c.name, c.nameAt, bound)
	b.exprs(c.decorators)
	b.typed(c.typeParameters, c.name, c.span, false, func() {
		b.arguments(c.arguments)
		b.inside(&scope{kind: classScope, name: c.name, at: c.span, node: c, class: c.name}, func() {
			b.statements(c.body)
		})
	})
}

// typed walks over what may use type parameters, in a scope of its own where there are any.
func (b *binder) typed(list []typeParameter, name string, at span, always bool, walk func()) {
	if len(list) == 0 && !always {
		walk()
		return
	}
	b.inside(&scope{kind: typeScope, name: name, at: at}, func() {
		for _, t := range list {
			b.define(t.name, t.span, bound)
		}
		for _, t := range list {
			b.expr(t.bound)
			b.expr(t.value)
		}
		walk()
	})
}

// futureFeatures are the names that from __future__ import takes.
var futureFeatures = map[string]bool{
	"nested_scopes": true, "generators": true, "division": true, "absolute_import": true, "with_statement": true,
	"print_function": true, "unicode_literals": true, "barry_as_FLUFL": true, "generator_stop": true, "annotations": true,
}

func isFuture(s stmt) (*importFrom, bool) {
	f, ok := s.(*importFrom)
	return f, ok && f.level == 0 && f.module == "__future__"
}

func hasFutureAnnotations(body []stmt) bool {
	for _, s := range body {
		if f, ok := isFuture(s); ok {
			for _, name := range f.names {
				if name.path == "annotations" {
					return true
				}
			}
		}
	}
	return false
}

// checkFutures demands that imports from __future__ stand at the start of the file, behind nothing but its docstring.
func (b *binder) checkFutures(body []stmt) {
	started := false
	for i, s := range body {
		f, ok := isFuture(s)
		if !ok {
			docstring := false
			if e, isExpr := s.(*exprStmt); isExpr && i == 0 {
				_, docstring = e.x.(*stringExpr)
			}
			started = started || !docstring
			continue
		}
		if started {
			b.failf(f.span, "from __future__ imports must occur at the beginning of the file")
			continue
		}
		for _, name := range f.names {
			switch {
			case name.path == "braces":
				b.failf(f.span, "not a chance")
			case !futureFeatures[name.path]:
				b.failf(f.span, "future feature %s is not defined", name.path)
			}
		}
	}
}
