package kfpir

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// pairs are the two halves of a character beyond the first 65,536, which JSON writes as two escapes and YAML does not
// know. The backslashes before them tell whether they are escapes at all.
var pairs = regexp.MustCompile(`(\\*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})`)

// plainJSON makes YAML of a text that is JSON, line by line the same: JSON may be indented with tabs, which stand in no
// string there.
func plainJSON(text string) string {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") || !json.Valid([]byte(text)) {
		return text
	}
	text = strings.ReplaceAll(text, "\t", " ")
	return pairs.ReplaceAllStringFunc(text, func(found string) string {
		m := pairs.FindStringSubmatch(found)
		if len(m[1])%2 == 1 {
			return found
		}
		high, _ := strconv.ParseUint(m[2], 16, 32)
		low, _ := strconv.ParseUint(m[3], 16, 32)
		return m[1] + string(utf16.DecodeRune(rune(high), rune(low)))
	})
}
