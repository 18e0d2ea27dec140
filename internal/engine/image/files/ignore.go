package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// ReadIgnore reads the patterns of an ignore file in .dockerignore syntax. A file that is not there has no patterns.
func ReadIgnore(path string) ([]string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	patterns, err := ignorefile.ReadAll(f)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return patterns, nil
}

// matcher decides about one list of patterns in .dockerignore syntax. Its zero value has no patterns.
type matcher struct {
	pm    *patternmatcher.PatternMatcher
	again []string // the literal beginnings of the patterns that start with "!", slash-separated
}

// verdict is a matcher's answer for a directory, which the answers for its children build on.
type verdict = patternmatcher.MatchInfo

func newMatcher(what string, patterns []string) (matcher, error) {
	if len(patterns) == 0 {
		return matcher{}, nil
	}
	pm, err := patternmatcher.New(patterns)
	if err != nil {
		return matcher{}, &Error{
			Path:   what,
			Reason: fmt.Sprintf("a pattern is malformed in %q: %v", patterns, err),
			Remedy: "Patterns have the syntax of .dockerignore: *, **, ?, [a-z] and a leading ! that takes a match back.",
			cause:  err,
		}
	}
	m := matcher{pm: pm}
	for _, p := range pm.Patterns() {
		if p.Exclusion() {
			m.again = append(m.again, literalPrefix(filepath.ToSlash(p.String())))
		}
	}
	return m, nil
}

func (m matcher) empty() bool { return m.pm == nil }

// match tells whether name is matched, given what was said about its parent directory.
func (m matcher) match(name string, parent verdict) (bool, verdict, error) {
	if m.pm == nil {
		return false, verdict{}, nil
	}
	return m.pm.MatchesUsingParentResults(filepath.FromSlash(name), parent)
}

// reaches tells whether a pattern that starts with "!" could match something inside the directory dir. It may say
// yes wrongly, which costs a look into the directory, and never no wrongly.
func (m matcher) reaches(dir string) bool {
	dir += "/"
	for _, lit := range m.again {
		if strings.HasPrefix(lit, dir) || strings.HasPrefix(dir, lit) {
			return true
		}
	}
	return false
}

func literalPrefix(pattern string) string {
	if i := strings.IndexAny(pattern, `*?[]^\`); i >= 0 {
		return pattern[:i]
	}
	return pattern
}
