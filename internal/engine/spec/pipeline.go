package spec

// Unknown stands for a text that Terraform does not know yet. It can only occur at plan; nothing that holds it is
// compiled. HCL strings cannot hold a NUL, so no user's text equals it.
const Unknown = "\x00unknown"

// Pipeline is a graph of tasks.
type Pipeline struct {
	Namespace   string
	Name        string
	Description string
	Parameters  map[string]Input // artifacts too, in a pipeline that another one uses
	Tasks       map[string]Task
	OnExit      map[string]Task   // always run at the end, whatever became of Tasks
	Outputs     map[string]string // name → reference to a task's output
	Defaults    Settings          // for every task of this pipeline
	Groups      map[string]Group  // used by tasks through a Ref of GroupKind
	// Components are inside the object of the pipeline; tasks use them through a Ref of InlineKind. Only a package of KFP
	// has them.
	Components map[string]Component
	Options    Options
	Open       Open
}

// Open says of which maps a pipeline may have more elements than it holds, since Terraform does not know them yet.
type Open struct {
	Parameters bool
	Tasks      bool
	OnExit     bool
	Groups     bool
	Outputs    bool // of a group
}

// Options are the settings of a pipeline as a whole.
type Options struct {
	Parallelism        *int64           `json:"parallelism,omitempty"` // tasks at a time; nil: no bound
	Timeout            string           `json:"timeout,omitempty"`     // a Go duration
	FailFast           *bool            `json:"fail_fast,omitempty"`   // nil: true
	TTL                *TTL             `json:"ttl,omitempty"`
	PodGC              string           `json:"pod_gc,omitempty"` // Argo's strategy, e.g. OnPodSuccess
	ArchiveLogs        *bool            `json:"archive_logs,omitempty"`
	ArtifactGC         string           `json:"artifact_gc,omitempty"`         // OnWorkflowCompletion, OnWorkflowDeletion, Never
	ArtifactRepository *RepositoryRef   `json:"artifact_repository,omitempty"` // nil: the namespace's default
	PipelineRoot       string           `json:"pipeline_root,omitempty"`       // an address in place of ArtifactRepository
	Synchronization    *Synchronization `json:"synchronization,omitempty"`
	// VolumeClaims are made for each run. Tasks mount them as volumes whose claim is the name here.
	VolumeClaims map[string]EphemeralClaim `json:"volume_claims,omitempty"`
	Labels       map[string]string         `json:"labels,omitempty"` // of the runs
}

// TTL tells how long an ended run is kept, as Go durations. Empty: no bound.
type TTL struct {
	AfterCompletion string `json:"after_completion,omitempty"`
	AfterSuccess    string `json:"after_success,omitempty"`
	AfterFailure    string `json:"after_failure,omitempty"`
}

// RepositoryRef names an artifact repository by config map and key, as Argo's artifactRepositoryRef does.
type RepositoryRef struct {
	ConfigMap string `json:"config_map"`
	Key       string `json:"key"`
}

// Synchronization makes runs or tasks wait for each other.
type Synchronization struct {
	Mutexes    []string    `json:"mutexes,omitempty"`    // names
	Semaphores []Semaphore `json:"semaphores,omitempty"` // limits kept in a config map
}

// Semaphore names the config map key that holds a limit.
type Semaphore struct {
	ConfigMap string `json:"config_map"`
	Key       string `json:"key"`
}

// Task is one node of a pipeline's graph.
type Task struct {
	Component   Ref
	DisplayName string
	Inputs      map[string]string // input name → constant text or text with {{ }}
	OpenInputs  bool              // there may be more inputs, which Terraform does not know yet
	DependsOn   []string          // beside the tasks that the inputs refer to
	RunIf       RunIf             // empty: AllSucceeded
	When        string            // a boolean expression; empty: always
	ForEach     string            // a list as JSON, or a text with {{ }}; empty: no loop
	Parallelism *int64            // of a loop; nil: no bound
	// AllowFailure lets the tasks behind this one run, and the run succeed, when this one failed.
	AllowFailure bool
	Approval     *Approval // set instead of Component: a gate that a person opens
	Settings
}

// Approval is a manual gate: the run waits until somebody resumes it.
type Approval struct {
	// Timeout ends the wait; the task then counts as succeeded, as Argo's suspend does. Empty: waits for ever.
	Timeout string
}

// RunIf tells what must have become of the tasks before one for it to run.
type RunIf string

// The conditions on the tasks before.
const (
	AllSucceeded RunIf = "all_succeeded"
	AnySucceeded RunIf = "any_succeeded"
	AllFailed    RunIf = "all_failed"
	AnyFailed    RunIf = "any_failed"
	AllDone      RunIf = "all_done"
	Always       RunIf = "always" // as AllDone, and the failures before count as if the task were not there
)

// RunIfs lists the conditions.
var RunIfs = []RunIf{AllSucceeded, AnySucceeded, AllFailed, AnyFailed, AllDone, Always}
