package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

// maxPlain is how many segments a plain reference has at most: tasks.t.outputs.x.field.
const maxPlain = 8

// plain reads an expression that is one dotted name, as most are, into the tree that expr-lang's parser would make of
// it. False: the parser has to read it.
func plain(text string) (part, bool) {
	from := len(text) - len(strings.TrimLeft(text, " "))
	left := strings.Trim(text, " ")
	p := part{name: left, nameAt: from}
	for range maxPlain {
		segment, rest, more := strings.Cut(left, ".")
		if !isPlainSegment(segment) {
			return part{}, false
		}
		p.node = plainMember(p.node, segment, file.Location{From: from, To: from + len(segment)})
		if !more {
			return p, true
		}
		from += len(segment) + 1
		left = rest
	}
	return part{}, false
}

// plainMember is a member of a node, or a variable where there is none yet.
func plainMember(of ast.Node, name string, at file.Location) ast.Node {
	if of == nil {
		id := &ast.IdentifierNode{Value: name}
		id.SetLocation(at)
		return id
	}
	both := &struct {
		member   ast.MemberNode
		property ast.StringNode
	}{}
	both.property.Value = name
	both.property.SetLocation(at)
	both.member.Node, both.member.Property = of, &both.property
	both.member.SetLocation(at)
	return &both.member
}

// isPlainSegment reports whether a text is a name for expr-lang wherever it stands.
func isPlainSegment(text string) bool {
	for i := range len(text) {
		c := text[i]
		isLetter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !isLetter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != "" && !IsWord(text)
}
