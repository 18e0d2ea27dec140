package operate

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// A backend that cannot say beforehand what it would refuse is ready for everything.
func TestReadyWithoutAnInspector(t *testing.T) {
	t.Parallel()
	o := &Operator{Backend: struct{ backend.Backend }{configured{}}, Preflight: true}
	var found problem.List
	ctx := t.Context()
	o.Foresee(ctx, "etl", "runner", &found)
	if !o.ReadyForTemplates(ctx, "etl", &found) || !o.ReadyForRuns(ctx, "etl", "runner", &found) ||
		!o.ReadyForSchedules(ctx, "etl", "", true, &found) || !o.ReadyForBackfills(ctx, "etl", "", &found) || len(found) > 0 {
		t.Errorf("got %v", found)
	}
}

// configured is a backend of which nothing is asked but whether it is configured.
type configured struct{ backend.Backend }

func (configured) Configured() error { return nil }
