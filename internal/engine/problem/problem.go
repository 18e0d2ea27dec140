package problem

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Severity tells whether a problem stops the plan.
type Severity int

const (
	// Error stops the plan.
	Error Severity = iota
	// Warning is shown and does not stop the plan.
	Warning
)

// Step is one element of a Path: an attribute name, a map key or a list index.
type Step struct {
	Attribute string // set for an attribute
	Key       string // set for a map key
	Index     int    // set for a list index
	Kind      StepKind
}

// StepKind says which field of a Step is meant.
type StepKind int

// The kinds of steps.
const (
	AttributeStep StepKind = iota
	KeyStep
	IndexStep
)

// Path leads from the resource's root to an attribute. The zero value is the root itself.
type Path []Step

// At starts a path at a root attribute.
func At(attribute string) Path { return Path{}.Attr(attribute) }

// Attr returns the path extended by an attribute name.
func (p Path) Attr(name string) Path { return p.with(Step{Kind: AttributeStep, Attribute: name}) }

// Key returns the path extended by a map key.
func (p Path) Key(key string) Path { return p.with(Step{Kind: KeyStep, Key: key}) }

// Index returns the path extended by a list index.
func (p Path) Index(i int) Path { return p.with(Step{Kind: IndexStep, Index: i}) }

// Join returns the path extended by another one.
func (p Path) Join(tail Path) Path { return slices.Concat(p, tail) }

// with copies, so that two paths that share a prefix never share their tail.
func (p Path) with(s Step) Path {
	q := make(Path, len(p), len(p)+1)
	copy(q, p)
	return append(q, s)
}

// String writes the path as HCL does: tasks["load"].retry.limit.
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch s.Kind {
		case AttributeStep:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Attribute)
		case KeyStep:
			b.WriteString("[" + strconv.Quote(s.Key) + "]")
		case IndexStep:
			fmt.Fprintf(&b, "[%d]", s.Index)
		}
	}
	return b.String()
}

// Problem is one thing that is wrong.
type Problem struct {
	Severity Severity
	Path     Path
	Title    string // short, without a full stop
	Detail   string // what was attempted, the value, the reason, the remedy; whole sentences
}

// String is the one-line form that tests and logs use.
func (p Problem) String() string {
	return fmt.Sprintf("%s: %s: %s", p.Path, p.Title, p.Detail)
}

// List is a collection of problems. The zero value is empty and ready.
type List []Problem

// Errorf adds an error; format and args make its detail.
func (l *List) Errorf(path Path, title, format string, args ...any) {
	*l = append(*l, Problem{Severity: Error, Path: path, Title: title, Detail: fmt.Sprintf(format, args...)})
}

// Warnf adds a warning; format and args make its detail.
func (l *List) Warnf(path Path, title, format string, args ...any) {
	*l = append(*l, Problem{Severity: Warning, Path: path, Title: title, Detail: fmt.Sprintf(format, args...)})
}

// Error adds an error of the resource as a whole.
func (l *List) Error(title, detail string) {
	*l = append(*l, Problem{Severity: Error, Title: title, Detail: detail})
}

// Warning adds a warning of the resource as a whole.
func (l *List) Warning(title, detail string) {
	*l = append(*l, Problem{Severity: Warning, Title: title, Detail: detail})
}

// HasError reports whether any problem is an error.
func (l List) HasError() bool {
	for _, p := range l {
		if p.Severity == Error {
			return true
		}
	}
	return false
}

// Sort orders by path, then title and detail, so that the same mistakes are always told in the same order.
func (l List) Sort() {
	sort.SliceStable(l, func(i, j int) bool { return l[i].String() < l[j].String() })
}
