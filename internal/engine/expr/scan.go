package expr

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// piece is a stretch of a text: data, or the inside of one {{ }}.
type piece struct {
	text   string
	start  int // bytes before it
	isExpr bool
}

// split cuts a text into data and expressions. A tag ends at the first "}}" that is neither in a string literal nor
// closes a map of the expression.
func split(text string) ([]piece, *Error) {
	var pieces []piece
	at := 0
	for {
		open := strings.Index(text[at:], "{{")
		if open < 0 {
			break
		}
		open += at
		length, err := scanExpression(text[open+2:])
		if err != nil {
			err.Offset += utf8.RuneCountInString(text[:open+2])
			return nil, err
		}
		if length < 0 {
			return nil, &Error{
				Offset:  utf8.RuneCountInString(text[:open]),
				Message: `"{{" opens an expression that no "}}" closes.`,
				Remedy:  `Close it, or write {{ "{{" }} for the two braces themselves.`,
			}
		}
		if open > at {
			pieces = append(pieces, piece{text: text[at:open], start: at})
		}
		pieces = append(pieces, piece{text: text[open+2 : open+2+length], start: open + 2, isExpr: true})
		at = open + 2 + length + 2
	}
	if at < len(text) {
		pieces = append(pieces, piece{text: text[at:], start: at})
	}
	return pieces, nil
}

// scanExpression returns the bytes before the "}}" that ends the expression at the start of text, or -1 without one.
func scanExpression(text string) (int, *Error) {
	depth := 0
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'' || c == '"' || c == '`':
			n := scanString(text[i:])
			if n < 0 {
				return 0, unclosedString(text, i)
			}
			i += n
			continue
		case c == '/' && i+1 < len(text) && (text[i+1] == '/' || text[i+1] == '*'):
			return 0, comment(text, i)
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '}' && i+1 < len(text) && text[i+1] == '}':
			return i, nil
		}
		i++
	}
	return -1, nil
}

// scanString returns the length of the string literal at the start of text, or -1 if nothing closes it.
func scanString(text string) int {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == quote:
			return i + 1
		case text[i] == '\\' && quote != '`':
			i++
		}
	}
	return -1
}

// asData ends the remedy for what may be no expression at all.
const asData = `, or write {{ "{{" }} if the "{{" before it is data`

func unclosedString(text string, at int) *Error {
	return &Error{
		Offset:  utf8.RuneCountInString(text[:at]),
		Message: fmt.Sprintf("The string that starts with %c here is not closed.", text[at]),
		Remedy:  "Close it" + asData + ".",
		Syntax:  true,
	}
}

func comment(text string, at int) *Error {
	return &Error{
		Offset:  utf8.RuneCountInString(text[:at]),
		Message: "An expression cannot hold comments.",
		Remedy:  "Put text that holds // or /* between quotes" + asData + ".",
		Syntax:  true,
	}
}

// precheck refuses what would make the parser recurse deeply, and what the scanner knows better than the parser does.
func precheck(text string) *Error {
	if len(text) > maxLength {
		return &Error{
			Message: fmt.Sprintf("The expression has %d bytes, more than %d.", len(text), maxLength),
			Remedy:  "Compute it in a component.",
		}
	}
	depth := 0
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'' || c == '"' || c == '`':
			n := scanString(text[i:])
			if n < 0 {
				return unclosedString(text, i)
			}
			i += n
			continue
		case c == '/' && i+1 < len(text) && (text[i+1] == '/' || text[i+1] == '*'):
			return comment(text, i)
		case strings.IndexByte("([{", c) >= 0:
			if depth++; depth > maxNesting {
				return &Error{
					Offset: utf8.RuneCountInString(text[:i]), Message: fmt.Sprintf("Brackets are nested deeper than %d.", maxNesting),
					Remedy: "Compute it in a component.",
				}
			}
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
		i++
	}
	return nil
}
