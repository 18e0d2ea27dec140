package report

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/diagram"
)

func count(n int64) string { return strconv.FormatInt(n, 10) }

// clock writes a time as people read it; empty: there is none.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC"
}

// between is how long something took; empty while it goes on.
func between(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return ""
	}
	return diagram.Elapsed(to.Sub(from))
}

// cut leaves so many runes of a text, and makes visible what would otherwise show as something else: control characters
// and those that turn the direction of a text round.
func cut(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > most {
			b.WriteString(" … (" + strconv.Itoa(utf8.RuneCountInString(text)-most) + " more characters)")
			break
		}
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			r = '·'
		}
		b.WriteRune(r)
	}
	return b.String()
}
