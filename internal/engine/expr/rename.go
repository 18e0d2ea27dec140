package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Rename puts dotted names, such as tasks.train.outputs.model, in place of others. Of names that begin alike the longest
// counts; what stands behind one stays.
func (t *Template) Rename(names map[string]string) *Template {
	return t.replaced(func(segments []string) ast.Node {
		if to, known := names[strings.Join(segments, ".")]; known {
			return nameNode(to)
		}
		return nil
	})
}

// String is the text in one style of blanks, quotes and parentheses.
func (t *Template) String() string { return t.Canonical(NewDecompiler(Env{})) }
