package expr

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser/operator"
	"github.com/expr-lang/expr/parser/utils"
)

// printer writes an expression so that it parses to the same tree. expr-lang's own printer loses parentheses.
type printer struct {
	b strings.Builder
	// argo writes what can stand between {{= and }} in a JSON text: no two braces in a row, no quotes or backslashes that
	// JSON would escape beyond what Argo undoes.
	argo bool
}

func printUser(node ast.Node) string { return printNode(node, false) }
func printArgo(node ast.Node) string { return printNode(node, true) }

func printNode(node ast.Node, argo bool) string {
	p := &printer{argo: argo}
	p.node(node, ternary-1)
	return p.b.String()
}

// The precedences around expr-lang's binary operators, which lie between 0 and 500.
const (
	ternary = -1
	postfix = 1000
)

func (p *printer) node(node ast.Node, outer int) {
	if own := precedence(node); own < outer {
		p.b.WriteByte('(')
		defer p.b.WriteByte(')')
	}
	switch n := node.(type) {
	case *ast.UnaryNode:
		p.unary(n)
	case *ast.BinaryNode:
		p.binary(n)
	case *ast.ConditionalNode:
		p.node(n.Cond, ternary+1)
		p.b.WriteString(" ? ")
		p.node(n.Exp1, ternary+1)
		p.b.WriteString(" : ")
		p.node(n.Exp2, ternary+1)
	case *ast.ChainNode:
		p.node(n.Node, postfix)
	case *ast.MemberNode:
		p.member(n)
	case *ast.SliceNode:
		p.node(n.Node, postfix)
		p.b.WriteByte('[')
		if n.From != nil {
			p.node(n.From, 0)
		}
		p.b.WriteByte(':')
		if n.To != nil {
			p.node(n.To, 0)
		}
		p.b.WriteByte(']')
	case *ast.CallNode:
		p.node(n.Callee, postfix)
		p.list("(", n.Arguments, ")")
	case *ast.BuiltinNode:
		p.b.WriteString(n.Name)
		p.list("(", n.Arguments, ")")
	case *ast.PredicateNode:
		p.node(n.Node, ternary)
	case *ast.ArrayNode:
		p.list("[", n.Nodes, "]")
	case *ast.MapNode:
		p.list("{", n.Pairs, "}")
	case *ast.PairNode:
		p.pair(n)
	case *ast.VariableDeclaratorNode: // only in code that was written for Argo
		p.b.WriteString("let " + n.Name + " = ")
		p.node(n.Value, ternary)
		p.b.WriteString("; ")
		p.node(n.Expr, ternary-1)
	default:
		p.leaf(node)
	}
}

func (p *printer) leaf(node ast.Node) {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		p.b.WriteString(n.Value)
	case *ast.PointerNode:
		p.b.WriteString("#" + n.Name)
	case *ast.IntegerNode:
		p.b.WriteString(strconv.Itoa(n.Value))
	case *ast.FloatNode:
		text := strconv.FormatFloat(n.Value, 'g', -1, 64)
		if !strings.ContainsAny(text, ".eIN") {
			text += ".0"
		}
		p.b.WriteString(text)
	case *ast.BoolNode:
		p.b.WriteString(strconv.FormatBool(n.Value))
	case *ast.StringNode:
		p.text(n.Value)
	default:
		p.b.WriteString("nil")
	}
}

func precedence(node ast.Node) int {
	switch n := node.(type) {
	case *ast.VariableDeclaratorNode:
		return ternary - 1
	case *ast.ConditionalNode:
		return ternary
	case *ast.BinaryNode:
		return operator.Binary[n.Operator].Precedence
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return operator.Unary["not"].Precedence
		}
		return operator.Unary["-"].Precedence
	case *ast.PredicateNode:
		return 0
	}
	return postfix
}

func (p *printer) unary(n *ast.UnaryNode) {
	own := precedence(n)
	if n.Operator == "not" {
		p.b.WriteString("not ")
	} else {
		p.b.WriteString(n.Operator)
	}
	// A unary under a unary keeps its parentheses: "--x" would be one token to a reader, and "!-x" binds differently.
	p.node(n.Node, own+1)
}

