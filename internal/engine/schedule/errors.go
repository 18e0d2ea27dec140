package schedule

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Error says why a text is refused.
type Error struct {
	Title  string // short, without a full stop
	Detail string // the value, the reason and the remedy; whole sentences
}

// Error makes one line of it.
func (e Error) Error() string { return e.Title + ": " + e.Detail }

func refuse(title, format string, args ...any) []Error {
	return []Error{{Title: title, Detail: fmt.Sprintf(format, args...)}}
}

// maxQuoted bounds how much of a hostile text a message repeats, in bytes.
const maxQuoted = 80

// quote makes a text readable inside a message.
func quote(text string) string {
	if len(text) <= maxQuoted {
		return strconv.Quote(text)
	}
	cut := maxQuoted
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(text[:cut]) + "…"
}
