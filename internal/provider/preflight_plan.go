package provider

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// foreseeTimeout bounds how long a plan waits for a cluster that does not answer.
const foreseeTimeout = 5 * time.Second

// foresight is what a plan finds out about the cluster, apart from what an apply finds out.
type foresight struct {
	once  sync.Once
	there bool
	found preflights
}

// foresee tells at plan what would stop the apply at a new run or schedule, after everything else is made. These are
// warnings: what is missing may be made by the same apply. What whoever plans may do himself is not looked at, since
// plans are often made with fewer rights. A cluster that cannot be asked yet is passed over.
func (d *data) foresee(ctx context.Context, namespace, serviceAccount types.String, diags *diag.Diagnostics) {
	if !d.preflight || d.unknown || !isKnown(namespace) || serviceAccount.IsUnknown() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, foreseeTimeout)
	defer cancel()
	d.foresight.once.Do(func() {
		_, err := d.cluster.Kinds(ctx, argoAPI)
		if d.foresight.there = err == nil; err != nil {
			tflog.Debug(ctx, "Cannot look ahead", map[string]any{"error": err.Error()})
		}
	})
	if !d.foresight.there {
		return
	}
	var found diag.Diagnostics
	if d.checkPlace(ctx, &d.foresight.found, namespace.ValueString(), "runs", &found) {
		d.checkRunnable(ctx, &d.foresight.found, namespace.ValueString(), serviceAccount.ValueString(), false, &found)
	}
	for _, f := range found {
		detail := f.Detail()
		if f.Severity() == diag.SeverityError {
			detail += "\n\nUnless the apply changes that first, it will stop here."
		}
		if f.Summary() != notAttempted {
			diags.AddWarning(f.Summary(), detail)
		}
	}
}
