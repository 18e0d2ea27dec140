package component

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// checkKind refuses a component that runs nothing, or more than one thing.
func (m *Model) checkKind(diags *diag.Diagnostics) {
	var given []string
	for _, one := range []struct {
		name   string
		isNull bool
	}{{"python", m.Python.IsNull()}, {"container", m.Container.IsNull()}, {"package", m.Package.IsNull()}} {
		if !one.isNull {
			given = append(given, one.name)
		}
	}
	switch {
	case len(given) == 0:
		diags.AddError(
			"Nothing to run",
			"The component has neither python nor container. Give python = { source = file(\"…\"), base_image = "+
				"\"python:3.12-slim\" } for a Python function, container = { image = \"…\", command = […] } for any other "+
				"program, or package = file(\"component.yaml\") for a component of Kubeflow Pipelines.",
		)
	case len(given) > 1:
		last := given[len(given)-1]
		kit.AddErrorAt(
			diags, path.Root(last), "Two things to run",
			"The component has both "+given[0]+" and "+last+". Remove one, or make two components of it.",
		)
	}
}

// analysed is Analysed for what the model says. What a package holds has been analysed, but for what stands beside it.
func (m Model) analysed(c spec.Component) (spec.Component, diag.Diagnostics) {
	if !m.isPackage() {
		return Analysed(c)
	}
	var diags diag.Diagnostics
	if c.Python != nil || c.Container != nil {
		kit.AddErrors(&diags, graph.CheckComponent(c))
	}
	return c, diags
}

// Analysed fills in what follows from a component's source, and finds what is wrong with the component.
func Analysed(c spec.Component) (spec.Component, diag.Diagnostics) {
	var diags diag.Diagnostics
	var problems problem.List
	if c.Python != nil {
		c = analysePython(c, &problems)
	}
	if !problems.HasError() {
		problems = append(problems, graph.CheckComponent(c)...)
	}
	kit.AddProblems(&diags, problems)
	return c, diags
}

// sourcePath matches a path to a Python file.
var sourcePath = regexp.MustCompile(`^[^\s()]+\.(py|ipynb)$`)

func analysePython(c spec.Component, problems *problem.List) spec.Component {
	p := *c.Python
	options := python.Options{
		Function: p.Function, Lightweight: p.Lightweight, Packages: p.Packages, Files: slices.Sorted(maps.Keys(p.Files)),
	}
	for _, name := range slices.Sorted(maps.Keys(p.Additional)) {
		options.Additional = append(options.Additional, python.Source{Name: name, Text: p.Additional[name]})
	}
	checkFiles(p, problems)
	if source := strings.TrimSpace(p.Source); sourcePath.MatchString(source) {
		problems.Errorf(
			problem.At("python").Attr("source"), "Path in place of the source",
			"%q looks like a path, and source is the text of the file. Write source = file(\"${path.module}/%s\").", source,
			source,
		)
		return c
	}
	f, findings := python.Analyze(python.Source{Name: p.SourceFile, Text: p.Source}, options)
	for _, finding := range findings {
		addFinding(problems, p, finding)
	}
	if f == nil {
		return c
	}
	p.Function, p.Arguments, p.NamedOutputs, p.ReturnsValue = f.Name, f.Arguments, f.NamedOutputs, f.ReturnsValue
	p.Definition, p.FirstLine, p.SDK = f.Definition, f.FirstLine, f.SDK
	if c.Description == "" {
		c.Description = f.Description
	}
	c.Interface = f.Interface
	if f.Decorator != nil {
		fromDecorator(&p, *f.Decorator, problems)
	}
	at := problem.At("python")
	if p.Image == "" {
		problems.Errorf(
			at.Attr("base_image"), "No image",
			"Give base_image, the image that runs the function, such as \"python:3.12-slim\"; or image, if the function "+
				"needs modules of its own.",
		)
	}
	checkPip(p, problems)
	for i, name := range p.Packages {
		problems.Warnf(
			at.Attr("packages").Index(i), "Package installed at each start",
			"%q is installed by pip each time the task starts, which is slow and fails without a package index. Bake it into "+
				"an image, and name that as python.image.",
			name,
		)
	}
	c.Python = &p
	return c
}

