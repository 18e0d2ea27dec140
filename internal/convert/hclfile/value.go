package hclfile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// Value is the right side of an attribute: an Expression, a List or an *Object.
type Value interface {
	// line writes the value on one line; false if it needs several.
	line() (string, bool)
	// lines writes it on several. indent is that of the line on which it begins.
	lines(b *strings.Builder, indent int)
}

// Expression is HCL as it stands, such as kfp_component.train.ref.
type Expression string

func (e Expression) line() (string, bool) { return string(e), !strings.Contains(string(e), "\n") }

func (e Expression) lines(b *strings.Builder, _ int) { b.WriteString(string(e)) }

// List is a list or a set.
type List []Value

func (l List) line() (string, bool) {
	all := make([]string, len(l))
	for i, v := range l {
		text, ok := v.line()
		if !ok {
			return "", false
		}
		all[i] = text
	}
	return "[" + strings.Join(all, ", ") + "]", true
}

func (l List) lines(b *strings.Builder, indent int) {
	b.WriteString("[\n")
	for _, v := range l {
		pad(b, indent+1)
		write(b, v, indent+1, 1)
		b.WriteString(",\n")
	}
	pad(b, indent)
	b.WriteString("]")
}

// Object is an object, a map, or the body of a block.
type Object struct {
	// Open objects are written on several lines, however short they are.
	Open       bool
	Attributes []Attribute
}

// Attribute is one of an object, with the comments above it.
type Attribute struct {
	Name     string
	Comments []string // lines, without the sign
	Value    Value
}

// Add appends an attribute.
func (o *Object) Add(name string, v Value, comments ...string) {
	o.Attributes = append(o.Attributes, Attribute{Name: name, Comments: comments, Value: v})
}

func (o *Object) line() (string, bool) {
	if o.Open && len(o.Attributes) > 0 {
		return "", false
	}
	if len(o.Attributes) == 0 {
		return "{}", true
	}
	all := make([]string, len(o.Attributes))
	for i, a := range o.Attributes {
		text, ok := a.Value.line()
		if !ok || len(a.Comments) > 0 {
			return "", false
		}
		all[i] = key(a.Name) + " = " + text
	}
	return "{ " + strings.Join(all, ", ") + " }", true
}

func (o *Object) lines(b *strings.Builder, indent int) {
	b.WriteString("{\n")
	o.body(b, indent+1)
	pad(b, indent)
	b.WriteString("}")
}

// body writes the attributes, each on a line of its own.
func (o *Object) body(b *strings.Builder, indent int) {
	for _, a := range o.Attributes {
		comment(b, a.Comments, indent)
		pad(b, indent)
		b.WriteString(key(a.Name) + " = ")
		write(b, a.Value, indent, len(key(a.Name))+len(" = "))
		b.WriteString("\n")
	}
}

// width is how long a line may be before an object or a list is written on several.
const width = 100

// write writes a value where used characters of its line are taken beside the indentation.
func write(b *strings.Builder, v Value, indent, used int) {
	text, ok := v.line()
	if _, isExpression := v.(Expression); ok && (isExpression || 2*indent+used+len([]rune(text)) <= width) {
		b.WriteString(text)
		return
	}
	v.lines(b, indent)
}

func pad(b *strings.Builder, indent int) { b.WriteString(strings.Repeat("  ", indent)) }

// comment writes lines that may be long, and may hold more than one themselves.
func comment(b *strings.Builder, lines []string, indent int) {
	for _, text := range lines {
		for line := range strings.SplitSeq(text, "\n") {
			for _, part := range wrapped(line, width-2*indent) {
				pad(b, indent)
				b.WriteString(strings.TrimRight("# "+part, " ") + "\n")
			}
		}
	}
}

// wrapped breaks a line between words. What cannot be printed is left out.
func wrapped(line string, most int) []string {
	line = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && r != ' ' {
			return ' '
		}
		return r
	}, line)
	var all []string
	part := ""
	for word := range strings.FieldsSeq(line) {
		switch {
		case part == "":
			part = word
		case len([]rune(part))+1+len([]rune(word)) > most:
			all, part = append(all, part), word
		default:
			part += " " + word
		}
	}
	return append(all, part)
}

