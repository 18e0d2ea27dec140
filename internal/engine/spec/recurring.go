package spec

import "time"

// RecurringRun is a schedule of runs, in the form in which Argo takes it.
type RecurringRun struct {
	Namespace        string
	Name             string
	Description      string
	Pipeline         Ref
	Pinned           bool              // run the version that Pipeline names, not the newest
	Parameters       map[string]string // texts that may use schedule.time
	ServiceAccount   string            // empty: the namespace's default
	Lines            []string          // cron lines of five fields, or @every
	Timezone         string            // an IANA name
	When             string            // Argo's condition for start_time and end_time; empty: always
	StartingDeadline *int64            // seconds for which a missed tick may still run; nil: none
	Disabled         bool
	Concurrency      Concurrency
	MaxConcurrency   *int64 // runs at a time; nil: no bound
	KeepSucceeded    *int64 // runs that are kept; nil: Argo's default
	KeepFailed       *int64
}

// Concurrency says what happens at a tick while an earlier run is still going on.
type Concurrency string

// The concurrency modes.
const (
	ConcurrencyAllow   Concurrency = "allow"   // both run
	ConcurrencyForbid  Concurrency = "forbid"  // the tick is skipped
	ConcurrencyReplace Concurrency = "replace" // the earlier run is ended
)

// Concurrencies are all modes.
var Concurrencies = []Concurrency{ConcurrencyAllow, ConcurrencyForbid, ConcurrencyReplace}

// RecurringStatus is what is known of a schedule.
type RecurringStatus struct {
	LastScheduledTime time.Time // zero: never
	Active            []string  // names of the runs in progress
	Problem           string    // what Argo has against the schedule; empty: nothing
}
