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

// within stands for a tag in a string of JSON.
func within(i int) string { return fmt.Sprintf(`\u0000%d\u0000`, i) }

// SplitTags makes JSON of a text that holds tags, and returns the tags. A tag behind a value only says when that is
// left out, which the value tells too.
func SplitTags(text string) (string, []string) {
	var b strings.Builder
	var tags []string
	isString := false
	for {
		before, rest, ok := strings.Cut(text, "{{")
		b.WriteString(before)
		if !ok {
			return b.String(), tags
		}
		inner, after, _ := strings.Cut(rest, "}}")
		text = after
		isString = isString != hasOddQuotes(before)
		behind := strings.HasSuffix(before, `"`) || strings.HasSuffix(before, "}") || before == "" && len(tags) > 0
		switch {
		case isString:
			b.WriteString(within(len(tags)))
		case behind:
			continue
		default:
			b.WriteString(placeholder(len(tags)))
		}
		tags = append(tags, "{{"+inner+"}}")
	}
}

// hasOddQuotes reports whether JSON opens a string that it does not close, or the other way round.
func hasOddQuotes(json string) bool {
	odd, escaped := false, false
	for i := range len(json) {
		switch {
		case escaped:
			escaped = false
		case json[i] == '\\':
			escaped = true
		case json[i] == '"':
			odd = !odd
		}
	}
	return odd
}

// TagOf is the text that stood for a value: a tag, a string that holds some, or the value itself.
func TagOf(raw json.RawMessage, tags []string) string {
	text := string(raw)
	for i, tag := range tags {
		if text == placeholder(i) {
			return tag
		}
	}
	if strings.Contains(text, `\u0000`) {
		for i, tag := range tags {
			text = strings.ReplaceAll(text, within(i), tag)
		}
	}
	return text
}

// escapedBraces stand for "{{" in the strings of JSON, where constants would be taken for tags.
const escapedBraces = `{\u007b`
