package hclfile

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Block is a block of a file, with the comments above it.
type Block struct {
	Type     string
	Labels   []string
	Comments []string // lines, without the sign
	Body     *Object
	Blocks   []Block // inside it
}

// File writes blocks. Comments are those at its head.
func File(comments []string, blocks ...Block) []byte {
	var b strings.Builder
	comment(&b, comments, 0)
	for i, block := range blocks {
		if i > 0 || len(comments) > 0 {
			b.WriteString("\n")
		}
		block.write(&b, 0)
	}
	return hclwrite.Format([]byte(b.String()))
}

func (block Block) write(b *strings.Builder, indent int) {
	comment(b, block.Comments, indent)
	pad(b, indent)
	b.WriteString(block.Type)
	for _, label := range block.Labels {
		b.WriteString(" " + quoted(label))
	}
	if block.Body == nil && len(block.Blocks) == 0 || block.Body != nil && len(block.Body.Attributes) == 0 {
		b.WriteString(" {}\n")
		return
	}
	b.WriteString(" {\n")
	if block.Body != nil {
		block.Body.body(b, indent+1)
	}
	for _, inner := range block.Blocks {
		inner.write(b, indent+1)
	}
	pad(b, indent)
	b.WriteString("}\n")
}

func names[V any](m map[string]V) []string {
	all := make([]string, 0, len(m))
	for name := range m {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
