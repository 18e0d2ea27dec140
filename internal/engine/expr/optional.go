package expr

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// presence walks over an expression and refuses what may be nil where that would be taken for data: anywhere but in a
// comparison for equality, as an operand of ??, or where the value is just passed on. It returns whether the whole may
// be nil, as far as the expression says so: an optional variable, or nil itself.
func (b *bound) presence(node ast.Node, passedOn bool) bool { return b.guarded(node, passedOn, nil) }

// guarded is presence where the variables named by present are known to be there. allowed says that an optional
// variable may stand there.
func (b *bound) guarded(node ast.Node, allowed bool, present []string) (mayBeNil bool) {
	switch n := node.(type) {
	case *ast.NilNode:
		return true
	case *ast.IdentifierNode:
		r, ok := b.ref(n.Value)
		if !ok || !r.variable.mayBeNil() || slices.Contains(present, r.name) {
			return false
		}
		if !allowed {
			b.fail(node, fmt.Sprintf("Say what stands in for it: %s ?? ….", r.name), "%s may be absent.", r.name)
		}
		return true
	case *ast.BinaryNode:
		return b.guardedBinary(n, allowed, present)
	case *ast.ConditionalNode:
		whenTrue, whenFalse := b.presentIn(n.Cond)
		b.needed(n.Cond, present)
		first := b.guarded(n.Exp1, allowed, slices.Concat(present, whenTrue))
		return b.guarded(n.Exp2, allowed, slices.Concat(present, whenFalse)) || first
	case *ast.MemberNode:
		b.guarded(n.Node, allowed || n.Optional, present)
		b.needed(n.Property, present)
		return false
	case *ast.ChainNode:
		b.guarded(n.Node, allowed, present)
		return false
	case *ast.ArrayNode, *ast.MapNode, *ast.PairNode: // JSON has null
		for _, child := range children(node) {
			b.guarded(child, false, present)
		}
		return false
	}
	for _, child := range children(node) {
		b.needed(child, present)
	}
	return false
}

// failNil refuses a whole expression that may give nil where a value is needed.
func (b *bound) failNil() {
	e := Error{
		Offset: b.offset, Message: "The expression may give nil.",
		Remedy: "A value is needed here. Say what stands in for it: … ?? ….",
	}
	switch root := b.root.(type) {
	case *ast.NilNode:
		e.Message, e.Remedy = "The expression gives nil.", "A value is needed here."
	case *ast.IdentifierNode:
		r, _ := b.ref(root.Value)
		name := r.name
		e.Message = name + " may be absent."
		e.Remedy = fmt.Sprintf("A value is needed here. Say what stands in for it: %s ?? ….", name)
	}
	b.errors = append(b.errors, e)
}

// needed is guarded where nil is an error.
func (b *bound) needed(node ast.Node, present []string) {
	before := len(b.errors)
	if _, isNil := node.(*ast.NilNode); !b.guarded(node, false, present) || isNil || len(b.errors) > before {
		return
	}
	b.fail(node, "Say what stands in for it: … ?? ….", "This may be nil, and a value is needed.")
}

func (b *bound) guardedBinary(n *ast.BinaryNode, allowed bool, present []string) bool {
	switch n.Operator {
	case "??":
		all := operands(n)
		last := len(all) - 1
		for _, o := range all[:last] {
			b.guarded(o, isDirect(o), present)
		}
		if v, ok := b.variable(all[last]); ok && v.Missing {
			allowed = false // with nil the task runs where none of those has run, without it is left out
		}
		return b.guarded(all[last], allowed, present)
	case "==", "!=":
		for _, o := range []ast.Node{n.Left, n.Right} {
			_, isName := o.(*ast.IdentifierNode)
			b.guarded(o, isName, present)
		}
		return false
	}
	b.needed(n.Left, present)
	switch whenTrue, whenFalse := b.presentIn(n.Left); n.Operator {
	case "&&", "and":
		present = slices.Concat(present, whenTrue)
	case "||", "or":
		present = slices.Concat(present, whenFalse)
	}
	b.needed(n.Right, present)
	return false
}

// isDirect reports whether a node is a variable or a member of one, which is tested for being there where it is read.
func isDirect(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		return true
	case *ast.MemberNode:
		return isDirect(n.Node)
	case *ast.ChainNode:
		return isDirect(n.Node)
	}
	return false
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
		r, ok := b.ref(variable.Value)
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
