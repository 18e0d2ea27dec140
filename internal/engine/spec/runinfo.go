package spec

import "time"

// RunInfo is what a list of runs tells of each.
type RunInfo struct {
	Name            string
	Namespace       string
	Pipeline        string
	PipelineVersion string
	RecurringRun    string    // empty: of no schedule
	Backfill        string    // empty: of no backfill
	ScheduledTime   time.Time // the tick; zero: none
	CreatedAt       time.Time
	Parameters      map[string]string
	RunStatus
}
