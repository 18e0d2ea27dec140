package layout

import (
	"fmt"
)

// Unread is a place of an object that no spec compiles to.
type Unread struct {
	Path   string // of the spec, as far as it is known, such as tasks["load"].inputs["day"]
	Reason string
}

func (u Unread) String() string { return u.Path + ": " + u.Reason }

// Keyed is the path of an element of a map.
func Keyed(attribute, key string) string { return fmt.Sprintf("%s[%q]", attribute, key) }

// QuoteName puts a name into quotes, without escapes.
func QuoteName(name string) string { return `"` + name + `"` }

// Abbreviated is the begin of a text, in quotes.
func Abbreviated(text string) string {
	const longest = 80
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return QuoteName(text)
}
