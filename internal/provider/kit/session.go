package kit

import (
	"sync"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// PlannedTimeouts are the timeouts of the pipelines that this plan has been through, by namespace and name. A reference
// to a pipeline does not hold it, and the pipeline may not be in the cluster yet.
type plannedTimeouts struct{ Values sync.Map }

// Session is what Configure hands to resources and data sources.
type Session struct {
	*operate.Operator
	Namespace       string // of resources that name none
	ServiceAccount  string // of runs that name none; empty: the namespace's default
	Images          *ImageTools
	Confirmed       confirmedStates
	PlannedTimeouts plannedTimeouts
	Unpinned        UnpinnedImages
	unchecked       sync.Map // why the cluster could not be asked, as far as that was told
	Claims          claims
}

// Note remembers the timeout of a pipeline.
func (p *plannedTimeouts) Note(of spec.Pipeline) {
	p.Values.Store([2]string{of.Namespace, of.Name}, of.Options.Timeout)
}
