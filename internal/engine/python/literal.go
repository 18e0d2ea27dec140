package python

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A literal's text is taken apart here: prefix, quotes, escapes.

// stringPrefix returns the prefix of a string literal in lower case, and the text between the quotes.
func stringPrefix(literal string) (prefix, body string) {
	quote := strings.IndexAny(literal, `"'`)
	prefix, body = strings.ToLower(literal[:quote]), literal[quote:]
	n := 1
	if len(body) >= 6 && body[1] == body[0] && body[2] == body[0] {
		n = 3
	}
	return prefix, body[n : len(body)-n]
}

// unescaped is the value of a string's text. That of bytes is never used, only what is wrong with it.
type unescaped struct {
	value   string
	lossy   bool   // value lacks a character that is named, or that is half a surrogate pair
	problem string // a format for at, the offset of what is wrong; empty: nothing
	at      int
}

func unescape(body, prefix string) unescaped {
	if strings.IndexByte(body, '\r') >= 0 {
		body = strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
	}
	if strings.IndexByte(body, '\\') < 0 || strings.Contains(prefix, "r") {
		return unescaped{value: body}
	}
	bytes := strings.Contains(prefix, "b")
	var b strings.Builder
	lossy := false
	for i := 0; i < len(body); {
		c := body[i]
		if c != '\\' {
			b.WriteByte(c)
			i++
			continue
		}
		r, size, problem := escape(body[i:], bytes)
		if problem != "" {
			return unescaped{problem: problem, at: i}
		}
		switch {
		case r == notEscaped:
			b.WriteString(body[i : i+size])
		case r >= 0:
			b.WriteRune(r)
			lossy = lossy || r == utf8.RuneError || !utf8.ValidRune(r)
		}
		i += size
	}
	return unescaped{value: b.String(), lossy: lossy}
}

// What escape returns beside characters.
const (
	nothing    = rune(-1) // a joined line
	notEscaped = rune(-2) // an unknown escape stands for itself
)

var simpleEscapes = map[byte]rune{
	'\\': '\\', '\'': '\'', '"': '"', 'a': 7, 'b': 8, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\n': nothing,
}

// escape reads the escape sequence at the start of s.
func escape(s string, bytes bool) (r rune, size int, problem string) {
	if len(s) < 2 {
		return notEscaped, len(s), ""
	}
	c := s[1]
	if r, ok := simpleEscapes[c]; ok {
		return r, 2, ""
	}
	switch {
	case '0' <= c && c <= '7':
		n := 2
		for n < len(s) && n < 4 && '0' <= s[n] && s[n] <= '7' {
			n++
		}
		v, _ := strconv.ParseInt(s[1:n], 8, 32)
		return rune(v), n, ""
	case c == 'x':
		if bytes && hexDigits(s[2:], 2) < 2 {
			return 0, 0, "(value error) invalid \\x escape at position %d"
		}
		return hexEscape(s, 2, `\xXX`)
	case c == 'u' && !bytes:
		return hexEscape(s, 4, `\uXXXX`)
	case c == 'U' && !bytes:
		return hexEscape(s, 8, `\UXXXXXXXX`)
	case c == 'N' && !bytes:
		stop := strings.IndexByte(s, '}')
		if len(s) < 3 || s[2] != '{' || stop < 4 {
			return 0, 0, `(unicode error) 'unicodeescape' codec can't decode bytes in position %d: malformed \N character escape`
		}
		return utf8.RuneError, stop + 1, "" // the names of characters are not known here
	}
	_, n := utf8.DecodeRuneInString(s[1:])
	return notEscaped, 1 + n, ""
}

func hexDigits(s string, most int) int {
	n := 0
	for n < len(s) && n < most && strings.IndexByte("0123456789abcdefABCDEF", s[n]) >= 0 {
		n++
	}
	return n
}

func hexEscape(s string, digits int, form string) (rune, int, string) {
	n := hexDigits(s[2:], digits)
	if n < digits {
		return 0, 0, "(unicode error) 'unicodeescape' codec can't decode bytes in position %d: truncated " + form + " escape"
	}
	v, _ := strconv.ParseUint(s[2:2+digits], 16, 32)
	if v > utf8.MaxRune {
		return 0, 0, "(unicode error) 'unicodeescape' codec can't decode bytes in position %d: illegal Unicode character"
	}
	return rune(v), 2 + digits, ""
}

// strings reads literals side by side: all of bytes or none.
func (p *parser) strings() expr {
	start := p.current()
	var parts []span
	var fields []expr
	formatted, bytes := false, 0
	for {
		t := p.current()
		switch t.kind {
		case text:
			p.take()
			prefix, body := stringPrefix(p.word(t))
			if strings.Contains(prefix, "b") {
				bytes++
				p.checkASCII(t, body)
			}
			p.checkEscapes(t.from, body, prefix)
			parts = append(parts, t.span)
		case fstringStart:
			formatted = true
			fields = p.fstring(fields)
			parts = append(parts, p.since(t.from))
		default:
			at := p.since(start.from)
			if bytes > 0 && bytes < len(parts) {
				p.fail(at, "cannot mix bytes and nonbytes literals")
			}
			if formatted {
				return &fstringExpr{at, fields}
			}
			return &stringExpr{at, parts, bytes > 0}
		}
	}
}

func (p *parser) checkASCII(t token, body string) {
	for i := range len(body) {
		if body[i] >= utf8.RuneSelf {
			p.fail(t.span, "bytes can only contain ASCII literal characters")
		}
	}
}

func (p *parser) checkEscapes(start int32, body, prefix string) {
	if strings.IndexByte(body, '\\') < 0 {
		return
	}
	if u := unescape(body, prefix); u.problem != "" {
		p.fail(span{start, start + 1}, u.problem, u.at)
	}
}

// stringValue returns the value of a string that is not formatted. exact is false where it holds characters that are
// not known here.
func stringValue(source string, x *stringExpr) (value string, exact bool) {
	var b strings.Builder
	exact = true
	for _, part := range x.parts {
		prefix, body := stringPrefix(source[part.from:part.to])
		u := unescape(body, prefix)
		b.WriteString(u.value)
		exact = exact && !u.lossy
	}
	return b.String(), exact
}
