package expr

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// value writes a node as Argo's expression for its value: typed and decoded.
func (b *bound) value(node ast.Node) ast.Node {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		if r, ok := b.ref(n.Value); ok {
			return r.variable.value()
		}
	case *ast.BinaryNode:
		return b.binaryValue(n)
	case *ast.MemberNode:
		return b.member(n, false)
	case *ast.ChainNode:
		return &ast.ChainNode{Node: b.value(n.Node)}
	case *ast.CallNode:
		return b.call(n)
	case *ast.BuiltinNode:
		return b.builtin(n)
	}
	return copyNode(node, b.value)
}

// member reads a member. Left of ?? what holds it may be absent too.
func (b *bound) member(n *ast.MemberNode, guarded bool) ast.Node {
	m := &ast.MemberNode{Optional: n.Optional, Property: b.value(n.Property)}
	switch of := n.Node.(type) {
	case *ast.IdentifierNode:
		r, ok := b.ref(of.Value)
		if !ok {
			m.Node = of
			break
		}
		m.Node = r.variable.object()
		m.Optional = m.Optional || guarded && r.variable.mayBeAbsent()
	case *ast.MemberNode:
		m.Node = b.member(of, guarded)
	default:
		m.Node = b.value(n.Node)
	}
	return m
}

func (b *bound) call(n *ast.CallNode) ast.Node {
	args := mapNodes(n.Arguments, b.value)
	at := builtin("date", args[0])
	if len(args) == 3 {
		at = binary("+", at, builtin("duration", args[2]))
	}
	return &ast.CallNode{Callee: &ast.MemberNode{Node: at, Property: text("Format"), Method: true}, Arguments: args[1:2]}
}

func (b *bound) builtin(n *ast.BuiltinNode) ast.Node {
	args := mapNodes(n.Arguments, b.value)
	switch n.Name {
	case "toJSON":
		return toJSON(args[0])
	case "keys":
		return builtin("sort", builtin("keys", args[0])) // Go's order of keys differs at each of Argo's passes
	}
	return builtin(n.Name, args...)
}

func (b *bound) binaryValue(n *ast.BinaryNode) ast.Node {
	switch n.Operator {
	case "??":
		return b.coalesce(n)
	case "==", "!=", "in", "startsWith", "endsWith", "contains":
		if _, ok := n.Right.(*ast.NilNode); ok {
			if v := b.nullable(n.Left); v != nil && n.Operator == "==" {
				return v.absent()
			} else if v != nil {
				return v.present()
			}
		}
		// Decoding changes nothing that a text without braces and marks could meet, so it is left out.
		if isPlainLiteral(n.Right) {
			return binary(n.Operator, b.undecoded(n.Left), b.value(n.Right))
		}
		if isPlainLiteral(n.Left) && (n.Operator == "==" || n.Operator == "!=") {
			return binary(n.Operator, b.value(n.Left), b.undecoded(n.Right))
		}
	}
	if equal := b.nullableEqual(n); equal != nil {
		return equal
	}
	return binary(n.Operator, b.value(n.Left), b.value(n.Right))
}

// nullableEqual compares what may be absent: the functions that make a value of a text do not take nil, and expr-lang's
// comparison of two strings does not either. Nil: the comparison is not of that kind.
func (b *bound) nullableEqual(n *ast.BinaryNode) ast.Node {
	left, right := b.nullable(n.Left), b.nullable(n.Right)
	if n.Operator != "==" && n.Operator != "!=" || left == nil && right == nil {
		return nil
	}
	values := binary(n.Operator, b.value(n.Left), b.value(n.Right))
	present := func(v *Var) ast.Node {
		if n.Operator == "==" {
			return binary("&&", v.present(), values)
		}
		return binary("||", v.absent(), values)
	}
	switch {
	case left == nil:
		return present(right)
	case right == nil:
		return present(left)
	case n.Operator == "==":
		return choose(left.absent(), right.absent(), present(right))
	}
	return choose(left.absent(), right.present(), present(right))
}

// nullable is a variable that may be absent and whose text tells whether it is.
func (b *bound) nullable(node ast.Node) *Var {
	if v, ok := b.variable(node); ok && v.isText() && v.mayBeAbsent() {
		return &v
	}
	return nil
}

