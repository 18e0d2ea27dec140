package diagram

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLine bounds a line of a label in runes; a picture is no place for more.
const maxLine = 48

// oneLine makes a text fit for a label: valid UTF-8 on one line, without control and other invisible characters, which
// could turn the direction of a label round or hide a part of it.
func oneLine(text string) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r == utf8.RuneError || !unicode.IsPrint(r):
			r = '·'
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// shorten cuts a text to at most n runes, with an ellipsis for the rest.
func shorten(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)
	return strings.TrimRight(string(runes[:n-1]), " ") + "…"
}

// listLength counts the elements of a list in JSON.
func listLength(text string) (int, bool) {
	if !strings.HasPrefix(text, "[") {
		return 0, false
	}
	var list []json.RawMessage
	if json.Unmarshal([]byte(text), &list) != nil {
		return 0, false
	}
	return len(list), true
}

// width estimates the width of a text at a font size, in pixels. The figures are those of DejaVu Sans and Verdana, the
// widest of the common sans-serif fonts, so a text fits its box whatever font the viewer has.
func width(text string, size float64, bold bool) float64 {
	units := 0.0
	for _, r := range text {
		units += advance(r)
	}
	if bold {
		units *= 1.11
	}
	return units * size
}

// advance is the width of a character in ems.
func advance(r rune) float64 {
	switch {
	case strings.ContainsRune("ijlI|'.,:;!", r):
		return 0.36
	case strings.ContainsRune(" ()[]/-ftr\"`*", r):
		return 0.44
	case strings.ContainsRune("mMwW@%", r):
		return 0.98
	case r >= 'A' && r <= 'Z', strings.ContainsRune("+=<>~^#&QO…→≠≤≥", r):
		return 0.79
	case r < 0x80:
		return 0.63
	case unicode.Is(unicode.Mn, r):
		return 0
	case r < 0x1100:
		return 0.68
	}
	return 1 // East Asian and symbols
}
