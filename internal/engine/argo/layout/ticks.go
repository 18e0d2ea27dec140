package layout

import (
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

const (
	// ConcurrencyKey is the key of the config map that holds the bound of max_concurrency.
	ConcurrencyKey = "runs"
)

// ConcurrencyPolicies are Argo's words for what becomes of a tick while a run goes on.
var ConcurrencyPolicies = map[spec.Concurrency]wfv1.ConcurrencyPolicy{
	spec.ConcurrencyAllow: wfv1.AllowConcurrent, spec.ConcurrencyForbid: wfv1.ForbidConcurrent, spec.ConcurrencyReplace: wfv1.ReplaceConcurrent,
}

// ScheduledTimeKey is the annotation of a run from which Argo takes workflow.scheduledTime.
const ScheduledTimeKey = "workflows.argoproj.io/scheduled-time"

// ScheduledTime writes a tick as Argo does.
func ScheduledTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// TickOf is the tick that a run stands for. False: the run belongs to no schedule.
func TickOf(annotations map[string]string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, annotations[ScheduledTimeKey])
	return t.UTC(), err == nil
}
