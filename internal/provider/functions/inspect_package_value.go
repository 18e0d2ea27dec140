package functions

import (
	"maps"
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// inspected is what the function inspect_package returns.
type inspected struct {
	Kind        string                        `tfsdk:"kind"`
	Name        string                        `tfsdk:"name"`
	DisplayName string                        `tfsdk:"display_name"`
	Description string                        `tfsdk:"description"`
	SDKVersion  string                        `tfsdk:"sdk_version"`
	Parameters  map[string]inspectedParameter `tfsdk:"parameters"`
	Outputs     map[string]string             `tfsdk:"outputs"`
	Tasks       map[string]inspectedTask      `tfsdk:"tasks"`
	Images      []string                      `tfsdk:"images"`
	Secrets     []string                      `tfsdk:"secrets"`
	ConfigMaps  []string                      `tfsdk:"config_maps"`
	Claims      []string                      `tfsdk:"claims"`
	Errors      []string                      `tfsdk:"errors"`
	Warnings    []string                      `tfsdk:"warnings"`
}

type inspectedParameter struct {
	Type        string  `tfsdk:"type"`
	Default     *string `tfsdk:"default"`
	Optional    bool    `tfsdk:"optional"`
	Description string  `tfsdk:"description"`
}

type inspectedTask struct {
	Component string `tfsdk:"component"`
	Image     string `tfsdk:"image"`
}

// inspect reads a package of either kind.
func inspect(text string) inspected {
	if kfpir.IsComponent(text) {
		return inspectComponent(text)
	}
	read, problems := kfpir.Read(text, kfpir.Options{})
	p := read.Pipeline
	of := inspected{
		Kind: string(spec.PipelineKind), Name: p.Name, DisplayName: read.DisplayName, Description: p.Description,
		SDKVersion: read.SDKVersion, Tasks: map[string]inspectedTask{},
	}
	outputs := map[string]spec.Output{}
	if !problems.HasError() {
		g, found := graph.Check(p)
		problems = append(problems, read.Locate(found)...)
		outputs = g.Outputs
		if !found.HasError() {
			problems = append(problems, compiled(g)...)
		}
	}
	of.describe(spec.Interface{Inputs: p.Parameters, Outputs: outputs})
	of.tasks(p, p.Tasks, "", map[string]bool{})
	of.tasks(p, p.OnExit, "", map[string]bool{})
	of.findings(problems)
	return of
}

func inspectComponent(text string) inspected {
	c, problems := kfpir.ReadComponent(text, kfpir.Options{})
	of := inspected{
		Kind: string(spec.ComponentKind), Name: c.Name, Description: c.Description, Tasks: map[string]inspectedTask{},
		Images: []string{c.Image()},
	}
	of.describe(c.Interface)
	of.findings(problems)
	return of
}

// compiled finds what only shows in the objects: that they are too large for a cluster.
func compiled(g *graph.Graph) problem.List {
	object, err := compile.Pipeline(g)
	if err != nil {
		var found problem.List
		found.Errorf(nil, "Cannot compile the pipeline", "%s", err)
		return found
	}
	return object.CheckSize()
}

func (of *inspected) describe(i spec.Interface) {
	of.Parameters, of.Outputs = map[string]inspectedParameter{}, map[string]string{}
	for name, in := range i.Inputs {
		of.Parameters[name] = inspectedParameter{
			Type: string(in.Type), Default: in.Default, Optional: in.Optional, Description: in.Description,
		}
	}
	for name, out := range i.Outputs {
		of.Outputs[name] = string(out.Type)
	}
}

// tasks lists those of a graph and of the groups that they use. around has the groups that this one is in.
func (of *inspected) tasks(p spec.Pipeline, tasks map[string]spec.Task, prefix string, around map[string]bool) {
	for name, t := range tasks {
		of.refersTo(t.Settings)
		switch name, used := prefix+name, t.Component.Name; t.Component.Kind {
		case spec.GroupKind:
			group, ok := p.Groups[used]
			if !ok || around[used] {
				continue
			}
			inside := maps.Clone(around)
			inside[used] = true
			of.tasks(p, group.Tasks, name+"/", inside)
			of.tasks(p, group.OnExit, name+"/", inside)
		case spec.InlineKind:
			task := inspectedTask{Component: used, Image: p.Components[used].Image()}
			if t.Image != "" {
				task.Image = t.Image
			}
			of.Tasks[name], of.Images = task, append(of.Images, task.Image)
		}
	}
}

// refersTo notes what has to be in the namespace.
func (of *inspected) refersTo(s spec.Settings) {
	for _, ref := range s.SecretEnv {
		of.Secrets = append(of.Secrets, ref.Name)
	}
	of.Secrets = append(of.Secrets, s.ImagePullSecrets...)
	for _, ref := range s.ConfigMapEnv {
		of.ConfigMaps = append(of.ConfigMaps, ref.Name)
	}
	for _, v := range s.Volumes {
		of.Secrets = append(of.Secrets, v.Secret)
		of.ConfigMaps = append(of.ConfigMaps, v.ConfigMap)
		of.Claims = append(of.Claims, v.Claim)
	}
}

// findings writes what is wrong, and sorts what was collected.
func (of *inspected) findings(problems problem.List) {
	for _, p := range problems {
		text := p.Title + ": " + p.Detail
		if line, rest, ok := kfpir.CutLine(p.Detail); ok {
			text = line + ": " + p.Title + ": " + rest
		}
		if p.Severity == problem.Error {
			of.Errors = append(of.Errors, text)
		} else {
			of.Warnings = append(of.Warnings, text)
		}
	}
	for _, list := range []*[]string{&of.Images, &of.Secrets, &of.ConfigMaps, &of.Claims} {
		slices.Sort(*list)
		*list = slices.Compact(slices.DeleteFunc(*list, func(text string) bool { return text == "" }))
	}
	for _, list := range []*[]string{&of.Images, &of.Secrets, &of.ConfigMaps, &of.Claims, &of.Errors, &of.Warnings} {
		if *list == nil {
			*list = []string{}
		}
	}
}
