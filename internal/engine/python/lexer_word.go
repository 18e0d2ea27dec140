package python

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// stringPrefixes are what may stand before a string's quote, in lower case.
var stringPrefixes = map[string]bool{
	"r": true, "u": true, "b": true, "br": true, "rb": true, "f": true, "fr": true, "rf": true, "t": true, "tr": true, "rt": true,
}

// word reads a name, a keyword, or a string with a prefix.
func (l *lexer) word() bool {
	start, ascii := l.at, true
	for l.at < len(l.text) && isNamePart(l.text[l.at]) {
		ascii = ascii && l.text[l.at] < utf8.RuneSelf
		l.at++
	}
	word := l.text[start:l.at]
	if l.at < len(l.text) && (l.text[l.at] == '"' || l.text[l.at] == '\'') && len(word) <= 2 {
		if prefix := strings.ToLower(word); stringPrefixes[prefix] {
			return l.str(start, prefix)
		}
	}
	if k, ok := keywords[word]; ok {
		return l.emit(k, start)
	}
	if !ascii && !l.checkName(start) {
		return false
	}
	return l.emit(identifier, start)
}

// checkName refuses characters beyond ASCII that no name may hold.
func (l *lexer) checkName(start int) bool {
	for i, r := range l.text[start:l.at] {
		if r < utf8.RuneSelf || unicode.In(r, nameStart...) || i > 0 && unicode.In(r, namePart...) {
			continue
		}
		at := start + i
		if !unicode.IsPrint(r) {
			return l.failf(at, at+utf8.RuneLen(r), "invalid non-printable character U+%04X", r)
		}
		return l.failf(at, at+utf8.RuneLen(r), "invalid character '%c' (U+%04X)", r, r)
	}
	return true
}

// Unicode's XID_Start and XID_Continue, but for a handful of presentation forms.
var (
	nameStart = []*unicode.RangeTable{unicode.L, unicode.Nl, unicode.Other_ID_Start}
	namePart  = []*unicode.RangeTable{unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue}
)

// str reads a string that starts, prefix and all, at start; the current place is its quote.
func (l *lexer) str(start int, prefix string) bool {
	quote := l.text[l.at : l.at+1]
	if strings.HasPrefix(l.text[l.at:], strings.Repeat(quote, 3)) {
		quote = l.text[l.at : l.at+3]
	}
	l.at += len(quote)
	if strings.ContainsAny(prefix, "ft") {
		if len(l.fstrings) >= maxBrackets {
			return l.failf(start, l.at, "too many nested f-strings")
		}
		l.fstrings = append(l.fstrings, fstring{start: start, prefix: prefix, quote: quote})
		return l.emit(fstringStart, start)
	}
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == quote[0] && strings.HasPrefix(l.text[l.at:], quote):
			l.at += len(quote)
			return l.emit(text, start)
		case c == '\\':
			l.skipEscaped()
		case len(quote) == 1 && (c == '\n' || c == '\r'):
			return l.unterminated(start, quote, "string")
		default:
			l.at++
		}
	}
	return l.unterminated(start, quote, "string")
}

// skipEscaped passes a backslash and the character behind it, which may be a line break of two bytes.
func (l *lexer) skipEscaped() {
	l.at++
	if l.at < len(l.text) {
		l.at = l.skipBreak(l.at)
	}
}

func (l *lexer) unterminated(start int, quote, what string) bool {
	if len(quote) == 3 {
		what = "triple-quoted " + what
	}
	counted := newLines(l.text[:l.at])
	line := len(counted.starts)
	if l.at == len(l.text) && counted.starts[line-1] == int32(l.at) && line > 1 {
		line-- // nothing stands on the line behind the last line break
	}
	return l.failf(start, start+1, "unterminated %s literal (detected at line %d)", what, line)
}

// fstring is an f-string or t-string that is being read.
type fstring struct {
	start  int
	prefix string
	quote  string
	fields []field // replacement fields that are open: {, {:{, …
}

