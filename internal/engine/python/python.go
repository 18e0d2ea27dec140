package python

import (
	"cmp"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Options say how a source is used.
type Options struct {
	// Function is the name of the component's function. It may be empty where the file leaves no doubt.
	Function string
	// Lightweight functions run alone: nothing else of their file is there in the pod.
	Lightweight bool
	// Packages are pip requirements that are installed when the task starts.
	Packages []string
	// Additional sources run before the function, in the same namespace.
	Additional []Source
	// Files are the names of the component's data files.
	Files []string
	// Types are those of arguments and outputs by name, for annotations whose classes the source only imports. Where they
	// are given, so are the defaults, and the function's own only make its arguments optional.
	Types map[string]spec.Type
}

// Function is what a component's function takes, gives and says of itself.
type Function struct {
	Name         string
	Description  string // the docstring up to its first section
	Line, Column int    // of def
	Interface    spec.Interface
	Arguments    []spec.Argument // in the order of the signature
	NamedOutputs bool            // it returns a NamedTuple
	ReturnsValue bool            // it returns one value
	Async        bool
	Decorator    *Decorator // of KFP; nil: none
	SDK          bool       // it uses what KFP's SDK has beyond the plain runtime
	// Definition is what the pod runs: the function alone where it is lightweight, else the whole source.
	Definition string
	FirstLine  int // the line of the source on which Definition starts
}

// Decorator is what @dsl.component says.
type Decorator struct {
	Line, Column      int
	BaseImage         string
	TargetImage       string
	PackagesToInstall []string
	PipIndexURLs      []string
	PipTrustedHosts   []string
}

// Category groups findings.
type Category string

// The categories of findings.
const (
	Syntax      Category = "syntax"
	Selection   Category = "selection" // which function is meant
	Signature   Category = "signature"
	Containment Category = "self-containment"
	Imports     Category = "imports"
	Decoration  Category = "decorator"
)

// Finding is something to tell about a source.
type Finding struct {
	Source       string // the name of the source that it stands in
	Line, Column int    // from 1, in characters
	Severity     problem.Severity
	Category     Category
	Title        string // short, without a full stop
	Detail       string // what is wrong and what to do; whole sentences
}

// HasError reports whether a finding stops the plan.
func HasError(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == problem.Error })
}

// Analyze reads the function of a component. The function is nil where none could be found; the findings are sorted
// by place.
func Analyze(src Source, opts Options) (*Function, []Finding) {
	f := open(src)
	if f.body == nil && len(f.findings) > 0 {
		return nil, f.findings
	}
	a := &analysis{file: f, options: opts}
	function := a.run()
	findings := append(f.findings, a.others...)
	slices.SortStableFunc(findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(x.Source, y.Source), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
	})
	return function, findings
}

// Extract returns the definition of a function without the rest of its file and without KFP's decorators, and the line
// on which it starts; no text where there is no such function. A decorator of KFP between others leaves empty lines.
func Extract(src Source, function string) (text string, startLine int) {
	f := open(src)
	for _, v := range slices.Backward(f.functions()) {
		if def := v; def.name == function {
			return f.extract([]*functionDef{def}, nil)
		}
	}
	return "", 0
}
