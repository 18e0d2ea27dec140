package kfpir

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// KFP's first version described one component in a file of its own, component.yaml, which its SDK still takes.

type v1Component struct {
	Place
	Name           string           `ir:"name"`
	Description    string           `ir:"description"`
	Metadata       *yaml.Node       `ir:"metadata"`
	Inputs         []v1Input        `ir:"inputs"`
	Outputs        []v1Input        `ir:"outputs"`
	Implementation v1Implementation `ir:"implementation"`
}

type v1Input struct {
	Place
	Name        string     `ir:"name"`
	Type        *yaml.Node `ir:"type"`
	Description string     `ir:"description"`
	Default     *yaml.Node `ir:"default"`
	Optional    bool       `ir:"optional"`
	Annotations *yaml.Node `ir:"annotations"`
}

type v1Implementation struct {
	Place
	Container *v1Container `ir:"container"`
	Graph     *yaml.Node   `ir:"graph"`
}

type v1Container struct {
	Place
	Image       string            `ir:"image"`
	Command     []*yaml.Node      `ir:"command"`
	Args        []*yaml.Node      `ir:"args"`
	Env         map[string]string `ir:"env"`
	FileOutputs map[string]string `ir:"fileOutputs"`
	Resources   *yaml.Node        `ir:"resources"`
}

// v1Types are the types of parameters by what their users call them. Everything else is an artifact.
var v1Types = map[string]string{
	"integer": "NUMBER_INTEGER", "int": "NUMBER_INTEGER", "double": "NUMBER_DOUBLE", "float": "NUMBER_DOUBLE",
	"string": "STRING", "str": "STRING", "text": "STRING", "bool": "BOOLEAN", "boolean": "BOOLEAN", "dict": "STRUCT",
	"list": "LIST", "jsonobject": "STRUCT", "jsonarray": "LIST", "structdict": "STRUCT",
}

// fromV1 makes a package of such a component: one executor, and the component that it runs.
func fromV1(n *yaml.Node, found *findings) irPipeline {
	c := decode[v1Component](n, "component", found)
	if c.Implementation.Graph != nil {
		found.errorf(c.Implementation.Graph.Line, "Graph of components", "KFP's SDK refuses components that are "+
			"graphs. Write a kfp_pipeline.")
	}
	container := c.Implementation.Container
	if container == nil {
		found.errorf(c.Implementation.Line, "Nothing to run", "The component has no implementation.container.")
		return irPipeline{}
	}
	if !isNull(container.Resources) {
		found.errorf(container.Resources.Line, "Unknown field", "KFP's SDK does not read the resources of a "+
			"component. Set them on the tasks that use it.")
	}
	t := v1Translation{findings: found, values: map[string]bool{}, names: map[string]string{},
		parameters: map[string]bool{}}
	out := irContainer{Place: container.Place, Image: container.Image}
	t.components(c)
	for _, word := range container.Command {
		out.Command = append(out.Command, t.word(word))
	}
	for _, word := range container.Args {
		out.Args = append(out.Args, t.word(word))
	}
	for _, name := range spec.Names(container.Env) {
		out.Env = append(out.Env, irEnv{Place: container.Place, Name: name, Value: container.Env[name]})
	}
	for _, name := range spec.Names(container.FileOutputs) {
		found.errorf(container.Line, "Output at a fixed place", "Output %q is written to %s. KFP hands the place to "+
			"the program: write {outputPath: %s} in args.", name, container.FileOutputs[name], name)
	}
	component := irComponent{Place: c.Place, ExecutorLabel: v1Label}
	component.Inputs, component.Outputs = t.inputs(c.Inputs), t.outputs(c.Outputs)
	return irPipeline{
		Place: c.Place, Info: irInfo{Place: c.Place, Name: c.Name, Description: c.Description},
		Components: map[string]irComponent{v1Label: component},
		Deployment: irDeployment{Executors: map[string]irExecutor{v1Label: {Place: container.Place, Container: &out}}},
	}
}

