package argo

import (
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// exit compiles the on_exit tasks. What became of the run comes in as parameters, whose defaults are Argo's words for it:
// in a nested pipeline, the caller's hook says what became of that.
func (c *pipelineCompiler) exit() (wfv1.Template, error) {
	exit, err := c.dag(exitTemplate, c.pipeline.OnExit, c.graph.Exit, c.graph.Scope.Exit, nil)
	if err != nil {
		return exit, err
	}
	for name, argo := range map[string]string{graph.StatusParameter: "{{workflow.status}}", graph.FailuresParameter: expr.InertTag("workflow.failures")} {
		if c.exitUses(name) {
			exit.Inputs.Parameters = append(exit.Inputs.Parameters, hidden(name, argo))
		}
	}
	slices.SortStableFunc(exit.Inputs.Parameters, func(a, b wfv1.Parameter) int { return compare(a.Name, b.Name) })
	return exit, nil
}

func (c *pipelineCompiler) exitUses(parameter string) bool {
	for _, n := range c.graph.Exit {
		for _, r := range n.References() {
			if v, ok := c.graph.Scope.Exit(n.Name).Lookup(strings.Join(firstTwo(r), ".")); ok && v.Argo == "inputs.parameters."+parameter {
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

// nested is what another pipeline calls: the tasks, and the on_exit tasks behind them.
func (c *pipelineCompiler) nested(tasks wfv1.Template, name string) wfv1.Template {
	inputs := *tasks.Inputs.DeepCopy()
	given := handedOn(inputs)
	given.Parameters = slices.DeleteFunc(given.Parameters, func(p wfv1.Parameter) bool { return p.Name == displayName })
	hook := *given.DeepCopy()
	hook.Parameters = slices.DeleteFunc(hook.Parameters, func(p wfv1.Parameter) bool { return strings.HasPrefix(p.Name, keyParameter("")) })
	if c.exitUses(graph.StatusParameter) {
		hook.Parameters = append(hook.Parameters, wfv1.Parameter{Name: graph.StatusParameter, Value: wfv1.AnyStringPtr("{{tasks." + innerTask + ".status}}")})
	}
	if c.exitUses(graph.FailuresParameter) {
		hook.Parameters = append(hook.Parameters, wfv1.Parameter{Name: graph.FailuresParameter, Value: wfv1.AnyStringPtr(`"[]"`)})
	}
	outputs := map[string]spec.Output{}
	for output := range c.pipeline.Outputs {
		outputs[output] = c.graph.Outputs[output]
	}
	return wfv1.Template{
		Name: name, Inputs: inputs, Annotations: tasks.Annotations, Outputs: passedOut(outputs, false, spec.PipelineKind),
		DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{{
			Name: innerTask, Template: tasks.Name, Arguments: given,
			Hooks: wfv1.LifecycleHooks{wfv1.ExitLifecycleEvent: {Template: exitTemplate, Arguments: hook}},
		}}},
	}
}

// handedOn gives every input of a template to another one that has the same. Texts are expressions, as everywhere.
func handedOn(inputs wfv1.Inputs) wfv1.Arguments {
	var given wfv1.Arguments
	for _, p := range inputs.Parameters {
		given.Parameters = append(given.Parameters, wfv1.Parameter{Name: p.Name, Value: wfv1.AnyStringPtr(`{{=inputs.parameters["` + p.Name + `"]}}`)})
	}
	for _, a := range inputs.Artifacts {
		given.Artifacts = append(given.Artifacts, wfv1.Artifact{Name: a.Name, From: "{{inputs.artifacts." + a.Name + "}}", Optional: a.Optional})
	}
	return given
}
