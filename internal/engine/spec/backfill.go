package spec

import "time"

// Backfill runs a recurring run's pipeline for ticks outside of its schedule.
type Backfill struct {
	Namespace         string
	Name              string
	RecurringRun      string
	Pipeline          Ref
	Pinned            bool              // run the version that Pipeline names, not the newest
	Parameters        map[string]string // texts that may use schedule.time
	ServiceAccount    string
	Timezone          string // of schedule.local_time
	Triggers          map[string]string
	Parallelism       int
	ContinueOnFailure bool
	Ticks             []time.Time // in order
}

// TickResult is what became of the run of a tick.
type TickResult struct {
	Run        string    `json:"run"`
	Phase      Phase     `json:"phase"`
	Message    string    `json:"message,omitempty"`
	StartedAt  time.Time `json:"started_at,omitzero"`
	FinishedAt time.Time `json:"finished_at,omitzero"`
}
