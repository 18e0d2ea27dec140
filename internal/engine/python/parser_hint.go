package python

// hint raises a more helpful error than "invalid syntax" where CPython does so too.
func (p *parser) hint() {
	if p.trying || p.i == 0 {
		return
	}
	t := p.current()
	before := p.previous()
	switch {
	case before.kind == identifier && (p.word(before) == "print" || p.word(before) == "exec"):
		p.hintStatement(before)
	case t.kind == assign:
		p.hintAssign(before)
	case before.kind == kwElse && t.kind == kwIf:
		p.fail(before.span, "invalid syntax; use elif")
	}
}

// hintStatement recognizes print and exec as they were in Python 2.
func (p *parser) hintStatement(before token) {
	if p.succeeds(func() { p.starExpressions() }) {
		word := p.word(before)
		p.fail(before.span, "Missing parentheses in call to '%s'. Did you mean %s(...)?", word, word)
	}
}

// hintAssign recognizes = where == or := was meant.
func (p *parser) hintAssign(before token) {
	if before.kind == identifier && p.peek(2) != assign {
		at := before.upTo(p.current().span)
		p.fail(at, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
	}
}

// missingComma raises the error for two expressions side by side in brackets, of which start began the first.
func (p *parser) missingComma(start span) {
	t := p.current()
	if p.trying || !startsExpression[t.kind] || t.kind == star {
		return
	}
	if before := p.previous(); before.kind == identifier && before.from == start.from && (t.kind == text || t.kind == fstringStart) {
		return // an unknown prefix
	}
	end := t.span
	if p.succeeds(func() { p.expression(); end = p.previous().span }) {
		p.fail(start.upTo(end), "invalid syntax. Perhaps you forgot a comma?")
	}
}

// describeExpr names an expression as CPython does in its messages.
func describeExpr(x expr) string {
	switch x := x.(type) {
	case *primary:
		switch last := x.trailers[len(x.trailers)-1]; {
		case last.name != "":
			return "attribute"
		case last.index != nil:
			return "subscript"
		}
		return "function call"
	case *parenExpr:
		return describeExpr(x.x)
	case *operation:
		if isComparison(x.ops[0]) {
			return "comparison"
		}
		return "expression"
	case *constantExpr:
		return map[kind]string{kwNone: "None", kwTrue: "True", kwFalse: "False", ellipsis: "ellipsis"}[x.kind]
	case *comprehension:
		return string(x.kind)
	case *numberExpr, *stringExpr:
		return "literal"
	case *unaryExpr:
		return "expression"
	}
	return describeOther(x)
}

func describeOther(x expr) string {
	switch x.(type) {
	case *nameExpr:
		return "name"
	case *fstringExpr:
		return "f-string expression"
	case *conditionalExpr:
		return "conditional expression"
	case *lambdaExpr:
		return "lambda"
	case *walrusExpr:
		return "named expression"
	case *starExpr:
		return "starred"
	case *awaitExpr:
		return "await expression"
	case *yieldExpr:
		return "yield expression"
	case *tupleExpr:
		return "tuple"
	case *listExpr:
		return "list"
	case *setExpr:
		return "set display"
	case *dictExpr:
		return "dict literal"
	}
	return "expression"
}

func isComparison(k kind) bool {
	switch k {
	case less, greater, lessEqual, greaterEqual, equal, notEqual, kwIn, kwIs, kwNot:
		return true
	}
	return false
}
