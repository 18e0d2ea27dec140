package expr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// Template is a parsed text. It is immutable and safe for concurrent use.
type Template struct {
	parts []part
	// expression: the whole text is an expression, without {{ }}.
	expression bool
}

// part is data, where node is nil, or an expression.
type part struct {
	literal string
	node    ast.Node
	offset  int // characters before the expression, from the start of the text
}

// Parse reads a text in which {{ }} holds expressions and everything else is data. Without errors the template is not nil.
func Parse(text string) (*Template, []Error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, []Error{{Message: "The text is not valid UTF-8, or it holds a NUL character.", Remedy: "Encode binary data, for example with base64encode()."}}
	}
	pieces, err := split(text)
	if err != nil {
		return nil, []Error{*err}
	}
	t := &Template{}
	var all []Error
	chars, counted := 0, 0 // characters before the piece, counted once over the text
	for _, p := range pieces {
		if !p.isExpr {
			t.literal(p.text)
			continue
		}
		chars += utf8.RuneCountInString(text[counted:p.start])
		counted = p.start
		node, errs := parseNode(p.text, chars)
		all = append(all, errs...)
		if s, ok := node.(*ast.StringNode); ok && len(errs) == 0 {
			t.literal(s.Value) // {{ "{{" }} is how users write braces
			continue
		}
		t.parts = append(t.parts, part{node: node, offset: chars})
	}
	if len(all) > 0 {
		return nil, all
	}
	return t, nil
}

// ParseExpression reads a text that is one expression, as in `when`. It may also stand in one {{ }}.
func ParseExpression(text string) (*Template, []Error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, []Error{{Message: "The text is not valid UTF-8, or it holds a NUL character."}}
	}
	offset := 0
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "{{") {
		if n, err := scanExpression(trimmed[2:]); err == nil && n == len(trimmed)-4 {
			offset = utf8.RuneCountInString(text[:strings.Index(text, "{{")]) + 2
			text = trimmed[2 : len(trimmed)-2]
		}
	}
	node, errs := parseNode(text, offset)
	if len(errs) > 0 {
		return nil, errs
	}
	return &Template{parts: []part{{node: node, offset: offset}}, expression: true}, nil
}

// literal appends data, joined with data before it.
func (t *Template) literal(text string) {
	if n := len(t.parts); n > 0 && t.parts[n-1].node == nil {
		t.parts[n-1].literal += text
		return
	}
	t.parts = append(t.parts, part{literal: text})
}

// Constant returns the text as data if it holds no expression.
func (t *Template) Constant() (string, bool) {
	switch {
	case t.expression:
		return "", false
	case len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].node == nil:
		return t.parts[0].literal, true
	}
	return "", false
}

// parseNode parses one expression and refuses what the language lacks.
func parseNode(text string, offset int) (ast.Node, []Error) {
	if strings.TrimSpace(text) == "" {
		return nil, []Error{{Offset: offset, Message: "The expression is empty.", Remedy: `Write {{ "{{" }} for two braces themselves.`}}
	}
	if err := precheck(text); err != nil {
		err.Offset += offset
		return nil, []Error{*err}
	}
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, []Error{syntaxError(err, offset)}
	}
	v := validator{offset: offset}
	node := v.visit(tree.Node, 0)
	return node, v.errors
}

func syntaxError(err error, offset int) Error {
	var located *file.Error
	if !errors.As(err, &located) {
		return Error{Offset: offset, Message: fmt.Sprintf("The expression cannot be read: %v.", err)}
	}
	return Error{Offset: offset + located.From, Message: fmt.Sprintf("The expression cannot be read: %s.", strings.TrimSuffix(located.Message, "."))}
}

// References returns every name that the expressions of the text use, in order.
func (t *Template) References() []Reference {
	c := collector{}
	for _, p := range t.parts {
		if p.node != nil {
			c.offset = p.offset
			c.collect(p.node, Reference{})
		}
	}
	slices.SortStableFunc(c.all, func(a, b Reference) int { return a.Offset - b.Offset })
	return c.all
}

type collector struct {
	offset  int
	choices int
	all     []Reference
}

// collect appends the references below a node. as holds what its place says about a value there.
func (c *collector) collect(node ast.Node, as Reference) {
	if segments, root, ok := chain(node); ok {
		as.Segments, as.Offset = segments, c.offset+root.Location().From
		c.all = append(c.all, as)
		return
	}
	switch n := node.(type) {
	case *ast.BinaryNode:
		if n.Operator == "??" {
			c.coalesce(operands(n))
			return
		}
	case *ast.ChainNode:
		c.collect(n.Node, as)
		return
	case *ast.MemberNode: // the guard is for the value whose member is taken, not for the index
		c.collect(n.Node, as)
		c.collect(n.Property, Reference{})
		return
	}
	for _, child := range children(node) {
		c.collect(child, Reference{})
	}
}

func (c *collector) coalesce(all []ast.Node) {
	as := Reference{Guarded: true}
	if !slices.ContainsFunc(all, func(o ast.Node) bool { return !isReference(o) }) {
		c.choices++
		as.Choice = c.choices
	}
	for _, o := range all {
		c.collect(o, as)
	}
}

// isReference reports whether a node is a name, or a member of one.
func isReference(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		return true
	case *ast.ChainNode:
		return isReference(n.Node)
	case *ast.MemberNode:
		return isReference(n.Node)
	}
	return false
}

// chain returns the segments of a name such as tasks.load.output or parameters["x"], and its first identifier.
func chain(node ast.Node) ([]string, ast.Node, bool) {
	switch n := node.(type) {
	case *ast.ChainNode:
		return chain(n.Node)
	case *ast.IdentifierNode:
		return []string{n.Value}, n, true
	case *ast.MemberNode:
		property, ok := n.Property.(*ast.StringNode)
		if !ok {
			return nil, nil, false
		}
		segments, root, ok := chain(n.Node)
		if !ok {
			return nil, nil, false
		}
		return append(segments, property.Value), root, true
	}
	return nil, nil, false
}

// children returns the operands of a node, in the order of the text.
func children(node ast.Node) []ast.Node {
	var all []ast.Node
	switch n := node.(type) {
	case *ast.UnaryNode:
		all = []ast.Node{n.Node}
	case *ast.BinaryNode:
		all = []ast.Node{n.Left, n.Right}
	case *ast.ChainNode:
		all = []ast.Node{n.Node}
	case *ast.MemberNode:
		all = []ast.Node{n.Node, n.Property}
	case *ast.SliceNode:
		all = []ast.Node{n.Node, n.From, n.To}
	case *ast.CallNode:
		all = n.Arguments
	case *ast.BuiltinNode:
		all = n.Arguments
	case *ast.PredicateNode:
		all = []ast.Node{n.Node}
	case *ast.ConditionalNode:
		all = []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.ArrayNode:
		all = n.Nodes
	case *ast.MapNode:
		all = n.Pairs
	case *ast.PairNode:
		all = []ast.Node{n.Key, n.Value}
	}
	present := all[:0:0]
	for _, child := range all {
		if child != nil {
			present = append(present, child)
		}
	}
	return present
}
