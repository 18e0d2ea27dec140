package expr

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Variables of an attempt are known when it starts, where the names of the task's scope mean something else or nothing.
// So a text that uses them stands in a JSON string as several tags: those that the scope evaluates, and those that are
// left for the attempt, into which the numbers of the scope are written. The latter pass through JSON in JSON, which is
// why neither they nor what they give may hold anything that JSON escapes.

// isOfAttempt reports whether a text uses variables of an attempt.
func (t *Typed) isOfAttempt() bool {
	for v := range t.Variables() {
		if v.OfAttempt {
			return true
		}
	}
	return false
}

// compileAttempt writes a text with variables of an attempt as a JSON string.
func (t *Typed) compileAttempt() (string, error) {
	all, err := t.bound()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteByte('"')
	for i, p := range t.parts {
		if p.node == nil {
			quoted, err := jsonString(escapeDollars(p.literal))
			if err != nil {
				return "", err
			}
			b.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		part, err := all[i].attemptTag()
		if err != nil {
			return "", err
		}
		b.WriteString(part)
	}
	return b.String() + `"`, nil
}

// attemptTag writes one expression of such a text.
func (b *bound) attemptTag() (string, error) {
	if v, ok := b.variable(b.root); ok && v.Late {
		return tag(b.shown(b.root)), nil
	}
	if !b.usesAttempt(b.root) {
		return tag(unquoted(inJSON(toJSON(replaceAll(b.shown(b.root), "$", "$$"))))), nil
	}
	if got := b.infer(b.root); got != spec.String && !isNumber(got) && got != spec.Boolean {
		return "", b.attemptError("%s changes from attempt to attempt", got)
	}
	var outer []ast.Node
	node := b.attempt(b.root, &outer)
	code := strings.ReplaceAll(printArgo(b.value(node)), `"`, `'`)
	if strings.ContainsAny(code, `\<>&{}`+"\u2028\u2029") {
		return "", Error{
			Offset:  b.offset,
			Message: "Argo evaluates what depends on last_retry where <, >, &, braces and quotes in texts cannot stand.",
			Remedy:  "Use == , !=, and, or, min and max, and put texts outside of the {{ }}.",
		}
	}
	_, inLoop := b.env.Lookup("each.value")
	if len(outer) == 0 && !inLoop {
		return "{{=" + code + "}}", nil
	}
	whole := text("{{=")
	if inLoop {
		whole = binary("+", nothingOfItem(), whole)
	}
	for i, node := range outer {
		before, after, _ := strings.Cut(code, outerName(i))
		whole = binary("+", binary("+", whole, text(before+"(")), builtin("string", b.value(node)))
		code = ")" + after
	}
	return tag(binary("+", whole, text(code+"}}"))), nil
}

// nothingOfItem is an empty text that is known once the loop has its items: until then Argo wants to know all the rest.
func nothingOfItem() ast.Node { return code("item[:0]") }

func (b *bound) attemptError(format string, args ...any) error {
	return Error{
		Offset: b.offset, Message: "A value of type " + fmt.Sprintf(format, args...) + ", and only numbers and words can.",
		Remedy: "Use numbers beside last_retry, and put texts outside of the {{ }}.",
	}
}

// unquoted takes the quotes off a JSON string.
func unquoted(quoted ast.Node) ast.Node {
	return builtin("trimPrefix", builtin("trimSuffix", quoted, text(`"`)), text(`"`))
}

// usesAttempt reports whether a node uses variables of an attempt.
func (b *bound) usesAttempt(node ast.Node) bool {
	if v, ok := b.variable(node); ok {
		return v.OfAttempt
	}
	return slices.ContainsFunc(children(node), b.usesAttempt)
}

// usesAny reports whether a node uses variables at all.
func (b *bound) usesAny(node ast.Node) bool {
	if _, ok := b.variable(node); ok {
		return true
	}
	return slices.ContainsFunc(children(node), b.usesAny)
}

// attempt is the part of a node that is left for the attempt. What the scope knows is in outer.
func (b *bound) attempt(node ast.Node, outer *[]ast.Node) ast.Node {
	if !b.usesAttempt(node) && b.usesAny(node) {
		*outer = append(*outer, node)
		return &ast.IdentifierNode{Value: outerName(len(*outer) - 1)}
	}
	if n, ok := node.(*ast.BinaryNode); ok && n.Operator == "&&" {
		node = binary("and", n.Left, n.Right)
	}
	if _, ok := node.(*ast.IdentifierNode); ok {
		return node
	}
	return copyNode(node, func(child ast.Node) ast.Node { return b.attempt(child, outer) })
}

// outerName stands for what the scope knows in the code of an attempt.
func outerName(i int) string { return fmt.Sprintf("kfpOuter%d_", i) }

// isNumber reports whether values of a type are written as digits.
func isNumber(t spec.Type) bool { return t == spec.Integer || t == spec.Float }

// checkAttempt finds what cannot stand in a text with variables of an attempt.
func (t *Typed) checkAttempt() []Error {
	var all []Error
	for _, b := range t.all {
		if b == nil || len(b.errors) > 0 || !b.usesAttempt(b.root) {
			continue
		}
		var outer []ast.Node
		b.attempt(b.root, &outer)
		for _, node := range outer {
			if got := b.infer(node); !isNumber(got) {
				all = append(all, Error{
					Offset: b.offset + node.Location().From, Message: fmt.Sprintf("This gives %s beside last_retry.", got),
					Remedy: "Only numbers of other places can be used beside last_retry: int(…), or another {{ }} of its own.",
				})
			}
		}
		if _, err := b.attemptTag(); err != nil && len(all) == 0 {
			var e Error
			if asError(err, &e) {
				all = append(all, e)
			}
		}
	}
	return all
}

func asError(err error, into *Error) bool {
	e, ok := err.(Error) //nolint:errorlint // made here
	*into = e
	return ok
}

// attempt undoes compileAttempt.
func (d *Decompiler) attempt(argo string) (string, bool) {
	inner, isString := strings.CutPrefix(argo, `"`)
	if !strings.Contains(argo, "{{") {
		return "", false
	}
	pieces, ok := argoPieces(strings.TrimSuffix(inner, `"`))
	if !ok || !isString || len(argo) > maxArgo {
		return "", false
	}
	u := undoer{d: d, shown: true}
	var b strings.Builder
	for i, p := range pieces {
		if !p.isExpr {
			var data string
			if err := json.Unmarshal([]byte(`"`+p.text+`"`), &data); err != nil {
				return "", false
			}
			b.WriteString(escape(strings.ReplaceAll(data, "$$", "$"), i+1 < len(pieces)))
			continue
		}
		tree, err := parseTree(strings.TrimPrefix(p.text, "="))
		if err != nil {
			return "", false
		}
		node, ok := withOuter(tree.Node)
		if !ok {
			return "", false
		}
		b.WriteString("{{ " + printUser(u.undo(withoutQuotes(node), false)) + " }}")
	}
	return d.proved(argo, spec.Any, (*Typed).CompileJSON, b.String())
}

// withoutQuotes takes off what a tag of the scope has around its value.
func withoutQuotes(node ast.Node) ast.Node {
	for _, around := range []struct {
		name string
		args int
	}{{"trimPrefix", 2}, {"trimSuffix", 2}, {"replace", 3}, {"toJson", 1}, {"replace", 3}} {
		args, ok := call(node, around.name, around.args)
		if !ok {
			return node
		}
		node = args[0]
	}
	return node
}

// withOuter puts what the scope knows back into the code of an attempt.
func withOuter(node ast.Node) (ast.Node, bool) {
	terms := sumTerms(node)
	if len(terms) > 1 && printArgo(terms[0]) == printArgo(nothingOfItem()) {
		terms = terms[1:]
	}
	first, isText := terms[0].(*ast.StringNode)
	if !isText || len(terms) < 2 || first.Value != "{{=" {
		return node, true
	}
	var code strings.Builder
	var outer []ast.Node
	for _, term := range terms[1:] {
		if part, ok := term.(*ast.StringNode); ok {
			code.WriteString(part.Value)
			continue
		}
		args, ok := call(term, "string", 1)
		if !ok {
			return nil, false
		}
		code.WriteString(outerName(len(outer)))
		outer = append(outer, args[0])
	}
	tree, err := parseTree(strings.TrimSuffix(code.String(), "}}"))
	if err != nil {
		return nil, false
	}
	return replaceOuter(tree.Node, outer), true
}

func replaceOuter(node ast.Node, outer []ast.Node) ast.Node {
	if id, ok := node.(*ast.IdentifierNode); ok {
		for i, known := range outer {
			if id.Value == outerName(i) {
				return known
			}
		}
	}
	return copyNode(node, func(child ast.Node) ast.Node { return replaceOuter(child, outer) })
}
