package expr

import "slices"

// words look like names and are none in expr-lang: its operators, its literals and its statements.
var words = []string{
	"and", "contains", "else", "endsWith", "false", "if", "in", "let", "matches", "nil", "not", "or", "startsWith", "true",
}

// IsWord reports whether a name is a word of the language. Such a name can be a member, as in tasks.in, and neither a
// variable nor the key of a map.
func IsWord(name string) bool { return slices.Contains(words, name) }
