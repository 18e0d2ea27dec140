package convert

import (
	"context"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// RecurringOptions say what the server does not tell of its recurring runs.
type RecurringOptions struct {
	Timezone  string            // of the server's schedules
	Pipelines map[string]string // names of kfp_pipeline resources by ids on the server
}

func isRecurring([]byte) bool { return false }

// RecurringRuns converts.
func RecurringRuns(context.Context, []byte, string, RecurringOptions) (Module, problem.List) {
	return nil, nil
}
