package operate

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// limited is a backend that cannot run everything, and says at plan what it cannot.
type limited interface {
	CheckComponent(c spec.Component, problems *problem.List)
	CheckPipeline(p spec.Pipeline, problems *problem.List)
}

// attended is a backend whose runs go on only while somebody follows them, and which sees at once what was written.
type attended interface{ Attended() bool }

// Limited reports whether the backend cannot run everything, so that components and pipelines are to be checked.
func (o *Operator) Limited() bool {
	_, ok := o.Backend.(limited)
	return ok
}

// CheckComponent adds what the backend cannot run of a component, or runs in another way.
func (o *Operator) CheckComponent(c spec.Component, problems *problem.List) {
	if l, ok := o.Backend.(limited); ok {
		l.CheckComponent(c, problems)
	}
}

// CheckPipeline adds what the backend cannot run of a pipeline, or what has no effect there.
func (o *Operator) CheckPipeline(p spec.Pipeline, problems *problem.List) {
	if l, ok := o.Backend.(limited); ok {
		l.CheckPipeline(p, problems)
	}
}

// Attended reports whether runs go on only while they are waited for.
func (o *Operator) Attended() bool {
	a, ok := o.Backend.(attended)
	return ok && a.Attended()
}
