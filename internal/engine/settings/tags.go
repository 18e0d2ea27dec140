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

// SplitTags makes JSON of a text that holds tags, and returns the tags. A tag behind a value only says when that is left
// out, which the value tells too.
func SplitTags(text string) (string, []string) {
	var b strings.Builder
	var tags []string
	for {
		before, rest, ok := strings.Cut(text, "{{")
		b.WriteString(before)
		if !ok {
			return b.String(), tags
		}
		inner, after, _ := strings.Cut(rest, "}}")
		text = after
		behind := strings.HasSuffix(before, `"`) || strings.HasSuffix(before, "}") || before == "" && len(tags) > 0
		if behind {
			continue
		}
		b.WriteString(placeholder(len(tags)))
		tags = append(tags, "{{"+inner+"}}")
	}
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
