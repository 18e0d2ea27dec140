package handwritten

import (
	"fmt"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Around finds what a WorkflowTemplate that people wrote refers to.
type Around struct {
	Refs decompile.Refs // components and pipelines of this provider, by the name of their object
	// Component finds the component that was made of a template: by its version, or else by its name.
	Component func(version, name string) (spec.Ref, bool)
	Template  func(object string) (layout.Decoder, bool) // other WorkflowTemplates
}

// Pipeline reads a WorkflowTemplate that people wrote as a pipeline. Its templates of one container must be
// components by now; the error says of which that is to be made good.
func Pipeline(object layout.Decoder, around Around) (spec.Pipeline, []layout.Unread, error) {
	var w wfv1.WorkflowTemplate
	if err := object(&w); err != nil {
		return spec.Pipeline{}, nil, err
	}
	r := templateGraph{
		around: around, object: &w, spec: w.Spec.DeepCopy(), read: map[string]*templateCallee{}, visited: map[string]bool{},
		parameters: map[string]string{}, places: map[string]string{},
	}
	r.pipeline.Namespace, r.pipeline.Name, r.pipeline.Description = w.Namespace, w.Name, w.Annotations[layout.DescribeKey]
	r.readAll()
	if len(r.unread) == 0 {
		r.check()
	}
	return r.pipeline, sortUnread(r.unread), nil
}

// templateGraph reads one WorkflowTemplate. spec is what is not understood yet.
type templateGraph struct {
	around     Around
	object     *wfv1.WorkflowTemplate
	spec       *wfv1.WorkflowSpec
	pipeline   spec.Pipeline
	read       map[string]*templateCallee // what tasks run, by where it is
	visited    map[string]bool            // templates of the object that something runs
	parameters map[string]string          // Argo's names of parameters → ours
	running    []string                   // the graphs that are being read, each run by the one before
	places     map[string]string          // our paths → where it stands in the object
	unread     []layout.Unread
}

func (g *templateGraph) miss(path, reason string) {
	g.unread = append(g.unread, layout.Unread{Path: path, Reason: reason})
}

func (g *templateGraph) readAll() {
	entry := g.object.GetTemplateByName(g.object.Spec.Entrypoint)
	if entry == nil && g.object.Spec.Entrypoint == "" && len(g.object.Spec.Templates) == 1 {
		entry = &g.object.Spec.Templates[0]
	}
	if entry == nil {
		g.miss(
			"spec.entrypoint",
			"it names none of the templates, so this is a library of templates; import those of one container as "+
				"kfp_component, with ids like "+importIDOf(g.object, "TEMPLATE"),
		)
		return
	}
	g.declareParameters(entry)
	scope := g.scope(entry, "tasks")
	g.tasks(scope)
	g.pipeline.Tasks = scope.tasks
	if exit := g.object.Spec.OnExit; exit != "" {
		if t := g.object.GetTemplateByName(exit); t != nil {
			end := g.scope(t, "on_exit")
			g.tasks(end)
			g.pipeline.OnExit = end.tasks
		} else {
			g.miss("spec.onExit", "there is no template "+layout.QuoteName(exit))
		}
	}
	g.outputs(scope)
	g.options(entry)
	for i := range g.object.Spec.Templates {
		if name := g.object.Spec.Templates[i].Name; !g.visited[name] {
			g.miss(
				layout.Keyed("spec.templates", name),
				"no task runs it, and a pipeline has nothing but its tasks; import it as a component, with the id "+importIDOf(g.object, name)+", and take it out here",
			)
		}
	}
}

// declareParameters reads the workflow's arguments and the inputs of the entrypoint, which are the same by their names.
func (g *templateGraph) declareParameters(entry *wfv1.Template) {
	for _, p := range g.object.Spec.Arguments.Parameters {
		g.parameter(layout.Keyed("spec.arguments.parameters", p.Name), p, p.Value)
	}
	for _, a := range g.object.Spec.Arguments.Artifacts {
		g.miss(
			layout.Keyed("spec.arguments.artifacts", a.Name),
			"a pipeline's parameter of an artifact type has no value; give the task's input its address",
		)
	}
	for _, p := range entry.Inputs.Parameters {
		at := layout.Keyed(layout.Keyed("spec.templates", entry.Name)+".inputs.parameters", p.Name)
		if _, known := g.parameters["workflow.parameters."+p.Name]; !known {
			value := p.Value
			if value == nil {
				value = p.Default
			}
			if value != nil {
				if of, ok := wholeTag(value.String(), "workflow.parameters."); ok {
					if name, known := g.parameters["workflow.parameters."+of]; known {
						g.parameters["inputs.parameters."+p.Name] = name
						continue
					}
				}
			}
			g.parameter(at, p, value)
			delete(g.parameters, "workflow.parameters."+p.Name)
		}
		g.parameters["inputs.parameters."+p.Name] = "parameters." + plainName(p.Name)
	}
	for _, a := range entry.Inputs.Artifacts {
		at := layout.Keyed(layout.Keyed("spec.templates", entry.Name)+".inputs.artifacts", a.Name)
		if isGraph(entry) {
			layout.Set(&g.pipeline.Parameters, plainName(a.Name), spec.Input{Type: spec.Artifact, Optional: a.Optional})
			g.parameters["inputs.artifacts."+a.Name] = "parameters." + plainName(a.Name)
			left := a.DeepCopy()
			left.Path, left.Optional = "", false
			g.left(at, left, templateReasons)
		}
	}
}

func (g *templateGraph) parameter(at string, p wfv1.Parameter, value *wfv1.AnyString) {
	name := plainName(p.Name)
	if _, taken := g.pipeline.Parameters[name]; taken || !spec.IsIdentifier(name) {
		g.miss(
			at, layout.QuoteName(p.Name)+" cannot name a parameter, or two are called so; use letters, digits and underscores",
		)
		return
	}
	in := described(p)
	if value != nil {
		text := value.String()
		in.Default = &text
		if strings.Contains(text, "{{") {
			g.miss(at+".value", "it holds tags; a parameter's default is a constant")
		}
	}
	if p.ValueFrom != nil {
		g.miss(
			at+".valueFrom",
			"a parameter gets its value from who starts the run; give the task config_map_env, or the parameter a default",
		)
	}
	if p.GlobalName != "" {
		g.miss(at+".globalName", templateReasons["globalName"])
	}
	layout.Set(&g.pipeline.Parameters, name, in)
	g.parameters["workflow.parameters."+p.Name] = "parameters." + name
}

// scope is that of the tasks of a template, which are the pipeline's own unless they get a group.
func (g *templateGraph) scope(entry *wfv1.Template, attribute string) *templateScope {
	g.visited[entry.Name] = true
	return &templateScope{graph: g, attribute: attribute, calls: map[string]*templateCall{}, entry: entry}
}

// tasks reads the tasks of a scope's template: of a DAG, of steps, or of one container as the only task.
func (g *templateGraph) tasks(scope *templateScope) {
	t := scope.entry
	if isGraph(t) {
		g.running = append(g.running, t.Name)
		defer func() { g.running = g.running[:len(g.running)-1] }()
	}
	calls := g.calls(t, scope.attribute)
	for _, c := range calls {
		scope.add(c)
	}
	scope.tasks = map[string]spec.Task{}
	for _, c := range calls {
		if c.name != "" {
			scope.tasks[c.name] = scope.read(c)
			ours := layout.Keyed(scope.attribute, c.name)
			g.places[ours] = c.at
			if c.callee.at != "" {
				g.places[ours+".retry"] = c.callee.at + ".retryStrategy"
				g.places[ours+".retry.policy"] = c.callee.at + ".retryStrategy.retryPolicy"
			}
		}
	}
	if isGraph(t) && scope.group == nil {
		g.graphRest(t.DeepCopy(), layout.Keyed("spec.templates", t.Name), graphReasons)
	}
}

// isGraph reports whether a template runs others.
func isGraph(t *wfv1.Template) bool { return kindOf(t) == "dag" || kindOf(t) == "steps" }

// calls are the tasks of a template as Argo says them.
func (g *templateGraph) calls(t *wfv1.Template, attribute string) []*templateCall {
	at := layout.Keyed("spec.templates", t.Name)
	switch kindOf(t) {
	case "dag":
		var calls []*templateCall
		if t.DAG.Target != "" {
			g.miss(at+".dag.target", "a run does all tasks; leave out those that it need not")
		}
		for _, task := range t.DAG.Tasks {
			calls = append(calls, &templateCall{at: fmt.Sprintf("%s.dag.tasks[%q]", at, task.Name), task: task})
		}
		return calls
	case "steps":
		return stepCalls(t, at)
	}
	call := templateCall{at: at, task: wfv1.DAGTask{Name: t.Name, Template: t.Name}}
	for _, p := range t.Inputs.Parameters {
		if _, ok := g.parameters["inputs.parameters."+p.Name]; ok && attribute == "tasks" {
			call.task.Arguments.Parameters = append(
				call.task.Arguments.Parameters,
				wfv1.Parameter{Name: p.Name, Value: wfv1.AnyStringPtr("{{inputs.parameters." + p.Name + "}}")},
			)
		}
	}
	return []*templateCall{&call}
}

// stepCalls makes a DAG of steps: each waits for those of the group before.
func stepCalls(t *wfv1.Template, at string) []*templateCall {
	var calls []*templateCall
	var before []string
	for i, group := range t.Steps {
		var names []string
		for _, s := range group.Steps {
			calls = append(calls, &templateCall{at: fmt.Sprintf("%s.steps[%d][%q]", at, i, s.Name), task: wfv1.DAGTask{
				Name: s.Name, Template: s.Template, Inline: s.Inline, Arguments: s.Arguments, TemplateRef: s.TemplateRef, WithItems: s.WithItems, WithParam: s.WithParam,
				WithSequence: s.WithSequence, When: s.When, ContinueOn: s.ContinueOn, OnExit: s.OnExit, Hooks: s.Hooks, Dependencies: before,
			}})
			names = append(names, s.Name)
		}
		before = names
	}
	return calls
}

// graphRest tells what a template of tasks says beside them. rest is a copy of it.
func (g *templateGraph) graphRest(rest *wfv1.Template, at string, reasons map[string]string) {
	rest.Name, rest.Inputs, rest.Outputs, rest.DAG, rest.Steps = "", wfv1.Inputs{}, wfv1.Outputs{}, nil, nil
	rest.Parallelism = nil // the caller looks at it
	rest.FailFast = nil
	g.left(at, rest, reasons)
}

var graphReasons = map[string]string{
	"retryStrategy":         "a pipeline is not repeated as a whole; give its tasks retry",
	"activeDeadlineSeconds": "give the pipeline timeout, and take it out here",
	"memoize":               "give the tasks cache = { enabled = true } and take it out here",
	"synchronization":       "give the pipeline synchronization, and take it out here",
	"hooks":                 templateReasons["hooks"],
	"metrics":               templateReasons["metrics"],
	"metadata":              "a template of tasks has no pod; give the pipeline's defaults labels and annotations",
}

func (g *templateGraph) left(at string, object any, reasons map[string]string) {
	left, err := layout.AsJSON(object)
	if err != nil {
		g.miss(at, err.Error())
		return
	}
	g.unread = append(g.unread, unreadBelow(at, left, reasons)...)
}

// outputs reads what the entrypoint gives.
func (g *templateGraph) outputs(scope *templateScope) {
	if isGraph(scope.entry) {
		g.pipeline.Outputs = scope.outputs("")
		return
	}
	if c := g.read[scope.entry.Name]; c != nil {
		for _, output := range spec.Names(c.ref.Outputs) {
			layout.Set(
				&g.pipeline.Outputs, output,
				fmt.Sprintf("{{ tasks.%s.outputs.%s }}", layout.SpecName(scope.entry.Name), output),
			)
		}
	}
}

// check tells what the graph has against what was read, at the places in the object.
func (g *templateGraph) check() {
	_, problems := graph.Check(g.pipeline)
	for _, p := range problems {
		if p.Severity != problem.Error {
			continue
		}
		path, longest := p.Path.String(), ""
		for ours := range g.places {
			if strings.HasPrefix(path, ours) && len(ours) > len(longest) {
				longest = ours
			}
		}
		if longest != "" {
			path = g.places[longest] + strings.TrimPrefix(path, longest)
		}
		g.miss(path, strings.TrimSuffix(p.Detail, "."))
	}
}
