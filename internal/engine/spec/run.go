package spec

import "time"

// Run is one execution of a pipeline.
type Run struct {
	Namespace      string
	Name           string
	Pipeline       Ref
	Parameters     map[string]string // as text, already checked
	ServiceAccount string            // empty: the namespace's default
	Labels         map[string]string
	Triggers       map[string]string // any change makes a new run
	ScheduledTime  time.Time         // the tick that the run stands for, which makes Parameters texts with schedule.time; zero: none
}

// Phase is what became of a run or a task.
type Phase string

// The phases, as Argo names them.
const (
	PhasePending   Phase = "Pending"
	PhaseRunning   Phase = "Running"
	PhaseSucceeded Phase = "Succeeded"
	PhaseFailed    Phase = "Failed"
	PhaseError     Phase = "Error"
	PhaseSkipped   Phase = "Skipped"
	PhaseOmitted   Phase = "Omitted"
)

// Ended reports whether the phase is final.
func (p Phase) Ended() bool {
	switch p {
	case PhaseSucceeded, PhaseFailed, PhaseError, PhaseSkipped, PhaseOmitted:
		return true
	}
	return false
}

// Failed reports whether the phase is a failure.
func (p Phase) Failed() bool { return p == PhaseFailed || p == PhaseError }

// RunStatus is what is known of a run.
type RunStatus struct {
	Phase      Phase
	Message    string
	StartedAt  time.Time // zero: not yet
	FinishedAt time.Time // zero: not yet
	Outputs    map[string]string
	Tasks      map[string]TaskStatus // by path: "load", or "nested/load" inside a nested pipeline
	Elsewhere  bool                  // Argo keeps Tasks and Outputs in a database, so that they are not known here
	Active     bool                  // a pod runs, or a gate waits for a person
	Waiting    []string              // what Argo says of the pods that have not started, in order of their names
}

// TaskStatus is what is known of one task of a run. A loop is one task.
type TaskStatus struct {
	DisplayName string
	Phase       Phase
	Message     string
	StartedAt   time.Time
	FinishedAt  time.Time
	Attempts    int64 // pods that were started
	Items       int64 // of its loop, or of those around it, as far as they have begun; 0: there is no loop
	ItemsDone   int64 // of these, that have ended, well or not
	ItemsFailed int64
	Cached      bool // the outputs came from an earlier run
	Outputs     map[string]string
	Artifacts   map[string]string // metadata of the artifacts that it made, as JSON, by output
	URIs        map[string]string // where these artifacts are, by output
	Failures    []Failure         // one for each item of a loop that failed
	Allowed     bool              // whatever failed of it does not count for the run
}

// Failure is one failed pod, or what kept Argo from starting one.
type Failure struct {
	Node     string // Argo's display name of the node
	Item     string // of a loop, such as item 1 (b); empty: none
	Attempts int64  // pods that were started for it
	HasPod   bool   // false: Argo could not even start a pod
	NodeID   string // the pod's annotation workflows.argoproj.io/node-id
	Message  string
	ExitCode string // empty: unknown
}
