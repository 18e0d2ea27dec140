package wire

import "strings"

// Mark stands after each brace of an encoded text. It is U+241B, the symbol for escape: printable, valid in JSON and
// YAML, and hardly ever used.
const Mark = "\u241b"

// Absent is what an optional input of type string gets when the caller gives none. Encode never makes it: in an
// encoded text without "{{" or a mark there is no mark.
const Absent = "{" + Mark + "absent}"

// Encode makes text safe to pass through Argo. Decode(Encode(text)) == text for every text, and the result holds no
// "{{".
func Encode(text string) string {
	if !strings.Contains(text, "{{") && !strings.Contains(text, "{"+Mark) {
		return text
	}
	return strings.ReplaceAll(text, "{", "{"+Mark)
}

// EncodePart encodes a text that will be joined with others, where a brace at its end could meet one at the start of
// the next.
func EncodePart(text string) string {
	if strings.HasSuffix(text, "{") {
		return strings.ReplaceAll(text, "{", "{"+Mark)
	}
	return Encode(text)
}

// Decode undoes Encode.
func Decode(text string) string {
	return strings.ReplaceAll(text, "{"+Mark, "{")
}
