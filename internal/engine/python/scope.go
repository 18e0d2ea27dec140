package python

// Names resolve as in CPython's symtable: a first pass over the tree notes, scope by scope, what is bound and what is
// used; a second one over the scopes decides where each used name is found.

type scopeKind uint8

const (
	moduleScope scopeKind = iota
	functionScope
	lambdaScope
	comprehensionScope
	classScope
	// typeScope holds the type parameters of a function, class or alias. Unlike a function, it sees the names of the
	// class around it.
	typeScope
	// annotationScope holds names that are never looked up: annotations under from __future__ import annotations.
	annotationScope
)

// scope is a block of code with names of its own.
type scope struct {
	kind     scopeKind
	name     string
	at       span
	node     any // *functionDef, *lambdaExpr, …
	parent   *scope
	children []*scope
	symbols  map[string]*symbol
	uses     []use

	class     string // the class whose private names are mangled here
	async     bool
	generator bool              // it has a yield
	results   []span            // return statements with a value
	awaits    bool              // a comprehension that has to be awaited
	isKind    comprehensionKind // of a comprehension
	iterating bool              // the targets of a comprehension are being read
	iterable  bool              // an iterable of a comprehension is being read, where := is not allowed
}

// use is a place where a name is looked up.
type use struct {
	name string
	at   span
	// A use that is not needed when the code runs: an annotation of a local variable, or the __class__ that super
	// brings along.
	unevaluated bool
	// A use in a try that catches NameError.
	guarded bool
}

type symbolFlags uint16

const (
	bound symbolFlags = 1 << iota
	isParameter
	isGlobal
	isNonlocal
	used
	annotated
	imported
	iterated    // the target of a comprehension's for
	walrusBound // the target of := in a comprehension
)

// symbol is a name in a scope.
type symbol struct {
	flags symbolFlags
	// found is set by the second pass.
	found found
}

// found says where a name is looked up.
type found uint8

const (
	unknown found = iota
	local
	free           // in a function around this one
	globalImplicit // in the module, or among the builtins
	globalExplicit // by a global statement
)

// isFunctionLike tells whether names bound in the scope are visible in the scopes inside of it.
func (s *scope) isFunctionLike() bool {
	return s.kind != moduleScope && s.kind != classScope
}

func (s *scope) symbol(name string) *symbol {
	sym := s.symbols[name]
	if sym == nil {
		if s.symbols == nil {
			s.symbols = map[string]*symbol{}
		}
		sym = &symbol{}
		s.symbols[name] = sym
	}
	return sym
}

// resolver decides where names are found. binders has, for each name, the scopes around the current one that bind it,
// the innermost last; nil stands for one that declares it global.
type resolver struct {
	binders map[string][]*scope
	errors  *[]*syntaxError
}

// resolve decides for all names in a module and the scopes inside.
func resolve(module *scope, errors *[]*syntaxError) {
	r := &resolver{binders: map[string][]*scope{}, errors: errors}
	r.scope(module)
}

func (r *resolver) scope(s *scope) {
	for name, sym := range s.symbols {
		sym.found = r.find(s, name, sym)
	}
	if !s.isFunctionLike() {
		for _, child := range s.children {
			r.scope(child)
		}
		return
	}
	for name, sym := range s.symbols {
		switch sym.found {
		case local:
			r.binders[name] = append(r.binders[name], s)
		case globalExplicit:
			r.binders[name] = append(r.binders[name], nil)
		}
	}
	for _, child := range s.children {
		r.scope(child)
	}
	for name, sym := range s.symbols {
		if sym.found == local || sym.found == globalExplicit {
			stack := r.binders[name]
			r.binders[name] = stack[:len(stack)-1]
		}
	}
}

// find returns where s finds a name.
func (r *resolver) find(s *scope, name string, sym *symbol) found {
	if sym.flags&isGlobal != 0 {
		return globalExplicit
	}
	outer := r.outer(s, name)
	switch {
	case sym.flags&isNonlocal != 0:
		if outer == nil && s.kind != moduleScope {
			at := s.at
			for _, u := range s.uses {
				if u.name == name {
					at = u.at
				}
			}
			*r.errors = append(*r.errors, syntaxErrorf(at, "no binding for nonlocal '%s' found", name))
		}
		return free
	case sym.flags&(bound|isParameter) != 0:
		return local
	case outer != nil:
		return free
	}
	return globalImplicit
}

// outer returns the scope around s that gives it a name, nil where that is the module.
func (r *resolver) outer(s *scope, name string) *scope {
	if name == "__class__" && s.methodOf() != nil {
		return s.methodOf()
	}
	if s.kind == typeScope {
		if class := s.visibleClass(); class != nil {
			if sym := class.symbols[name]; sym != nil && sym.found == local {
				return class
			}
		}
	}
	stack := r.binders[name]
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

// visibleClass returns the class around a scope of type parameters.
func (s *scope) visibleClass() *scope {
	for s.kind == typeScope {
		s = s.parent
	}
	if s != nil && s.kind == classScope {
		return s
	}
	return nil
}

// methodOf returns the class whose __class__ cell a scope sees.
func (s *scope) methodOf() *scope {
	for s = s.parent; s != nil; s = s.parent {
		if s.kind == classScope {
			return s
		}
	}
	return nil
}
