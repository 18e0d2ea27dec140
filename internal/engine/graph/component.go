package graph

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Where a component's pod finds its files.
const (
	OutputsDirectory = "/kfp/outputs"
	InputsDirectory  = "/kfp/inputs"
	FilesDirectory   = "/kfp/component"
)

// ContainerEnv is what the command and the arguments of a container may refer to.
func ContainerEnv(i spec.Interface) Env {
	names := map[string]expr.Var{taskID: podName}
	for name, in := range i.Inputs {
		if in.Type.IsArtifact() {
			names["inputs."+name+".path"] = expr.Var{Type: spec.String, Text: InputsDirectory + "/" + name}
			names["inputs."+name+".uri"] = uriVar(InputURI(name), in.TakesNil())
			continue
		}
		names["inputs."+name] = parameterVar(name, in)
	}
	for name, out := range i.Outputs {
		names["outputs."+name+".path"] = expr.Var{Type: spec.String, Text: OutputsDirectory + "/" + name}
		if out.Type.IsArtifact() {
			names["outputs."+name+".uri"] = uriVar(OutputURI(name), false)
		}
	}
	return Env{Own: names, Elsewhere: notInComponents}
}

// CommandEnv is ContainerEnv with what the container itself has beside its inputs and outputs.
func CommandEnv(c spec.Component) Env {
	env := ContainerEnv(c.Interface)
	if len(c.Container.Files) > 0 {
		env.Own["files.path"] = expr.Var{Type: spec.String, Text: FilesDirectory}
	}
	return env
}

// CheckComponent finds what is wrong with a component whose interface is known.
func CheckComponent(c spec.Component) problem.List {
	var l problem.List
	if !spec.IsObjectName(c.Name) && c.Name != spec.Unknown {
		l.Errorf(
			problem.At("name"), "Invalid name",
			"%q cannot name a component. Use at most %d lower-case letters, digits and hyphens, with a letter or digit at "+
				"both ends.",
			c.Name, spec.MaxNameLength,
		)
	}
	for name, in := range c.Inputs {
		checkIdentifier(&l, problem.At("inputs").Key(name), name, "an input")
		CheckInput(&l, problem.At("inputs").Key(name), in)
	}
	for name := range c.Outputs {
		checkIdentifier(&l, problem.At("outputs").Key(name), name, "an output")
	}
	if c.Container != nil {
		checkContainer(&l, c)
	}
	settings.CheckVariables(&l, nil, &spec.Settings{Env: c.Env})
	if c.Resources != nil {
		settings.CheckQuantities(&l, problem.At("resources").Attr("requests"), c.Resources.Requests)
		settings.CheckQuantities(&l, problem.At("resources").Attr("limits"), c.Resources.Limits)
	}
	l.Sort()
	return l
}

// checkFiles finds files that cannot be mounted, and more of them than a config map holds.
func checkFiles(l *problem.List, at problem.Path, files map[string]string) {
	var names runtime.FileNames
	for _, name := range spec.Names(files) {
		if err := names.Add(name); err != nil && name != spec.Unknown {
			l.Errorf(at.Attr("files").Key(name), "Invalid file name", "%v.", err)
		}
	}
	if err := runtime.CheckSize(files); err != nil {
		l.Errorf(at.Attr("files"), "Component too large", "%v.", err)
	}
}

// checkContainer checks the command and the arguments, and that every output is written somewhere.
func checkContainer(l *problem.List, c spec.Component) {
	env := CommandEnv(c)
	at := problem.At("container")
	checkFiles(l, at, c.Container.Files)
	used := map[string]bool{}
	unknown := false
	parse := func(at problem.Path, texts []string) {
		for i, raw := range texts {
			if raw == spec.Unknown {
				unknown = true
				continue
			}
			t, errs := expr.Parse(raw)
			if len(errs) == 0 {
				for _, r := range t.References() {
					used[r.Name] = true
				}
				_, errs = t.In(env).CheckOptional(spec.Any) // what gives nil is no argument
			}
			checkForgottenBraces(l, at.Index(i), raw)
			for _, e := range errs {
				l.Errorf(at.Index(i), "Invalid expression", "%s", e.Describe(raw))
			}
			if strings.Contains(raw, OutputsDirectory) {
				unknown = true // it knows where outputs go
			}
		}
	}
	check.RefuseExpression(
		l, at.Attr("image"), c.Container.Image,
		"The image is a part of the component: make a component for each image, or let Terraform fill it in: ${…}.",
	)
	if strings.TrimSpace(c.Container.Image) == "" {
		l.Errorf(at.Attr("image"), "No image", "An image reference is needed, such as \"busybox:1.36\".")
	}
	parse(at.Attr("command"), c.Container.Command)
	parse(at.Attr("args"), c.Container.Args)
	for _, name := range spec.Names(c.Outputs) {
		if !unknown && !refersTo(used, name, c.Outputs[name]) {
			l.Warnf(
				problem.At("outputs").Key(name), "Output never written",
				"Neither command nor args hold %s; the task would fail.", howToWrite(name, c.Outputs[name]),
			)
		}
	}
}
