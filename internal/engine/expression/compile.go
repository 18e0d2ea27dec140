package expr

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Compile returns the text that Argo gets: a plain tag for a bare reference, {{=…}} for any other expression, and
// literal text encoded so that no data is ever taken for a tag. The text must have been checked.
func (t *Template) Compile(env Env, want spec.Type) (string, error) {
	if t.IsConstant() {
		return Constant(t.literal(), want)
	}
	var b strings.Builder
	for _, p := range t.parts {
		if p.expression == nil {
			b.WriteString(wire.EncodePart(p.literal))
			continue
		}
		tag, err := p.expression.tag(env)
		if err != nil {
			return "", err
		}
		b.WriteString(tag)
	}
	return b.String(), nil
}

func (t *Template) literal() string {
	var b strings.Builder
	for _, p := range t.parts {
		b.WriteString(p.literal)
	}
	return b.String()
}

// CompileExpression returns the expression alone, as Argo's fields for expressions take it (retryStrategy.expression).
func (t *Template) CompileExpression(env Env) (string, error) {
	if len(t.parts) != 1 || t.parts[0].expression == nil {
		return "", fmt.Errorf("not an expression")
	}
	return t.parts[0].expression.argo(env)
}

func (e *expression) tag(env Env) (string, error) {
	if v := e.variable(env); v != nil {
		switch {
		case v.Code != "":
			return Tag(v.Code), nil
		case v.Argo == "":
			return v.Text, nil
		}
		return "{{" + v.Argo + "}}", nil
	}
	code, err := e.argo(env)
	if err != nil {
		return "", err
	}
	return "{{=" + code + "}}", nil
}

// argo is the expression over Argo's names, where every parameter is a text.
func (e *expression) argo(env Env) (string, error) {
	copied, err := parser.Parse(e.source)
	if err != nil {
		return "", err
	}
	encodeStrings(copied.Node)
	refs := map[ast.Node]Var{}
	members := map[ast.Node][]string{}
	for _, r := range references(copied.Node) {
		base, below, ok := split(env, r.Name)
		if !ok {
			return "", fmt.Errorf("there is no %q here", r.Name)
		}
		v, _ := env.Lookup(base)
		refs[r.node], members[r.node] = v, below
	}
	for node, v := range refs {
		raw := access(v)
		if len(members[node]) == 0 && onlyPassesOn(copied.Node, node) {
			// The text goes through as it is.
			replace(&copied.Node, node, snippet(raw))
			continue
		}
		if len(members[node]) > 0 && v.Type == spec.Any {
			v.Type = spec.Struct // what has members is one
		}
		var typed strings.Builder
		typed.WriteString(typedAccess(raw, v))
		for _, m := range members[node] {
			typed.WriteString("[" + quoteString(m) + "]")
		}
		replace(&copied.Node, node, snippet(typed.String()))
	}
	return tagSafe(copied.Node.String()), nil
}

// CompileTyped returns the code of a text that is one expression, with a value of its type as the result.
func (t *Template) CompileTyped(env Env) (string, error) {
	if len(t.parts) != 1 || t.parts[0].expression == nil {
		return "", fmt.Errorf("not an expression")
	}
	e := t.parts[0].expression
	if v := e.variable(env); v != nil {
		return typedAccess(access(*v), *v), nil
	}
	return e.argo(env)
}

// Tag makes a tag of an expression in Argo's names.
func Tag(code string) string { return "{{=" + tagSafe(code) + "}}" }

// onlyPassesOn reports whether a node's value becomes the whole expression's, as an operand of ?? does.
func onlyPassesOn(root, node ast.Node) bool {
	if root == node {
		return true
	}
	b, ok := root.(*ast.BinaryNode)
	return ok && b.Operator == "??" && (onlyPassesOn(b.Left, node) || onlyPassesOn(b.Right, node))
}

// access is a variable in Argo's expressions; names with hyphens and values that may be absent need other spellings.
func access(v Var) string {
	if v.Code != "" {
		return v.Code
	}
	if v.Argo == "" {
		return quoteString(v.Text)
	}
	parts := strings.Split(v.Argo, ".")
	var b strings.Builder
	b.WriteString(parts[0])
	for _, p := range parts[1:] {
		optional := ""
		if v.Nullable {
			optional = "?."
		}
		switch {
		case strings.Contains(p, "-"):
			b.WriteString(optional + "[" + quoteString(p) + "]")
		case v.Nullable:
			b.WriteString("?." + p)
		default:
			b.WriteString("." + p)
		}
	}
	return b.String()
}

// typedAccess turns the text into a value of its type, and leaves one that is absent so.
func typedAccess(raw string, v Var) string {
	typed := convertText(raw, v)
	if v.Nullable && typed != raw {
		return "(" + raw + " == nil ? nil : " + typed + ")"
	}
	return typed
}

func convertText(raw string, v Var) string {
	switch {
	case v.Type == spec.Integer:
		return "asInt(" + raw + ")"
	case v.Type == spec.Float:
		return "asFloat(" + raw + ")"
	case v.Type == spec.Boolean:
		return "(" + raw + ` == "true")`
	case v.Type == spec.Struct || v.Type.IsList():
		return "fromJSON(" + raw + ")"
	}
	return raw
}

// snippet is a piece of code as a node that prints itself.
func snippet(code string) ast.Node { return &ast.IdentifierNode{Value: code} }

// encodeStrings encodes the string constants, since what they are compared and joined with travels encoded too.
func encodeStrings(root ast.Node) {
	if s, ok := root.(*ast.StringNode); ok {
		s.Value = wire.Encode(s.Value)
		return
	}
	if m, ok := root.(*ast.MemberNode); ok {
		encodeStrings(m.Node)
		if _, isName := m.Property.(*ast.StringNode); !isName {
			encodeStrings(m.Property)
		}
		return
	}
	for _, child := range children(root) {
		encodeStrings(child)
	}
}

func quoteString(s string) string { return (&ast.StringNode{Value: s}).String() }

// tagSafe keeps Argo from ending the tag early: it ends at the first }} whatever stands around it. Inside strings
// braces are written as escapes, elsewhere a space keeps them apart.
func tagSafe(code string) string {
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		c := code[i]
		if c != '"' && c != '\'' && c != '`' {
			b.WriteByte(c)
			if (c == '{' || c == '}') && i+1 < len(code) && code[i+1] == c {
				b.WriteByte(' ')
			}
			continue
		}
		n := endOfString(code[i+1:], c)
		if n < 0 {
			b.WriteString(code[i:])
			break
		}
		body := code[i : i+n+2]
		body = strings.ReplaceAll(body, "{", `\u007b`)
		body = strings.ReplaceAll(body, "}", `\u007d`)
		b.WriteString(body)
		i += n + 1
	}
	if strings.HasSuffix(b.String(), "}") {
		b.WriteByte(' ')
	}
	return b.String()
}
