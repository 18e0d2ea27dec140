package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Reference is one use of a name such as tasks.load.output.
type Reference struct {
	Name    string // dotted
	Offset  int    // in characters from the start of the text
	Guarded bool   // it is an operand of ??, so that the value may be absent
	// Choice numbers the chains of ?? that end without a constant: one of their references has to have a value. Zero:
	// the reference is in no such chain.
	Choice int
	Bare   bool // the expression is nothing but this reference

	node ast.Node
}

// roots are what names start with.
var roots = map[string]bool{
	"parameters": true, "inputs": true, "outputs": true, "tasks": true, "each": true, "run": true, "schedule": true, "last_retry": true,
}

// References returns every use of a name, in the order in which they stand.
func (t *Template) References() []Reference {
	var all []Reference
	for _, p := range t.parts {
		if p.expression == nil {
			continue
		}
		for _, r := range p.expression.refs {
			r.Offset += p.expression.offset
			r.Bare = r.node == p.expression.tree
			all = append(all, r)
		}
	}
	return all
}

// IsConstant reports whether the text holds no expression.
func (t *Template) IsConstant() bool {
	for _, p := range t.parts {
		if p.expression != nil {
			return false
		}
	}
	return true
}

// references finds the longest chains of members that start at a root.
func references(tree ast.Node) []Reference {
	f := &finder{guarded: map[ast.Node]bool{}, choice: map[ast.Node]int{}, inner: map[ast.Node]bool{}}
	f.guard(tree)
	ast.Walk(&tree, f)
	// Walk visits children first, so an inner part of a chain comes before the chain.
	var kept []Reference
	for _, r := range f.found {
		if !f.inner[r.node] {
			kept = append(kept, r)
		}
	}
	return kept
}

type finder struct {
	guarded map[ast.Node]bool
	choice  map[ast.Node]int
	choices int
	inner   map[ast.Node]bool
	found   []Reference
}

// Visit is called for each node, children first.
func (f *finder) Visit(node *ast.Node) {
	name, inner, ok := chain(*node)
	if !ok {
		return
	}
	for _, n := range inner {
		f.inner[n] = true
	}
	f.found = append(f.found, Reference{Name: name, Offset: start(*node), Guarded: f.guarded[*node], Choice: f.choice[*node], node: *node})
}

// guard marks the operands of ??.
func (f *finder) guard(node ast.Node) {
	if b, ok := node.(*ast.BinaryNode); ok && b.Operator == "??" {
		operands := operandsOf(b)
		choice := 0
		if _, _, isReference := chain(operands[len(operands)-1]); isReference {
			f.choices++
			choice = f.choices
		}
		for _, o := range operands {
			f.guarded[o] = true
			f.choice[o] = choice
			f.guard(o)
		}
		return
	}
	for _, child := range children(node) {
		f.guard(child)
	}
}

// operandsOf flattens a ?? b ?? c.
func operandsOf(node ast.Node) []ast.Node {
	if b, ok := node.(*ast.BinaryNode); ok && b.Operator == "??" {
		return append(operandsOf(b.Left), operandsOf(b.Right)...)
	}
	return []ast.Node{node}
}

// chain reads a.b["c"] as a dotted name; inner are the nodes below it that are chains too.
func chain(node ast.Node) (name string, inner []ast.Node, ok bool) {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		return n.Value, nil, roots[n.Value]
	case *ast.ChainNode:
		name, inner, ok = chain(n.Node)
		return name, append(inner, n.Node), ok
	case *ast.MemberNode:
		property, isString := n.Property.(*ast.StringNode)
		base, below, isChain := chain(n.Node)
		if !isString || !isChain || n.Method {
			return "", nil, false
		}
		return base + "." + property.Value, append(below, n.Node), true
	}
	return "", nil, false
}

// start is where the leftmost part of a node stands.
func start(node ast.Node) int {
	for {
		switch n := node.(type) {
		case *ast.MemberNode:
			node = n.Node
		case *ast.ChainNode:
			node = n.Node
		default:
			return node.Location().From
		}
	}
}

// children are the direct parts of a node.
func children(node ast.Node) []ast.Node {
	switch n := node.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}
	case *ast.ChainNode:
		return []ast.Node{n.Node}
	case *ast.MemberNode:
		return []ast.Node{n.Node, n.Property}
	case *ast.SliceNode:
		return compact(n.Node, n.From, n.To)
	case *ast.CallNode:
		return append([]ast.Node{n.Callee}, n.Arguments...)
	case *ast.BuiltinNode:
		return n.Arguments
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.VariableDeclaratorNode:
		return []ast.Node{n.Value, n.Expr}
	case *ast.SequenceNode:
		return n.Nodes
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.MapNode:
		return n.Pairs
	case *ast.PairNode:
		return []ast.Node{n.Key, n.Value}
	}
	return nil
}

func compact(nodes ...ast.Node) []ast.Node {
	var out []ast.Node
	for _, n := range nodes {
		if n != nil {
			out = append(out, n)
		}
	}
	return out
}

// split cuts a reference into the name that the environment knows and the members below it, such as a struct's field.
func split(env Env, name string) (base string, below []string, ok bool) {
	parts := strings.Split(name, ".")
	for n := len(parts); n > 0; n-- {
		base = strings.Join(parts[:n], ".")
		if _, known := env.Lookup(base); known {
			return base, parts[n:], true
		}
	}
	return "", nil, false
}
