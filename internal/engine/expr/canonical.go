package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Quote writes data as a text that Parse reads as that data.
func Quote(data string) string { return escape(data, false) }

// Canonical is the normalised spelling of a text: one style of blanks, quotes and parentheses, and one name for each
// variable. Names that do not exist stay what they are. It is what a Decompiler finds, as far as one text can be told
// from another by what it compiles to.
func (t *Template) Canonical(d *Decompiler) string {
	var b strings.Builder
	for i, p := range t.parts {
		if p.node == nil {
			b.WriteString(escape(p.literal, i+1 < len(t.parts)))
			continue
		}
		text := printUser(d.canonical(p.node))
		if t.expression {
			return text
		}
		b.WriteString("{{ " + text + " }}")
	}
	return b.String()
}

// canonical renames variables and brackets ?? from the left.
func (d *Decompiler) canonical(node ast.Node) ast.Node {
	if segments, _, ok := chain(node); ok {
		if name, n, found := d.env.lookup(segments); found && n == len(segments) {
			return nameNode(d.preferred(name))
		}
	}
	if n, ok := node.(*ast.BinaryNode); ok && n.Operator == "??" {
		return leftmost(d.canonical(n.Left), d.canonical(n.Right))
	}
	return copyNode(node, d.canonical)
}

// preferred is the first name of the same variable.
func (d *Decompiler) preferred(name string) string {
	v, _ := d.env.Lookup(name)
	for _, other := range d.names(v.key()) {
		if same, _ := d.env.Lookup(other); same == v {
			return other
		}
	}
	return name
}

// Env is the environment of the decompiler.
func (d *Decompiler) Env() Env { return d.env }
