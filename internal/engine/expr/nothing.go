package expr

import (
	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// An expression may give nil where the input that it is for is optional. Argo takes nil for an error, so what arrives
// is what such an input has where no caller gives it.

// NoArtifact is an input artifact that a template has where it needs one that does not exist: it is optional, and
// nobody ever gives it.
const NoArtifact = "kfp-none"

// nothing is how the absence of a value of a type travels.
func nothing(t spec.Type) ast.Node {
	switch {
	case t.IsArtifact():
		return path("inputs.artifacts."+NoArtifact, false)
	case t == spec.String:
		return text(wire.Absent)
	}
	return text("null")
}

// CompileOptional is Compile for an input that is optional.
func (t *Typed) CompileOptional(want spec.Type) (string, error) {
	if len(t.parts) != 1 || t.parts[0].node == nil {
		return t.Compile(want)
	}
	all, err := t.bound()
	if err != nil {
		return "", err
	}
	b := all[0]
	if _, ok := b.variable(b.root); ok && !b.mayGiveNil(b.root) {
		return b.tag(want), nil
	}
	return tag(b.passedOrNothing(b.root, want, true).inert()), nil
}

// CompileOptionalFrom is CompileValueFrom for an input that is optional.
func (t *Typed) CompileOptionalFrom(want spec.Type) (string, error) {
	b, err := t.single()
	if err != nil {
		return "", err
	}
	return printArgo(b.passedOrNothing(b.root, want, false).inert()), nil
}

// CompileMissing is CompileValueFrom for the output of a task, as it is, that may not be there.
func (t *Typed) CompileMissing(want spec.Type) (string, error) {
	b, err := t.single()
	if err != nil {
		return "", err
	}
	v, _ := b.variable(b.root)
	if v.mayBeGone() {
		return printArgo(choose(v.gone(), nothing(want), b.text(b.root, want, false))), nil
	}
	own := v.passed()
	switch {
	case !v.Nullable:
	case v.isPassedAsIs():
		own.node = binary("??", own.node, nothing(want))
	default:
		own.node = choose(v.absent(), nothing(want), own.node)
	}
	return printArgo(own.inert()), nil
}

// AbsentText is the text that travels for the absence of a value of a type.
func AbsentText(t spec.Type) string {
	if t == spec.String {
		return wire.Absent
	}
	return "null"
}

// passedOrNothing is passed for an input that is optional: it never is nil.
func (b *bound) passedOrNothing(node ast.Node, want spec.Type, whole bool) passing {
	if !b.mayGiveNil(node) {
		return b.passed(node, want, whole)
	}
	switch n := node.(type) {
	case *ast.NilNode:
		return passing{node: nothing(want)}
	case *ast.ConditionalNode:
		yes, no := b.passedOrNothing(n.Exp1, want, whole), b.passedOrNothing(n.Exp2, want, whole)
		return passing{choose(b.value(n.Cond), yes.node, no.node), yes.isForeign || no.isForeign}
	case *ast.BinaryNode:
		if all := operands(n); n.Operator == "??" && b.optional(n) {
			last := len(all) - 1
			return b.first(all[:last], b.passedOrNothing(all[last], want, whole))
		}
	}
	if v, ok := b.variable(node); ok && v.Missing {
		return passing{node: binary("??", v.raw(), nothing(want))}
	}
	isNil := binary("==", b.value(node), &ast.NilNode{})
	return passing{node: choose(isNil, nothing(want), b.text(node, want, whole))}
}

// mayGiveNil reports whether a node may give nil: it says so, or nobody knows what it finds. The output of a task that
// may have been skipped is none of these, since what uses it alone is omitted then; nor is an optional parameter, whose
// text says itself that there is none.
func (b *bound) mayGiveNil(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.NilNode, *ast.ChainNode:
		return true
	case *ast.IdentifierNode:
		if v, ok := b.variable(n); ok && v.Missing {
			return true
		}
	case *ast.ConditionalNode:
		return b.mayGiveNil(n.Exp1) || b.mayGiveNil(n.Exp2)
	case *ast.BinaryNode:
		if n.Operator == "??" {
			all := operands(n)
			last := all[len(all)-1]
			v, isVar := b.variable(last)
			return b.mayGiveNil(last) || isVar && v.Optional && !b.optional(n)
		}
	case *ast.BuiltinNode:
		switch n.Name {
		case "find", "findLast", "first", "last", "get":
			return true
		}
	}
	return b.infer(node) == spec.Any
}

// undoNothing recognises what passedOrNothing writes of a node that may give nil.
func (u undoer) undoNothing(node ast.Node) (ast.Node, bool) {
	if u.nothing == nil {
		return nil, false
	}
	absent := printArgo(u.nothing)
	if printArgo(node) == absent {
		return &ast.NilNode{}, true
	}
	n, ok := node.(*ast.ConditionalNode)
	if !ok || u.keepTest || printArgo(n.Exp1) != absent {
		return nil, false
	}
	if test, ok := n.Cond.(*ast.BinaryNode); !ok || test.Operator != "==" || printArgo(test.Right) != "nil" {
		return nil, false
	}
	return u.undo(n.Exp2, true), true
}
