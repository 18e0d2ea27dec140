package layout

import (
	"fmt"
)

// The inverse of the compiler. It guesses from the structure of an object what was compiled; whether the guess is right
// is seen by compiling it again. What an object does not tell, such as how a constant was spelled, is taken from what
// was there before, if that compiles to the same.

// Unread is a place of an object that no spec compiles to.
type Unread struct {
	Path   string // of the spec, as far as it is known, such as tasks["load"].inputs["day"]
	Reason string
}

func Keyed(attribute, key string) string { return fmt.Sprintf("%s[%q]", attribute, key) }

func QuoteName(name string) string { return `"` + name + `"` }

func Abbreviated(text string) string {
	const longest = 80
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return QuoteName(text)
}
