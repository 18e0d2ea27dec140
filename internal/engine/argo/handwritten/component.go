package handwritten

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// reader reads one template. rest is what is not understood yet.
type reader struct {
	Reading
	object *wfv1.WorkflowTemplate
	at     string // spec.templates["x"]
	rest   *wfv1.Template
	paths  map[string]string // a file's path in the container → the expression for ours
	named  map[string]bool   // the paths that command or args hold
	isMain bool              // the entrypoint, whose inputs are the workflow's arguments
}

// readHandwritten reads a template as a component.
func readHandwritten(w *wfv1.WorkflowTemplate, t *wfv1.Template) Reading {
	r := reader{
		object: w, at: layout.Keyed(
			"spec.templates", t.Name,
		), rest: t.DeepCopy(), paths: map[string]string{}, named: map[string]bool{},
		isMain: w.Spec.Entrypoint == t.Name || w.Spec.Entrypoint == "" && len(w.Spec.Templates) == 1,
	}
	r.Object, r.Template, r.Given, r.Inputs, r.Outputs = w.Name, t.Name, map[string]string{}, map[string]string{}, map[string]string{}
	r.Component = spec.Component{
		Namespace: w.Namespace, Name: componentNameOf(w.Name, t.Name), Description: w.Annotations[layout.DescribeKey],
	}
	kind := kindOf(t)
	if kind != "container" && kind != "script" {
		r.miss("."+kind, notOneContainer(kind))
		return r.Reading
	}
	if several := slices.DeleteFunc(templateNames(w), func(name string) bool { return name != layout.QuoteName(t.Name) }); len(several) > 1 {
		r.miss("", "there are several of this name")
	}
	r.rest.Name = ""
	r.inputs(t)
	r.outputs(t)
	r.overlaps()
	r.container(t)
	r.settings()
	r.left()
	r.Unread = sortUnread(r.Unread)
	return r.Reading
}

func (r *reader) miss(below, reason string) {
	r.Unread = append(r.Unread, layout.Unread{Path: r.at + below, Reason: reason})
}

// inputs reads parameters and artifacts. Everything is a string, as in Argo.
func (r *reader) inputs(t *wfv1.Template) {
	for i, p := range t.Inputs.Parameters {
		r.Inputs[p.Name] = r.declare(layout.Keyed(".inputs.parameters", p.Name), p.Name)
		r.rest.Inputs.Parameters[i] = r.input(p)
	}
	for i, a := range t.Inputs.Artifacts {
		name := r.declare(layout.Keyed(".inputs.artifacts", a.Name), a.Name)
		r.Inputs[a.Name] = name
		layout.Set(&r.Component.Inputs, name, spec.Input{Type: spec.Artifact, Optional: a.Optional})
		if a.Path == "" {
			r.miss(layout.Keyed(".inputs.artifacts", a.Name), "it has no path in the container")
			continue
		}
		r.paths[a.Path] = "inputs." + name + ".path"
		left := &r.rest.Inputs.Artifacts[i]
		left.Path, left.Optional = "", false
	}
}

// declare finds an input's or output's name.
func (r *reader) declare(at, argo string) string {
	name := plainName(argo)
	_, taken := r.Component.Inputs[name]
	if taken || !spec.IsIdentifier(name) || strings.HasPrefix(argo, layout.HiddenPrefix) {
		r.miss(at, layout.QuoteName(argo)+" cannot be a name here, or two are called so; use letters, digits and underscores")
	}
	return name
}

// input reads a parameter, and returns what is left of it.
func (r *reader) input(p wfv1.Parameter) wfv1.Parameter {
	in := spec.Input{Type: spec.String}
	value := p.Default
	if p.Value != nil {
		value = p.Value
	}
	if argument := r.argument(p.Name); argument != nil && r.isMain {
		if argument.Value != nil {
			value = argument.Value
		}
		if p.Description == nil {
			p.Description = argument.Description
		}
		if len(p.Enum) == 0 {
			p.Enum = argument.Enum
		}
	}
	left := wfv1.Parameter{Name: p.Name, ValueFrom: p.ValueFrom, GlobalName: p.GlobalName}
	if p.Description != nil {
		in.Description = p.Description.String()
	}
	for _, v := range p.Enum {
		in.AllowedValues = append(in.AllowedValues, v.String())
	}
	if value != nil {
		text := value.String()
		if of, ok := wholeTag(text, "workflow.parameters."); ok {
			text = ""
			if a := r.argument(of); a != nil && a.Value != nil {
				text = a.Value.String()
			}
			r.Given[plainName(p.Name)] = "{{ parameters." + plainName(of) + " }}"
			if text != "" {
				in.Default = &text
			}
		} else {
			in.Default = &text
		}
		if strings.Contains(text, "{{") {
			left.Value, in.Default = value, nil
		}
	}
	layout.Set(&r.Component.Inputs, plainName(p.Name), in)
	return left
}

