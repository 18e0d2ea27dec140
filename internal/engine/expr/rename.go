package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Rename puts dotted names, such as tasks.train.outputs.model, in place of others. Of names that begin alike the longest
// counts; what stands behind one stays.
func (t *Template) Rename(names map[string]string) *Template {
	var put func(ast.Node) ast.Node
	put = func(node ast.Node) ast.Node {
		if segments, root, ok := chain(node); ok {
			if to, known := names[strings.Join(segments, ".")]; known {
				renamed := nameNode(to)
				renamed.SetLocation(root.Location())
				return renamed
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

// String is the text in one style of blanks, quotes and parentheses.
func (t *Template) String() string { return t.Canonical(NewDecompiler(Env{})) }
