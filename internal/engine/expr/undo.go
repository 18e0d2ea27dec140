package expr

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// undoer turns Argo's expressions into users'. It need not be right: its results are compiled again and compared.
type undoer struct {
	d         *Decompiler
	strip     func(ast.Node) ast.Node // takes off what a mode puts around an expression; nil: nothing
	container bool                    // data has apart in place of marks, and two dollars for each
	// keepJSON takes toJson at the end of an expression for the user's own, not for how a list travels.
	keepJSON bool
	// shown takes an expression for what a reader sees of it, not for a text as it travels.
	shown bool
	// nothing is what stands for nil where an input is optional; nil: it is not.
	nothing ast.Node
	// keepTest takes a test for nil for the user's own, not for how what may be nil travels or is compared.
	keepTest bool
}

// guesses are the ways to read an expression that may have been compiled in several.
func (u undoer) guesses() []undoer {
	all := []undoer{u}
	add := func(change func(*undoer)) {
		for _, u := range slices.Clone(all) {
			change(&u)
			all = append(all, u)
		}
	}
	add(func(u *undoer) { u.keepJSON = true })
	add(func(u *undoer) { u.keepTest = true })
	return all
}

// text makes the user's text of the pieces of Argo's. split makes a text with several {{ }} of a sum.
func (u undoer) text(pieces []piece, split bool) (string, bool) {
	var b strings.Builder
	for i, p := range pieces {
		if !p.isExpr {
			u.data(&b, p.text, i+1 < len(pieces))
			continue
		}
		argo, isExpression := strings.CutPrefix(p.text, "=")
		if !isExpression {
			names := u.d.names(strings.TrimSpace(argo))
			if len(names) == 0 {
				return "", false
			}
			b.WriteString("{{ " + names[0] + " }}")
			continue
		}
		tree, err := parseTree(argo)
		if err != nil {
			return "", false
		}
		node := tree.Node
		if u.strip != nil {
			node = u.strip(node)
		}
		if split && len(pieces) == 1 {
			u.sum(&b, node)
			continue
		}
		b.WriteString("{{ " + printUser(u.undo(node, !u.shown)) + " }}")
	}
	return b.String(), true
}

// data writes data, in which constants that variables stand for become references.
func (u undoer) data(b *strings.Builder, argo string, beforeTag bool) {
	if u.container {
		argo = strings.ReplaceAll(strings.ReplaceAll(argo, apart, "{"+wire.Mark), "$$", "$")
	}
	argo = wire.Decode(argo)
	for _, name := range u.d.texts() {
		v, _ := u.d.env.Lookup(name)
		if before, after, ok := strings.Cut(argo, v.Text); ok {
			u.data(b, before, true)
			b.WriteString("{{ " + name + " }}")
			if after != "" {
				u.data(b, after, beforeTag)
			}
			return
		}
	}
	b.WriteString(escape(argo, beforeTag))
}

// sum writes the terms of a sum as data and {{ }}.
func (u undoer) sum(b *strings.Builder, node ast.Node) {
	isText := !u.shown
	if inner, ok := encoded(node); ok {
		node, isText = inner, false
	}
	if inner, ok := madeInert(node); ok {
		node = inner
	}
	terms := sumTerms(node)
	for i, term := range terms {
		if s, ok := term.(*ast.StringNode); ok && len(terms) > 1 {
			data := s.Value
			if isText {
				data = wire.Decode(data)
			}
			b.WriteString(escape(data, i+1 < len(terms)))
			continue
		}
		b.WriteString("{{ " + printUser(u.undo(term, isText)) + " }}")
	}
}

func sumTerms(node ast.Node) []ast.Node {
	if n, ok := node.(*ast.BinaryNode); ok && n.Operator == "+" {
		return append(sumTerms(n.Left), n.Right)
	}
	return []ast.Node{node}
}

