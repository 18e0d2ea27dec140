package expr

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
)

// unexpected is how the parser says that it cannot go on, and at what.
var unexpected = regexp.MustCompile(`^unexpected token (\w+)\("(.*)"\)`)

// syntaxError makes an error of the parser's one for people.
func syntaxError(err error, text string, offset int) Error {
	var located *file.Error
	if !errors.As(err, &located) {
		return Error{Offset: offset, Message: fmt.Sprintf("The expression cannot be read: %v.", err), Syntax: true}
	}
	e := Error{Offset: offset + located.From, Syntax: true}
	token := ""
	switch m := unexpected.FindStringSubmatch(located.Message); {
	case strings.Contains(located.Message, "EOF") || strings.Contains(located.Message, "end of expression"):
		e.Message = "The expression ends too early."
	case m != nil:
		token = m[2]
		e.Message = fmt.Sprintf("The expression cannot be read: %q cannot stand here.", token)
	default:
		e.Message = fmt.Sprintf("The expression cannot be read: %s.", strings.TrimSuffix(located.Message, "."))
	}
	e.Remedy = syntaxRemedy(text, token, located.From)
	return e
}

// syntaxRemedies are by the token at which reading ends: what other languages have there.
var syntaxRemedies = map[string]string{
	"AND": "Write &&.", "And": "Write &&.", "OR": "Write ||.", "Or": "Write ||.", "NOT": "Write !.", "Not": "Write !.",
	"is": "Write x == nil, or x != nil for Python's is not None.",
	"if": "Write condition ? a : b for Python's a if condition else b.",
	"=":  "Compare with ==.", ":": "Compare with ==.", "then": "Write condition ? a : b.",
	"for": "Write map(list, # + 1) for Python's [x + 1 for x in list].", ",": "Write a list as [a, b].",
	"%": "Expressions have no tags of Jinja. A condition is the task's when, a loop its for_each.",
}

func syntaxRemedy(text, token string, at int) string {
	before := strings.TrimSpace(firstChars(text, at))
	switch {
	case strings.HasPrefix(strings.TrimSpace(text), "="):
		return "Argo's {{=x}} is {{ x }} here: leave out the first \"=\"."
	case token == ">" && strings.HasSuffix(before, "<"):
		return "Write !=."
	case token == "=" && strings.HasSuffix(before, "=="):
		return "Write ==."
	case strings.HasSuffix(before, "lambda"):
		return "A function's # stands for the element: map(list, # + 1)."
	case before == "f" || before == "F" || strings.HasSuffix(before, " f"):
		return "There are no f-strings. Join with +, or write the text around {{ }}."
	}
	return syntaxRemedies[token]
}

func firstChars(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// What of a long expression is shown around a mistake.
const (
	shownBefore = 40
	shownAfter  = 30
)

// Describe is the whole of what to say of a mistake in a text. Where the place matters it shows the expression, and no
// more of the text, with a mark below the place.
func (e Error) Describe(text string) string {
	all := e.Message
	if e.Remedy != "" {
		all += " " + e.Remedy
	}
	line, column := e.line(text)
	if !e.Syntax || line == "" {
		return all
	}
	return fmt.Sprintf("%s\n\n    %s\n    %s^", all, line, strings.Repeat(" ", column))
}

// line is what is shown of the expression, and how many characters of it are before the mistake.
func (e Error) line(text string) (string, int) {
	chars := []rune(text)
	at := min(e.Offset, len(chars))
	before, after := string(chars[:at]), string(chars[at:])
	if open := strings.LastIndex(before, "{{"); open >= 0 {
		before = before[open:]
	}
	before = before[strings.LastIndexByte(before, '\n')+1:]
	after, _, _ = strings.Cut(after, "\n")
	if end := strings.Index(after, "}}"); end >= 0 {
		after = after[:end+2]
	}
	if n := utf8.RuneCountInString(before); n > shownBefore {
		before = "…" + string([]rune(before)[n-shownBefore:])
	}
	if utf8.RuneCountInString(after) > shownAfter {
		after = firstChars(after, shownAfter) + "…"
	}
	return strings.ReplaceAll(before+after, "\t", " "), utf8.RuneCountInString(before)
}
