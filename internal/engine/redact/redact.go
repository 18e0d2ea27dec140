package redact

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Mark stands where a secret was.
const Mark = "(secret)"

const (
	// shortest is the length below which a value can hardly be told from other text: "true", "1", "dev" as values of a
	// secret must not blot out parts of words. They are taken out as whole words only.
	shortest = 6
	// mostForms bounds the memory that short-lived tokens take.
	mostForms = 1 << 16
)

// Redactor takes given values out of texts. The zero value takes out nothing. It is safe for concurrent use.
type Redactor struct {
	mu    sync.Mutex
	forms map[string]bool
	words map[string]bool
	word  *regexp.Regexp // finds any of words; nil: they have changed
}

// New makes a redactor of secrets.
func New(secrets ...string) *Redactor {
	r := &Redactor{}
	r.Add(secrets...)
	return r
}

// Add makes secrets known. A secret is taken out as it is, line by line, and in the forms in which programs print it.
func (r *Redactor) Add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, secret := range secrets {
		r.add(secret)
		r.add(strings.TrimSpace(secret))
		if lines := strings.Split(secret, "\n"); len(lines) > 1 {
			for _, line := range lines {
				r.add(strings.TrimSpace(line))
			}
		}
	}
}

func (r *Redactor) add(value string) {
	switch trimmed := strings.TrimSpace(value); {
	case trimmed == "" || len(r.forms)+len(r.words) >= mostForms:
	case len(trimmed) < shortest:
		if r.words == nil {
			r.words = map[string]bool{}
		}
		r.words[trimmed], r.word = true, nil
	default:
		if r.forms == nil {
			r.forms = map[string]bool{}
		}
		if r.forms[value] {
			return
		}
		for _, form := range formsOf(value) {
			r.forms[form] = true
		}
	}
}

// span is a part of a text.
type span struct{ from, to int }

// Text returns the text without the secrets.
func (r *Redactor) Text(text string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []span
	for form := range r.forms {
		for at := 0; ; at++ {
			i := strings.Index(text[at:], form)
			if i < 0 {
				break
			}
			at += i
			found = append(found, span{at, at + len(form)})
		}
	}
	return r.withoutWords(without(text, found))
}

// without puts the mark in the place of parts of a text, one for parts that overlap.
func without(text string, found []span) string {
	if len(found) == 0 {
		return text
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	var b strings.Builder
	end := 0
	for i, part := range found {
		if i == 0 || part.from > end {
			b.WriteString(text[end:part.from])
			b.WriteString(Mark)
		}
		end = max(end, part.to)
	}
	b.WriteString(text[end:])
	return b.String()
}

// withoutWords takes out the short values where they stand alone.
func (r *Redactor) withoutWords(text string) string {
	if len(r.words) == 0 {
		return text
	}
	if r.word == nil {
		var quoted []string
		for word := range r.words {
			quoted = append(quoted, regexp.QuoteMeta(word))
		}
		slices.SortFunc(quoted, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
		r.word = regexp.MustCompile(`(^|[^\pL\pN_])(?:` + strings.Join(quoted, "|") + `)($|[^\pL\pN_])`)
	}
	// Twice, since neighbours share the character between them.
	for range 2 {
		text = r.word.ReplaceAllString(text, "${1}"+Mark+"${2}")
	}
	return text
}

var (
	// query finds the query of a URL: signatures and tokens stand there.
	query = regexp.MustCompile(`(https?://[^\s"'?]+)\?[^\s"']*`)
	// password finds a password in a URL, login all that stands before the host.
	password = regexp.MustCompile(`(://[^/\s"':@]*):[^/\s"'@]+@`)
	login    = regexp.MustCompile(`://[^/\s@]+@`)
)

// URLs returns a text without the passwords and queries of the URLs in it.
func URLs(text string) string {
	return query.ReplaceAllString(password.ReplaceAllString(text, "$1:"+Mark+"@"), "$1?…")
}

// Logins returns a text without the logins of the URLs in it.
func Logins(text string) string { return login.ReplaceAllString(text, "://"+Mark+"@") }