// undo turns one expression. isText says that it gives a text as it travels.
func (u undoer) undo(node ast.Node, isText bool) ast.Node {
	if found, ok := u.undoNothing(node); ok && isText {
		return found
	}
	if name, ok := u.variable(node); ok {
		return nameNode(name)
	}
	if inner, ok := encoded(node); ok && isText {
		return u.undoValue(inner)
	}
	if inner, ok := madeInert(node); ok && isText {
		return u.undo(inner, true)
	}
	if args, ok := call(node, "toJson", 1); ok {
		if isText && !u.keepJSON {
			return u.undo(args[0], false)
		}
		return builtin("toJSON", u.undo(args[0], false))
	}
	if args, ok := call(node, "sort", 1); ok {
		if of, ok := call(args[0], "keys", 1); ok {
			return builtin("keys", u.undo(of[0], false))
		}
	}
	if name, ok := u.test(node, true); ok {
		return binary("!=", nameNode(name), &ast.NilNode{})
	}
	if name, ok := u.test(node, false); ok {
		return binary("==", nameNode(name), &ast.NilNode{})
	}
	value := func(n ast.Node) ast.Node { return u.undo(n, false) }
	switch n := node.(type) {
	case *ast.StringNode:
		if isText {
			return text(wire.Decode(n.Value))
		}
	case *ast.ConditionalNode:
		return u.choice(n, isText)
	case *ast.BinaryNode:
		switch {
		case n.Operator == "??":
			return leftmost(u.guarded(n.Left, isText), u.undo(n.Right, isText))
		case u.nullableEqual(n):
			return u.undo(n.Right, false)
		case n.Operator == "+" && isText:
			return binary("+", u.undo(n.Left, true), u.undo(n.Right, true))
		}
	case *ast.ChainNode:
		return u.undo(n.Node, isText)
	case *ast.CallNode:
		if formatted, ok := u.time(n); ok {
			return formatted
		}
	}
	return copyNode(node, value)
}

// isGone matches a test of a loop that failed or did not run.
func (u undoer) isGone(name string, cond ast.Node) bool {
	v, _ := u.d.env.Lookup(name)
	return v.mayBeGone() && printArgo(v.gone()) == printArgo(cond)
}

// value is how Argo's expressions read a variable.
func (u undoer) value(name string) string {
	v, _ := u.d.env.Lookup(name)
	return printArgo(v.value())
}

// test matches a test of a variable for being there, or for not being there.
func (u undoer) test(node ast.Node, present bool) (string, bool) {
	var of ast.Node
	switch n := node.(type) {
	case *ast.BinaryNode:
		of = n.Left
	case *ast.CallNode:
		method, ok := n.Callee.(*ast.MemberNode)
		if !ok {
			return "", false
		}
		of = method.Node
	default:
		return "", false
	}
	name, ok := u.variable(of)
	if !ok {
		return "", false
	}
	v, _ := u.d.env.Lookup(name)
	test := v.absent()
	if present {
		test = v.present()
	}
	return name, printArgo(test) == printArgo(node)
}

// nullableEqual matches a comparison that stands behind a test for nil.
func (u undoer) nullableEqual(n *ast.BinaryNode) bool {
	compared := map[string]string{"&&": "==", "||": "!="}[n.Operator]
	name, ok := u.test(n.Left, n.Operator == "&&")
	right, isBinary := n.Right.(*ast.BinaryNode)
	if !ok || !isBinary || right.Operator != compared {
		return false
	}
	value := u.value(name)
	return printArgo(right.Left) == value || printArgo(right.Right) == value
}

// undoValue is what stands inside encode: a list or a struct as JSON, or a string.
func (u undoer) undoValue(node ast.Node) ast.Node {
	if args, ok := call(node, "toJson", 1); ok && !u.keepJSON {
		return u.undo(args[0], false)
	}
	return u.undo(node, false)
}

// choice recognises what ?? and values of unknown type become.
func (u undoer) choice(n *ast.ConditionalNode, isText bool) ast.Node {
	if name, ok := u.variable(n.Exp2); ok && u.isGone(name, n.Cond) {
		return leftmost(nameNode(name), u.undo(n.Exp1, isText))
	}
	switch n.Cond.(type) {
	case *ast.BinaryNode, *ast.CallNode:
		if _, ok := u.test(n.Cond, false); ok {
			if inner, ok := n.Exp2.(*ast.BinaryNode); ok && !u.keepTest && (inner.Operator == "&&" || inner.Operator == "||") {
				return u.undo(inner, false)
			}
		}
		if name, ok := u.test(n.Cond, true); ok {
			if found, ok := u.variable(n.Exp1); ok && found == name {
				return leftmost(nameNode(name), u.undo(n.Exp2, isText))
			}
		}
		asText := choose(binary("==", builtin("type", n.Exp1), text("string")), n.Exp1, toJSON(n.Exp1))
		if printArgo(asText) == printArgo(n) {
			return u.undo(n.Exp1, false)
		}
	}
	return choose(u.undo(n.Cond, false), u.undo(n.Exp1, isText), u.undo(n.Exp2, isText))
}

