package handwritten

import (
	"fmt"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// templateCall is a task or step that people wrote.
type templateCall struct {
	at     string // spec.templates["main"].dag.tasks["a"]
	name   string // ours; empty: it has none
	task   wfv1.DAGTask
	callee *templateCallee
}

// templateCallee is what a task runs.
type templateCallee struct {
	ref      spec.Ref
	approval *spec.Approval
	reading  Reading // what it was read from; zero: it is of this provider
	at       string  // of a group: where that stands
	ok       bool
}

// templateScope is one group of tasks, and what their texts may refer to.
type templateScope struct {
	graph     *templateGraph
	attribute string                   // where they stand: tasks, on_exit, or such of a group
	group     *templateGroup           // nil: they are the pipeline's own
	calls     map[string]*templateCall // by Argo's name
	tasks     map[string]spec.Task
	entry     *wfv1.Template
}

func (s *templateScope) add(c *templateCall) {
	name := layout.SpecName(c.task.Name)
	if _, taken := s.calls[c.task.Name]; taken || !spec.IsIdentifier(name) {
		s.graph.miss(
			c.at,
			layout.QuoteName(c.task.Name)+" cannot name a task, or two are called so; use letters, digits and hyphens, with "+
				"a letter first",
		)
		return
	}
	c.name = name
	c.callee = s.graph.callee(c)
	s.calls[c.task.Name] = c
}

// callee finds what a task runs.
func (g *templateGraph) callee(c *templateCall) *templateCallee {
	ref, in := c.task.TemplateRef, g.object
	switch {
	case c.task.Inline != nil:
		g.miss(
			c.at+".inline",
			"a task runs a component; make the template one of its own in the WorkflowTemplate, and import that first",
		)
		return &templateCallee{}
	case ref == nil:
		g.visited[c.task.Template] = true
		return g.template(in, c.task.Template, c.at+".template")
	case ref.Name == g.object.Name && !ref.ClusterScope:
		g.visited[ref.Template] = true
		return g.template(in, ref.Template, c.at+".templateRef")
	case ref.ClusterScope:
		g.miss(
			c.at+".templateRef", "ClusterWorkflowTemplates are not looked at; copy it into the namespace as a WorkflowTemplate",
		)
		return &templateCallee{}
	}
	if own, ok := g.around.Refs(ref.Name); ok {
		if ref.Template != layout.MainTemplate {
			g.miss(
				c.at+".templateRef.template",
				"of an object of this provider, only the template "+layout.QuoteName(layout.MainTemplate)+" can be called by hand",
			)
		}
		return &templateCallee{ref: own, ok: true}
	}
	decode, ok := g.around.Template(ref.Name)
	if !ok {
		g.miss(c.at+".templateRef", "there is no WorkflowTemplate "+layout.QuoteName(ref.Name)+" in the namespace")
		return &templateCallee{}
	}
	var other wfv1.WorkflowTemplate
	if err := decode(&other); err != nil {
		g.miss(c.at+".templateRef", err.Error())
		return &templateCallee{}
	}
	return g.template(&other, ref.Template, c.at+".templateRef")
}

// template finds the component that was made of a template.
func (g *templateGraph) template(in *wfv1.WorkflowTemplate, name, at string) *templateCallee {
	key := name
	if in == g.object && slices.Contains(g.running, name) {
		g.miss(at, recursion(g.running, name))
		return &templateCallee{}
	}
	if in != g.object {
		key = in.Name + "/" + name
	}
	if known := g.read[key]; known != nil {
		return known
	}
	c := &templateCallee{}
	g.read[key] = c
	t := in.GetTemplateByName(name)
	if t == nil {
		g.miss(at, "there is no template "+layout.QuoteName(name))
		return c
	}
	place := layout.Keyed("spec.templates", name)
	if in != g.object {
		place = "WorkflowTemplate " + in.Name + " " + place
	}
	switch kind := kindOf(t); {
	case kind == "suspend":
		c.approval, c.ok = &spec.Approval{Timeout: suspendTimeout(t.Suspend.Duration)}, true
		return c
	case isGraph(t) && in == g.object:
		g.group(c, t)
		return c
	case isGraph(t):
		g.miss(
			place+"."+kind,
			"a graph of another WorkflowTemplate is a pipeline of its own; import that as a kfp_pipeline first, or move the "+
				"template into this one",
		)
		return c
	}
	c.reading = readHandwritten(in, t)
	for _, u := range c.reading.Unread {
		if in != g.object {
			u.Path = "WorkflowTemplate " + in.Name + " " + u.Path
		}
		g.unread = append(g.unread, u)
	}
	if in != g.object {
		g.foreignClaims(c.reading.Settings, in, place)
	}
	if len(c.reading.Unread) == 0 {
		g.component(c, in, place)
	}
	return c
}

// component finds what was made of a template, or says how to make it.
func (g *templateGraph) component(c *templateCallee, in *wfv1.WorkflowTemplate, place string) {
	name := c.reading.Component.Name
	made := c.reading.Component
	id := importIDOf(in, c.reading.Template)
	if len(in.Spec.Templates) == 1 {
		made.Name, name, id = in.Name, in.Name, layout.QuoteName(in.Namespace+"/"+in.Name)
	}
	o, err := compile.Component(made)
	if err != nil {
		g.miss(place, err.Error())
		return
	}
	if c.ref, c.ok = g.around.Component(o.Version, name); !c.ok {
		g.miss(
			place,
			fmt.Sprintf(
				"it is no component yet; import it first (import { to = kfp_component.%s, id = %s }), apply, and then import "+
					"the pipeline",
				plainName(strings.ToLower(c.reading.Template)), id,
			),
		)
	}
}

func suspendTimeout(text string) string {
	d, ok := duration(text)
	if !ok {
		return text
	}
	return d
}

// read reads a task whose component is known.
func (s *templateScope) read(c *templateCall) spec.Task {
	t := spec.Task{
		Inputs: map[string]string{}, Component: c.callee.ref, Approval: c.callee.approval, Settings: c.callee.reading.Settings,
	}
	for _, p := range c.task.Arguments.Parameters {
		at := layout.Keyed(c.at+".arguments.parameters", p.Name)
		if p.Value == nil {
			s.graph.miss(at, "only a value can be written; a default of the component stands for what is left out")
			continue
		}
		s.input(t, c, at, p.Name, p.Value.String())
	}
	for _, a := range c.task.Arguments.Artifacts {
		at := layout.Keyed(c.at+".arguments.artifacts", a.Name)
		if a.From == "" || a.SubPath != "" {
			s.graph.miss(
				at,
				"only the whole artifact of another task or of the workflow (from) can be written; give the task's input the "+
					"address of what exists already",
			)
			continue
		}
		s.input(t, c, at, a.Name, a.From)
	}
	for _, name := range spec.Names(c.callee.reading.Given) {
		if _, given := t.Inputs[name]; !given {
			t.Inputs[name] = s.listed(c, name, s.handed(c.callee.reading.Given[name]), false)
		}
	}
	if t.Approval != nil || len(t.Inputs) == 0 {
		t.Inputs = nil
	}
	s.loop(&t, c)
	if c.task.When != "" {
		when, unknown := s.condition(c.task.When)
		for _, u := range unknown {
			s.graph.miss(c.at+".when", u)
		}
		t.When = when
	}
	if on := c.task.ContinueOn; on != nil {
		if t.AllowFailure = on.Failed && on.Error; on.Failed != on.Error {
			s.graph.miss(c.at+".continueOn", "allow_failure is about failures and errors; set both")
		}
	}
	if c.task.OnExit != "" {
		s.graph.miss(c.at+".onExit", "what follows the end of a task is a task behind it with run_if")
	}
	if len(c.task.Hooks) > 0 {
		s.graph.miss(c.at+".hooks", "hooks cannot be written; what follows the end of a task is a task behind it with run_if")
	}
	s.order(&t, c)
	return t
}

// input hands a text on under the component's own name.
func (s *templateScope) input(t spec.Task, c *templateCall, at, argo, text string) {
	name := argo
	if own, ok := c.callee.reading.Inputs[argo]; ok {
		name = own
	} else if c.callee.reading.Object != "" {
		s.graph.miss(at, "the template has no such input, so it says nothing; take it out")
		return
	}
	read, unknown := expr.FromTags(text, s.tag, nil)
	for _, u := range unknown {
		s.graph.miss(at, unknownTag(u))
	}
	if len(unknown) == 0 {
		own := c.callee.reading.Object == "" // which has types of its own
		t.Inputs[name] = s.listed(c, name, read, !own && s.isCollected(text))
		s.graph.places[layout.Keyed(layout.Keyed(s.attribute, c.name)+".inputs", name)] = at
	}
}

// parameter is the parameter that a tag stands for: of the group, or else of the pipeline.
func (s *templateScope) parameter(tag string) (string, bool) {
	ofTemplate := strings.HasPrefix(tag, "inputs.")
	switch {
	case ofTemplate && s.group != nil:
		name, ok := s.group.parameters[tag]
		return name, ok
	case ofTemplate && s.attribute == "on_exit":
		return "", false
	}
	name, ok := s.graph.parameters[tag]
	if !ok {
		return "", false
	}
	return s.outer(name)
}

// tag translates a tag in a text of a task.
func (s *templateScope) tag(tag string) (string, bool) {
	if name, ok := s.parameter(tag); ok {
		return name, true
	}
	of, isOfRun := ofRun(tag)
	switch {
	case isOfRun && (of != "run.status" || s.attribute == "on_exit" || s.group != nil):
		return s.outer(of)
	case tag == "item":
		return "each.value", true
	case strings.HasPrefix(tag, "item."):
		return "each.value." + strings.TrimPrefix(tag, "item."), true
	}
	rest, ok := strings.CutPrefix(tag, "tasks.")
	if !ok {
		rest, ok = strings.CutPrefix(tag, "steps.")
	}
	task, what, found := strings.Cut(rest, ".")
	if !ok || !found {
		return "", false
	}
	name := layout.SpecName(task)
	if what == "status" {
		return "tasks." + name + ".status", true
	}
	for _, kind := range []string{"outputs.parameters.", "outputs.artifacts."} {
		if output, ok := strings.CutPrefix(what, kind); ok {
			return "tasks." + name + ".outputs." + plainName(output), true
		}
	}
	return "", false
}
