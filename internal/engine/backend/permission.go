package backend

import (
	"strings"
)

// Permission is what somebody has to be allowed to do with a kind of object in a namespace.
type Permission struct {
	Group, Resource string // a subresource as pods/log
	Verbs           []string
}

func (p Permission) String() string {
	what := p.Resource
	if p.Group != "" {
		what += "." + p.Group
	}
	return strings.Join(p.Verbs, ", ") + " " + what
}