// guarded undoes what stands left of ??, where members of what may be absent are optional.
func (u undoer) guarded(node ast.Node, isText bool) ast.Node {
	result := u.undo(node, isText)
	if m, ok := result.(*ast.MemberNode); ok {
		inner := m
		for {
			next, ok := inner.Node.(*ast.MemberNode)
			if !ok || !next.Optional {
				break
			}
			inner = next
		}
		if segments, _, ok := chain(inner.Node); ok {
			if name, _, found := u.d.env.lookup(segments); found {
				if v, _ := u.d.env.Lookup(name); v.mayBeAbsent() {
					inner.Optional = false
				}
			}
		}
	}
	return result
}

// leftmost brackets a ?? b ?? c from the left, as users write it.
func leftmost(left, right ast.Node) ast.Node {
	result := left
	for _, o := range operands(right) {
		result = binary("??", result, o)
	}
	return result
}

// time recognises format_time.
func (u undoer) time(n *ast.CallNode) (ast.Node, bool) {
	callee, ok := n.Callee.(*ast.MemberNode)
	if !ok || len(n.Arguments) != 1 {
		return nil, false
	}
	layout := u.undo(n.Arguments[0], false)
	at := callee.Node
	var shift ast.Node
	if sum, ok := at.(*ast.BinaryNode); ok && sum.Operator == "+" {
		args, ok := call(sum.Right, "duration", 1)
		if !ok {
			return nil, false
		}
		at, shift = sum.Left, u.undo(args[0], false)
	}
	args, ok := call(at, "date", 1)
	if !ok {
		return nil, false
	}
	all := []ast.Node{u.undo(args[0], false), layout}
	if shift != nil {
		all = append(all, shift)
	}
	return &ast.CallNode{Callee: ident(formatTime), Arguments: all}, true
}

// variable recognises every form in which a variable is written.
func (u undoer) variable(node ast.Node) (string, bool) {
	var written string
	for _, argo := range argoNames(node, 0, nil) {
		for _, name := range u.d.names(argo) {
			if written == "" {
				written = printArgo(node)
			}
			v, _ := u.d.env.Lookup(name)
			forms := []ast.Node{v.value()}
			if v.isText() {
				forms = append(forms, v.raw(), v.decoded(), v.passed().node)
				if v.Type.IsList() {
					forms = append(forms, checked(v.raw(), v.Type), builtin("fromJSON", v.raw()))
				}
			}
			if v.Type != spec.String { // fromJSON of a string is the user's own
				forms = append(forms, v.object(), typed(builtin("fromJSON", v.raw()), v.Type))
			}
			for _, form := range forms {
				if printArgo(form) == written {
					return name, true
				}
			}
		}
	}
	return "", false
}

// argoNames collects the names of Argo's variables in a node as far as one variable's form goes.
func argoNames(node ast.Node, depth int, found []string) []string {
	const deepest = 12
	if depth > deepest || len(found) > 4 {
		return found
	}
	if segments, _, ok := chain(node); ok {
		return append(found, strings.Join(segments, "."))
	}
	// A method's receiver is no child for users' texts, in which values have no methods.
	if c, ok := node.(*ast.CallNode); ok {
		if method, ok := c.Callee.(*ast.MemberNode); ok {
			found = argoNames(method.Node, depth+1, found)
		}
	}
	for _, child := range children(node) {
		found = argoNames(child, depth+1, found)
	}
	return found
}

// nameNode is a user's name. Segments that are no identifiers become indexes.
func nameNode(name string) ast.Node { return path(name, false) }

// call matches a call of a function or builtin.
func call(node ast.Node, name string, args int) ([]ast.Node, bool) {
	switch n := node.(type) {
	case *ast.BuiltinNode:
		return n.Arguments, n.Name == name && len(n.Arguments) == args
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		return n.Arguments, ok && callee.Value == name && len(n.Arguments) == args
	}
	return nil, false
}

// encoded matches what encode writes.
func encoded(node ast.Node) (ast.Node, bool) {
	inner := node
	for range 3 {
		args, ok := call(inner, "replace", 3)
		if !ok {
			return nil, false
		}
		inner = args[0]
	}
	return inner, printArgo(encode(inner)) == printArgo(node)
}

// madeInert matches what inert writes.
func madeInert(node ast.Node) (ast.Node, bool) {
	args, ok := call(node, "replace", 3)
	if !ok || printArgo(inert(args[0])) != printArgo(node) {
		return nil, false
	}
	return args[0], true
}

func unquoteJSON(quoted string) (string, bool) {
	var s string
	if err := json.Unmarshal([]byte(quoted), &s); err != nil {
		return "", false
	}
	return s, true
}
