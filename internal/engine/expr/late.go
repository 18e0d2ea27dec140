package expr

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A variable that Argo knows later than the others cannot share an expression with them: whichever is filled in first
// would wait for the other, where that is not known any more. Nothing that has to be made safe stands beside it, so
// that in JSON it can be a tag inside the string.

// isLate reports whether the text holds a variable that is known late.
func (t *Typed) isLate() bool {
	for v := range t.Variables() {
		if v.Late {
			return true
		}
	}
	return false
}

// lateJSON is a JSON string with a tag for each expression. data prepares what stands between them.
func (t *Typed) lateJSON(data func(string) string) (string, error) {
	all, err := t.bound()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, p := range t.parts {
		text := p.literal
		if p.node != nil {
			if !all[i].isConstant() {
				b.WriteString(tag(all[i].shown(all[i].root)))
				continue
			}
			v, _ := all[i].variable(all[i].root)
			text = v.Text
		}
		quoted, err := jsonString(data(text))
		if err != nil {
			return "", err
		}
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return `"` + b.String() + `"`, nil
}

// lateJSON undoes Typed.lateJSON.
func (d *Decompiler) lateJSON(
	argo string, compile func(*Typed) (string, error), data func(string) string,
) (string, bool) {
	if len(argo) < 2 {
		return "", false
	}
	pieces, ok := argoPieces(argo[1 : len(argo)-1])
	if !ok {
		return "", false
	}
	var b strings.Builder
	for i, p := range pieces {
		if p.isExpr {
			tree, err := parseTree(strings.TrimPrefix(p.text, "="))
			if err != nil {
				return "", false
			}
			b.WriteString("{{ " + printUser(undoer{d: d}.undo(tree.Node, false)) + " }}")
			continue
		}
		text, ok := unquoteJSON(`"` + p.text + `"`)
		if !ok {
			return "", false
		}
		b.WriteString(escape(data(text), i+1 < len(pieces)))
	}
	return d.proved(argo, spec.Any, compile, b.String())
}