// field is a replacement field. Its expression ends where no bracket behind its own is open.
type field struct {
	brackets int  // that are open in the field's expression, its own included
	spec     bool // the format specification, which is text again, has begun
}

func (l *lexer) fstring() *fstring {
	if len(l.fstrings) == 0 {
		return nil
	}
	return &l.fstrings[len(l.fstrings)-1]
}

// inText reports whether text comes next rather than an expression.
func (f *fstring) inText() bool {
	return len(f.fields) == 0 || f.fields[len(f.fields)-1].spec
}

func (f *fstring) letter() string {
	if strings.Contains(f.prefix, "t") {
		return "t-string"
	}
	return "f-string"
}

// fstringText reads text up to the next field, or the end of the f-string or of the format specification.
func (l *lexer) fstringText(f *fstring) bool {
	start, inSpec := l.at, len(f.fields) > 0
	for l.at < len(l.text) {
		c := l.text[l.at]
		doubled := l.at+1 < len(l.text) && l.text[l.at+1] == c && !inSpec
		switch {
		case c == f.quote[0] && strings.HasPrefix(l.text[l.at:], f.quote):
			if inSpec {
				return l.failf(l.at, l.at+1, "%s: expecting '}'", f.letter())
			}
			l.emit(fstringText, start)
			l.at += len(f.quote)
			l.fstrings = l.fstrings[:len(l.fstrings)-1]
			return l.emit(fstringEnd, l.at-len(f.quote))
		case (c == '\n' || c == '\r') && len(f.quote) == 1:
			return l.unterminated(f.start, f.quote, f.letter())
		case c == '{' && doubled || c == '}' && doubled:
			l.at += 2
		case c == '{':
			l.emit(fstringText, start)
			f.fields = append(f.fields, field{brackets: len(l.brackets) + 1})
			return l.open(leftBrace)
		case c == '}' && inSpec:
			l.emit(fstringText, start)
			f.fields = f.fields[:len(f.fields)-1]
			return l.close(rightBrace)
		case c == '}':
			return l.failf(l.at, l.at+1, "%s: single '}' is not allowed", f.letter())
		case c == '\\':
			l.fstringEscape(f)
		default:
			l.at++
		}
	}
	return l.unterminated(f.start, f.quote, f.letter())
}

// fstringEscape passes a backslash and what it escapes. It does not escape braces, but may name a character in them.
func (l *lexer) fstringEscape(f *fstring) {
	rest := l.text[l.at+1:]
	switch {
	case strings.HasPrefix(rest, "{"), strings.HasPrefix(rest, "}"):
		l.at++
	case strings.HasPrefix(rest, "N{") && !strings.Contains(f.prefix, "r"):
		l.at += 3
		for l.at < len(l.text) && (isNamePart(l.text[l.at]) || l.text[l.at] == ' ' || l.text[l.at] == '-') {
			l.at++
		}
		if l.at < len(l.text) && l.text[l.at] == '}' {
			l.at++
		}
	default:
		l.skipEscaped()
	}
}

// fieldEnd reads what ends the expression of a replacement field. done reports whether there was such a thing.
func (l *lexer) fieldEnd(f *fstring) (more, done bool) {
	top := len(f.fields) - 1
	if len(l.brackets) != f.fields[top].brackets {
		return false, false
	}
	switch rest := l.text[l.at:]; {
	case rest[0] == ':':
		f.fields[top].spec = true
		l.at++
		return l.emit(colon, l.at-1), true
	case rest[0] == '}':
		f.fields = f.fields[:top]
		return l.close(rightBrace), true
	case rest[0] == '!' && !strings.HasPrefix(rest, "!="):
		l.at++
		return l.emit(exclamation, l.at-1), true
	case rest[0] == ')' || rest[0] == ']':
		return l.failf(l.at, l.at+1, "%s: unmatched '%c'", f.letter(), rest[0]), true
	}
	return false, false
}
