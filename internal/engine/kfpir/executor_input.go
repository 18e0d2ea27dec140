package kfpir

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A container may be made for KFP's launcher: it is given {{$}}, a description of what its task takes and gives as
// JSON, and writes what it gives to a file that the description names. Images that hold KFP's executor are.

// outputFile is where such a container leaves what it gives.
const outputFile = "/tmp/kfp_output_metadata.json"

// launch runs such a container, and writes each of its outputs to the file of its own that is wanted here.
//
//go:embed launch.py
var launch string

// readsExecutorInput reports whether a container is made for KFP's launcher.
func readsExecutorInput(c *irContainer) bool {
	whole := func(word string) bool { return strings.Contains(word, executorInput) }
	return slices.ContainsFunc(c.Command, whole) || slices.ContainsFunc(c.Args, whole)
}

const executorInput = "{{$}}"

// launched puts a container that gives something behind the program that collects it.
func (t container) launched(c *spec.Container) {
	if len(t.of.outputs) == 0 {
		return
	}
	python := "python3"
	if name := path.Base(slices.Concat(c.Command, []string{""})[0]); strings.HasPrefix(name, "python") {
		python = c.Command[0]
	} else {
		t.warnf(t.line, "Image that needs Python", "Executor %q is given {{$}}, KFP's description of the whole "+
			"task. What it gives is collected by a program that needs python3 in its image.", t.of.executorRef)
	}
	c.Args = slices.Concat(c.Command, c.Args)
	c.Command = []string{python, "-c", launch, tag(t.description())}
}

// description is an expression for the JSON that stands for {{$}}.
func (t container) description() string {
	var parameters, artifacts, outParameters, outArtifacts []string
	for _, name := range spec.Names(t.of.inputs) {
		s := t.of.inputs[name]
		switch {
		case s.artifact:
			artifacts = append(artifacts, t.described(name, s, "inputs"))
		case s.in.TakesNil():
			parameters = append(parameters, fmt.Sprintf("%s: inputs.%s ?? nil", quote(name), s.name))
		default:
			parameters = append(parameters, fmt.Sprintf("%s: inputs.%s", quote(name), s.name))
		}
	}
	for _, name := range spec.Names(t.of.outputs) {
		s := t.of.outputs[name]
		if s.artifact {
			outArtifacts = append(outArtifacts, t.described(name, s, "outputs"))
			continue
		}
		outParameters = append(outParameters, fmt.Sprintf("%s: {outputFile: outputs.%s.path}", quote(name), s.name))
	}
	object := func(members []string) string { return "{" + strings.Join(members, ", ") + "}" }
	return fmt.Sprintf("toJSON({inputs: {parameterValues: %s, artifacts: %s}, outputs: {parameters: %s, artifacts: "+
		"%s, outputFile: %s}})", object(parameters), object(artifacts), object(outParameters), object(outArtifacts),
		quote(outputFile))
}

// described is one artifact. KFP's executor takes an address that is a path for the path itself.
func (t container) described(name string, s *slot, side string) string {
	if s.in.Type.IsList() {
		t.gap(t.line, gapExecutorInput, "Executor %q is given {{$}}, and takes the list of artifacts %q.",
			t.of.executorRef, name)
	}
	return fmt.Sprintf("%s: {artifacts: [{name: %s, type: {schemaTitle: %s}, uri: %s.%s.path, metadata: {}}]}",
		quote(name),
		quote(name), quote(schemaTitle(s.in.Type)), side, s.name)
}

// schemaTitle is KFP's title of an artifact type.
func schemaTitle(t spec.Type) string {
	if strings.Contains(string(t), ".") {
		return string(t)
	}
	return "system." + string(t)
}
