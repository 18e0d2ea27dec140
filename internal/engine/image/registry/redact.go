package registry

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const (
	hidden = "[redacted]"
	// shortest is the length below which a secret is not searched for: replacing every "a" would hide the text.
	shortest = 3
	// mostWords bounds the memory that short-lived tokens take.
	mostWords = 8192
)

// Redactor replaces known secrets in texts. It is safe for concurrent use; its zero value knows none.
type Redactor struct {
	mu       sync.Mutex
	words    []string
	replacer *strings.Replacer
}

// Add makes values known, also as they look when encoded for a URL or in base64, and each line of values of several
// lines. Values shorter than three bytes are left out.
func (r *Redactor) Add(values ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range values {
		r.add(v)
		r.add(url.QueryEscape(v))
		r.add(url.PathEscape(v))
		r.add(base64.StdEncoding.EncodeToString([]byte(v)))
		if lines := strings.Split(v, "\n"); len(lines) > 1 {
			for _, l := range lines {
				if l = strings.TrimSpace(l); len(l) >= 6 {
					r.add(l)
				}
			}
			r.add(strings.TrimSpace(v))
		}
	}
}

func (r *Redactor) add(v string) {
	if len(v) < shortest || slices.Contains(r.words, v) || len(r.words) >= mostWords {
		return
	}
	r.words = append(r.words, v)
	r.replacer = nil
}

// addLogin makes a user's password known, and the header that is made of both.
func (r *Redactor) addLogin(user, password string) {
	if password == "" {
		return
	}
	r.Add(password, user+":"+password)
}

// query finds the query of a URL: signatures and tokens stand there.
var query = regexp.MustCompile(`(https?://[^\s"'?]+)\?[^\s"']*`)

// userInfo finds a password in a URL.
var userInfo = regexp.MustCompile(`(://[^/\s"':@]*):[^/\s"'@]+@`)

// Redact returns s without the known secrets, without passwords in URLs and without the queries of URLs.
func (r *Redactor) Redact(s string) string {
	r.mu.Lock()
	if r.replacer == nil {
		// Of two words that begin alike, the replacer takes the one that it was given first.
		slices.SortFunc(r.words, func(a, b string) int { return len(b) - len(a) })
		pairs := make([]string, 0, 2*len(r.words))
		for _, w := range r.words {
			pairs = append(pairs, w, hidden)
		}
		r.replacer = strings.NewReplacer(pairs...)
	}
	rep := r.replacer
	r.mu.Unlock()
	return query.ReplaceAllString(userInfo.ReplaceAllString(rep.Replace(s), "$1:"+hidden+"@"), "$1?…")
}