func (v Var) mayBeAbsent() bool { return v.Nullable || v.Optional }

// undecoded is the text of a string variable as it travels, and the value of anything else.
func (b *bound) undecoded(node ast.Node) ast.Node {
	if v, ok := b.variable(node); ok && v.Type == spec.String && v.Coding == Wire && v.Field == "" && !v.isConstant() {
		return v.raw()
	}
	return b.value(node)
}

func (b *bound) variable(node ast.Node) (Var, bool) {
	if id, ok := node.(*ast.IdentifierNode); ok {
		if r, ok := b.ref(id.Value); ok {
			return r.variable, true
		}
	}
	return Var{}, false
}

// isPlainLiteral reports whether a node is a string without braces and marks, or a list of such.
func isPlainLiteral(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.StringNode:
		return !strings.ContainsAny(n.Value, "{"+wire.Mark)
	case *ast.ArrayNode:
		for _, e := range n.Nodes {
			if !isPlainLiteral(e) {
				return false
			}
		}
		return len(n.Nodes) > 0
	}
	return false
}

// operands are a, b, c of a ?? b ?? c, however it is bracketed.
func operands(node ast.Node) []ast.Node {
	if n, ok := node.(*ast.BinaryNode); ok && n.Operator == "??" {
		return append(operands(n.Left), operands(n.Right)...)
	}
	return []ast.Node{node}
}

// coalesce reads the first operand that is there. A variable's text is tested, since the functions that make a value of
// it fail on nil.
func (b *bound) coalesce(n *ast.BinaryNode) ast.Node {
	all := operands(n)
	last := len(all) - 1
	result := b.value(all[last])
	if v, ok := b.variable(all[last]); ok && v.Optional && v.isText() {
		result = choose(v.present(), v.value(), &ast.NilNode{})
	}
	return b.firstOf(all[:last], result)
}

// firstOf is the value of the first of these nodes that is there, or else another one.
func (b *bound) firstOf(nodes []ast.Node, result ast.Node) ast.Node {
	for _, node := range slices.Backward(nodes) {
		v, isVar := b.variable(node)
		m, isMember := node.(*ast.MemberNode)
		switch {
		case isVar && v.isText() && !v.isConstant():
			result = choose(v.present(), v.value(), result)
		case isVar && v.mayBeGone():
			result = choose(v.gone(), result, v.value())
		case isMember:
			result = coalescing(b.member(m, true), result)
		default:
			result = coalescing(b.value(node), result)
		}
	}
	return result
}

func coalescing(left, right ast.Node) ast.Node {
	if m, ok := left.(*ast.MemberNode); ok {
		left = &ast.ChainNode{Node: m}
	}
	return binary("??", left, right)
}

// text writes a node as Argo's expression for how its value travels. Where whole is set the expression is all of a tag:
// numbers and booleans may stay what they are, since Argo writes them as JSON; else it is always a string.
func (b *bound) text(node ast.Node, want spec.Type, whole bool) ast.Node {
	return b.passed(node, want, whole).inert()
}

// passing is a text as it travels, but for what a task wrote in it, which has to be made inert if isForeign is set.
type passing struct {
	node      ast.Node
	isForeign bool
}

func (p passing) inert() ast.Node {
	if p.isForeign {
		return inert(p.node)
	}
	return p.node
}

// passed is text where the caller makes foreign texts inert, all of them at once.
func (b *bound) passed(node ast.Node, want spec.Type, whole bool) passing {
	if v, ok := b.variable(node); ok && v.isText() {
		return v.passed()
	}
	switch n := node.(type) {
	case *ast.StringNode:
		return passing{node: text(wire.Encode(n.Value))}
	case *ast.NilNode:
		return passing{node: n}
	case *ast.ConditionalNode:
		yes, no := b.passed(n.Exp1, want, whole), b.passed(n.Exp2, want, whole)
		return passing{choose(b.value(n.Cond), yes.node, no.node), yes.isForeign || no.isForeign}
	case *ast.BinaryNode:
		if n.Operator == "??" && b.optional(n) {
			all := operands(n)
			last := len(all) - 1
			return b.first(all[:last], b.passed(all[last], want, whole))
		}
		if n.Operator == "+" && b.joins(node) {
			return b.joined(node)
		}
	}
	return passing{node: b.encoded(b.value(node), b.infer(node), want, whole, b.mayHoldBrace(node))}
}

