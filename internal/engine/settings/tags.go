package settings

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A placeholder stands in JSON for a text that is none yet, by the text's number. It begins with a NUL, which no text
// of a user holds.
func placeholder(i int) string { return fmt.Sprintf(`"\u0000%d"`, i) }

// inserted is the string that a placeholder is in JSON.
func inserted(i int) string { return fmt.Sprintf("\x00%d", i) }

// SplitTags makes JSON of a text that holds tags, and returns the values that do: a tag alone, or a string with tags in
// it. A tag behind a value only says when that is left out, which the value tells too.
func SplitTags(text string) (string, []string) {
	var b strings.Builder
	var tags []string
	for text != "" {
		end, isTagged := valueEnd(text)
		switch {
		case strings.HasPrefix(text, "{{") && isBehindValue(b.String()):
		case isTagged:
			b.WriteString(placeholder(len(tags)))
			tags = append(tags, text[:end])
		default:
			b.WriteString(text[:end])
		}
		text = text[end:]
	}
	return b.String(), tags
}

func isBehindValue(text string) bool {
	return strings.HasSuffix(text, `"`) || strings.HasSuffix(text, "}")
}

// valueEnd finds where the string, the tag or the character ends with which a text begins, and whether that holds tags.
func valueEnd(text string) (end int, isTagged bool) {
	if strings.HasPrefix(text, "{{") {
		return tagEnd(text, 0), true
	}
	if text[0] != '"' {
		return 1, false
	}
	for end = 1; end < len(text) && text[end] != '"'; {
		switch {
		case strings.HasPrefix(text[end:], "{{"):
			end, isTagged = tagEnd(text, end), true
		case text[end] == '\\':
			end += 2
		default:
			end++
		}
	}
	return min(end+1, len(text)), isTagged
}

// tagEnd finds where the tag at a place ends, as Argo does.
func tagEnd(text string, at int) int {
	inner := strings.Index(text[at:], "}}")
	if inner < 0 {
		return len(text)
	}
	return at + inner + 2
}

// TagOf is the text that stood for a value: a tag, or the value itself.
func TagOf(raw json.RawMessage, tags []string) string {
	for i, tag := range tags {
		if string(raw) == placeholder(i) {
			return tag
		}
	}
	return string(raw)
}

// escapedBraces stand for "{{" in the strings of JSON, where constants would be taken for tags.
const escapedBraces = `{\u007b`