// binary puts parentheses wherever the parser would ask for them or a reader would: around every other operator beside
// ??, and around "and" beside "or".
func (p *printer) binary(n *ast.BinaryNode) {
	own := operator.Binary[n.Operator]
	left, right := own.Precedence, own.Precedence+1
	if own.Associativity == operator.Right {
		left, right = right, left
	}
	if n.Operator == "??" || operator.IsComparison(n.Operator) {
		left = own.Precedence + 1 // in a row they would be parsed as something else
	}
	if l, ok := n.Left.(*ast.BinaryNode); ok && n.Operator == "??" && l.Operator == "??" {
		left = own.Precedence
	}
	if l, ok := n.Left.(*ast.BinaryNode); ok && mixes(n.Operator, l.Operator) {
		left = postfix
	}
	if r, ok := n.Right.(*ast.BinaryNode); ok && mixes(n.Operator, r.Operator) {
		right = postfix
	}
	if _, ok := n.Left.(*ast.UnaryNode); ok && precedence(n.Left) <= own.Precedence {
		left = postfix
	}
	p.node(n.Left, left)
	if n.Operator == ".." {
		p.b.WriteString("..")
	} else {
		p.b.WriteString(" " + n.Operator + " ")
	}
	p.node(n.Right, right)
}

// mixes tells whether an operator beside another needs parentheses whatever their precedence is.
func mixes(a, b string) bool {
	return a != b && (a == "??" || b == "??" || operator.IsBoolean(a) && operator.IsBoolean(b))
}

func (p *printer) member(n *ast.MemberNode) {
	name, isName := n.Property.(*ast.StringNode)
	isName = isName && utils.IsValidIdentifier(name.Value) && (!p.argo || !IsWord(name.Value))
	if _, ok := n.Node.(*ast.PointerNode); ok && isName && !n.Optional {
		p.node(n.Node, postfix)
		p.b.WriteString("." + name.Value)
		return
	}
	p.node(n.Node, postfix)
	switch {
	case isName && n.Optional:
		p.b.WriteString("?." + name.Value)
	case isName:
		p.b.WriteString("." + name.Value)
	default:
		if n.Optional {
			p.b.WriteString("?.")
		}
		p.b.WriteByte('[')
		p.node(n.Property, ternary)
		p.b.WriteByte(']')
	}
}

func (p *printer) list(open string, nodes []ast.Node, end string) {
	p.b.WriteString(open)
	for i, n := range nodes {
		if i > 0 {
			p.b.WriteString(", ")
		}
		p.node(n, ternary)
	}
	if end == "}" && p.argo && strings.HasSuffix(p.b.String(), "}") {
		p.b.WriteByte(' ') // two in a row would end the tag
	}
	p.b.WriteString(end)
}

func (p *printer) pair(n *ast.PairNode) {
	if key, ok := n.Key.(*ast.StringNode); ok {
		if utils.IsValidIdentifier(key.Value) && !IsWord(key.Value) {
			p.b.WriteString(key.Value)
		} else {
			p.text(key.Value)
		}
	} else {
		p.b.WriteByte('(')
		p.node(n.Key, ternary)
		p.b.WriteByte(')')
	}
	p.b.WriteString(": ")
	p.node(n.Value, ternary)
}

// isPlainText reports whether a text needs no escape in any literal.
func isPlainText(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '{' || c == '}' || c == '\'' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// text writes a string literal: in single quotes for users, since HCL escapes the others, and in double quotes for
// Argo, since YAML doubles the others. In Argo's text braces, quotes and backslashes are \u escapes. "<", ">" and "&"
// never are: Argo would undo these escapes before it reads the string.
func (p *printer) text(text string) {
	quote := byte('\'')
	if p.argo {
		quote = '"'
	}
	p.b.WriteByte(quote)
	if isPlainText(text) {
		p.b.WriteString(text)
		text = ""
	}
	for _, r := range text {
		switch {
		case p.argo && strings.ContainsRune(`{}'"\`, r):
			fmt.Fprintf(&p.b, `\u%04x`, r)
		case r == '\'' || r == '\\':
			p.b.WriteString(`\` + string(r))
		case r == '\n' && !p.argo:
			p.b.WriteString(`\n`)
		case r == '\t' && !p.argo:
			p.b.WriteString(`\t`)
		case unicode.IsPrint(r):
			p.b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&p.b, `\u%04x`, r)
		default:
			fmt.Fprintf(&p.b, `\U%08x`, r)
		}
	}
	p.b.WriteByte(quote)
}
