package expr

import (
	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Substitute puts texts in place of the names <of>.x that an expression uses. A name that texts lack stays.
func (t *Template) Substitute(of string, texts map[string]*Template, types map[string]spec.Type) *Template {
	return t.replaced(func(segments []string) ast.Node {
		if len(segments) != 2 || segments[0] != of || texts[segments[1]] == nil {
			return nil
		}
		return texts[segments[1]].node(types[segments[1]])
	})
}

// replaced is the text with something else in place of dotted names; nil: the name stays.
func (t *Template) replaced(by func(segments []string) ast.Node) *Template {
	var put func(ast.Node) ast.Node
	put = func(node ast.Node) ast.Node {
		if segments, root, ok := chain(node); ok {
			if other := by(segments); other != nil {
				other.SetLocation(root.Location())
				return other
			}
		}
		return copyNode(node, put)
	}
	result := &Template{expression: t.expression}
	for _, p := range t.parts {
		if p.node != nil {
			p = part{node: put(p.node), offset: p.offset}
		}
		result.parts = append(result.parts, p)
	}
	result.references = references(result.parts)
	return result
}

// node is the whole text as one expression of a type.
func (t *Template) node(want spec.Type) ast.Node {
	if constant, ok := t.Constant(); ok {
		if want == spec.String || want.IsArtifact() {
			return text(constant)
		}
		return builtin("fromJSON", text(constant))
	}
	if len(t.parts) == 1 {
		return copyNode(t.parts[0].node, func(n ast.Node) ast.Node { return n })
	}
	return t.sum()
}