// shown is the text that a node adds to a longer one: strings as they are, everything else as JSON, decoded.
func (b *bound) shown(node ast.Node) ast.Node {
	if v, ok := b.variable(node); ok && v.isText() {
		return v.decoded()
	}
	switch b.infer(node) {
	case spec.String:
		return b.value(node)
	case spec.Any:
		v := b.value(node)
		return choose(binary("==", builtin("type", v), text("string")), v, toJSON(v))
	}
	return toJSON(b.value(node))
}

// allNullable reports whether a node is a variable, or a choice of some, of which none need be there.
func (b *bound) allNullable(node ast.Node) bool {
	for _, o := range operands(node) {
		if v, ok := b.variable(o); !ok || !v.isText() || !v.Nullable {
			return false
		}
	}
	return true
}

// optional reports whether all operands of ?? but the last are variables whose texts tell whether they are absent.
func (b *bound) optional(n *ast.BinaryNode) bool {
	all := operands(n)
	for _, o := range all[:len(all)-1] {
		if v, ok := b.variable(o); !ok || !v.isText() {
			return false
		}
	}
	return true
}

// first is the text of the first of these variables that is there, or else another text.
func (b *bound) first(variables []ast.Node, orElse passing) passing {
	result := orElse
	for _, o := range slices.Backward(variables) {
		v, _ := b.variable(o)
		own := v.passed()
		node := choose(v.present(), own.node, result.node)
		if v.isPassedAsIs() {
			node = binary("??", own.node, result.node)
		}
		result = passing{node, own.isForeign || result.isForeign}
	}
	return result
}

// encoded makes a travelling text of a value.
func (b *bound) encoded(v ast.Node, got, want spec.Type, whole, brace bool) ast.Node {
	safe := func(v ast.Node) ast.Node {
		if brace {
			return encode(v)
		}
		return v
	}
	switch {
	case got == spec.String || got == spec.Any && want == spec.String:
		return safe(v) // what is no string after all fails in replace
	case got == spec.Any && want == spec.Any:
		isText := binary("==", builtin("type", v), text("string"))
		return safe(choose(isText, v, toJSON(v)))
	case !holdsText(got) && !got.IsList() && whole:
		return v
	}
	return safe(toJSON(v))
}

// joins reports whether a sum of strings may be made of the texts as they travel: literals are plain, and no two texts
// meet whose braces could make a tag.
func (b *bound) joins(node ast.Node) bool {
	terms := b.terms(node)
	for i, t := range terms {
		_, literal := t.(*ast.StringNode)
		if literal && !isPlainLiteral(t) || b.infer(t) != spec.String {
			return false
		}
		if i > 0 && !literal && b.mayHoldBrace(t) && b.mayHoldBrace(terms[i-1]) {
			return false
		}
	}
	return true
}

// joined is a sum of the texts as they travel.
func (b *bound) joined(node ast.Node) passing {
	if n, ok := node.(*ast.BinaryNode); ok && n.Operator == "+" {
		left, right := b.joined(n.Left), b.joined(n.Right)
		return passing{binary("+", left.node, right.node), left.isForeign || right.isForeign}
	}
	return b.passed(node, spec.String, false)
}

func (b *bound) terms(node ast.Node) []ast.Node {
	if n, ok := node.(*ast.BinaryNode); ok && n.Operator == "+" && b.infer(node) == spec.String {
		return append(b.terms(n.Left), b.terms(n.Right)...)
	}
	return []ast.Node{node}
}

// mayHoldBrace reports whether the value of a node can hold a brace or a mark.
func (b *bound) mayHoldBrace(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.StringNode:
		return !isPlainLiteral(n)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NilNode:
		return false
	case *ast.PointerNode:
		return n.Name != "index"
	case *ast.BuiltinNode:
		switch n.Name {
		case "fromBase64", "fromJSON":
			return true
		case "toJSON": // a struct begins with one
			return holdsText(b.infer(n.Arguments[0]))
		}
	}
	if !holdsText(b.infer(node)) {
		return false
	}
	if v, ok := b.variable(node); ok {
		return v.Coding != Plain
	}
	return slices.ContainsFunc(children(node), b.mayHoldBrace)
}
