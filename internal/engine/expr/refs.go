package expr

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// References returns every name that the expressions of the text use, in order. Nobody writes to it.
func (t *Template) References() []Reference { return t.references }

func references(parts []part) []Reference {
	var c collector
	for _, p := range parts {
		if p.node == nil {
			continue
		}
		if p.name != "" {
			c.found = append(c.found, Reference{Name: p.name, Offset: p.offset + p.nameAt, Bare: true})
			continue
		}
		c.offset = p.offset
		c.visit(p.node, use{bare: true})
	}
	slices.SortStableFunc(c.found, func(a, b Reference) int { return a.Offset - b.Offset })
	return c.found
}

type collector struct {
	offset  int
	choices int
	found   []Reference
}

// use is what stands around a node.
type use struct {
	guarded bool
	choice  int
	bare    bool
}

func (c *collector) visit(node ast.Node, u use) {
	if segments, root, ok := chain(node); ok {
		c.found = append(c.found, Reference{
			Name: strings.Join(segments, "."), Offset: c.offset + root.Location().From, Guarded: u.guarded, Choice: u.choice, Bare: u.bare,
		})
		return
	}
	switch n := node.(type) {
	case *ast.BinaryNode:
		if n.Operator == "??" {
			c.coalesce(n)
			return
		}
	case *ast.MemberNode: // the guard is for what is read, not for the index
		c.visit(n.Node, use{guarded: u.guarded, choice: u.choice})
		c.visit(n.Property, use{})
		return
	}
	for _, child := range children(node) {
		c.visit(child, use{})
	}
}

func (c *collector) coalesce(n *ast.BinaryNode) {
	all := operands(n)
	choice := 0
	if _, _, ok := chain(all[len(all)-1]); ok {
		c.choices++
		choice = c.choices
	}
	for _, o := range all {
		c.visit(o, use{guarded: true, choice: choice})
	}
}

// chain returns the segments of a name such as tasks.load.output or parameters["x"], and its first identifier.
func chain(node ast.Node) ([]string, ast.Node, bool) {
	switch n := node.(type) {
	case *ast.ChainNode:
		return chain(n.Node)
	case *ast.IdentifierNode:
		return []string{n.Value}, n, true
	case *ast.MemberNode:
		property, ok := n.Property.(*ast.StringNode)
		if !ok {
			return nil, nil, false
		}
		segments, root, ok := chain(n.Node)
		if !ok {
			return nil, nil, false
		}
		return append(segments, property.Value), root, true
	}
	return nil, nil, false
}

// children returns the operands of a node, in the order of the text.
func children(node ast.Node) []ast.Node {
	var all []ast.Node
	switch n := node.(type) {
	case *ast.UnaryNode:
		all = []ast.Node{n.Node}
	case *ast.BinaryNode:
		all = []ast.Node{n.Left, n.Right}
	case *ast.ChainNode:
		all = []ast.Node{n.Node}
	case *ast.MemberNode:
		all = []ast.Node{n.Node, n.Property}
	case *ast.SliceNode:
		all = slices.DeleteFunc([]ast.Node{n.Node, n.From, n.To}, func(child ast.Node) bool { return child == nil })
	case *ast.CallNode:
		all = n.Arguments
	case *ast.BuiltinNode:
		all = n.Arguments
	case *ast.PredicateNode:
		all = []ast.Node{n.Node}
	case *ast.ConditionalNode:
		all = []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.ArrayNode:
		all = n.Nodes
	case *ast.MapNode:
		all = n.Pairs
	case *ast.PairNode:
		all = []ast.Node{n.Key, n.Value}
	}
	return all
}
