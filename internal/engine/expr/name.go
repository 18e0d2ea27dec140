package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Name is the preferred name of the variable that a plain tag of Argo, such as {{tasks.load.outputs.parameters.rows}},
// stands for.
func (d *Decompiler) Name(tag string) (string, bool) {
	argo, opened := strings.CutPrefix(tag, "{{")
	argo, closed := strings.CutSuffix(argo, "}}")
	if !opened || !closed {
		return "", false
	}
	names := d.names(strings.TrimSpace(argo))
	if len(names) == 0 {
		return "", false
	}
	return names[0], true
}

// Hash undoes CompileHash of one text.
func (d *Decompiler) Hash(argo string) (string, bool) {
	inner, ok := strings.CutPrefix(argo, "{{=")
	inner, closed := strings.CutSuffix(inner, "}}")
	if !ok || !closed {
		return "", false
	}
	tree, err := parseTree(inner)
	if err != nil {
		return "", false
	}
	sum, ok := tree.Node.(*ast.CallNode)
	if !ok || len(sum.Arguments) != 1 {
		return "", false
	}
	args, ok := call(sum.Arguments[0], "toJson", 1)
	if !ok {
		return "", false
	}
	list, ok := args[0].(*ast.ArrayNode)
	if !ok || len(list.Nodes) != 1 {
		return "", false
	}
	if constant, ok := list.Nodes[0].(*ast.StringNode); ok {
		return escape(constant.Value, false), true
	}
	compile := func(t *Typed) (string, error) { return CompileHash(nil, t) }
	for _, split := range []bool{true, false} {
		var b strings.Builder
		u := undoer{d: d, shown: true}
		if split {
			u.sum(&b, list.Nodes[0])
		} else {
			b.WriteString("{{ " + printUser(u.undo(list.Nodes[0], false)) + " }}")
		}
		if found, ok := d.proved(argo, spec.Any, compile, b.String()); ok {
			return found, true
		}
	}
	return "", false
}

// Loose reads a text that people have written for Argo: plain tags of known variables among data. It says the same,
// though Template.Compile writes it in another way.
func (d *Decompiler) Loose(argo string, want spec.Type) (string, bool) {
	pieces, ok := argoPieces(argo)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for i, p := range pieces {
		if !p.isExpr {
			b.WriteString(escape(p.text, i+1 < len(pieces)))
			continue
		}
		name, ok := d.Name("{{" + p.text + "}}")
		if !ok {
			return "", false
		}
		b.WriteString("{{ " + name + " }}")
	}
	t, errs := Parse(b.String())
	if len(errs) > 0 {
		return "", false
	}
	return b.String(), d.check(t.In(d.env), want)
}
