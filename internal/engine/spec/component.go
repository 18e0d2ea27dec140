package spec

// Component is one step that a task can run: a Python function or any container.
type Component struct {
	Namespace   string
	Name        string
	Description string
	Interface

	// Exactly one of Python and Container is set.
	Python    *Python
	Container *Container

	Env       map[string]string // plain values
	Resources *Resources        // defaults that a task may override; nil: none
}

// Python is a function whose inputs and outputs come from its signature.
type Python struct {
	Source   string // the text of the file that defines the function
	Function string // the function's name, never empty once analysed
	// Image runs the function: base_image for a lightweight component, the built image for a containerized one.
	Image string
	// Lightweight functions must be self-contained; others may import modules that their image holds.
	Lightweight   bool
	Packages      []string // pip requirements, installed when the task starts
	IndexURLs     []string // pip indexes in place of the default
	TrustedHosts  []string // hosts that pip may reach without TLS
	Additional    []string // sources of helper functions, put before the function
	Files         map[string]string
	NamedOutputs  bool // the function returns a NamedTuple
	SourceFile    string
	ReturnsOutput bool // the function returns a value, or a NamedTuple
}

// Container runs any image. Command and Args may hold {{ inputs.x }}, {{ inputs.a.path }} and {{ outputs.y.path }}.
type Container struct {
	Image   string
	Command []string
	Args    []string
}

// Resources are a container's requests and limits by resource name ("cpu", "memory", "nvidia.com/gpu") as Kubernetes
// quantities, or expressions where a task sets them.
type Resources struct {
	Requests map[string]string `json:"requests,omitempty"`
	Limits   map[string]string `json:"limits,omitempty"`
}
