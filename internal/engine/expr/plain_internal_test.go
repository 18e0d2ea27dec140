package expr

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/expr-lang/expr/ast"
	"pgregory.net/rapid"
)

// located writes a tree with the place of each node.
func located(node ast.Node) string {
	text := fmt.Sprintf("%T %v", node, node.Location())
	switch n := node.(type) {
	case *ast.IdentifierNode:
		text += " " + n.Value
	case *ast.StringNode:
		text += " " + n.Value
	case *ast.MemberNode:
		text += fmt.Sprint(" ", n.Optional, n.Method)
	}
	var inner strings.Builder
	for _, child := range children(node) {
		inner.WriteString(" (" + located(child) + ")")
	}
	return text + inner.String()
}

// TestPlainReferences reads names without expr-lang, to the same tree.
func TestPlainReferences(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"parameters.word", " tasks.load.outputs.x ", "x", "  each.value.a_1._b ", "len", "let.x", "a.b.c.d.e.f.g.h"} {
		if _, ok := plain(text); ok != (text != "let.x") {
			t.Errorf("%q is read as a plain reference: %v", text, ok)
		}
	}
	words := append(
		[]string{"a", "b1", "_c", "parameters", "len", "map", "1", "é", "", " ", "$env", "null", "?", "a(", "-"}, words...,
	)
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for range rapid.IntRange(1, maxPlain+2).Draw(t, "segments") {
			if text != "" {
				text += "."
			}
			text += rapid.SampledFrom(words).Draw(t, "segment")
		}
		text = rapid.SampledFrom([]string{"", " ", "   ", "\n"}).Draw(t, "before") + text + rapid.SampledFrom([]string{"", " ", "."}).Draw(t, "after")
		read, ok := plain(text)
		if !ok {
			return
		}
		tree, err := parseTree(text)
		if err != nil {
			t.Fatalf("%q: expr-lang refuses it: %v", text, err)
		}
		found := references([]part{read})
		if want := references([]part{{node: tree.Node}}); !slices.Equal(found, want) {
			t.Fatalf("%q: the references are %v, and plain has %v", text, want, found)
		}
		v := validator{}
		if node := v.visit(tree.Node, 0); len(v.errors) > 0 || located(node) != located(read.node) {
			t.Fatalf("%q: expr-lang reads %s %v, and plain %s", text, located(node), v.errors, located(read.node))
		}
	})

}
