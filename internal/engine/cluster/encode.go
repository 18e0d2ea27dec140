package cluster

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// yamlSafe escapes what JSON allows in strings and YAML does not: the API server reads server-side apply as YAML, even
// where it is JSON. Such characters occur only inside strings, so an escape means the same.
func yamlSafe(json []byte) []byte {
	if !bytes.ContainsFunc(json, notInYAML) {
		return json
	}
	var out bytes.Buffer
	out.Grow(len(json) + len(json)/16)
	for len(json) > 0 {
		r, n := utf8.DecodeRune(json)
		if notInYAML(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.Write(json[:n])
		}
		json = json[n:]
	}
	return out.Bytes()
}

// notInYAML reports whether YAML refuses a character, or takes it for a line break or a mark.
func notInYAML(r rune) bool {
	switch {
	case r >= 0x7f && r <= 0x9f, r == '\u2028', r == '\u2029', r == '\ufeff', r == '\ufffe', r == '\uffff':
		return true
	}
	return false
}
