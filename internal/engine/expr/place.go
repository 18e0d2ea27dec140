package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// In a JSON document a place may be left out, which an expression says by nil. What is written here gives JSON whatever
// the value is, so that a value stays in its place.

// CompileOrNull is CompileJSONString where nil can stand, which becomes null.
func (t *Typed) CompileOrNull() (string, error) {
	return t.compileOpen(func(node ast.Node) ast.Node { return inJSON(toJSON(node)) }, (*Typed).CompileJSONString)
}

// CompileOrElse is CompileOrNull with a text that stands for nil.
func (t *Typed) CompileOrElse(orElse string) (string, error) {
	return t.compileOpen(func(node ast.Node) ast.Node {
		return inJSON(toJSON(binary("??", node, text(orElse))))
	}, (*Typed).CompileJSONString)
}

// CompileIfNil writes a tag that becomes a text where the value is nil, and nothing else. Empty: it never is nil.
func (t *Typed) CompileIfNil(then string) (string, error) {
	return t.compileOpen(func(node ast.Node) ast.Node {
		return choose(binary("==", node, &ast.NilNode{}), text(then), text(""))
	}, func(*Typed) (string, error) { return "", nil })
}

// CompileUnlessNil is CompileJSON that becomes null where another text gives nil.
func (t *Typed) CompileUnlessNil(other *Typed) (string, error) {
	return other.compileOpen(func(node ast.Node) ast.Node {
		return choose(binary("==", node, &ast.NilNode{}), text("null"), t.asJSON())
	}, func(*Typed) (string, error) { return t.CompileJSON() })
}

// CompileObject writes a tag that becomes the JSON of a list or a struct, or null.
func (t *Typed) CompileObject() (string, error) {
	b, err := t.single()
	if err != nil {
		return "", err
	}
	return tag(objectInJSON(b.orNil(b.root))), nil
}

// CompileList writes a tag that becomes a JSON list of what texts give, each of them a struct, several in a list, or
// nil for none.
func CompileList(texts []*Typed) (string, error) {
	list := &ast.ArrayNode{}
	for _, t := range texts {
		b, err := t.single()
		if err != nil {
			return "", err
		}
		list.Nodes = append(list.Nodes, b.orNil(b.root))
	}
	given := &ast.PredicateNode{Node: binary("!=", element(), &ast.NilNode{})}
	return tag(objectInJSON(builtin("flatten", builtin("filter", list, given)))), nil
}

// compileOpen writes a tag around an expression that may give nil. A text that never does is for closed.
func (t *Typed) compileOpen(open func(ast.Node) ast.Node, closed func(*Typed) (string, error)) (string, error) {
	if len(t.parts) != 1 || t.parts[0].node == nil {
		return closed(t)
	}
	all, err := t.bound()
	if err != nil {
		return "", err
	}
	if b := all[0]; b.mayLackValue(b.root) {
		return tag(open(b.orNil(b.root))), nil
	}
	return closed(t)
}

// asJSON is the expression of CompileJSON.
func (t *Typed) asJSON() ast.Node {
	if constant, ok := t.Constant(); ok {
		quoted, _ := jsonString(escapeDollars(constant)) // a string always has JSON
		return text(quoted)
	}
	return inJSON(toJSON(replaceAll(t.shown(t.all), "$", "$$")))
}

// inJSON keeps the braces of a JSON string from making a tag.
func inJSON(json ast.Node) ast.Node { return replaceAll(json, "{", `\u007b`) }

// objectInJSON does so for JSON of any kind, in which two braces in a row only stand in a string.
func objectInJSON(value ast.Node) ast.Node { return replaceAll(toJSON(value), "{{", `{\u007b`) }

// mayLackValue is mayGiveNil for where an optional variable has no text of its own for its absence.
func (b *bound) mayLackValue(node ast.Node) bool {
	if b.mayGiveNil(node) {
		return true
	}
	switch n := node.(type) {
	case *ast.IdentifierNode:
		v, ok := b.variable(n)
		return ok && v.Optional
	case *ast.ConditionalNode:
		return b.mayLackValue(n.Exp1) || b.mayLackValue(n.Exp2)
	case *ast.BinaryNode:
		all := operands(n)
		return n.Operator == "??" && b.mayLackValue(all[len(all)-1])
	}
	return false
}

// orNil writes a node as Argo's expression for its value, or for nil.
func (b *bound) orNil(node ast.Node) ast.Node {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		if v, ok := b.variable(n); ok && v.Optional && v.isText() {
			return choose(v.present(), v.value(), &ast.NilNode{})
		}
	case *ast.ConditionalNode:
		return choose(b.value(n.Cond), b.orNil(n.Exp1), b.orNil(n.Exp2))
	case *ast.BinaryNode:
		if n.Operator == "??" {
			all := operands(n)
			last := len(all) - 1
			return b.firstOf(all[:last], b.orNil(all[last]))
		}
	}
	return b.value(node)
}

// OrNull undoes Typed.CompileOrNull.
func (d *Decompiler) OrNull(argo string) (string, bool) {
	return d.open(argo, func(t *Typed) (string, error) { return t.CompileOrNull() })
}

