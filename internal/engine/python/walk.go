package python

// walkStatements calls visit for every statement of a function's or module's own body, the statements inside of
// others included, but not those of nested functions and classes.
func walkStatements(body []stmt, visit func(stmt)) {
	for _, s := range body {
		visit(s)
		for _, inner := range blocks(s) {
			walkStatements(inner, visit)
		}
	}
}

// blocks returns the bodies of a statement that belong to the same scope as it does.
func blocks(s stmt) [][]stmt {
	switch s := s.(type) {
	case *ifStmt:
		var all [][]stmt
		for _, b := range s.branches {
			all = append(all, b.body)
		}
		return all
	case *whileStmt:
		return [][]stmt{s.body, s.orElse}
	case *forStmt:
		return [][]stmt{s.body, s.orElse}
	case *withStmt:
		return [][]stmt{s.body}
	case *tryStmt:
		all := [][]stmt{s.body}
		for _, h := range s.handlers {
			all = append(all, h.body)
		}
		return append(all, s.orElse, s.finally)
	case *matchStmt:
		var all [][]stmt
		for _, c := range s.cases {
			all = append(all, c.body)
		}
		return all
	}
	return nil
}
