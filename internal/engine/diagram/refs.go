package diagram

import "strings"

// reference is one use of a task or a parameter in a text.
type reference struct {
	root   string // "tasks" or "parameters"
	name   string
	member string // what of the task is used: "output", "outputs.x", "status"; may be empty
}

// templateRefs returns the references inside the {{ }} of a text. A lexer suffices here: unlike package expr it also
// finds what a text with a syntax error refers to, and it costs a hundredth of a parse.
func templateRefs(text string) []reference {
	var refs []reference
	for {
		_, rest, ok := strings.Cut(text, "{{")
		if !ok {
			return refs
		}
		end := expressionEnd(rest)
		if end < 0 {
			return refs
		}
		refs = append(refs, expressionRefs(rest[:end])...)
		text = rest[end+2:]
	}
}

// expressionEnd finds the "}}" that closes an expression: outside strings and not closing a map. Negative: none.
func expressionEnd(text string) int {
	depth := 0
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case isQuote(c):
			n := stringLength(text[i:])
			if n < 0 {
				return -1
			}
			i += n
			continue
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '}' && strings.HasPrefix(text[i:], "}}"):
			return i
		}
		i++
	}
	return -1
}

// expressionRefs returns the references of a text that is an expression as a whole.
func expressionRefs(text string) []reference {
	var refs []reference
	member := false // the last token was a dot, so a name is no root
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case isQuote(c):
			n := stringLength(text[i:])
			if n < 0 {
				return refs
			}
			i += n
			member = false
		case isNameStart(c):
			n := nameLength(text[i:])
			word := text[i : i+n]
			i += n
			if !member && (word == "tasks" || word == "parameters") {
				path, used := memberPath(text[i:], 3)
				i += used
				if len(path) > 0 {
					refs = append(refs, reference{root: word, name: path[0], member: strings.Join(path[1:], ".")})
				}
			}
			member = false
		case isDigit(c):
			// Digits before a name, as in 2tasks, belong to no root.
			for i < len(text) && (isDigit(text[i]) || isNameStart(text[i])) {
				i++
			}
			member = false
		default:
			if !isSpace(c) {
				member = c == '.' && !strings.HasPrefix(text[i:], "..") && (i == 0 || text[i-1] != '.')
			}
			i++
		}
	}
	return refs
}

// memberPath reads up to most members: .x, ?.x, ["x"] and ['x'].
func memberPath(text string, most int) (path []string, used int) {
	for i := 0; len(path) < most; {
		i = skipSpace(text, used)
		if i < len(text) && text[i] == '?' {
			i++
		}
		switch {
		case i < len(text) && text[i] == '.':
			i = skipSpace(text, i+1)
			if i == len(text) || !isNameStart(text[i]) {
				return path, used
			}
			n := nameLength(text[i:])
			path = append(path, text[i:i+n])
			used = i + n
		case i < len(text) && text[i] == '[':
			i = skipSpace(text, i+1)
			if i == len(text) || !isQuote(text[i]) {
				return path, used
			}
			n := stringLength(text[i:])
			if n < 0 {
				return path, used
			}
			end := skipSpace(text, i+n)
			if end == len(text) || text[end] != ']' {
				return path, used
			}
			path = append(path, text[i+1:i+n-1])
			used = end + 1
		default:
			return path, used
		}
	}
	return path, used
}

func isQuote(c byte) bool { return c == '\'' || c == '"' || c == '`' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// isNameStart admits every byte of a letter beyond ASCII, as expressions do.
func isNameStart(c byte) bool {
	return c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func nameLength(text string) int {
	n := 0
	for n < len(text) && (isNameStart(text[n]) || isDigit(text[n])) {
		n++
	}
	return n
}

func skipSpace(text string, i int) int {
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	return i
}

// stringLength returns the length of the string literal at the start of text, quotes included. Negative: it is not
// closed.
func stringLength(text string) int {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if quote != '`' {
				i++
			}
		case quote:
			return i + 1
		}
	}
	return -1
}
