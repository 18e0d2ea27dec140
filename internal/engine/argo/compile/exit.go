package compile

import (
	"maps"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The on_exit tasks of a nested pipeline are a hook, since nothing else runs in a run that is being stopped, and a hook
// of a DAG's task, which alone waits where it is held back. Argo looks at no hook that failed. So the hook writes an
// output of the run once its tasks have succeeded, under a name of its own, and the step behind looks for that.
const (
	exitedParameter = layout.HiddenPrefix + "exited"
	exitedName      = layout.HiddenPrefix + "exited-{{=sprig.sha256sum(node.name)}}"
	exitCondition   = `{{=get(workflow.outputs?.parameters ?? {}, steps["` + layout.InnerTask + `"].outputs.parameters["` + exitedParameter + `"]) != "yes"}}`
)

// exit compiles the on_exit tasks. What became of the run comes in as parameters, whose defaults are Argo's words for
// it: in a nested pipeline, the caller's hook says what became of that.
func (c *pipelineCompiler) exit() (wfv1.Template, error) {
	exit, err := c.dag(exitTemplate, DAG{Tasks: exitTasks(c.pipeline), Nodes: c.graph.Exit}, c.graph.Scope.Exit, nil)
	if err != nil {
		return exit, err
	}
	for name, argo := range map[string]string{graph.StatusParameter: "{{workflow.status}}", graph.FailuresParameter: expr.InertTag(failures(c.pipeline))} {
		if c.exitUses(name) {
			exit.Inputs.Parameters = append(exit.Inputs.Parameters, hidden(name, argo))
		}
	}
	givesNone(&exit)
	slices.SortStableFunc(exit.Inputs.Parameters, func(a, b wfv1.Parameter) int { return strings.Compare(a.Name, b.Name) })
	return exit, nil
}

// exitTasks are the tasks of on_exit with what they are given without saying so.
func exitTasks(p spec.Pipeline) map[string]spec.Task {
	tasks := maps.Clone(p.OnExit)
	for name, t := range tasks {
		tasks[name] = graph.ExitTask(t)
	}
	return tasks
}

// Unsaid takes out of a task of on_exit what it would be given without saying so, unless it said so before.
func Unsaid(t, prior spec.Task) spec.Task {
	for name, in := range t.Component.Inputs {
		if in.Type == spec.FinalStatus && t.Inputs[name] == graph.FinalStatusText && prior.Inputs[name] == "" {
			t.Inputs = maps.Clone(t.Inputs)
			delete(t.Inputs, name)
		}
	}
	if len(t.Inputs) == 0 {
		t.Inputs = nil
	}
	return t
}

func (c *pipelineCompiler) exitUses(parameter string) bool {
	for _, n := range c.graph.Exit {
		for _, r := range n.References() {
			if v, ok := c.graph.Scope.Exit(n.Name).Lookup(strings.Join(firstTwo(r), ".")); ok && (v.Argo == "inputs.parameters."+parameter || strings.Contains(v.Code, parameter)) {
				return true
			}
		}
	}
	return false
}

// firstTwo are the segments of a reference such as run.failures[0].message that name a variable.
func firstTwo(reference string) []string {
	parts := strings.Split(reference, ".")
	return parts[:min(2, len(parts))]
}

// exits compiles the templates for the end. Where nothing can have to wait, those of a run are under Argo's handler;
// otherwise a run has them behind its tasks, as a nested pipeline does.
func (c *pipelineCompiler) exits() error {
	exit, err := c.exit()
	if err != nil {
		return err
	}
	mayWait := c.graph.ExitMayWait(c.pipeline)
	if mayWait {
		exit.Parallelism = c.pipeline.Options.Parallelism
	}
	c.spec.Templates = append(c.spec.Templates, exit, c.behind(exit))
	switch {
	case !mayWait:
		c.spec.OnExit = exitTemplate
	case c.pipeline.Options.Synchronization == nil:
		c.spec.Entrypoint = layout.MainTemplate
	default:
		c.spec.Entrypoint = runTemplate
		c.spec.Templates = append(c.spec.Templates, c.nested(c.spec.Templates[0], runTemplate))
	}
	return nil
}

// nested is what another pipeline calls: the tasks, and the on_exit tasks behind them.
func (c *pipelineCompiler) nested(tasks wfv1.Template, name string) wfv1.Template {
	inputs := *tasks.Inputs.DeepCopy()
	given := handedOn(inputs)
	given.Parameters = slices.DeleteFunc(
		given.Parameters, func(p wfv1.Parameter) bool { return p.Name == layout.DisplayName },
	)
	outputs := map[string]spec.Output{}
	for output := range c.pipeline.Outputs {
		outputs[output] = c.graph.Outputs[output]
	}
	t := wfv1.Template{
		Name: name, Inputs: inputs, Annotations: tasks.Annotations, Steps: oneStep(wfv1.WorkflowStep{
			Name: layout.InnerTask, Template: tasks.Name, Arguments: given,
		}),
		Outputs: passedOut(outputs, fromStep, false, spec.PipelineKind),
	}
	if len(c.pipeline.OnExit) > 0 {
		t.Steps[0].Steps[0].Template = c.guarded(tasks, given, outputs)
		t.Steps = append(t.Steps, oneStep(c.fails(layout.EndTask, layout.ExitFailed, exitCondition))...)
	}
	return t
}

// guarded adds the DAG of the tasks and their hook.
func (c *pipelineCompiler) guarded(tasks wfv1.Template, given wfv1.Arguments, outputs map[string]spec.Output) string {
	t := wfv1.Template{
		Name: "guarded-" + tasks.Name, Inputs: takes(given), Outputs: passedOut(outputs, fromTask, false, spec.PipelineKind),
		DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{{
			Name: layout.InnerTask, Template: tasks.Name, Arguments: given,
			Hooks: wfv1.LifecycleHooks{wfv1.ExitLifecycleEvent: {Template: behindTemplate, Arguments: c.hookArguments(given)}},
		}}},
	}
	t.Outputs.Parameters = append(
		t.Outputs.Parameters,
		wfv1.Parameter{Name: exitedParameter, ValueFrom: &wfv1.ValueFrom{Expression: `"` + exitedName + `"`}},
	)
	c.addTemplate(t)
	return t.Name
}

