package convert

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/convert/hclfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/pipeline"
)

// anyNamespace stands for the namespace, which the provider's configuration says.
const anyNamespace = "default"

// Package converts a compiled pipeline, or a single component. file is its name in messages. Problems have the line of
// the package in their detail; the module is whole only if none of them is an error.
func Package(ctx context.Context, text, file, name string) (Module, problem.List) {
	c, found := pipelineOf(ctx, text, file, name)
	if isComponent(found) {
		return onlyComponent(ctx, text, kfpir.Options{File: file, Namespace: anyNamespace, Name: name})
	}
	if found.HasError() {
		return nil, found
	}
	return c.module, found
}

// pipelineOf converts a compiled pipeline.
func pipelineOf(ctx context.Context, text, file, name string) (conversion, problem.List) {
	read, found := kfpir.Read(text, kfpir.Options{File: file, Namespace: anyNamespace, Name: name})
	c := conversion{file: file, read: read, pipeline: read.Pipeline, found: found, module: newModule()}
	if found.HasError() {
		return c, found
	}
	if c.components(); c.found.HasError() {
		return c, c.found
	}
	c.pipeline = settled(c.pipeline, faults)
	_, _, more := pipeline.CompilePipeline(c.pipeline)
	if c.found = append(c.found, c.located(more)...); c.found.HasError() {
		return c, c.found
	}
	c.pipeline = simplified(c.pipeline, func(p spec.Pipeline) bool { return faults(p) == 0 })
	for _, better := range []func(spec.Pipeline) spec.Pipeline{shortened, cached, brief} {
		if p := better(c.pipeline); faults(p) == 0 {
			c.pipeline = p
		}
	}
	if err := c.write(ctx); err != nil {
		c.found.Errorf(nil, "Cannot write HCL", "%s: %v.", file, err)
	}
	return c, c.found
}

// faults counts the errors of a pipeline.
func faults(p spec.Pipeline) int {
	n := 0
	_, _, found := pipeline.CompilePipeline(p)
	for _, one := range found {
		if one.Severity == problem.Error {
			n++
		}
	}
	return n
}

// located gives what is wrong with the pipeline as it would be written a place in the package, and says what is left.
func (c *conversion) located(found problem.List) problem.List {
	all := c.read.Locate(found)
	for i := range all {
		inside := len(found[i].Path) > 1 // in a task, a group or a component
		if inside && all[i].Severity == problem.Error {
			all[i].Detail += " A kfp_component takes the types of its inputs from its source, and a package says them " +
				"itself: change the source, or keep this pipeline as a package, package = file(\"" + c.file + "\")."
		}
	}
	return all
}

// isComponent reports whether a package was refused since it is a component by itself.
func isComponent(problems problem.List) bool {
	return slices.ContainsFunc(problems, func(p problem.Problem) bool {
		return p.Severity == problem.Error && p.Title == "Not a pipeline"
	})
}

// onlyComponent converts a component of KFP's first version, which is no part of a pipeline.
func onlyComponent(ctx context.Context, text string, options kfpir.Options) (Module, problem.List) {
	read, found := kfpir.ReadComponent(text, options)
	if found.HasError() {
		return nil, found
	}
	var problems problem.List
	r, ok := asResource(read, read.Name, &problems)
	for _, p := range problems {
		p.Detail = options.File + ": " + p.Detail
		found = append(found, p)
	}
	if !ok {
		return nil, found
	}
	m := newModule()
	block, err := r.block(ctx, m)
	if err != nil {
		found.Errorf(nil, "Cannot write HCL", "%s: %v.", options.File, err)
		return nil, found
	}
	m[label(read.Name)+".tf"] = hclfile.File(head(options.File, "", found), block)
	return m, found
}

// conversion makes a module of one package.
type conversion struct {
	file      string
	read      kfpir.Package
	pipeline  spec.Pipeline // with components of their own
	resources []resourceOf
	found     problem.List
	module    Module
}

// components takes the components out of the pipeline.
func (c *conversion) components() {
	refs, taken := map[string]spec.Ref{}, map[string]bool{}
	for _, name := range spec.Names(c.pipeline.Components) {
		var problems problem.List
		r, ok := asResource(c.pipeline.Components[name], ownName(c.pipeline.Name, name, taken), &problems)
		for i := range problems {
			problems[i].Path = problem.At("components").Key(name)
		}
		c.found = append(c.found, c.located(problems)...)
		if ok {
			refs[name] = r.ref
			c.resources = append(c.resources, r)
		}
	}
	c.pipeline.Components = nil
	c.pipeline.Tasks = withRefs(c.pipeline.Tasks, refs)
	groups := map[string]spec.Group{}
	for name, g := range c.pipeline.Groups {
		g.Tasks, g.OnExit = withRefs(g.Tasks, refs), withRefs(g.OnExit, refs)
		groups[name] = g
	}
	c.pipeline.Groups = groups
}

