package python

// The syntax tree. What is left-recursive in Python's grammar is flat here (a + b + c is one node, a.b().c is one
// node), so that the tree is never deeper than the parser's bounded recursion.

type expr interface{ where() span }

type (
	nameExpr struct {
		span
		id string
	}
	// constantExpr is None, True, False or the ellipsis.
	constantExpr struct {
		span
		kind kind
	}
	numberExpr struct{ span }
	// stringExpr is a string or bytes, of one or several literals side by side.
	stringExpr struct {
		span
		parts []span
		bytes bool
	}
	// fstringExpr holds the expressions in the fields of f-strings, those of format specifications included.
	fstringExpr struct {
		span
		fields []expr
	}
	unaryExpr struct {
		span
		op kind
		x  expr
	}
	// operation is a row of operands with operators of the same precedence between them.
	operation struct {
		span
		ops      []kind // of not in and is not, the first word
		operands []expr
	}
	conditionalExpr struct {
		span
		test, then, orElse expr
	}
	lambdaExpr struct {
		span
		parameters *parameters
		body       expr
	}
	walrusExpr struct {
		span
		target *nameExpr
		value  expr
	}
	starExpr struct {
		span
		x expr
	}
	awaitExpr struct {
		span
		x expr
	}
	yieldExpr struct {
		span
		from bool
		x    expr // may be nil
	}
	tupleExpr struct {
		span
		elements []expr
		closed   bool // in parentheses
	}
	listExpr struct {
		span
		elements []expr
	}
	setExpr struct {
		span
		elements []expr
	}
	dictExpr struct {
		span
		keys, values []expr // a nil key stands for **value
	}
	comprehension struct {
		span
		kind    comprehensionKind
		element expr
		value   expr // of a dict comprehension
		clauses []clause
	}
	// parenExpr is an expression, not a tuple or generator, in parentheses.
	parenExpr struct {
		span
		x expr
	}
	sliceExpr struct {
		span
		parts [3]expr // each may be nil
	}
	// primary is a.b, a(b), a[b] and any row of these.
	primary struct {
		span
		base     expr
		trailers []trailer
	}
)

type comprehensionKind string

const (
	listComprehension comprehensionKind = "list comprehension"
	setComprehension  comprehensionKind = "set comprehension"
	dictComprehension comprehensionKind = "dict comprehension"
	generator         comprehensionKind = "generator expression"
)

// clause is for … in … if ….
type clause struct {
	span
	async      bool
	target     expr
	iterable   expr
	conditions []expr
}

// trailer is .name, a call where name and index are empty, or [index].
type trailer struct {
	span
	name      string
	nameAt    span
	index     expr
	arguments []argument
}

// argument of a call or class.
type argument struct {
	span
	name  string // of a keyword argument
	stars int    // 1 of *value, 2 of **value
	value expr
}

// parameters of a function or lambda, in the order of the signature.
type parameters struct {
	list []parameter
}

type parameter struct {
	span
	name       string
	kind       parameterKind
	annotation expr // may be nil
	value      expr // the default, may be nil
}

type parameterKind uint8

const (
	positionalOnly parameterKind = iota
	positional
	variadic // *args
	keywordOnly
	variadicKeyword // **kwargs
)

type stmt interface{ where() span }

type (
	exprStmt struct {
		span
		x expr
	}
	assignStmt struct {
		span
		targets []expr
		value   expr
	}
	augmentedStmt struct {
		span
		target, value expr
	}
	annotatedStmt struct {
		span
		target     expr
		simple     bool // a name without parentheses
		annotation expr
		value      expr // may be nil
	}
	returnStmt struct {
		span
		value expr // may be nil
	}
	// evalStmt evaluates expressions: raise, assert.
	evalStmt struct {
		span
		values []expr
	}
	deleteStmt struct {
		span
		targets []expr
	}
	// flowStmt is pass, break or continue.
	flowStmt struct {
		span
		kind kind
	}
	// scopeStmt is global or nonlocal.
	scopeStmt struct {
		span
		kind  kind
		names []nameExpr
	}
	importStmt struct {
		span
		names []alias
	}
	importFrom struct {
		span
		level  int
		module string
		names  []alias // empty for *
	}
	ifStmt struct {
		span
		branches []branch // the last one has no test where there is an else
	}
	whileStmt struct {
		span
		test         expr
		body, orElse []stmt
	}
	forStmt struct {
		span
		async            bool
		target, iterable expr
		body, orElse     []stmt
	}
	withStmt struct {
		span
		async bool
		items []withItem
		body  []stmt
	}
	tryStmt struct {
		span
		body, orElse, finally []stmt
		star                  bool // except*
		handlers              []handler
	}
	matchStmt struct {
		span
		subject expr
		cases   []matchCase
	}
	functionDef struct {
		span
		name           string
		nameAt         span
		async          bool
		decorators     []expr
		typeParameters []typeParameter
		parameters     *parameters
		returns        expr // may be nil
		body           []stmt
		headerEnd      int32
	}
	classDef struct {
		span
		name           string
		nameAt         span
		decorators     []expr
		typeParameters []typeParameter
		arguments      []argument
		body           []stmt
	}
	typeStmt struct {
		span
		name           nameExpr
		typeParameters []typeParameter
		value          expr
	}
)

// alias is a name that an import binds.
type alias struct {
	span
	path string // dotted
	as   string // may be empty
}

// bound is the name that the import defines.
func (a alias) bound() string {
	if a.as != "" {
		return a.as
	}
	for i := range a.path {
		if a.path[i] == '.' {
			return a.path[:i]
		}
	}
	return a.path
}

type branch struct {
	test expr
	body []stmt
}

type withItem struct{ context, target expr }

type handler struct {
	span
	types  expr // may be nil
	name   string
	nameAt span
	body   []stmt
}

type matchCase struct {
	pattern pattern
	guard   expr // may be nil
	body    []stmt
}

// typeParameter is T, *T or **T in [T: bound = default].
type typeParameter struct {
	span
	name         string
	stars        int
	bound, value expr // may be nil
}

type pattern interface{ where() span }

type (
	// valuePattern compares with a literal or a dotted name.
	valuePattern struct {
		span
		value expr
	}
	// capturePattern binds a name; an empty one is the wildcard. star marks *rest.
	capturePattern struct {
		span
		name string
		star bool
	}
	sequencePattern struct {
		span
		items []pattern
	}
	mappingPattern struct {
		span
		keys   []expr
		values []pattern
		rest   *capturePattern // may be nil
	}
	classPattern struct {
		span
		class    expr
		items    []pattern
		names    []nameExpr
		keywords []pattern
	}
	orPattern struct {
		span
		options []pattern
	}
	asPattern struct {
		span
		pattern pattern
		name    *capturePattern
	}
)
