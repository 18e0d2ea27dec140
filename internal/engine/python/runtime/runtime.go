package runtime

import (
	_ "embed"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The files of the component's directory in a pod, beside the user's sources and data files. The runtime is started by
// python3 -u <directory>/kfp_runtime.py <inputs file>.
const (
	FileName   = "kfp_runtime.py"
	ConfigName = "component.json"
)

// ArtifactParameter starts the names of the hidden parameters that carry an artifact's uri and metadata as JSON: an
// input's from its producer, an output's to its consumers.
const ArtifactParameter = "kfp-artifact-"

// The exit codes of the runtime, beside those that a user's sys.exit sets. Argo's executor uses 64 for itself.
const (
	ExitUserError     = 1  // the user's code raised an exception
	ExitContractError = 65 // a value has the wrong type, an output is missing, the component is incomplete
	ExitPackagesError = 69 // packages could not be installed
)

//go:embed kfp_runtime.py
var source string

// The marks in kfp_runtime.py around what KFP's SDK has beyond what every component gets.
const (
	sdkStart = "# [sdk]"
	sdkEnd   = "# [/sdk]"
)

// plain is kfp_runtime.py without what stands between the marks. The text is a part of every component's version, so a
// change of it is a new version of each of them in every cluster; what only some components need stands between marks.
var plain = func() string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(source) {
		mark := strings.TrimSpace(line)
		if inside = inside || mark == sdkStart; !inside {
			b.WriteString(line)
		}
		inside = inside && mark != sdkEnd
	}
	return b.String()
}()

// Runtime returns the text of kfp_runtime.py for a component: all of it where the component needs KFP's SDK.
func (c Config) Runtime() string {
	if c.SDK || c.KFP {
		return source
	}
	return plain
}

// Passing says how a Python function gets one of its arguments.
type Passing string

// The ways of passing an argument.
const (
	Parameter      Passing = "parameter"       // the value
	InputArtifact  Passing = "input_artifact"  // Input[T]: an object, or a list of them for list(T)
	InputPath      Passing = "input_path"      // InputPath: where the artifact, or a parameter's text, lies
	OutputArtifact Passing = "output_artifact" // Output[T]: an object whose path the function writes to
	OutputPath     Passing = "output_path"     // OutputPath: where the function writes an artifact, or a parameter's text
	FinalStatus    Passing = "final_status"    // PipelineTaskFinalStatus, from a parameter of type struct
	// EmbeddedArtifact is EmbeddedInput[T]: an object whose path leads to files that the component brings along.
	EmbeddedArtifact Passing = "embedded_artifact"
)

// SecretsVariable tells the runtime which variables and paths of its pod hold values of Secrets, with colons between
// them, so that it masks those in what it says of a failure. No path that can be mounted has a colon in it.
const SecretsVariable = "KFP_SECRETS"

// Returns says what becomes of the function's result.
type Returns string

// The kinds of results.
const (
	ReturnsNone  Returns = "none"  // the function gives nothing but what it writes
	ReturnsValue Returns = "value" // the result is the one output that no argument stands for
	ReturnsNamed Returns = "named" // the result is a NamedTuple with these outputs as fields
)

// Argument is a parameter of the Python function.
type Argument struct {
	Name     string    `json:"name"`              // of the component's input or output
	Keyword  string    `json:"keyword,omitempty"` // the parameter's name in Python, where it differs
	Passing  Passing   `json:"passing"`
	Type     spec.Type `json:"type"`
	Optional bool      `json:"optional,omitempty"` // None is passed where the caller gives nothing
	// Class is the dotted name of the user's class that an artifact, or a pydantic model made of a struct, is of.
	Class string `json:"class,omitempty"`
}

// Config says which function the runtime runs and how. All files are names in the component's directory.
type Config struct {
	Function string `json:"function"`
	// Source is the file that defines the function. For a lightweight component it holds the function alone.
	Source string `json:"source"`
	// SourceName is how tracebacks call the source, such as "src/tax_rate.py". Empty: as the file is called. A
	// component that is not lightweight gets its module name from it.
	SourceName string `json:"source_name,omitempty"`
	// LineOffset is the number of lines of the user's file before Source's first one.
	LineOffset int `json:"line_offset,omitempty"`
	// Lightweight functions find the names of kfp.dsl and typing defined. Others are run as a module of their image.
	Lightweight bool                 `json:"lightweight"`
	Arguments   []Argument           `json:"arguments,omitempty"`
	Outputs     map[string]spec.Type `json:"outputs,omitempty"` // all of them, also those that arguments stand for
	Returns     Returns              `json:"returns"`
	// SDK says that the component uses what KFP's SDK has beyond the plain runtime.
	SDK bool `json:"sdk,omitempty"`
	// KFP makes the runtime read and write values as leniently as KFP does. It needs the SDK too.
	KFP bool `json:"kfp,omitempty"`

	Packages     []string `json:"packages,omitempty"` // pip requirements, which may end in --hash options
	IndexURLs    []string `json:"index_urls,omitempty"`
	TrustedHosts []string `json:"trusted_hosts,omitempty"`

	Additional []string `json:"additional_sources,omitempty"` // run first, in the same namespace
	Files      []string `json:"files,omitempty"`              // data files; $KFP_COMPONENT_DIR leads to them
}