// checkPip finds what pip would not take for a package, an index or a host.
func checkPip(p spec.Python, problems *problem.List) {
	for _, list := range []struct {
		attribute string
		texts     []string
		check     func(string) error
	}{
		{
			"packages", p.Packages, runtime.CheckPackage,
		}, {"index_urls", p.IndexURLs, runtime.CheckIndex}, {"trusted_hosts", p.TrustedHosts, runtime.CheckIndex},
	} {
		for i, text := range list.texts {
			if err := list.check(text); err != nil {
				problems.Errorf(problem.At("python").Attr(list.attribute).Index(i), "Nothing that pip can install", "%v.", err)
			}
		}
	}
}

// checkFiles finds files that cannot be mounted beside the source, and more of them than a config map holds.
func checkFiles(p spec.Python, problems *problem.List) {
	var names runtime.FileNames
	add := func(at problem.Path, name string) {
		if err := names.Add(name); err != nil {
			problems.Errorf(at, "Invalid file name", "%v.", err)
		}
	}
	at := problem.At("python")
	add(at.Attr("file"), p.SourceFile)
	all := map[string]string{runtime.FileName: runtime.Config{KFP: p.KFP}.Runtime(), p.SourceFile: p.Source}
	for _, files := range []struct {
		attribute string
		texts     map[string]string
	}{{"additional_sources", p.Additional}, {"files", p.Files}} {
		for _, name := range slices.Sorted(maps.Keys(files.texts)) {
			add(at.Attr(files.attribute).Key(name), name)
		}
		maps.Copy(all, files.texts)
	}
	if err := runtime.CheckSize(all); err != nil {
		problems.Errorf(at, "Component too large", "%v.", err)
	}
}

// addFinding tells what is wrong with the source, with its place in the file.
func addFinding(problems *problem.List, p spec.Python, f python.Finding) {
	at := problem.At("python").Attr("source")
	if f.Source != p.SourceFile {
		at = problem.At("python").Attr("additional_sources").Key(f.Source)
	}
	if f.Severity == problem.Warning {
		problems.Warnf(at, f.Title, "%s:%d:%d: %s", f.Source, f.Line, f.Column, f.Detail)
		return
	}
	problems.Errorf(at, f.Title, "%s:%d:%d: %s", f.Source, f.Line, f.Column, f.Detail)
}

// fromDecorator takes what @dsl.component says where the configuration says nothing, and refuses a contradiction.
func fromDecorator(p *spec.Python, d python.Decorator, problems *problem.List) {
	at := problem.At("python")
	if d.BaseImage != "" && p.Lightweight {
		if p.Image != "" && p.Image != spec.Unknown && p.Image != d.BaseImage {
			problems.Errorf(
				at.Attr("base_image"), "Two base images", "The configuration says %q, the decorator of the function %q. Remove "+
					"one.",
				p.Image, d.BaseImage,
			)
		}
		p.Image = d.BaseImage
	}
	for _, list := range []struct {
		attribute string
		said      []string
		to        *[]string
	}{
		{"packages", d.PackagesToInstall, &p.Packages},
		{"index_urls", d.PipIndexURLs, &p.IndexURLs},
		{"trusted_hosts", d.PipTrustedHosts, &p.TrustedHosts},
	} {
		switch {
		case list.said == nil:
		case len(*list.to) > 0 && !slices.Equal(*list.to, list.said):
			problems.Errorf(
				at.Attr(list.attribute), "Two lists", "The configuration says %q, the decorator of the function %q. Remove one.",
				*list.to, list.said,
			)
		default:
			*list.to = list.said
		}
	}
}
