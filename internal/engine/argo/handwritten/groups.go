package handwritten

import (
	"regexp"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// templateGroup is a graph that tasks of the object run, read as a group of the pipeline.
type templateGroup struct {
	spec       spec.Group
	parameters map[string]string // Argo's tags of its inputs → ours
	lifted     map[string]string // what its tasks take from the pipeline, such as parameters.day → its own parameter
	reading    *Reading          // what the tasks that use it are told
}

// group reads a graph inside the graph. The tasks that use it have what it says of itself as a whole.
func (g *templateGraph) group(c *templateCallee, t *wfv1.Template) {
	at := layout.Keyed("spec.templates", t.Name)
	name := groupName(t.Name)
	if _, taken := g.pipeline.Groups[name]; taken || !spec.IsIdentifier(name) {
		g.miss(
			at, layout.QuoteName(t.Name)+" cannot name a group, or two are called so; use letters, digits and hyphens, with a "+
				"letter first",
		)
	}
	layout.Set(&g.pipeline.Groups, name, spec.Group{}) // the name is taken, also for the groups that it uses
	c.reading = Reading{
		Object: g.object.Name, Template: t.Name, Given: map[string]string{}, Inputs: map[string]string{},
		Outputs: map[string]string{},
	}
	group := &templateGroup{parameters: map[string]string{}, lifted: map[string]string{}, reading: &c.reading}
	attribute := layout.Keyed("groups", name)
	g.places[attribute] = at
	g.groupInputs(group, t, at)
	scope := g.scope(t, attribute+".tasks")
	scope.group = group
	g.tasks(scope)
	group.spec.Tasks = scope.tasks
	group.spec.Outputs = scope.outputs(attribute)
	group.spec.Parallelism = t.Parallelism
	if t.DAG != nil {
		group.spec.FailFast = t.DAG.FailFast
	}
	g.groupSettings(&c.reading.Settings, t, at)
	g.pipeline.Groups[name] = group.spec
	c.ref, c.at, c.ok = spec.Ref{Kind: spec.GroupKind, Name: name}, at, true
}

var underscores = regexp.MustCompile(`__+`)

// groupName is what the group is called that a template becomes.
func groupName(template string) string { return underscores.ReplaceAllString(plainName(template), "_") }

// groupInputs reads what the template takes. A default that is an argument of the workflow is handed in by the tasks.
func (g *templateGraph) groupInputs(group *templateGroup, t *wfv1.Template, at string) {
	declare := func(at, kind, argo string, in spec.Input) {
		name := plainName(argo)
		if _, taken := group.spec.Parameters[name]; taken || !spec.IsIdentifier(name) {
			g.miss(
				at, layout.QuoteName(argo)+" cannot name a parameter, or two are called so; use letters, digits and underscores",
			)
			return
		}
		layout.Set(&group.spec.Parameters, name, in)
		group.reading.Inputs[argo], group.parameters["inputs."+kind+"."+argo] = name, "parameters."+name
	}
	for _, p := range t.Inputs.Parameters {
		here := layout.Keyed(at+".inputs.parameters", p.Name)
		declare(here, "parameters", p.Name, g.groupInput(group, p, here))
		g.left(here, wfv1.Parameter{ValueFrom: p.ValueFrom, GlobalName: p.GlobalName}, templateReasons)
	}
	for _, a := range t.Inputs.Artifacts {
		here := layout.Keyed(at+".inputs.artifacts", a.Name)
		declare(here, "artifacts", a.Name, spec.Input{Type: spec.Artifact, Optional: a.Optional})
		left := a.DeepCopy()
		left.Name, left.Path, left.Optional = "", "", false
		g.left(here, left, templateReasons)
	}
}

func (g *templateGraph) groupInput(group *templateGroup, p wfv1.Parameter, at string) spec.Input {
	in := described(p)
	value := p.Default
	if p.Value != nil {
		value = p.Value
	}
	if value == nil {
		return in
	}
	text := value.String()
	argument, _ := wholeTag(text, "workflow.parameters.")
	if known, ok := g.parameters["workflow.parameters."+argument]; ok {
		group.reading.Given[plainName(p.Name)] = "{{ " + known + " }}"
		return in
	}
	if strings.Contains(text, "{{") {
		g.miss(at+".value", "it holds tags; the tasks that use the template say what the input is, and a default is a constant")
	}
	in.Default = &text
	return in
}

// described is a parameter with what Argo says of it, without its value. Argo has no types.
func described(p wfv1.Parameter) spec.Input {
	in := spec.Input{Type: spec.String}
	if p.Description != nil {
		in.Description = p.Description.String()
	}
	for _, v := range p.Enum {
		in.AllowedValues = append(in.AllowedValues, v.String())
	}
	return in
}

// groupSettings reads what holds of the template as a whole, each time that a task uses it, and tells the rest.
func (g *templateGraph) groupSettings(s *spec.Settings, t *wfv1.Template, at string) {
	rest := t.DeepCopy()
	if retry, ok := readRetry(t.RetryStrategy); ok {
		s.Retry, rest.RetryStrategy = retry, nil
	}
	if locks, ok := readLocks(t.Synchronization); ok {
		s.Synchronization, rest.Synchronization = locks, nil
	}
	g.graphRest(rest, at, groupReasons)
}

var groupReasons = map[string]string{
	"retryStrategy":         templateReasons["retryStrategy"],
	"synchronization":       templateReasons["synchronization"],
	"activeDeadlineSeconds": "a group has no deadline; give the tasks in it timeout",
	"timeout":               "a group has no deadline; give the tasks in it timeout",
	"memoize":               graphReasons["memoize"],
	"hooks":                 templateReasons["hooks"],
	"metrics":               templateReasons["metrics"],
	"metadata":              graphReasons["metadata"],
}

// lift makes a parameter of the group of what only the pipeline around it knows. Each task that uses the group hands it
// in.
func (t *templateGroup) lift(known string) (string, bool) {
	if own, ok := t.lifted[known]; ok {
		return own, true
	}
	name := strings.ReplaceAll(strings.TrimPrefix(known, "parameters."), ".", "_")
	for {
		if _, taken := t.spec.Parameters[name]; !taken {
			break
		}
		name = "pipeline_" + name
	}
	if !spec.IsIdentifier(name) {
		return "", false
	}
	layout.Set(&t.spec.Parameters, name, spec.Input{Type: spec.String})
	t.lifted[known], t.reading.Given[name] = "parameters."+name, "{{ "+known+" }}"
	return t.lifted[known], true
}

// outer is how tasks of the scope say what the pipeline knows.
func (s *templateScope) outer(known string) (string, bool) {
	if s.group == nil || !strings.HasPrefix(known, "parameters.") && known != "run.status" {
		return known, true
	}
	return s.group.lift(known)
}

// handed is a text that a template is given from around it, where it says nothing itself.
func (s *templateScope) handed(text string) string {
	if known, ok := wholeTag(text, ""); ok {
		if own, ok := s.outer(known); ok {
			return "{{ " + own + " }}"
		}
	}
	return text
}

// listed hands a list to a group that goes over it, if the input is such a one, and else the text of it.
func (s *templateScope) listed(c *templateCall, name, text string, collected bool) string {
	if ref := c.callee.ref; ref.Kind == spec.GroupKind {
		if s.graph.pipeline.Groups[ref.Name].Parameters[name].Type == spec.List {
			return s.list(text, collected)
		}
	}
	if tag, ok := wholeTag(text, ""); ok && collected {
		return "{{ toJSON(" + tag + ") }}"
	}
	return text
}

// recursion tells that a template runs itself, which path leads to.
func recursion(path []string, again string) string {
	path = append(slices.Clone(path[slices.Index(path, again):]), again)
	return layout.QuoteName(again) + " runs itself: " + strings.Join(path, " → ") + ". Argo goes on until a condition is " +
		"false, but a pipeline is a finite graph; use for_each over a list, or retry of a task until it succeeds"
}
