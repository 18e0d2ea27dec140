package python

// groupPattern reads a pattern in parentheses, or a sequence.
func (p *parser) groupPattern() pattern {
	start := p.take()
	closing := rightParen
	if start.kind == leftBracket {
		closing = rightBracket
	}
	s := &sequencePattern{}
	commas := false
	for p.kind() != closing {
		s.items = append(s.items, p.starPattern())
		if !p.got(comma) {
			break
		}
		commas = true
	}
	p.want(closing)
	s.span = p.since(start.from)
	if closing == rightParen && len(s.items) == 1 && !commas {
		if c, ok := s.items[0].(*capturePattern); ok && c.star {
			p.fail(c.span, "invalid syntax")
		}
		return s.items[0]
	}
	return s
}

func (p *parser) mappingPattern() pattern {
	start := p.take()
	m := &mappingPattern{}
	for p.kind() != rightBrace {
		if p.got(doubleStar) {
			m.rest = p.capture()
			if m.rest.name == "" {
				p.unexpected()
			}
			p.got(comma)
			break
		}
		m.keys = append(m.keys, p.mappingKey())
		p.want(colon)
		m.values = append(m.values, p.asPattern())
		if !p.got(comma) {
			break
		}
	}
	p.want(rightBrace)
	m.span = p.since(start.from)
	p.checkKeys(m)
	return m
}

func (p *parser) mappingKey() expr {
	switch p.kind() {
	case number, minus:
		return p.numberPattern()
	case text, fstringStart:
		x := p.strings()
		if _, ok := x.(*fstringExpr); ok {
			p.fail(x.where(), "mapping pattern keys may only match literals and attribute lookups")
		}
		return x
	case kwNone, kwTrue, kwFalse:
		return p.atom()
	}
	if p.peek(1) != dot {
		p.unexpected()
	}
	return p.dottedExpr()
}

// checkKeys refuses literal keys given twice.
func (p *parser) checkKeys(m *mappingPattern) {
	seen := map[string]bool{}
	for _, key := range m.keys {
		var id string
		switch key := key.(type) {
		case *stringExpr:
			value, _ := stringValue(p.text, key)
			id = "'" + value + "'"
		case *numberExpr, *constantExpr, *unaryExpr:
			id = p.text[key.where().from:key.where().to]
		default:
			continue
		}
		if seen[id] {
			p.fail(m.span, "mapping pattern checks duplicate key (%s)", id)
		}
		seen[id] = true
	}
}

// checkPattern refuses names bound twice, and adds those that x binds to names. all tells whether x may match
// everything.
func (p *parser) checkPattern(x pattern, names map[string]bool, all bool) {
	switch x := x.(type) {
	case *capturePattern:
		p.bindOnce(x, names)
		if !all && x.name == "" {
			p.fail(x.span, "wildcard makes remaining patterns unreachable")
		} else if !all {
			p.fail(x.span, "name capture '%s' makes remaining patterns unreachable", x.name)
		}
	case *asPattern:
		p.checkPattern(x.pattern, names, all)
		p.bindOnce(x.name, names)
	case *sequencePattern:
		starred := false
		for _, item := range x.items {
			if c, ok := item.(*capturePattern); ok && c.star {
				if starred {
					p.fail(x.span, "multiple starred expressions in sequence pattern")
				}
				starred = true
			}
			p.checkPattern(item, names, true)
		}
	case *mappingPattern:
		for _, value := range x.values {
			p.checkPattern(value, names, true)
		}
		if x.rest != nil {
			p.bindOnce(x.rest, names)
		}
	case *classPattern:
		p.checkClassPattern(x, names)
	case *orPattern:
		p.checkOptions(x, names, all)
	}
}

func (p *parser) bindOnce(x *capturePattern, names map[string]bool) {
	if x.name != "" && names[x.name] {
		p.fail(x.span, "multiple assignments to name '%s' in pattern", x.name)
	}
	if x.name != "" {
		names[x.name] = true
	}
}

func (p *parser) checkClassPattern(x *classPattern, names map[string]bool) {
	attributes := map[string]bool{}
	for _, item := range x.items {
		p.checkPattern(item, names, true)
	}
	for i, name := range x.names {
		if attributes[name.id] {
			p.fail(name.span, "attribute name repeated in class pattern: %s", name.id)
		}
		attributes[name.id] = true
		p.checkPattern(x.keywords[i], names, true)
	}
}

// checkOptions demands that all alternatives bind the same names.
func (p *parser) checkOptions(x *orPattern, names map[string]bool, all bool) {
	var first map[string]bool
	for i, option := range x.options {
		bound := map[string]bool{}
		p.checkPattern(option, bound, all && i == len(x.options)-1)
		if i == 0 {
			first = bound
		}
		same := len(first) == len(bound)
		for name := range bound {
			same = same && first[name]
		}
		if !same {
			p.fail(x.span, "alternative patterns bind different names")
		}
	}
	for name := range first {
		if names[name] {
			p.fail(x.span, "multiple assignments to name '%s' in pattern", name)
		}
		names[name] = true
	}
}
