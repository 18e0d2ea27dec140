package backend

import (
	"slices"
)

// Controller is a Deployment of Argo's workflow controller.
type Controller struct {
	Namespace, Name string
	Image           string
	Wanted, Ready   int32  // replicas
	Managed         string // the only namespace that it serves; empty: all
	InstanceID      string // it serves only workflows that carry this label
	Referencing     string // Strict or Secure: a run may set little beside its template
	Closed          bool   // its settings may not be read
	Allowed         []string
}

// Serves reports whether the controller looks at workflows of a namespace that carry this instance id; empty: none.
func (c Controller) Serves(namespace, instance string) bool {
	return (c.Managed == "" || c.Managed == namespace) && (c.InstanceID == instance || c.Closed)
}

// Forbids returns those among the fields of a workflow's spec that a run may not set beside its template.
func (c Controller) Forbids(fields []string) []string {
	if c.Referencing != "Strict" && c.Referencing != "Secure" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return slices.Contains(c.Allowed, f) })
}
