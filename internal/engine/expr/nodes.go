package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// The helpers of this file build Argo's expressions.

func text(s string) ast.Node     { return &ast.StringNode{Value: s} }
func ident(name string) ast.Node { return &ast.IdentifierNode{Value: name} }
func element() ast.Node          { return &ast.PointerNode{} }

func builtin(name string, args ...ast.Node) ast.Node {
	return &ast.BuiltinNode{Name: name, Arguments: args}
}

// toJSON is Argo's own function: expr-lang's indents.
func toJSON(v ast.Node) ast.Node {
	return &ast.CallNode{Callee: ident("toJson"), Arguments: []ast.Node{v}}
}

func binary(op string, left, right ast.Node) ast.Node {
	return &ast.BinaryNode{Operator: op, Left: left, Right: right}
}

func choose(cond, yes, no ast.Node) ast.Node {
	return &ast.ConditionalNode{Ternary: true, Cond: cond, Exp1: yes, Exp2: no}
}

func member(of ast.Node, name string) ast.Node {
	return &ast.MemberNode{Node: of, Property: text(name)}
}

func each(list, body ast.Node) ast.Node {
	return builtin("map", list, &ast.PredicateNode{Node: body})
}

// code is an expression that was written for Argo.
func code(source string) ast.Node {
	tree, err := parseTree(source)
	if err != nil {
		return ident(source)
	}
	return tree.Node
}

// path is a variable of Argo. Segments that are no identifiers, such as task names with hyphens, become indexes.
//
// An optional path is nil where the last two segments are missing, and fails where an earlier one is. Argo evaluates a
// tag at passes where no task has run yet, and the failure is what makes it come back later; a nil there would let ??
// choose too early. Argo also insists on variables under "tasks" that are not optional: it waits for them for ever.
func path(name string, optional bool) ast.Node {
	segments := strings.Split(name, ".")
	node := ident(segments[0])
	for i, s := range segments[1:] {
		isOptional := optional && i+2 >= len(segments)-1 && i > 0
		node = &ast.MemberNode{Node: node, Property: text(s), Optional: isOptional}
	}
	return node
}

// decode undoes the encoding of a text, JSON included: outside strings JSON has no mark.
func decode(v ast.Node) ast.Node {
	return builtin("replace", v, text("{"+wire.Mark), text("{"))
}

// encode makes a text, JSON included, safe to pass through Argo, as wire.Encode does with fewer marks. It has to work
// on JSON as a whole, so it marks only braces before a brace or a mark; two passes reach every one of a row. The result
// is never wire.Absent.
func encode(v ast.Node) ast.Node {
	const brace, mark = "{", wire.Mark
	v = builtin("replace", v, text(brace+mark), text(brace+mark+mark))
	v = builtin("replace", v, text(brace+brace), text(brace+mark+brace))
	return builtin("replace", v, text(brace+brace), text(brace+mark+brace))
}

// inert makes of a text that a task wrote one that Argo takes for data: no two braces in a row are left, and decode
// gives them back. What our runtime has encoded stays as it is.
func inert(v ast.Node) ast.Node {
	const marked = "{" + wire.Mark
	return builtin("replace", v, text("{{"), text(marked+marked))
}

// checked is the text of a number, a boolean or a list of such that a task wrote, if it is one: it must pass for
// nothing else. Else the expression fails, and with it the task that was to use the value.
func checked(v ast.Node, t spec.Type) ast.Node {
	matches := func(pattern string) ast.Node { return binary("matches", element(), text(pattern)) }
	var check ast.Node
	switch t {
	case spec.Integer:
		check = choose(matches("^-?[0-9]+$"), element(), builtin("int", element()))
	case spec.Float:
		check = choose(matches("^-?[0-9.]+([Ee][-+]?[0-9]+)?$"), element(), builtin("float", element()))
	case spec.Boolean:
		both := &ast.ArrayNode{Nodes: []ast.Node{text("true"), text("false")}}
		check = choose(binary("in", element(), both), element(), &ast.NilNode{})
	default:
		check = choose(matches(`["{]`), &ast.NilNode{}, element())
	}
	one := &ast.ArrayNode{Nodes: []ast.Node{builtin("trim", v)}}
	return &ast.MemberNode{Node: each(one, check), Property: &ast.IntegerNode{Value: 0}}
}

// holdsText reports whether values of a type can hold text, which may be encoded.
func holdsText(t spec.Type) bool {
	if elem, ok := t.Elem(); ok {
		return holdsText(elem)
	}
	return t != spec.Integer && t != spec.Float && t != spec.Boolean
}

// typed makes numbers and booleans of what JSON held where a type says so: Argo reads integers as floats, and a text
// that stands there must not pass for a number.
func typed(v ast.Node, t spec.Type) ast.Node {
	switch t {
	case spec.Integer:
		return builtin("int", v)
	case spec.Float:
		return builtin("float", v)
	case spec.Boolean:
		return binary("==", v, &ast.BoolNode{Value: true})
	}
	if elem, ok := t.Elem(); ok && !holdsText(elem) {
		return each(v, typed(element(), elem))
	}
	return v
}

// fromText makes a value of a type of its text, decoded already.
func fromText(v ast.Node, t spec.Type) ast.Node {
	switch {
	case t == spec.Integer:
		return builtin("int", v)
	case t == spec.Float:
		return builtin("float", v)
	case t == spec.Boolean:
		return binary("==", v, text("true"))
	case t == spec.Struct || t == spec.FinalStatus || t.IsList():
		return typed(builtin("fromJSON", v), t)
	}
	return v
}
