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
	// ImageUser lets the container run as its image's user, as KFP does. Only components of KFP's packages have it.
	ImageUser bool
}

// Image is the image that the component runs; empty: it runs nothing.
func (c Component) Image() string {
	switch {
	case c.Python != nil:
		return c.Python.Image
	case c.Container != nil:
		return c.Container.Image
	}
	return ""
}

// Python is a function whose inputs and outputs come from its signature.
type Python struct {
	Source     string // the text of the file that defines the function
	SourceFile string // its name in messages and tracebacks
	Function   string // the function's name; never empty once analysed
	Image      string // runs the function
	// Lightweight functions must be self-contained; others may import modules that their image holds.
	Lightweight  bool
	Packages     []string          // pip requirements, installed when the task starts
	IndexURLs    []string          // pip indexes in place of the default
	TrustedHosts []string          // hosts that pip may reach without TLS
	Additional   map[string]string // sources of helper functions by file name
	Files        map[string]string // small data files by name
	// KFP makes values be read and written as leniently as Kubeflow Pipelines does.
	KFP bool

	// The rest comes from the analysis of Source.
	Definition   string     // what the pod runs: the function alone, or the whole source
	FirstLine    int        // line of Source on which Definition starts, from 1
	Arguments    []Argument // in the order of the signature
	NamedOutputs bool       // the function returns a NamedTuple
	ReturnsValue bool       // the function returns one value
	SDK          bool       // it uses what KFP's SDK has beyond the plain runtime
}

// Passing says how a function's argument gets its value.
type Passing string

// The ways of passing.
const (
	PassParameter      Passing = "parameter"
	PassInputArtifact  Passing = "input_artifact"
	PassOutputArtifact Passing = "output_artifact"
	PassInputPath      Passing = "input_path"
	PassOutputPath     Passing = "output_path"
	PassFinalStatus    Passing = "final_status"
	PassEmbedded       Passing = "embedded_artifact"
)

// Argument is one argument of a Python function.
type Argument struct {
	Name    string // of the input or output; an embedded artifact is neither
	Keyword string // the argument's name in Python, where it differs
	Passing Passing
	Type    Type
	Class   string // of an artifact or a pydantic model: how the runtime finds it, a dotted name
}

// Container runs any image. Command and Args may hold {{ inputs.x }}, {{ inputs.a.path }}, {{ outputs.y.path }} and
// {{ files.path }}.
type Container struct {
	Image   string
	Command []string
	Args    []string
	Files   map[string]string // texts of small files by name, such as scripts
}

// Resources are a container's requests and limits by resource name ("cpu", "memory", "nvidia.com/gpu") as Kubernetes
// quantities, or expressions where a task sets them.
type Resources struct {
	Requests map[string]string `json:"requests,omitempty"`
	Limits   map[string]string `json:"limits,omitempty"`
}
