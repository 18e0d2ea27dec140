package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Nothing is the name of an empty environment variable of a container. The kubelet replaces $(KFP_NOTHING) last of all,
// after every pass of Argo, so it takes the place of the mark where no runtime of ours decodes.
const Nothing = "KFP_NOTHING"

const apart = "{$(" + Nothing + ")"

// CompileContainerArg writes the text for the command, the arguments or a plain environment variable of a container.
// The container sees it as it is written, and values decoded: strings as they are, everything else as JSON. The
// kubelet, which replaces $(VAR) and $$, finds two dollars for each.
func (t *Typed) CompileContainerArg() (string, error) {
	all, err := t.bound()
	if err != nil {
		return "", err
	}
	join := t.mustJoin(all)
	var b strings.Builder
	for i, p := range t.parts {
		if p.node != nil {
			b.WriteString(all[i].argument(join))
			continue
		}
		b.WriteString(separate(wire.EncodePart(escapeDollars(p.literal))))
	}
	return b.String(), nil
}

// argument writes one expression. all asks for every brace to be kept apart, since a neighbour may begin with one.
func (b *bound) argument(all bool) string {
	v, isVar := b.variable(b.root)
	if isVar && v.isConstant() {
		return separate(wire.EncodePart(escapeDollars(v.Text)))
	}
	if t := b.infer(b.root); !all && (!holdsText(t) && !t.IsList() || isVar && v.Coding == Plain) {
		if isVar && v.Coding != Plain && v.Field == "" { // nobody has looked at a number that a run was given
			return tag(replaceAll(v.raw(), "$", "$$"))
		}
		return b.tag(t)
	}
	value := b.text(b.root, spec.String, false)
	brace := "{" + wire.Mark
	if all {
		value, brace = b.shown(b.root), "{"
	}
	return tag(replaceAll(replaceAll(value, "$", "$$"), brace, apart))
}

func replaceAll(v ast.Node, from, to string) ast.Node {
	return builtin("replace", v, text(from), text(to))
}

func separate(encoded string) string { return strings.ReplaceAll(encoded, "{"+wire.Mark, apart) }

func escapeDollars(text string) string { return strings.ReplaceAll(text, "$", "$$") }
