package python

// checkAssign refuses what cannot stand left of =. Where it is the only target, CPython guesses that == was meant.
func (p *parser) checkAssign(x expr, sole bool) {
	if y, ok := x.(*yieldExpr); ok {
		p.fail(y.span, "assignment to yield expression not possible")
	}
	if s, ok := x.(*starExpr); ok {
		p.checkTarget(s.x, "assign to")
		p.fail(s.span, "starred assignment target must be in a list or tuple")
	}
	if bad := p.invalid(x); sole && bad != nil && bad == unparen(x) && p.looksCompared(x) {
		p.fail(bad.where(), "cannot assign to %s here. Maybe you meant '==' instead of '='?", describeExpr(bad))
	}
	p.checkTarget(x, "assign to")
}

// looksCompared tells whether x could stand left of == without parentheses.
func (p *parser) looksCompared(x expr) bool {
	switch x := x.(type) {
	case *parenExpr:
		inner, ok := unparen(x).(*constantExpr)
		return !ok || inner.kind == ellipsis
	case *constantExpr:
		return x.kind == ellipsis
	case *comprehension:
		return x.kind != generator
	case *operation:
		return levels[x.ops[0]] > compareLevel || x.ops[0] == doubleStar
	case *unaryExpr:
		return x.op != kwNot
	case *conditionalExpr, *lambdaExpr:
		return false
	}
	return true
}

// checkTarget refuses what cannot be assigned to, or deleted.
func (p *parser) checkTarget(x expr, action string) {
	if bad := p.invalid(x); bad != nil {
		p.fail(bad.where(), "cannot %s %s", action, describeExpr(bad))
	}
	p.checkStars(x)
}

// invalid returns the first part of a target that cannot be one. Its recursion is bounded as the tree's depth is.
func (p *parser) invalid(x expr) expr {
	switch x := x.(type) {
	case *nameExpr:
		p.checkName(x.id, x.span)
		return nil
	case *primary:
		last := x.trailers[len(x.trailers)-1]
		if last.name == "" && last.index == nil {
			return x
		}
		if last.name != "" {
			p.checkName(last.name, last.nameAt)
		}
		return nil
	case *parenExpr:
		return p.invalid(x.x)
	case *starExpr:
		return p.invalid(x.x)
	case *tupleExpr:
		return p.firstInvalid(x.elements)
	case *listExpr:
		return p.firstInvalid(x.elements)
	}
	return x
}

func (p *parser) firstInvalid(elements []expr) expr {
	for _, x := range elements {
		if bad := p.invalid(x); bad != nil {
			return bad
		}
	}
	return nil
}

// checkName refuses to bind the one name that is a constant without being a keyword.
func (p *parser) checkName(name string, at span) {
	if name == "__debug__" {
		p.fail(at, "cannot assign to __debug__")
	}
}

// checkStars refuses more than one starred target in a list or tuple, and nested stars.
func (p *parser) checkStars(x expr) {
	var elements []expr
	switch x := x.(type) {
	case *parenExpr:
		p.checkStars(x.x)
		return
	case *tupleExpr:
		elements = x.elements
	case *listExpr:
		elements = x.elements
	}
	starred := false
	for _, e := range elements {
		if s, ok := e.(*starExpr); ok {
			if starred {
				p.fail(x.where(), "multiple starred expressions in assignment")
			}
			starred = true
			if inner, ok := s.x.(*starExpr); ok {
				p.fail(inner.span, "starred assignment target must be in a list or tuple")
			}
			e = s.x
		}
		p.checkStars(e)
	}
}

// checkAugmented demands a single target.
func (p *parser) checkAugmented(x expr) {
	inner := x
	if paren, ok := x.(*parenExpr); ok {
		inner = paren.x
	}
	switch inner.(type) {
	case *nameExpr, *primary:
		if p.invalid(inner) == nil {
			return
		}
	}
	p.fail(x.where(), "'%s' is an illegal expression for augmented assignment", describeExpr(inner))
}

// checkDelete refuses what del cannot delete.
func (p *parser) checkDelete(x expr) {
	switch x := x.(type) {
	case *starExpr:
		p.fail(x.span, "cannot delete starred")
	case *parenExpr:
		p.checkDelete(x.x)
		return
	case *tupleExpr:
		for _, e := range x.elements {
			p.checkDelete(e)
		}
		return
	case *listExpr:
		for _, e := range x.elements {
			p.checkDelete(e)
		}
		return
	case *nameExpr:
		if x.id == "__debug__" {
			p.fail(x.span, "cannot delete __debug__")
		}
		return
	}
	p.checkTarget(x, "delete")
}

// forTarget reads the targets of for up to its in.
func (p *parser) forTarget() expr {
	x := p.row(p.targetElement)
	if s, ok := x.(*starExpr); ok {
		p.fail(s.span, "starred assignment target must be in a list or tuple")
	}
	p.checkTarget(x, "assign to")
	return x
}

// targetElement reads an expression without comparisons, since in ends the targets.
func (p *parser) targetElement() expr {
	if p.kind() == star {
		return p.starred()
	}
	return p.binary(bitOrLevel)
}