// OrElse undoes Typed.CompileOrElse.
func (d *Decompiler) OrElse(argo, orElse string) (string, bool) {
	return d.open(argo, func(t *Typed) (string, error) { return t.CompileOrElse(orElse) })
}

// UnlessNil undoes Typed.CompileUnlessNil.
func (d *Decompiler) UnlessNil(argo, other string) (string, bool) {
	of, errs := Parse(other)
	if len(errs) > 0 {
		return "", false
	}
	typed := of.In(d.env)
	compile := func(t *Typed) (string, error) { return t.CompileUnlessNil(typed) }
	if constant, ok := constantUnlessNil(argo); ok {
		return d.proved(argo, spec.Any, compile, escape(constant, false))
	}
	if text, ok := d.open(argo, compile); ok {
		return text, true
	}
	text, ok := d.JSON(argo)
	if !ok {
		return "", false
	}
	return d.proved(argo, spec.Any, compile, text)
}

// constantUnlessNil is the constant that stands where the other text is not nil.
func constantUnlessNil(argo string) (string, bool) {
	code, isExpr := strings.CutPrefix(argo, "{{=")
	tree, err := parseTree(strings.TrimSuffix(code, "}}"))
	if !isExpr || err != nil {
		return "", false
	}
	n, ok := tree.Node.(*ast.ConditionalNode)
	if !ok {
		return "", false
	}
	quoted, ok := n.Exp2.(*ast.StringNode)
	if !ok {
		return "", false
	}
	constant, ok := unquoteJSON(quoted.Value)
	return strings.ReplaceAll(constant, "$$", "$"), ok
}

// Object undoes Typed.CompileObject.
func (d *Decompiler) Object(argo string) (string, bool) {
	return d.open(argo, func(t *Typed) (string, error) { return t.CompileObject() })
}

// List undoes CompileList.
func (d *Decompiler) List(argo string) ([]string, bool) {
	pieces, ok := argoPieces(argo)
	if !ok || len(pieces) != 1 || !pieces[0].isExpr || len(pieces[0].text) == 0 || len(argo) > maxArgo {
		return nil, false
	}
	tree, err := parseTree(pieces[0].text[1:])
	if err != nil {
		return nil, false
	}
	list, ok := openedList(tree.Node)
	if !ok {
		return nil, false
	}
	var texts []string
	var typed []*Typed
	for _, node := range list.Nodes {
		found, ok := d.Object(tag(objectInJSON(node)))
		if !ok {
			return nil, false
		}
		t, errs := Parse(found)
		if len(errs) > 0 {
			return nil, false
		}
		texts, typed = append(texts, found), append(typed, t.In(d.env))
	}
	again, err := CompileList(typed)
	return texts, err == nil && again == argo
}

// openedList is the list inside what CompileList writes.
func openedList(node ast.Node) (*ast.ArrayNode, bool) {
	for _, around := range []struct {
		name string
		args int
	}{{"replace", 3}, {"toJson", 1}, {"flatten", 1}, {"filter", 2}} {
		args, ok := call(node, around.name, around.args)
		if !ok {
			return nil, false
		}
		node = args[0]
	}
	list, ok := node.(*ast.ArrayNode)
	return list, ok
}

// open reads what one of the forms above has written.
func (d *Decompiler) open(argo string, compile func(*Typed) (string, error)) (string, bool) {
	u := undoer{d: d}
	return d.optionalOnly().candidates(argo, spec.Any, compile, undoer{strip: func(node ast.Node) ast.Node {
		if n, ok := node.(*ast.ConditionalNode); ok && printArgo(n.Exp1) == printArgo(text("null")) {
			node = n.Exp2
		}
		args, ok := call(node, "replace", 3)
		if !ok {
			return node
		}
		if args, ok = call(args[0], "toJson", 1); !ok {
			return node
		}
		return u.bare(u.withoutNull(args[0]))
	}})
}

// optionalOnly is the decompiler of texts that may give nil.
func (d *Decompiler) optionalOnly() *Decompiler { return d.For(true) }

// withoutNull takes off what CompileOrElse and CompileJSON add to a value.
func (u undoer) withoutNull(node ast.Node) ast.Node {
	if n, ok := node.(*ast.BinaryNode); ok && n.Operator == "??" {
		if _, constant := n.Right.(*ast.StringNode); constant {
			return n.Left
		}
	}
	if args, ok := call(node, "replace", 3); ok && printArgo(args[2]) == printArgo(text("$$")) {
		return args[0]
	}
	return node
}

// bare is the value of an optional variable without the test for it.
func (u undoer) bare(node ast.Node) ast.Node {
	n, ok := node.(*ast.ConditionalNode)
	if !ok {
		return node
	}
	name, isTest := u.test(n.Cond, true)
	_, isNil := n.Exp2.(*ast.NilNode)
	if found, ok := u.variable(n.Exp1); isTest && isNil && ok && found == name {
		return n.Exp1
	}
	return node
}
