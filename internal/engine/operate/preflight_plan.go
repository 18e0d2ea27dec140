package operate

import (
	"context"
	"sync"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// foresight is what a plan finds out about the cluster, apart from what an apply finds out.
type foresight struct {
	once  sync.Once
	there bool
	found preflights
}

// Answers reports whether Foresee has found the backend to answer.
func (o *Operator) Answers() bool { return o.foresight.there }

// Foresee tells at plan what would stop the apply at a new run or schedule, after everything else is made. These are
// warnings: what is missing may be made by the same apply. What whoever plans may do himself is not looked at, since
// plans are often made with fewer rights. A cluster that cannot be asked yet is passed over.
func (o *Operator) Foresee(ctx context.Context, namespace, serviceAccount string, problems *problem.List) {
	if !o.Preflight || o.Unknown {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, ForeseeTimeout)
	defer cancel()
	o.foresight.once.Do(func() {
		_, err := o.inspector().Kinds(ctx, argoAPI)
		if o.foresight.there = err == nil; err != nil {
			o.debug(ctx, "Cannot look ahead", map[string]any{"error": err.Error()})
		}
	})
	if !o.foresight.there {
		return
	}
	var found problem.List
	if o.checkPlace(ctx, &o.foresight.found, namespace, "runs", &found) {
		o.checkRunnable(ctx, &o.foresight.found, namespace, serviceAccount, false, &found)
	}
	for _, f := range found {
		detail := f.Detail
		if f.Severity == problem.Error {
			detail += "\n\nUnless the apply changes that first, it will stop here."
		}
		if f.Title != notAttempted {
			problems.Warning(f.Title, detail)
		}
	}
}
