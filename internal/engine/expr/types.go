package expr

import (
	"reflect"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// null is the type of the literal nil: no value has it.
const null spec.Type = "null"

// infer returns the type of a checked node. It knows more than the checker where a value is only chosen, such as which
// artifact type it has, or that a list literal holds integers.
func (b *bound) infer(node ast.Node) spec.Type {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		if r, ok := b.ref(n.Value); ok {
			return r.variable.Type
		}
	case *ast.ChainNode:
		return b.infer(n.Node)
	case *ast.NilNode:
		return null
	case *ast.BinaryNode:
		if n.Operator == "??" {
			return join(b.infer(n.Left), b.infer(n.Right))
		}
	case *ast.ConditionalNode:
		return join(b.infer(n.Exp1), b.infer(n.Exp2))
	case *ast.ArrayNode:
		if len(n.Nodes) == 0 {
			return spec.List
		}
		elem := b.infer(n.Nodes[0])
		for _, e := range n.Nodes[1:] {
			elem = join(elem, b.infer(e))
		}
		return listOf(elem)
	case *ast.MapNode:
		return spec.Struct
	case *ast.BuiltinNode:
		return b.inferCall(n)
	case *ast.MemberNode:
		if elem, ok := b.infer(n.Node).Elem(); ok {
			return elem
		}
	case *ast.SliceNode:
		return b.infer(n.Node)
	case *ast.IntegerNode:
		return spec.Integer
	case *ast.FloatNode:
		return spec.Float
	case *ast.StringNode:
		return spec.String
	case *ast.BoolNode:
		return spec.Boolean
	}
	return typeOf(node.Type())
}

// inferCall knows the builtins whose result has the type of their operand.
func (b *bound) inferCall(n *ast.BuiltinNode) spec.Type {
	switch n.Name {
	case "filter", "sort", "sortBy", "uniq", "reverse", "take":
		if t := b.infer(n.Arguments[0]); t.IsList() {
			return t
		}
		return spec.List
	case "map":
		body := spec.Any
		if predicate, ok := n.Arguments[1].(*ast.PredicateNode); ok {
			body = b.infer(predicate.Node)
		}
		if body == null || body == spec.Any {
			return spec.List
		}
		return listOf(body)
	case "keys", "split", "splitAfter":
		return spec.ListOf(spec.String)
	case "first", "last", "find", "findLast":
		if elem, ok := b.infer(n.Arguments[0]).Elem(); ok {
			return elem
		}
	}
	return typeOf(n.Type())
}

// listOf keeps to types that users can write.
func listOf(elem spec.Type) spec.Type {
	if elem == spec.Any || elem == null {
		return spec.List
	}
	return spec.ListOf(elem)
}

// join is the type of a value that is of one of two types.
func join(a, b spec.Type) spec.Type {
	switch {
	case a == b || b == null:
		return a
	case a == null:
		return b
	case a.IsArtifact() != b.IsArtifact():
		return spec.Any
	case a == spec.Any || b == spec.Any:
		return spec.Any
	case isAnyArtifact(a, b):
		return a
	case a.AssignableTo(b):
		return b
	case b.AssignableTo(a):
		return a
	case a.IsArtifact() && !a.IsList() && !b.IsList():
		return spec.Artifact
	case a.IsList() && b.IsList() && !a.IsArtifact():
		return spec.List
	}
	return spec.Any
}

// isAnyArtifact reports whether a is Artifact where b is an artifact of some type, or a list of the one a list of the
// other.
func isAnyArtifact(a, b spec.Type) bool {
	elemA, listA := a.Elem()
	elemB, listB := b.Elem()
	if listA && listB {
		return isAnyArtifact(elemA, elemB)
	}
	return a == spec.Artifact && b.IsArtifact() && !listB
}

// typeOf maps the Go type that the checker found.
func typeOf(t reflect.Type) spec.Type {
	if t == nil {
		return spec.Any
	}
	switch t.Kind() {
	case reflect.String:
		return spec.String
	case reflect.Bool:
		return spec.Boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return spec.Integer
	case reflect.Float32, reflect.Float64:
		return spec.Float
	case reflect.Map:
		return spec.Struct
	case reflect.Slice, reflect.Array:
		return listOf(typeOf(t.Elem()))
	}
	return spec.Any
}

// wholeArtifacts refuses artifacts anywhere but as the value that an expression chooses: a file has no value here.
func (b *bound) wholeArtifacts(node ast.Node, chosen bool) {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		if r, ok := b.ref(n.Value); ok && r.variable.Type.IsArtifact() && !chosen {
			b.fail(
				node, "Pass it to a task that reads the file.", "%s is an artifact, which has no value in an expression.", r.name,
			)
		}
		return
	case *ast.BinaryNode:
		both := chosen && n.Operator == "??"
		b.wholeArtifacts(n.Left, both)
		b.wholeArtifacts(n.Right, both)
		return
	case *ast.ConditionalNode:
		b.wholeArtifacts(n.Cond, false)
		b.wholeArtifacts(n.Exp1, chosen)
		b.wholeArtifacts(n.Exp2, chosen)
		return
	}
	for _, child := range children(node) {
		b.wholeArtifacts(child, false)
	}
}
