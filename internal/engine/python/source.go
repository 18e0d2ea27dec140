package python

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// Source is a Python file.
type Source struct {
	Name string // in messages
	Text string
}

// maxSource bounds what is read: a component's code has to fit into a config map of 1 MiB.
const maxSource = 4 << 20

// byteOrderMark may stand at the start of a file, where it means nothing.
const byteOrderMark = "\ufeff"

// lines finds the line and column of a place in a text.
type lines struct {
	text   string
	starts []int32 // the offset of every line's first byte
}

// newLines counts what CPython counts as the end of a line: \n, \r\n and a lone \r.
func newLines(text string) lines {
	l := lines{text: text, starts: make([]int32, 1, 1+strings.Count(text, "\n"))}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			l.starts = append(l.starts, int32(i+1))
		case '\n':
			l.starts = append(l.starts, int32(i+1))
		}
	}
	return l
}

// line returns the number, from 1, of the line that holds the byte at offset.
func (l lines) line(offset int32) int {
	return sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > offset })
}

// place returns line and column of a byte, both from 1; columns count characters.
func (l lines) place(offset int32) (line, column int) {
	offset = min(offset, int32(len(l.text)))
	line = l.line(offset)
	before := strings.TrimPrefix(l.text[l.starts[line-1]:offset], byteOrderMark)
	return line, utf8.RuneCountInString(before) + 1
}

// syntaxError is what CPython's compile would raise.
type syntaxError struct {
	kind    string // SyntaxError, IndentationError or TabError
	message string
	at      span
	// unclosed marks a bracket that is still open at the end. What the parser finds on the bracket's own line is
	// more to the point, as in CPython.
	unclosed bool
}

const (
	syntaxKind      = "SyntaxError"
	indentationKind = "IndentationError"
	tabKind         = "TabError"
)

func syntaxErrorf(at span, format string, args ...any) *syntaxError {
	return &syntaxError{kind: syntaxKind, message: fmt.Sprintf(format, args...), at: at}
}

// checkText refuses what is no Python text at all.
func checkText(text string) *syntaxError {
	if len(text) > maxSource {
		return syntaxErrorf(span{}, "the source has %d bytes, more than the %d that are read", len(text), maxSource)
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return syntaxErrorf(span{int32(i), int32(i + 1)}, "source code cannot contain null bytes")
	}
	if utf8.ValidString(text) {
		return nil
	}
	for i := 0; ; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return syntaxErrorf(span{int32(i), int32(i + 1)},
				"(unicode error) 'utf-8' codec can't decode byte 0x%02x in position %d: invalid UTF-8", text[i], i)
		}
		i += size
	}
}