// withRefs are tasks that use the components by reference.
func withRefs(tasks map[string]spec.Task, refs map[string]spec.Ref) map[string]spec.Task {
	if tasks == nil {
		return nil
	}
	all := make(map[string]spec.Task, len(tasks))
	for name, t := range tasks {
		switch ref, ok := refs[t.Component.Name]; {
		case t.Component.Kind == spec.GroupKind: // HCL has its name alone, and the rest follows from the group
			t.Component = spec.Ref{Kind: spec.GroupKind, Name: t.Component.Name}
		case ok && t.Component.Kind == spec.InlineKind:
			t.Component = ref
		}
		all[name] = t
	}
	return all
}

// write writes the module.
func (c *conversion) write(ctx context.Context) error {
	var blocks []hclfile.Block
	refs := map[string]string{}
	for i := range c.resources {
		block, err := c.resources[i].block(ctx, c.module)
		if err != nil {
			return err
		}
		blocks = append(blocks, block)
		refs[c.resources[i].spec.Name] = "kfp_component." + c.resources[i].label + ".ref"
	}
	w := writer{
		refs: refs, skip: map[string]bool{"namespace": true}, comments: c.comments(), orders: orders(c.pipeline),
	}
	v, err := state(ctx, &pipeline.Resource{}, func(to *pipeline.Model) diag.Diagnostics {
		return to.SetSpec(ctx, c.pipeline)
	})
	if err != nil {
		return err
	}
	body, err := w.object(v, "")
	if err != nil {
		return err
	}
	name := label(c.pipeline.Name)
	blocks = append(blocks, hclfile.Block{
		Type: "resource", Labels: []string{"kfp_pipeline", name}, Body: body, Comments: []string{
			"Containers run as user 65532 here, and as their images' users in KFP and in a package. For an image that needs " +
				"root: security_context = { run_as_user = 0, run_as_non_root = false }, in defaults or in its tasks.",
		},
	})
	c.module[name+".tf"] = hclfile.File(head(c.file, c.read.SDKVersion, c.found), blocks...)
	return nil
}

// head says at the head of a file where it comes from, and what a person should look at.
func head(file, sdk string, found problem.List) []string {
	lines := []string{"Converted from " + file + madeBy(sdk) + "."}
	for _, p := range found {
		lines = append(lines, "", p.Title+": "+p.Detail)
	}
	return lines
}

func madeBy(sdk string) string {
	if sdk == "" {
		return ""
	}
	return ", compiled by " + sdk
}

// comments are those inside the pipeline.
func (c *conversion) comments() map[string][]string {
	all := map[string][]string{}
	for name, said := range c.read.Parameters {
		all["parameters."+name] = []string{fmt.Sprintf("In KFP: %s", said)}
	}
	for name, said := range c.read.Outputs {
		all["outputs."+name] = []string{fmt.Sprintf("In KFP: %s", said)}
	}
	if shown := c.read.DisplayName; shown != "" && shown != c.pipeline.Name {
		all["name"] = []string{fmt.Sprintf("Shown in KFP as: %s", shown)}
	}
	return all
}

// orders are those of the tasks: each stands behind those that it comes after.
func orders(p spec.Pipeline) map[string][]string {
	all := map[string][]string{"tasks": inOrder(p.Tasks), "groups": groupsInOrder(p)}
	for name, g := range p.Groups {
		all["groups."+name+".tasks"] = inOrder(g.Tasks)
	}
	return all
}

var taskName = regexp.MustCompile(`\btasks\.([A-Za-z0-9_]+)`)

func inOrder(tasks map[string]spec.Task) []string {
	var names []string
	seen := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		t, ok := tasks[name]
		if !ok || seen[name] {
			return
		}
		seen[name] = true
		t.Component = spec.Ref{}
		before := slices.Clone(t.DependsOn)
		if text, err := wire.Marshal(t); err == nil {
			for _, m := range taskName.FindAllStringSubmatch(text, -1) {
				before = append(before, m[1])
			}
		}
		slices.Sort(before)
		for _, b := range before {
			add(b)
		}
		names = append(names, name)
	}
	for _, name := range spec.Names(tasks) {
		add(name)
	}
	return names
}

// groupsInOrder are the groups, those first that are used first.
func groupsInOrder(p spec.Pipeline) []string {
	var names []string
	var use func(tasks map[string]spec.Task)
	use = func(tasks map[string]spec.Task) {
		for _, name := range inOrder(tasks) {
			group := tasks[name].Component.Name
			if tasks[name].Component.Kind != spec.GroupKind || slices.Contains(names, group) {
				continue
			}
			names = append(names, group)
			use(p.Groups[group].Tasks)
			use(p.Groups[group].OnExit)
		}
	}
	use(p.Tasks)
	for _, name := range spec.Names(p.Groups) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