// argument is the workflow's argument of a name.
func (r *reader) argument(name string) *wfv1.Parameter {
	return r.object.Spec.Arguments.GetParameterByName(name)
}

func (r *reader) outputs(t *wfv1.Template) {
	give := func(argo, at, file string, of spec.Type) {
		name := plainName(argo)
		if _, taken := r.Component.Outputs[name]; taken || !spec.IsIdentifier(name) || strings.HasPrefix(argo, layout.HiddenPrefix) {
			r.miss(
				at, layout.QuoteName(argo)+" cannot name an output, or two are called so; use letters, digits and underscores",
			)
		}
		r.Outputs[argo] = name
		layout.Set(&r.Component.Outputs, name, spec.Output{Type: of})
		r.paths[file] = "outputs." + name + ".path"
	}
	for i, p := range t.Outputs.Parameters {
		left := &r.rest.Outputs.Parameters[i]
		left.Description = nil
		if p.ValueFrom == nil || p.ValueFrom.Path == "" {
			if p.ValueFrom == nil {
				r.miss(layout.Keyed(".outputs.parameters", p.Name), "only a file (valueFrom.path) is an output")
			}
			continue
		}
		give(p.Name, layout.Keyed(".outputs.parameters", p.Name), p.ValueFrom.Path, spec.String)
		if left.ValueFrom.Path = ""; left.ValueFrom.Default == nil {
			left.ValueFrom = nil
		}
	}
	for i, a := range t.Outputs.Artifacts {
		if a.Path == "" {
			r.miss(layout.Keyed(".outputs.artifacts", a.Name), "only a file (path) is an output")
			continue
		}
		give(a.Name, layout.Keyed(".outputs.artifacts", a.Name), a.Path, spec.Artifact)
		r.rest.Outputs.Artifacts[i].Path = ""
	}
}

var plainPath = regexp.MustCompile(`^/[A-Za-z0-9_./ -]*$`)

// overlaps finds files of which one lies in another: ours do not. It also finds those whose paths are no plain texts.
func (r *reader) overlaps() {
	for _, a := range spec.Names(r.paths) {
		if !plainPath.MatchString(a) {
			r.miss(
				"",
				fmt.Sprintf(
					"the path %s is not absolute, or has other characters than letters, digits and ._-", layout.QuoteName(a),
				),
			)
		}
		for _, b := range spec.Names(r.paths) {
			if strings.HasPrefix(b, strings.TrimSuffix(a, "/")+"/") {
				r.miss(
					"",
					fmt.Sprintf(
						"%s lies in %s, but both are inputs or outputs of their own; leave them in places of their own",
						layout.QuoteName(b), layout.QuoteName(a),
					),
				)
			}
		}
	}
}

// container reads image, command, arguments, environment and resources.
func (r *reader) container(t *wfv1.Template) {
	field, from, left := ".container", t.Container, r.rest.Container
	if t.Script != nil {
		field, from, left = ".script", &t.Script.Container, &r.rest.Script.Container
	}
	c := &spec.Container{Image: from.Image}
	r.Component.Container = c
	if strings.Contains(from.Image, "{{") {
		r.miss(field+".image", "it is a text with tags; a component runs one image. Make a component of each image")
	}
	read := func(list []string, attribute string) []string {
		var texts []string
		for i, argo := range list {
			at := fmt.Sprintf("%s.%s[%d]", field, attribute, i)
			texts = append(texts, r.text(argo, at, func(data string) string { return r.expanded(data, at, from.Env) }))
		}
		return texts
	}
	c.Command, c.Args = read(from.Command, "command"), read(from.Args, "args")
	left.Name, left.Image, left.Command, left.Args = "", "", nil, nil
	if t.Script != nil {
		r.script(t.Script, c)
	}
	r.unnamedPaths(field)
	r.environment(field, from, left)
	r.resources(field, from, left)
}

