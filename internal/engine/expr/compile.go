package expr

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Compile writes the text for Argo, as a value of a type that travels to a component: data encoded, a bare reference as
// a plain tag, everything else as {{= }}. The error is the first that Check reports.
func (t *Typed) Compile(want spec.Type) (string, error) {
	if constant, ok := t.Constant(); ok {
		return Constant(constant, want)
	}
	all, err := t.bound()
	if err != nil {
		return "", err
	}
	if len(t.parts) == 1 {
		return all[0].tag(want), nil
	}
	if t.mustJoin(all) {
		return tag(encode(t.shown(all))), nil
	}
	var b strings.Builder
	for i, p := range t.parts {
		if p.node == nil {
			b.WriteString(wire.EncodePart(p.literal))
			continue
		}
		b.WriteString(all[i].tag(spec.Any))
	}
	return b.String(), nil
}

// CompileOr compiles a single reference, or a choice by ??, with a value for when all of it is absent. orElse is a text
// as it travels.
func (t *Typed) CompileOr(want spec.Type, orElse string) (string, error) {
	if len(t.parts) != 1 || t.parts[0].node == nil {
		return t.Compile(want)
	}
	all, err := t.bound()
	if err != nil {
		return "", err
	}
	b := all[0]
	if v, ok := b.variable(b.root); ok && v.mayBeGone() {
		return tag(choose(v.gone(), text(orElse), b.text(b.root, want, true))), nil
	}
	if !b.allNullable(b.root) {
		return t.Compile(want)
	}
	return tag(b.first(operands(b.root), passing{node: text(orElse)}).inert()), nil
}

// CompileCondition writes a condition for Argo's when, which evaluates what comes of it once more, in a language of its
// own: a text that was given for a boolean must not get there.
func (t *Typed) CompileCondition() (string, error) {
	b, err := t.single()
	if err != nil {
		return "", err
	}
	if v, ok := b.variable(b.root); ok && v.isTag() {
		return tag(v.value()), nil
	}
	return t.Compile(spec.Boolean)
}

// CompileExpression writes an expression for where Argo takes one outside tags, such as a hook or a retry strategy. Its
// result is the value, typed.
func (t *Typed) CompileExpression() (string, error) {
	b, err := t.single()
	if err != nil {
		return "", err
	}
	return printArgo(b.value(b.root)), nil
}

// CompileValueFrom writes an expression as Argo takes it outside tags for the output of a DAG: valueFrom.expression,
// whose result is a text as it travels, or fromExpression of an artifact.
func (t *Typed) CompileValueFrom(want spec.Type) (string, error) {
	b, err := t.single()
	if err != nil {
		return "", err
	}
	return printArgo(b.text(b.root, want, false)), nil
}

// single binds a text that may be a constant, and makes one expression of it.
func (t *Typed) single() (*bound, error) {
	if len(t.parts) == 1 && t.parts[0].node != nil {
		all, err := t.bound()
		if err != nil {
			return nil, err
		}
		return all[0], nil
	}
	b := part{node: t.sum()}.bind(t.env)
	if len(b.errors) > 0 {
		return nil, b.errors[0]
	}
	return b, nil
}

// sum is the whole text as one expression that gives a string.
func (t *Template) sum() ast.Node {
	whole := text("")
	for i, p := range t.parts {
		node := p.node
		if node == nil {
			node = text(p.literal)
		} else {
			node = builtin("string", node)
		}
		if i == 0 {
			whole = node
		} else {
			whole = binary("+", whole, node)
		}
	}
	return whole
}

// tag writes one expression as a tag: plain where a variable's text is just passed on.
func (b *bound) tag(want spec.Type) string {
	if v, ok := b.variable(b.root); ok {
		if v.isConstant() {
			return wire.EncodePart(v.Text)
		}
		if v.isTag() {
			return "{{" + v.Argo + "}}"
		}
	}
	return tag(b.text(b.root, want, true))
}

// InertTag is a tag for an expression over Argo's names in which a task may have written, such as the messages of
// nodes.
func InertTag(argo string) string { return tag(inert(code(argo))) }

// Access writes Argo's name of a variable as an expression that is nil where it does not exist.
func Access(argo string) string { return printArgo(path(argo, true)) }

// Name writes Argo's name of a variable as an expression.
func Name(argo string) string { return printArgo(path(argo, false)) }

// tag writes an expression of Argo. A space keeps a map's brace apart from those of the tag.
func tag(node ast.Node) string {
	text := printArgo(node)
	if strings.HasSuffix(text, "}") {
		text += " "
	}
	return "{{=" + text + "}}"
}

