package expr

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// guardedOptionals refuses optional variables where an absent value would be taken for data: anywhere but in a comparison
// for equality, as an operand of ??, or where the value is just passed on.
func (b *bound) guardedOptionals(node ast.Node, allowed bool) { b.guarded(node, allowed, nil) }

// guarded is guardedOptionals where the variables named by present are known to be there.
func (b *bound) guarded(node ast.Node, allowed bool, present []string) {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		if r, ok := b.refs[n.Value]; ok && r.variable.Optional && !allowed && !slices.Contains(present, r.name) {
			b.fail(node, fmt.Sprintf("Say what stands in for it: %s ?? ….", r.name), "%s may be absent.", r.name)
		}
		return
	case *ast.BinaryNode:
		guards := n.Operator == "??" || n.Operator == "==" || n.Operator == "!="
		b.guarded(n.Left, guards, present)
		switch whenTrue, whenFalse := b.presentIn(n.Left); n.Operator {
		case "&&", "and":
			present = slices.Concat(present, whenTrue)
		case "||", "or":
			present = slices.Concat(present, whenFalse)
		}
		b.guarded(n.Right, guards, present)
		return
	case *ast.ConditionalNode:
		whenTrue, whenFalse := b.presentIn(n.Cond)
		b.guarded(n.Cond, false, present)
		b.guarded(n.Exp1, allowed, slices.Concat(present, whenTrue))
		b.guarded(n.Exp2, allowed, slices.Concat(present, whenFalse))
		return
	case *ast.MemberNode:
		b.guarded(n.Node, allowed || n.Optional, present)
		b.guarded(n.Property, false, present)
		return
	case *ast.ChainNode:
		b.guarded(n.Node, allowed, present)
		return
	}
	for _, child := range children(node) {
		b.guarded(child, false, present)
	}
}

// presentIn names the variables that are there if a condition is true, and those that are if it is false: x != nil.
func (b *bound) presentIn(condition ast.Node) (whenTrue, whenFalse []string) {
	n, ok := condition.(*ast.BinaryNode)
	if !ok {
		if not, ok := condition.(*ast.UnaryNode); ok && (not.Operator == "!" || not.Operator == "not") {
			whenFalse, whenTrue = b.presentIn(not.Node)
		}
		return whenTrue, whenFalse
	}
	switch n.Operator {
	case "==", "!=":
		variable, isName := n.Left.(*ast.IdentifierNode)
		_, isNil := n.Right.(*ast.NilNode)
		if !isName || !isNil {
			return nil, nil
		}
		r, ok := b.refs[variable.Value]
		if !ok {
			return nil, nil
		}
		name := []string{r.name}
		if n.Operator == "!=" {
			return name, nil
		}
		return nil, name
	case "&&", "and":
		left, _ := b.presentIn(n.Left)
		right, _ := b.presentIn(n.Right)
		return slices.Concat(left, right), nil
	case "||", "or":
		_, left := b.presentIn(n.Left)
		_, right := b.presentIn(n.Right)
		return nil, slices.Concat(left, right)
	}
	return nil, nil
}
