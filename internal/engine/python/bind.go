package python

import (
	"cmp"
	"slices"
	"strings"
)

// binder is the first pass: it walks over the tree, notes in each scope what is bound and used, and finds the errors
// that CPython's compiler finds behind its parser.
type binder struct {
	text    string
	module  *scope
	scope   *scope
	errors  []*syntaxError
	guards  int  // try statements around that catch NameError
	idle    int  // annotations around that are not evaluated
	futures bool // from __future__ import annotations

	// Where the current statement stands in its function.
	loops      int
	exceptStar int
}

// bind builds the scopes of a file. Its errors are those of all scopes, by place.
func bind(text string, body []stmt) (*scope, []*syntaxError) {
	module := &scope{kind: moduleScope, name: "top"}
	b := &binder{text: text, module: module, scope: module, futures: hasFutureAnnotations(body)}
	b.checkFutures(body)
	b.statements(body)
	resolve(module, &b.errors)
	slices.SortStableFunc(b.errors, func(x, y *syntaxError) int { return cmp.Compare(x.at.from, y.at.from) })
	return module, b.errors
}

func (b *binder) failf(at span, format string, args ...any) {
	b.errors = append(b.errors, syntaxErrorf(at, format, args...))
}

// inside walks over a new scope.
func (b *binder) inside(s *scope, walk func()) {
	outer, loops, exceptStar := b.scope, b.loops, b.exceptStar
	s.parent = outer
	if s.class == "" {
		s.class = outer.class
	}
	if s.kind != annotationScope {
		outer.children = append(outer.children, s)
	}
	b.scope, b.loops, b.exceptStar = s, 0, 0
	walk()
	b.scope, b.loops, b.exceptStar = outer, loops, exceptStar
}

// mangle returns the name under which a private name of a class is kept.
func (b *binder) mangle(name string) string {
	if b.scope.class == "" || len(name) < 3 || name[:2] != "__" || strings.HasSuffix(name, "__") || strings.Contains(name, ".") {
		return name
	}
	class := strings.TrimLeft(b.scope.class, "_")
	if class == "" {
		return name
	}
	return "_" + class + name
}

// define notes that a name is bound in the current scope.
func (b *binder) define(name string, at span, flags symbolFlags) {
	s := b.scope
	sym := s.symbol(b.mangle(name))
	if s.iterating {
		if sym.flags&walrusBound != 0 {
			b.failf(at, "comprehension inner loop cannot rebind assignment expression target '%s'", name)
		}
		flags |= iterated
	}
	sym.flags |= flags
}

// load notes that a name is looked up.
func (b *binder) load(name string, at span) {
	b.addUse(use{name: b.mangle(name), at: at, unevaluated: b.idle > 0, guarded: b.guards > 0})
	if name == "super" && (b.scope.kind == functionScope || b.scope.kind == lambdaScope || b.scope.kind == comprehensionScope) {
		b.addUse(use{name: "__class__", at: at, unevaluated: true})
	}
}

func (b *binder) addUse(u use) {
	b.scope.symbol(u.name).flags |= used
	b.scope.uses = append(b.scope.uses, u)
}

// declare notes a global or nonlocal statement.
func (b *binder) declare(s *scopeStmt) {
	flag, word := isGlobal, "global"
	if s.kind == kwNonlocal {
		flag, word = isNonlocal, "nonlocal"
		if b.scope.kind == moduleScope {
			b.failf(s.span, "nonlocal declaration not allowed at module level")
			return
		}
	}
	for _, name := range s.names {
		sym := b.scope.symbol(b.mangle(name.id))
		reason := ""
		switch {
		case sym.flags&isParameter != 0:
			reason = "name '%s' is parameter and " + word
		case sym.flags&used != 0:
			reason = "name '%s' is used prior to " + word + " declaration"
		case sym.flags&annotated != 0:
			reason = "annotated name '%s' can't be " + word
		case sym.flags&bound != 0:
			reason = "name '%s' is assigned to before " + word + " declaration"
		case sym.flags&(isGlobal|isNonlocal)&^flag != 0:
			reason = "name '%s' is nonlocal and global"
		}
		if reason != "" {
			b.failf(s.span, reason, name.id)
		}
		sym.flags |= flag
		if flag == isGlobal {
			b.module.symbol(b.mangle(name.id)).flags |= flag
		} else {
			b.scope.uses = append(b.scope.uses, use{name: b.mangle(name.id), at: name.span, unevaluated: true})
		}
	}
}

// store notes the names that a target binds. Its attributes and subscripts are looked up.
func (b *binder) store(x expr) {
	switch x := x.(type) {
	case *nameExpr:
		b.define(x.id, x.span, bound)
	case *parenExpr:
		b.store(x.x)
	case *starExpr:
		b.store(x.x)
	case *tupleExpr:
		for _, e := range x.elements {
			b.store(e)
		}
	case *listExpr:
		for _, e := range x.elements {
			b.store(e)
		}
	default:
		b.expr(x)
	}
}

// walrus binds the name of := in the function around the comprehensions that it stands in.
func (b *binder) walrus(x *walrusExpr) {
	if b.inIterable() {
		b.failf(x.span, "assignment expression cannot be used in a comprehension iterable expression")
	}
	name := b.mangle(x.target.id)
	if b.scope.kind == comprehensionScope {
		b.extend(x, name)
	}
	if b.scope.kind == typeScope {
		b.failf(x.span, "named expression cannot be used within a type variable bound or alias")
	}
	b.expr(x.value)
	b.define(x.target.id, x.target.span, bound)
}

// inIterable reports whether an iterable of a comprehension is being read, at any level of comprehensions.
func (b *binder) inIterable() bool {
	for s := b.scope; s != nil; s = s.parent {
		if s.iterable {
			return true
		}
		if s.kind != comprehensionScope {
			return false
		}
	}
	return false
}

func (b *binder) extend(x *walrusExpr, name string) {
	for s := b.scope; s != nil; s = s.parent {
		switch s.kind {
		case comprehensionScope:
			if sym := s.symbols[name]; sym != nil && sym.flags&iterated != 0 {
				b.failf(x.span, "assignment expression cannot rebind comprehension iteration variable '%s'", x.target.id)
				return
			}
		case classScope, annotationScope, typeScope:
			b.failf(x.span, "assignment expression within a comprehension cannot be used in a class body")
			return
		case moduleScope:
			b.scope.symbol(name).flags |= isGlobal | walrusBound
			s.symbol(name).flags |= isGlobal | bound
			return
		default:
			flag := isNonlocal
			if sym := s.symbols[name]; sym != nil && sym.flags&isGlobal != 0 {
				flag = isGlobal
			}
			b.scope.symbol(name).flags |= flag | walrusBound
			s.symbol(name).flags |= bound
			return
		}
	}
}
