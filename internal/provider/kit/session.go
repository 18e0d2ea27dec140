package kit

import (
	"sync"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// plannedOptions are the options of the pipelines that this plan has been through, by namespace and name. A reference to
// a pipeline does not hold them, and the pipeline may not be in the cluster yet.
type plannedOptions struct{ values sync.Map }

// Session is what Configure hands to resources and data sources.
type Session struct {
	*operate.Operator
	Namespace      string // of resources that name none
	ServiceAccount string // of runs that name none; empty: the namespace's default
	Images         *ImageTools
	Confirmed      confirmedStates
	PlannedOptions plannedOptions
	Unpinned       UnpinnedImages
	unchecked      sync.Map // why the cluster could not be asked, as far as that was told
	Claims         claims
}

// Note remembers the options of a pipeline.
func (p *plannedOptions) Note(of spec.Pipeline) {
	p.values.Store([2]string{of.Namespace, of.Name}, of.Options)
}

// Of are the options of a pipeline that this plan has been through.
func (p *plannedOptions) Of(namespace, name string) (spec.Options, bool) {
	planned, _ := p.values.Load([2]string{namespace, name})
	o, ok := planned.(spec.Options)
	return o, ok
}