// scriptFlags are how interpreters take a program as an argument.
var scriptFlags = map[string]string{
	"sh": "-c", "bash": "-c", "ash": "-c", "dash": "-c", "zsh": "-c", "ksh": "-c", "python": "-c", "node": "-e", "perl": "-e", "ruby": "-e", "Rscript": "-e",
}

var versionSuffix = regexp.MustCompile(`[0-9.]+$`)

// longestArgument is what Linux takes as one argument, less a margin for the values that are inserted.
const longestArgument = 100_000

// script makes a script's text an argument of its interpreter: a component has no files.
func (r *reader) script(s *wfv1.ScriptTemplate, c *spec.Container) {
	r.rest.Script.Source = ""
	flag := ""
	if len(s.Command) > 0 {
		flag = scriptFlags[versionSuffix.ReplaceAllString(path.Base(s.Command[0]), "")]
		if slices.ContainsFunc(s.Command[1:], func(arg string) bool { return !strings.HasPrefix(arg, "-") }) {
			flag = ""
		}
	}
	switch {
	case flag == "" || len(s.Args) > 0:
		r.miss(
			".script.command",
			"only a shell, Python, Node.js, Perl, Ruby or R, with options alone, takes a program as an argument; put the "+
				"script into the image",
		)
		return
	case len(s.Source) > longestArgument:
		r.miss(
			".script.source",
			fmt.Sprintf("its %d bytes are too long for an argument; put the script into the image", len(s.Source)),
		)
		return
	}
	c.Command = append(c.Command, flag)
	c.Args = []string{r.text(s.Source, ".script.source", nil)} // Kubernetes does not look at it
}

var kubernetesReference = regexp.MustCompile(`\$\$|\$\([^()]*\)`)

// expanded is what Kubernetes makes of a text of the command, which is data here.
func (r *reader) expanded(text, at string, env []corev1.EnvVar) string {
	return kubernetesReference.ReplaceAllStringFunc(text, func(found string) string {
		if found == "$$" {
			return "$"
		}
		name := found[2 : len(found)-1]
		i := slices.IndexFunc(env, func(e corev1.EnvVar) bool { return e.Name == name })
		switch {
		case i < 0:
			return found
		case env[i].ValueFrom != nil:
			r.miss(
				at,
				fmt.Sprintf(
					"Kubernetes puts the variable %s in the place of %s, and a text is data here; let a shell do it: sh -c \"… $%s\"",
					name, found, name,
				),
			)
		}
		return env[i].Value
	})
}

// environment reads constants for the component, and references for its tasks.
func (r *reader) environment(field string, from, left *corev1.Container) {
	left.Env = slices.Clone(from.Env)
	for i, e := range from.Env {
		at := fmt.Sprintf("%s.env[%q]", field, e.Name)
		left.Env[i] = corev1.EnvVar{Name: e.Name}
		switch v := e.ValueFrom; {
		case v != nil:
			if !settings.TakeVariable(e, &r.Settings) {
				left.Env[i].ValueFrom = v
			}
		case strings.Contains(e.Value, "{{") || strings.Contains(e.Value, "$("):
			r.miss(
				at,
				"its value holds a tag or another variable; make it an input that args hand on, or env of the task, which may "+
					"hold expressions",
			)
		case r.holdsPath(e.Value):
			r.miss(at, "it is where a file of an input or output is, which is another place here; name that in args")
		default:
			layout.Set(&r.Component.Env, e.Name, e.Value)
		}
	}
}

func (r *reader) resources(_ string, from, left *corev1.Container) {
	res := spec.Resources{
		Requests: decompile.QuantityTexts(from.Resources.Requests), Limits: decompile.QuantityTexts(from.Resources.Limits),
	}
	if res.Requests != nil || res.Limits != nil {
		r.Component.Resources = &res
	}
	left.Resources.Requests, left.Resources.Limits = nil, nil
}
