package kfpir

import (
	"cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ReadComponent reads a package of one component: a component.yaml of KFP's first version, or what the compiler makes
// of a component alone. The component is whole only if no error was found.
func ReadComponent(text string, options Options) (spec.Component, problem.List) {
	options.File = cmp.Or(options.File, attribute)
	found := &findings{file: options.File}
	d := open(text, found)
	if found.failed() {
		return spec.Component{}, found.problems()
	}
	ir, label := onlyComponent(d, found)
	if found.failed() {
		return spec.Component{}, found.problems()
	}
	r := newReader(ir, irPlatforms{}, options, *found)
	r.learned = nothingLearned()
	of := r.callable(label, ir.Line)
	if of == nil || r.failed() {
		return spec.Component{}, r.problems()
	}
	if of.importer() || of.kind != spec.InlineKind || of.name == "" {
		r.errorf(ir.Line, "Nothing to run", "The component runs no container.")
		return spec.Component{}, r.problems()
	}
	for _, name := range spec.Names(of.ofRun) {
		r.gap(of.executor.Container.Line, gapOfRun, "An argument holds %s.", of.ofRun[name].all)
	}
	c := r.components[of.name]
	c.Name, c.Description = r.name(), cmp.Or(ir.Info.Description, c.Description)
	c.Resources = r.alone(of.executor.Container)
	if r.unusedImages(); r.failed() {
		return spec.Component{}, r.problems()
	}
	return c, r.problems()
}

// alone reads the settings of a container that belong to the component where no task of the package has them. What they
// take from a task is not known.
func (r *reader) alone(c *irContainer) *spec.Resources {
	var t spec.Task
	s := scope{reader: r}
	constant := func(what, text string, line int) string {
		if p := placeholders.FindString(text); p != "" {
			r.gap(line, gapOfTask, "%s %s.", what, p)
		}
		return text
	}
	if _, replaced := r.options.Images[c.Image]; !replaced {
		constant("The image holds", c.Image, c.Line)
	}
	for _, e := range c.Env {
		constant("The environment variable "+e.Name+" holds", e.Value, e.Line)
	}
	s.resources(&t, c.Resources, func(text string, line int) string { return constant("The resources hold", text, line) })
	return t.Resources
}

// IsComponent reports whether a package is a component.yaml of KFP's first version. Whatever the compiler writes can be
// read as a pipeline.
func IsComponent(text string) bool {
	return open(text, &findings{}).component != nil
}

// onlyComponent is the component of a package that has one.
func onlyComponent(d documents, found *findings) (irPipeline, string) {
	if d.component != nil {
		return fromV1(d.component, found), v1Label
	}
	ir, platform := decodeDocuments(d, found)
	if found.failed() {
		return ir, ""
	}
	if len(platform.Platforms) > 0 {
		found.warnf(platform.Line, "Settings of tasks", "Those of a platform belong to the tasks that use the "+
			"component.")
	}
	if len(ir.Root.DAG.Tasks) != 1 {
		found.errorf(ir.Root.Line, "More than one component", "The package is a pipeline of %d tasks. Give it to a "+
			"kfp_pipeline.",
			len(ir.Root.DAG.Tasks))
		return ir, ""
	}
	for _, t := range ir.Root.DAG.Tasks {
		return ir, t.Component.Name
	}
	return ir, ""
}
