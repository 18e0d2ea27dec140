package expr

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Argo evaluates what a DAG gives when its tasks have ended, and where that fails, or gives nil, what comes behind the
// DAG is linked to nothing: the run never ends.

// IsCertain reports whether the text has a value whatever the tasks have written, where those that it needs have
// succeeded. Numbers may be none, and functions may fail; so what is not known to be certain is not.
func (t *Typed) IsCertain() bool {
	return !slices.ContainsFunc(t.all, func(b *bound) bool {
		if b == nil {
			return false
		}
		if len(b.errors) > 0 || len(t.parts) > 1 {
			return !b.certainValue(b.root)
		}
		if v, ok := b.variable(b.root); ok && v.isText() {
			return v.Nullable || v.Code != "" && v.Foreign && !holdsText(v.Type) // else it is handed on unread
		}
		return !b.certainText(b.root)
	})
}

// CompileProbe writes an expression that is nil, or fails, where CompileValueFrom of the text would have no value.
func (t *Typed) CompileProbe(want spec.Type) (string, error) {
	b, err := t.single()
	if err != nil {
		return "", err
	}
	return printArgo(b.passed(b.root, want, false).node), nil
}

// certainText is certain for how a value travels.
func (b *bound) certainText(node ast.Node) bool {
	if v, ok := b.variable(node); ok && v.isText() {
		return !v.Nullable && (holdsText(v.Type) || !v.Foreign || v.Type.IsArtifact())
	}
	switch n := node.(type) {
	case *ast.ConditionalNode:
		return b.certainValue(n.Cond) && b.certainText(n.Exp1) && b.certainText(n.Exp2)
	case *ast.BinaryNode:
		if n.Operator == "??" && b.optional(n) {
			all := operands(n)
			last := len(all) - 1
			return b.certainText(all[last]) && !slices.ContainsFunc(all[:last], func(o ast.Node) bool {
				v, _ := b.variable(o)
				return v.Foreign && !holdsText(v.Type) && !v.Type.IsArtifact()
			})
		}
	}
	return b.certainValue(node)
}

// certainValue is certain for the value itself.
func (b *bound) certainValue(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		v, ok := b.variable(node)
		if elem, isList := v.Type.Elem(); isList && v.Coding == Collected {
			return elem == spec.String
		}
		return ok && !v.Nullable && v.Type == spec.String && v.isText()
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return true
	case *ast.ArrayNode, *ast.MapNode, *ast.PairNode, *ast.ConditionalNode:
	case *ast.UnaryNode:
		return (n.Operator == "!" || n.Operator == "not") && b.certainValue(n.Node)
	case *ast.BuiltinNode:
		if n.Name != "toJSON" && n.Name != "string" {
			return false
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "==", "!=", "&&", "and", "||", "or", "startsWith", "endsWith", "contains":
		case "+":
			if b.infer(node) != spec.String {
				return false
			}
		default:
			return false
		}
	default:
		return false
	}
	return !slices.ContainsFunc(children(node), func(child ast.Node) bool { return !b.certainValue(child) })
}