// mustJoin reports whether two neighbours could make a tag, or a mark, of their ends once Argo has put a value in: the
// next tag may still be there by then. Such a text becomes one expression.
func (t *Template) mustJoin(all []*bound) bool {
	for i := range len(t.parts) - 1 {
		if all[i] == nil || !all[i].mayEndInBrace() {
			continue
		}
		next := t.parts[i+1]
		if next.node != nil && !all[i+1].isConstant() {
			return true
		}
		if next.node == nil && (strings.HasPrefix(next.literal, "{") || strings.HasPrefix(next.literal, wire.Mark)) {
			return true
		}
	}
	return false
}

// isConstant reports whether the expression is a variable that stands for a constant.
func (b *bound) isConstant() bool {
	v, ok := b.variable(b.root)
	return ok && v.isConstant()
}

func (b *bound) mayEndInBrace() bool {
	if b.isConstant() {
		return false // EncodePart has seen to it
	}
	got := b.infer(b.root)
	v, isVariable := b.variable(b.root) // nobody has looked at a number that a run was given
	return got == spec.Struct || got == spec.Any || isVariable && v.isText() && v.Coding != Plain || b.mayHoldBrace(b.root)
}

// shown is the whole text as one expression for what a reader sees of it. Sums are taken apart and neighbouring data
// joined, so that the same text has one form however it is cut into {{ }}.
func (t *Template) shown(all []*bound) ast.Node {
	var whole, last ast.Node
	add := func(next ast.Node) {
		data, isData := next.(*ast.StringNode)
		before, wasData := last.(*ast.StringNode)
		switch {
		case whole == nil:
			whole, last = next, next
		case isData && wasData:
			before.Value += data.Value
		default:
			whole, last = binary("+", whole, next), next
		}
	}
	for i, p := range t.parts {
		if p.node == nil {
			add(text(p.literal))
			continue
		}
		for _, term := range all[i].terms(all[i].root) {
			add(all[i].shown(term))
		}
	}
	return whole
}

// CompileHash writes a tag that becomes the SHA-256, in hex, of the texts: the same for the same texts at each run.
// salt are expressions over Argo's names that count too.
func CompileHash(salt []string, texts ...*Typed) (string, error) {
	list := make([]ast.Node, 0, len(texts)+len(salt))
	for _, t := range texts {
		if t.IsConstant() {
			constant, _ := t.Constant()
			list = append(list, text(constant))
			continue
		}
		all, err := t.bound()
		if err != nil {
			return "", err
		}
		list = append(list, t.shown(all))
	}
	for _, s := range salt {
		list = append(list, code(s))
	}
	sum := &ast.CallNode{
		Callee: member(ident("sprig"), "sha256sum"), Arguments: []ast.Node{toJSON(&ast.ArrayNode{Nodes: list})},
	}
	return tag(sum), nil
}

// CompileJSON is CompileJSONString for an environment variable, where "$" has a meaning for the kubelet that data must
// not have.
func (t *Typed) CompileJSON() (string, error) {
	if constant, ok := t.Constant(); ok {
		return jsonString(escapeDollars(constant))
	}
	if t.isOfAttempt() {
		return t.compileAttempt()
	}
	if t.isLate() {
		return t.lateJSON(escapeDollars)
	}
	all, err := t.bound()
	if err != nil {
		return "", err
	}
	return tag(replaceAll(toJSON(replaceAll(t.shown(all), "$", "$$")), "{", `\u007b`)), nil
}

// CompileJSONString writes the text for a JSON document that Argo puts values into, as one JSON string with its quotes,
// or a tag that becomes one. Nothing decodes it later: braces travel as \u007b, which only the reader of the JSON
// undoes.
func (t *Typed) CompileJSONString() (string, error) {
	if constant, ok := t.Constant(); ok {
		return jsonString(constant)
	}
	if t.isLate() {
		return t.lateJSON(func(data string) string { return data })
	}
	all, err := t.bound()
	if err != nil {
		return "", err
	}
	return tag(replaceAll(toJSON(t.shown(all)), "{", `\u007b`)), nil
}

func jsonString(constant string) (string, error) {
	quoted, err := wire.Marshal(constant)
	if err != nil {
		return "", fmt.Errorf("writing %s as JSON: %w", abbreviate(constant), err)
	}
	return strings.ReplaceAll(quoted, "{", `\u007b`), nil
}
