// Package redact takes secrets out of texts that people see.
package redact

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Mark stands where a secret was.
const Mark = "(secret)"

// shortest is the length below which a value is no secret that could be told from other text: "true", "1", "dev" as
// values of a secret must not blot out a whole log. Shorter ones are taken out as whole words only.
const shortest = 6

// Redactor takes given values out of texts. The zero value takes out nothing.
type Redactor struct {
	replacer *strings.Replacer
	words    []*regexp.Regexp
}

// New makes a redactor of secrets. A secret is taken out as it is, line by line, and in the forms in which programs
// print it: base64, JSON and URL.
func New(secrets []string) Redactor {
	forms := map[string]bool{}
	var r Redactor
	for _, secret := range secrets {
		for _, part := range append(strings.Split(secret, "\n"), secret) {
			part = strings.TrimSpace(part)
			switch {
			case part == "":
			case len(part) < shortest:
				r.words = append(r.words, regexp.MustCompile(`(^|[^\pL\pN_])`+regexp.QuoteMeta(part)+`($|[^\pL\pN_])`))
			default:
				for _, form := range formsOf(part) {
					forms[form] = true
				}
			}
		}
		if len(strings.TrimSpace(secret)) >= shortest {
			forms[base64.StdEncoding.EncodeToString([]byte(secret))] = true
		}
	}
	if len(forms) == 0 {
		return r
	}
	// Longer ones first: what contains another secret goes as a whole.
	sorted := make([]string, 0, len(forms))
	for form := range forms {
		sorted = append(sorted, form)
	}
	slices.SortFunc(sorted, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	var pairs []string
	for _, form := range sorted {
		pairs = append(pairs, form, Mark)
	}
	r.replacer = strings.NewReplacer(pairs...)
	return r
}

func formsOf(secret string) []string {
	forms := []string{
		secret, base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		url.QueryEscape(secret), url.PathEscape(secret),
	}
	if quoted, err := json.Marshal(secret); err == nil {
		forms = append(forms, string(quoted[1:len(quoted)-1]))
	}
	return forms
}

// Text returns the text without the secrets.
func (r Redactor) Text(text string) string {
	if r.replacer != nil {
		text = r.replacer.Replace(text)
	}
	for _, word := range r.words {
		// Twice, since neighbours share the character between them.
		for range 2 {
			text = word.ReplaceAllString(text, "${1}"+Mark+"${2}")
		}
	}
	return text
}
