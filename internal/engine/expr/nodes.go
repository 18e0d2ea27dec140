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

// encode makes a text, JSON included, safe to pass through Argo, as wire.Encode does with fewer marks. It has to work on
// JSON as a whole, so it marks only braces before a brace or a mark; two passes reach every one of a row. The result is
// never wire.Absent.
func encode(v ast.Node) ast.Node {
	const brace, mark = "{", wire.Mark
	v = builtin("replace", v, text(brace+mark), text(brace+mark+mark))
	v = builtin("replace", v, text(brace+brace), text(brace+mark+brace))
	return builtin("replace", v, text(brace+brace), text(brace+mark+brace))
}

// holdsText reports whether values of a type can hold text, which may be encoded.
func holdsText(t spec.Type) bool {
	if elem, ok := t.Elem(); ok {
		return holdsText(elem)
	}
	return t != spec.Integer && t != spec.Float && t != spec.Boolean
}

// fromNumbers makes integers of JSON's numbers, which Argo reads as floats, in a value of a type.
func fromNumbers(v ast.Node, t spec.Type) ast.Node {
	if t == spec.Integer {
		return builtin("int", v)
	}
	if elem, ok := t.Elem(); ok && holdsIntegers(elem) {
		return each(v, fromNumbers(element(), elem))
	}
	return v
}

func holdsIntegers(t spec.Type) bool {
	if elem, ok := t.Elem(); ok {
		return holdsIntegers(elem)
	}
	return t == spec.Integer
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
	case t == spec.Struct || t.IsList():
		return fromNumbers(builtin("fromJSON", v), t)
	}
	return v
}
