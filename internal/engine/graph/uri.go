package graph

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The hidden parameters that tell a container where its artifacts lie in the artifact repository.
const (
	inputURI  = "kfp-input-uri-"
	outputURI = "kfp-output-uri-"
)

// InputURI is the parameter that tells where an input artifact lies.
func InputURI(input string) string { return inputURI + input }

// OutputURI is the parameter that tells where an output artifact will lie.
func OutputURI(output string) string { return outputURI + output }

// uriVar is the address of an artifact, which only the run knows. That of an artifact that nobody gave is nil.
func uriVar(parameter string, optional bool) expr.Var {
	return expr.Var{Type: spec.String, Argo: "inputs.parameters." + parameter, Optional: optional}
}

// Addressed are the artifacts of a container of which its command or its arguments use the address.
type Addressed struct {
	Inputs, Outputs []string
	// Written are those of Outputs whose path is used as well, so that the container writes a file.
	Written map[string]bool
}

// None reports whether no address is used.
func (a Addressed) None() bool { return len(a.Inputs)+len(a.Outputs) == 0 }

// AddressedIn finds the artifacts of a component whose addresses its container uses.
func AddressedIn(c spec.Component) Addressed {
	a := Addressed{Written: map[string]bool{}}
	if c.Container == nil {
		return a
	}
	used := map[string]bool{}
	for _, texts := range [][]string{c.Container.Command, c.Container.Args} {
		for _, raw := range texts {
			if t, errs := expr.Parse(raw); len(errs) == 0 {
				for _, r := range t.References() {
					used[r.Name] = true
				}
			}
		}
	}
	for _, name := range spec.Names(c.Inputs) {
		if c.Inputs[name].Type.IsArtifact() && used["inputs."+name+".uri"] {
			a.Inputs = append(a.Inputs, name)
		}
	}
	for _, name := range spec.Names(c.Outputs) {
		if c.Outputs[name].Type.IsArtifact() && used["outputs."+name+".uri"] {
			a.Outputs = append(a.Outputs, name)
			a.Written[name] = used["outputs."+name+".path"]
		}
	}
	return a
}

// refersTo reports whether texts use an output's file or its address.
func refersTo(used map[string]bool, output string, o spec.Output) bool {
	at := "outputs." + output
	return used[at+".path"] || o.Type.IsArtifact() && used[at+".uri"]
}

// howToWrite says what a container has to do for an output.
func howToWrite(output string, o spec.Output) string {
	var b strings.Builder
	b.WriteString("{{ outputs." + output + ".path }}, the file that the container has to write")
	if o.Type.IsArtifact() {
		b.WriteString(", nor {{ outputs." + output + ".uri }}, the address to which it may upload instead")
	}
	return b.String()
}