// v1Label is what such a component is called inside.
const v1Label = "component"

type v1Translation struct {
	*findings
	values map[string]bool // inputs whose value is an argument, so that they are parameters
	names  map[string]string
	// parameters are the inputs and outputs, by our names, that are no artifacts.
	parameters map[string]bool
}

// components notes the names, and which inputs are used as values.
func (t v1Translation) components(c v1Component) {
	for _, in := range both(c.Inputs, c.Outputs) {
		t.names[in.Name] = v1Name(in.Name)
	}
	var walk func(n *yaml.Node, depth int)
	walk = func(n *yaml.Node, depth int) {
		n = resolved(n)
		if n == nil || depth > maxDepth {
			return
		}
		if keys, ok := fields(n); ok && keys["inputValue"] != nil {
			t.values[resolved(keys["inputValue"]).Value] = true
		}
		for _, child := range n.Content {
			walk(child, depth+1)
		}
	}
	for _, n := range both(c.Implementation.Container.Command, c.Implementation.Container.Args) {
		walk(n, 0)
	}
	for _, in := range both(c.Inputs, c.Outputs) {
		_, t.parameters[t.names[in.Name]] = t.parameter(in)
	}
}

func both[T any](a, b []T) []T { return append(a[:len(a):len(a)], b...) }

// v1Name is the name that KFP's SDK makes of one with spaces.
func v1Name(name string) string {
	return strings.Trim(strings.ToLower(notInIdentifier.ReplaceAllString(name, "_")), "_")
}

func (t v1Translation) inputs(all []v1Input) irInputs {
	out := irInputs{Parameters: map[string]irParameter{}, Artifacts: map[string]irArtifact{}}
	for _, in := range all {
		name := t.names[in.Name]
		if kind, ok := t.parameter(in); ok {
			out.Parameters[name] = irParameter{
				Place: in.Place, Type: &yaml.Node{Kind: yaml.ScalarNode, Value: kind, Line: in.Line},
				Default: v1Default(in.Default, kind), Optional: in.Optional, Description: in.Description,
			}
			continue
		}
		out.Artifacts[name] = irArtifact{Place: in.Place, Type: v1Artifact(in), Optional: in.Optional,
			Description: in.Description}
	}
	return out
}

func (t v1Translation) outputs(all []v1Input) irOutputs {
	in := t.inputs(all)
	return irOutputs{Parameters: in.Parameters, Artifacts: in.Artifacts}
}

// parameter is the type of a parameter. Not: it is an artifact.
func (t v1Translation) parameter(in v1Input) (string, bool) {
	title := ""
	if n := resolved(in.Type); n != nil {
		title = n.Value
		if n.Kind == yaml.MappingNode && len(n.Content) > 0 {
			title = n.Content[0].Value // {JsonObject: {…}}
		}
	}
	if title == "PipelineTaskFinalStatus" {
		return "TASK_FINAL_STATUS", true
	}
	kind, ok := v1Types[strings.ToLower(title)]
	if !ok && t.values[in.Name] {
		return "STRING", true
	}
	return kind, ok
}

// v1Artifact is one of KFP's types where it is called like one.
func v1Artifact(in v1Input) irArtifactType {
	title := "Artifact"
	if n := resolved(in.Type); n != nil {
		for _, known := range spec.ArtifactTypes {
			if n.Value == string(known) {
				title = n.Value
			}
		}
	}
	return irArtifactType{Place: in.Place, Title: "system." + title}
}

// v1Default is a default, which files write as a text whatever the type is.
func v1Default(n *yaml.Node, kind string) *yaml.Node {
	if n = resolved(n); n == nil || kind == "STRING" || n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		return n
	}
	var parsed yaml.Node
	if yaml.Unmarshal([]byte(n.Value), &parsed) != nil || len(parsed.Content) != 1 {
		return n
	}
	parsed.Content[0].Line = n.Line
	return parsed.Content[0]
}
