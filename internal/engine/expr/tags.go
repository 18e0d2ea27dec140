package expr

import "strings"

// FromTags reads a text that people have written for Argo: data with tags in it. name translates what stands in a tag
// into an expression; data, if there is one, prepares what stands between them. The tags that name does not know, and
// an opening brace that no tag closes, are returned as unknown.
func FromTags(
	argo string, name func(tag string) (string, bool), data func(string) string,
) (text string, unknown []string) {
	pieces, ok := argoPieces(argo)
	if !ok {
		return "", []string{"{{"}
	}
	var b strings.Builder
	for i, p := range pieces {
		if !p.isExpr {
			literal := p.text
			if data != nil {
				literal = data(literal)
			}
			b.WriteString(escape(literal, i+1 < len(pieces)))
			continue
		}
		expression, ok := name(strings.TrimSpace(p.text))
		if !ok {
			unknown = append(unknown, "{{"+p.text+"}}")
			continue
		}
		b.WriteString("{{ " + expression + " }}")
	}
	return b.String(), unknown
}
