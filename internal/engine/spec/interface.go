package spec

import "regexp"

// Interface is what a component or a pipeline takes and gives: all that a caller has to know of it.
type Interface struct {
	Inputs  map[string]Input  `json:"inputs,omitempty"`
	Outputs map[string]Output `json:"outputs,omitempty"`
}

// Input is a parameter or an artifact that a component or a pipeline takes.
type Input struct {
	Type        Type   `json:"type"`
	Description string `json:"description,omitempty"`
	// Default is the value where the caller gives none, as text: strings as they are, everything else as JSON. Nil: none.
	Default *string `json:"default,omitempty"`
	// Optional inputs may be left out without a default; the component then sees none (Python's None).
	Optional bool `json:"optional,omitempty"`
	// AllowedValues are the only values that the input takes, as text. Empty: no restriction.
	AllowedValues []string `json:"allowed_values,omitempty"`
}

// Required reports whether a caller must give a value.
func (i Input) Required() bool { return i.Default == nil && !i.Optional }

// TakesNil reports whether the input may be given nil, as if the caller left it out. One with a default has that then.
func (i Input) TakesNil() bool { return i.Default == nil && i.Optional }

// Output is a parameter or an artifact that a component or a pipeline gives.
type Output struct {
	Type        Type   `json:"type"`
	Description string `json:"description,omitempty"`
	// Optional outputs may not be there though all went well: a pipeline gives that of a task that was skipped.
	Optional bool `json:"optional,omitempty"`
}

// SoleOutput returns the name of the only output, which tasks.x.output stands for.
func (i Interface) SoleOutput() (string, bool) {
	if len(i.Outputs) != 1 {
		return "", false
	}
	for name := range i.Outputs {
		return name, true
	}
	return "", false
}

// DefaultOutput is the name of the output of a Python function that returns one plain value, as in KFP.
const DefaultOutput = "Output"

// Kind says what a Ref points to.
type Kind string

// The kinds of things that a task can run.
const (
	ComponentKind Kind = "component"
	PipelineKind  Kind = "pipeline"
	// GroupKind is a group of the same pipeline, by its name there.
	GroupKind Kind = "group"
	// InlineKind is a component inside the same pipeline, by its name there.
	InlineKind Kind = "inline"
	// ImportKind runs nothing: it gives an artifact that exists already.
	ImportKind Kind = "import"
)

// IsGraph reports whether something of the kind consists of tasks, so that it has no pod of its own.
func (k Kind) IsGraph() bool { return k == PipelineKind || k == GroupKind }

// Ref points to a component or a pipeline that a task, a run or a schedule uses, and carries its interface, so that
// a caller can be checked without asking the cluster.
type Ref struct {
	Kind      Kind   `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Version is the short content hash. Empty while it is not known yet: at a plan that will build an image first.
	Version string `json:"version"`
	Interface
}

// IdentifierPattern is what the names of inputs, outputs, parameters and tasks look like: they are used in
// expressions (tasks.load_data.output), so they are identifiers.
const IdentifierPattern = `[A-Za-z][A-Za-z0-9_]*`

var identifier = regexp.MustCompile(`^` + IdentifierPattern + `$`)

// IsIdentifier reports whether name can name an input, an output, a parameter or a task.
func IsIdentifier(name string) bool { return identifier.MatchString(name) && len(name) <= 63 }

// ObjectNamePattern is a Kubernetes object name without dots (RFC 1123 label).
const ObjectNamePattern = `[a-z0-9]([-a-z0-9]*[a-z0-9])?`

var objectName = regexp.MustCompile(`^` + ObjectNamePattern + `$`)

// MaxNameLength bounds the names of components and pipelines: Argo adds suffixes and stays below 63.
const MaxNameLength = 52

// IsObjectName reports whether name can name a component, a pipeline or a schedule.
func IsObjectName(name string) bool {
	return objectName.MatchString(name) && len(name) <= MaxNameLength
}