// hookArguments are what the on_exit tasks of a nested pipeline get: what its tasks get, and what became of those.
func (c *pipelineCompiler) hookArguments(given wfv1.Arguments) wfv1.Arguments {
	hook := *given.DeepCopy()
	hook.Parameters = slices.DeleteFunc(hook.Parameters, func(p wfv1.Parameter) bool {
		return strings.HasPrefix(
			p.Name, layout.KeyParameter(""),
		)
	})
	if c.exitUses(graph.StatusParameter) {
		hook.Parameters = append(
			hook.Parameters, wfv1.Parameter{
				Name: graph.StatusParameter, Value: wfv1.AnyStringPtr("{{" + fromTask + ".status}}"),
			},
		)
	}
	if c.exitUses(graph.FailuresParameter) {
		hook.Parameters = append(
			hook.Parameters, wfv1.Parameter{Name: graph.FailuresParameter, Value: wfv1.AnyStringPtr(`"[]"`)},
		)
	}
	hook.Parameters = append(hook.Parameters, wfv1.Parameter{Name: exitedParameter, Value: wfv1.AnyStringPtr(exitedName)})
	return hook
}

// behind calls the on_exit tasks in a hook, and writes down that they have succeeded.
func (c *pipelineCompiler) behind(exit wfv1.Template) wfv1.Template {
	var inputs wfv1.Inputs
	for _, p := range exit.Inputs.Parameters {
		inputs.Parameters = append(inputs.Parameters, wfv1.Parameter{Name: p.Name})
	}
	for _, a := range exit.Inputs.Artifacts {
		inputs.Artifacts = append(inputs.Artifacts, wfv1.Artifact{Name: a.Name, Optional: a.Optional})
	}
	given := handedOn(inputs)
	c.addTemplate(wfv1.Template{Name: nothingTask, Suspend: &wfv1.SuspendTemplate{}})
	exited := wfv1.Inputs{Parameters: []wfv1.Parameter{{Name: exitedParameter}}}
	inputs.Parameters = append(inputs.Parameters, exited.Parameters...)
	c.addTemplate(wfv1.Template{
		Name: exitedTask, Inputs: exited, Steps: oneStep(wfv1.WorkflowStep{
			Name: nothingTask, Template: nothingTask, When: "false",
		}),
		Outputs: wfv1.Outputs{
			Parameters: []wfv1.Parameter{
				{Name: exitedParameter, GlobalName: tag(exitedParameter), ValueFrom: &wfv1.ValueFrom{Expression: `"yes"`}},
			},
		},
	})
	return wfv1.Template{
		Name: behindTemplate, Inputs: inputs,
		DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{
			{Name: layout.InnerTask, Template: exit.Name, Arguments: given},
			{Name: exitedTask, Template: exitedTask, Arguments: handedOn(exited), Depends: layout.InnerTask + ".Succeeded"},
		}},
	}
}

// exitedTask is the task that writes it down, which has no pod: its only step, nothingTask, is skipped.
const (
	exitedTask  = "kfp-exited"
	nothingTask = "kfp-nothing"
)
