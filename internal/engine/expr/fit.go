package expr

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// What an expression chooses from has to fit together, and each of it the place where it goes: otherwise the run fails,
// and only where that one is chosen.

// choices are the nodes of which one gives the result.
func choices(node ast.Node) []ast.Node {
	switch n := node.(type) {
	case *ast.ConditionalNode:
		return slices.Concat(choices(n.Exp1), choices(n.Exp2))
	case *ast.BinaryNode:
		if n.Operator == "??" {
			return slices.Concat(choices(n.Left), choices(n.Right))
		}
	}
	return []ast.Node{node}
}

// unfit returns the first choice of the whole that does not fit a type.
func (b *bound) unfit(want spec.Type) (spec.Type, bool) {
	for _, c := range choices(b.root) {
		if got := b.infer(c); got != null && !got.AssignableTo(want) {
			return got, true
		}
	}
	return "", false
}

// fit refuses ?? between types of which no value can take the place of the other. Words of one kind or another, such as
// a number and a text, can: where both are only shown.
func (b *bound) fit(node ast.Node, computed bool) {
	n, ok := node.(*ast.BinaryNode)
	if ok && n.Operator == "??" {
		left, right := b.infer(n.Left), b.infer(n.Right)
		known := left != spec.Any && right != spec.Any
		if known && join(left, right) == spec.Any && (computed || !isWord(left) || !isWord(right)) {
			b.errors = append(b.errors, Error{
				Offset:  b.offset + n.Location().From,
				Message: fmt.Sprintf("Left of ?? is %s, and right of it %s.", left, right),
				Remedy:  "Both sides have to be of one type.",
			})
		}
	}
	for _, child := range children(node) {
		b.fit(child, ok && n.Operator != "??" && n.Operator != "==" && n.Operator != "!=")
	}
}

// isWord reports whether values of a type are shown as one word.
func isWord(t spec.Type) bool {
	return t == spec.String || t == spec.Integer || t == spec.Float || t == spec.Boolean
}
