package kfpir

import (
	"reflect"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// callable is a component of the package as its tasks see it: a container, a Python function, an importer or a group.
type callable struct {
	label       string // in the package
	line        int
	kind        spec.Kind
	name        string // ours
	inputs      map[string]*slot
	outputs     map[string]*slot
	inputNames  *namer
	outputNames *namer
	ofRun       map[string]placeholder // inputs that hold a value of the run
	executor    *irExecutor            // nil: a group
	executorRef string                 // its label
	container   bool                   // it runs any program, not a function
	group       *spec.Group
}

// slot is an input or an output.
type slot struct {
	name      string // ours
	in        spec.Input
	artifact  bool
	collected bool // an output that is the list that a loop made
	nested    bool // an input that expects a list of lists
	unused    bool // an input that nothing reads
	// fallback is the default of an input that is looked at for being given, which one with a default always is.
	fallback *string
}

// absent is the value of an input that is not given. Not: it has none then.
func (s *slot) absent() (any, bool) {
	text := s.fallback
	if text == nil {
		text = s.in.Default
	}
	if text == nil {
		return nil, false
	}
	return parseDefault(*text, s.in.Type)
}

func newCallable(label string, c irComponent) *callable {
	return &callable{
		label: label, line: c.Line, inputs: map[string]*slot{}, outputs: map[string]*slot{}, inputNames: newNamer(),
		outputNames: newNamer(), ofRun: map[string]placeholder{},
	}
}

// declared reads the declarations of the inputs and outputs.
func (r *reader) declared(of *callable, c irComponent) {
	for _, name := range sorted(c.Inputs.Parameters, c.Inputs.Artifacts) {
		of.inputNames.keep(name)
	}
	for _, name := range spec.Names(c.Inputs.Parameters) {
		in := r.takes(c.Inputs.Parameters[name], name)
		if r.learned.relaxed[of.label+"\x00"+name] {
			in.Optional = true
		}
		of.inputs[name] = &slot{name: of.inputNames.identifier(name), in: in}
	}
	for _, name := range spec.Names(c.Inputs.Artifacts) {
		a := c.Inputs.Artifacts[name]
		in := spec.Input{Type: r.artifactType(a.Type, a.List), Description: a.Description, Optional: a.Optional}
		if t := r.learned.widened[of.label+"\x00"+name]; t != "" {
			in.Type = t
		}
		of.inputs[name] = &slot{name: of.inputNames.identifier(name), in: in, artifact: true}
	}
	for _, name := range sorted(c.Outputs.Parameters, c.Outputs.Artifacts) {
		of.outputNames.keep(name)
	}
	for _, name := range spec.Names(c.Outputs.Parameters) {
		p := c.Outputs.Parameters[name]
		in := spec.Input{Type: r.parameterType(p, name), Description: p.Description}
		of.outputs[name] = &slot{name: of.outputNames.identifier(name), in: in}
	}
	for _, name := range spec.Names(c.Outputs.Artifacts) {
		a := c.Outputs.Artifacts[name]
		in := spec.Input{Type: r.artifactType(a.Type, a.List), Description: a.Description}
		of.outputs[name] = &slot{name: of.outputNames.identifier(name), in: in, artifact: true}
	}
}

// sorted are the names of parameters and artifacts together.
func sorted[P, A any](parameters map[string]P, artifacts map[string]A) []string {
	names := append(spec.Names(parameters), spec.Names(artifacts)...)
	slices.Sort(names)
	return names
}

// iface is what a caller has to know.
func (c *callable) iface() spec.Interface {
	i := spec.Interface{Inputs: map[string]spec.Input{}, Outputs: map[string]spec.Output{}}
	for _, s := range c.inputs {
		if !s.unused {
			i.Inputs[s.name] = s.in
		}
	}
	for name := range c.ofRun {
		i.Inputs[name] = spec.Input{Type: spec.String}
	}
	for _, s := range c.outputs {
		i.Outputs[s.name] = spec.Output{Type: s.in.Type, Description: s.in.Description}
	}
	return i
}

// ref is what a task refers to. What a group takes and gives follows from the group.
func (r *reader) ref(c *callable) spec.Ref {
	if c.kind == spec.GroupKind {
		return spec.Ref{Kind: c.kind, Name: c.name}
	}
	return spec.Ref{Kind: c.kind, Namespace: r.options.Namespace, Name: c.name, Interface: c.iface()}
}

// leaf reads a component that an executor runs.
func (r *reader) leaf(label string, c irComponent) *callable {
	of := newCallable(label, c)
	of.kind, of.executorRef = spec.InlineKind, c.ExecutorLabel
	executor, ok := r.ir.Deployment.Executors[c.ExecutorLabel]
	if !ok {
		r.errorf(c.Line, "Unknown executor", "Component %q runs the executor %q, which deploymentSpec does not "+
			"have.%s", label,
			c.ExecutorLabel, problem.Suggest(c.ExecutorLabel, spec.Names(r.ir.Deployment.Executors)))
		return nil
	}
	if !isNull(c.TaskConfig) {
		r.gap(c.TaskConfig.Line, gapTaskConfig, "Component %q takes settings of its task.", label)
	}
	of.executor = &executor
	r.declared(of, c)
	switch {
	case executor.Importer != nil:
		return of
	case executor.Container == nil:
		r.gap(executor.Line, gapCustomJob, "Executor %q runs no container.", c.ExecutorLabel)
		return nil
	}
	if image := executor.Container.Image; image == createClaim || image == deleteClaim {
		return of
	}
	component := spec.Component{Namespace: r.options.Namespace}
	r.run(of, &component, executor.Container)
	component.Interface = of.iface()
	if of.name = r.same(component); of.name != "" {
		return of
	}
	component.Name = r.componentNames.objectName(shortLabel(label))
	of.name, r.components[component.Name] = component.Name, component
	r.places["components["+quoted(component.Name)+"]"] = executor.Container.Line
	r.checkComponent(component, executor.Container.Line)
	return of
}

// same is a component that differs in nothing but the name: KFP's compiler repeats one for each task. Empty: none does.
func (r *reader) same(c spec.Component) string {
	for _, name := range spec.Names(r.components) {
		other := r.components[name]
		other.Name = ""
		if reflect.DeepEqual(other, c) {
			return name
		}
	}
	return ""
}

// run reads what the container of a component runs.
func (r *reader) run(of *callable, component *spec.Component, c *irContainer) {
	if !isNull(c.Lifecycle) {
		r.gap(c.Lifecycle.Line, gapLifecycle, "Executor %q has one.", of.executorRef)
	}
	for _, e := range c.Env {
		if !placeholders.MatchString(e.Value) {
			put(&component.Env, e.Name, e.Value)
		}
	}
	l, ok := readLightweight(c)
	switch {
	case ok:
		component.Python = r.function(of, component, c, l)
	default:
		of.container = true
		component.Container = r.container(of, c)
	}
}

// function reads the source of a Python function. The package says of which types its arguments are, the source how
// they are passed.
func (r *reader) function(of *callable, component *spec.Component, c *irContainer, l lightweight) *spec.Python {
	p := l.python(container{reader: r, of: of, line: c.Line}.image(c.Image))
	f, found := python.Analyze(python.Source{Name: p.SourceFile, Text: p.Source},
		python.Options{Function: p.Function, Packages: p.Packages, Types: of.types()})
	if !r.sourceFindings(found, c.Line) || f == nil {
		return p
	}
	component.Description = f.Description
	p.NamedOutputs, p.ReturnsValue, p.SDK = f.NamedOutputs, f.ReturnsValue, f.SDK
	p.Definition, p.FirstLine = f.Definition, f.FirstLine
	known := map[string]bool{}
	for _, a := range f.Arguments {
		if a.Passing == spec.PassEmbedded { // the source brings it along
			p.Arguments = append(p.Arguments, a)
			continue
		}
		s, ok := of.inputs[a.Name]
		if a.Passing == spec.PassOutputArtifact || a.Passing == spec.PassOutputPath {
			s, ok = of.outputs[a.Name]
		}
		switch {
		case !ok && f.Interface.Inputs[a.Name].Optional:
			continue // KFP's first version left out what had a default and was not given
		case !ok:
			r.errorf(c.Line, "Source and package disagree", "Argument %q of %s (%s:%d) is neither an input nor an "+
				"output of the component (line %d). Compile the package again.",
				a.Name, f.Name, p.SourceFile, f.Line, of.line)
			continue
		}
		known[a.Name] = true
		if s.name != a.Name {
			a.Keyword, a.Name = a.Name, s.name
		}
		if elem, ok := a.Type.Elem(); ok && elem.IsList() {
			s.nested = true
		}
		if s.in.Type != spec.FinalStatus { // which is a struct like any other to the function
			a.Type = s.in.Type
		}
		p.Arguments = append(p.Arguments, a)
	}
	for _, name := range spec.Names(of.outputs) {
		if s := of.outputs[name]; s.name != name && !known[name] {
			r.errorf(c.Line, "Name that no output can have", "%s returns %q, and an output can only be called %q. "+
				"Rename it.",
				f.Name, name, s.name)
		}
	}
	for _, name := range spec.Names(of.inputs) {
		if !known[name] {
			r.errorf(c.Line, "Source and package disagree", "Input %q of the component (line %d) is no argument of "+
				"%s (%s:%d). Compile the package again.", name, of.line, f.Name, p.SourceFile, f.Line)
		}
	}
	return p
}

// sourceFindings tells what is wrong with a source, and reports whether it can be used all the same. KFP runs whatever
// its compiler has taken, and names that nothing defines only fail where they are reached.
func (r *reader) sourceFindings(found []python.Finding, line int) (usable bool) {
	usable = true
	for _, one := range found {
		switch {
		case one.Severity != problem.Error:
		case one.Category == python.Containment:
			r.warnf(line, one.Title, "%s:%d:%d: %s", one.Source, one.Line, one.Column, one.Detail)
		default:
			usable = false
			r.errorf(line, one.Title, "%s:%d:%d: %s", one.Source, one.Line, one.Column, one.Detail)
		}
	}
	return usable
}

// types are those of the inputs and outputs, by their names in the package.
func (c *callable) types() map[string]spec.Type {
	types := map[string]spec.Type{}
	for _, slots := range []map[string]*slot{c.inputs, c.outputs} {
		for name, s := range slots {
			types[name] = s.in.Type
		}
	}
	return types
}

// checkComponent finds what is wrong with a component by itself.
func (r *reader) checkComponent(c spec.Component, line int) {
	if c.Python == nil && c.Container == nil {
		return // told already
	}
	for _, p := range graph.CheckComponent(c) {
		detail := p.Path.String() + ": " + p.Detail
		if p.Severity == problem.Warning {
			r.warnf(line, p.Title, "%s", detail)
			continue
		}
		r.errorf(line, p.Title, "%s", detail)
	}
}

// put sets a key of a map that may be nil.
func put[V any](m *map[string]V, key string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = v
}