// keywords cannot stand as keys by themselves.
var keywords = []string{"true", "false", "null", "for", "if", "in", "endfor", "else", "endif"}

// key is the name of an attribute or of a map's element.
func key(name string) string {
	if hclsyntax.ValidIdentifier(name) && !slices.Contains(keywords, name) {
		return name
	}
	return quoted(name)
}

func quoted(text string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
}

// Text is a string: as jsonencode of what it holds where it is the same text, as a heredoc where it has several lines.
func Text(text string) Value {
	if v, ok := encoded(text); ok {
		return v
	}
	line := quoted(text)
	if !strings.Contains(text, "\n") || len(line) < width/2 || !readable(text) {
		return Expression(line)
	}
	body, ended := strings.CutSuffix(text, "\n")
	if h := (heredoc{text: body, chomp: !ended}); h.gives(text) {
		return h
	}
	return Expression(line)
}

// readable reports whether a heredoc shows the text as it is.
func readable(text string) bool {
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// heredoc is a text of several lines.
type heredoc struct {
	text  string
	chomp bool // the text does not end in a newline
}

func (h heredoc) line() (string, bool) { return "", false }

func (h heredoc) lines(b *strings.Builder, indent int) {
	end := "EOT"
	for strings.Contains(h.text, end) {
		end += "_"
	}
	escaped := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(h.text)
	if h.chomp {
		b.WriteString("chomp(")
	}
	b.WriteString("<<-" + end + "\n")
	for line := range strings.SplitSeq(escaped, "\n") {
		if line != "" {
			pad(b, indent+1)
		}
		b.WriteString(line + "\n")
	}
	pad(b, indent)
	b.WriteString(end)
	if h.chomp {
		b.WriteString("\n")
		pad(b, indent)
		b.WriteString(")")
	}
}

// gives reports whether Terraform reads the heredoc as a text: it takes the indentation that all lines have in common
// off.
func (h heredoc) gives(text string) bool {
	var b strings.Builder
	h.lines(&b, 1)
	e, diags := hclsyntax.ParseExpression([]byte(b.String()), "", hcl.InitialPos)
	if diags.HasErrors() {
		return false
	}
	v, diags := e.Value(&hcl.EvalContext{Functions: map[string]function.Function{"chomp": stdlib.ChompFunc}})
	return !diags.HasErrors() && v.Type() == cty.String && v.AsString() == text
}

// encoded is jsonencode(…) of what a text holds, where that gives the very same text.
func encoded(text string) (Value, bool) {
	if len(text) < 2 || text[0] != '[' && text[0] != '{' {
		return nil, false
	}
	t, err := ctyjson.ImpliedType([]byte(text))
	if err != nil {
		return nil, false
	}
	v, err := ctyjson.Unmarshal([]byte(text), t)
	if err != nil {
		return nil, false
	}
	again, err := stdlib.JSONEncode(v)
	if err != nil || again.AsString() != text {
		return nil, false
	}
	return call{"jsonencode", plain(v)}, true
}

// plain is a value as literals.
func plain(v cty.Value) Value {
	t := v.Type()
	switch {
	case v.IsNull():
		return Expression("null")
	case t.IsTupleType():
		list := List{}
		for _, e := range v.AsValueSlice() {
			list = append(list, plain(e))
		}
		return list
	case t.IsObjectType():
		o := &Object{}
		elements := v.AsValueMap()
		for _, name := range names(elements) {
			o.Add(name, plain(elements[name]))
		}
		return o
	}
	return Expression(hclwrite.TokensForValue(v).Bytes())
}

// call is a call of a function.
type call struct {
	function string
	argument Value
}

func (c call) line() (string, bool) {
	text, ok := c.argument.line()
	return c.function + "(" + text + ")", ok
}

func (c call) lines(b *strings.Builder, indent int) {
	b.WriteString(c.function + "(")
	c.argument.lines(b, indent)
	b.WriteString(")")
}
