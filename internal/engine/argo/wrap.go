package argo

import (
	"fmt"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// innerTask is the name of the only task of a wrapper. Reading a run's status leaves it out of paths.
const innerTask = "kfp-inner"

// needsWrapper reports whether a task has a setting that Argo knows on templates only: a bound for a loop, or
// synchronization. Such a task becomes a DAG of its own with one task in it. This costs a node, no pod.
func needsWrapper(t spec.Task, s spec.Settings) bool {
	return (t.ForEach != "" && t.Parallelism != nil) || s.Synchronization != nil
}

// endTask looks at failures that are allowed and that no other task looks at: in Argo, a failed task fails its DAG unless
// one behind it succeeds. What succeeds without a pod is a DAG whose only task is skipped; a task that is skipped itself
// would inherit the failure.
const (
	endTask     = "kfp-end"
	nothingTask = "kfp-nothing"
)

// end compiles it, if there are such tasks.
func (c *pipelineCompiler) end(tasks map[string]spec.Task, nodes map[string]*graph.Node) []wfv1.DAGTask {
	var ended []string
	for _, name := range sortedKeys(tasks) {
		if tasks[name].AllowFailure && nodes[name].Leaf {
			ended = append(ended, anyState(taskName(name), everyState, true))
		}
	}
	if len(ended) == 0 {
		return nil
	}
	c.addTemplate(wfv1.Template{Name: endTask, DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{{Name: nothingTask, Template: nothingTask, When: "false"}}}})
	c.addTemplate(wfv1.Template{Name: nothingTask, Suspend: &wfv1.SuspendTemplate{}})
	return []wfv1.DAGTask{{Name: endTask, Template: endTask, Depends: strings.Join(ended, " && ")}}
}

// wrapped compiles a task into a wrapper and the task that calls it. What the texts refer to outside is passed in.
func (c *pipelineCompiler) wrapped(t call) (wfv1.DAGTask, error) {
	outer := wfv1.DAGTask{Name: taskName(t.name), Template: t.template()}
	names := t.node.References()
	if t.keys != nil && t.task.ForEach != "" {
		names = append(names, "each.index")
	}
	inside, inputs, arguments, err := passedIn(names, t.env)
	if err != nil {
		return outer, err
	}
	within := t
	within.name, within.env = innerTask, inside
	if t.keys != nil {
		within.keys = map[string]string{}
	}
	for _, output := range sortedKeys(t.keys) {
		inputs.Parameters = append(inputs.Parameters, wfv1.Parameter{Name: keyParameter(output)})
		arguments.Parameters = append(arguments.Parameters, wfv1.Parameter{Name: keyParameter(output), Value: wfv1.AnyStringPtr(t.keys[output])})
		within.keys[output] = tag(keyParameter(output))
	}
	inner, err := plain(within)
	if err != nil {
		return outer, err
	}
	// The condition is the caller's: a task that is skipped must not take a lock.
	if t.task.When != "" {
		if outer.When, err = compileCondition(t.task.When, t.env); err != nil {
			return outer, err
		}
		inner.When = ""
	}
	outer.Arguments = arguments
	wrapper := wfv1.Template{
		Name: outer.Template, Inputs: inputs, DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{inner}},
		Parallelism: t.task.Parallelism, Synchronization: synchronization(t.settings.Synchronization),
	}
	wrapper.Outputs = passedOut(t.task.Component.Outputs, t.node.Item != "", t.task.Component.Kind)
	c.addTemplate(wrapper)
	return outer, nil
}

// addTemplate adds one beside main. Those of tasks that are the same in both kinds of main are there already.
func (c *pipelineCompiler) addTemplate(t wfv1.Template) {
	if !slices.ContainsFunc(c.beside, func(other wfv1.Template) bool { return other.Name == t.Name }) {
		c.beside = append(c.beside, t)
	}
}

// passedIn gives the wrapper an input for each outside name that its texts use.
func passedIn(names []string, env expr.Env) (expr.Env, wfv1.Inputs, wfv1.Arguments, error) {
	inside := expr.Env{Own: map[string]expr.Var{}}
	var inputs wfv1.Inputs
	var arguments wfv1.Arguments
	give := func(name, value string) {
		inputs.Parameters = append(inputs.Parameters, wfv1.Parameter{Name: name})
		arguments.Parameters = append(arguments.Parameters, wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)})
	}
	outside := 0
	for _, reference := range names {
		name, v, ok := env.Resolve(reference)
		if _, seen := inside.Own[name]; seen || !ok {
			continue
		}
		if _, own := env.Own[name]; own {
			inside.Own[name] = v
			continue
		}
		input := fmt.Sprintf("in-%d", outside)
		outside++
		whole := "{{ " + name + " }}"
		if v.Type.IsArtifact() {
			artifact, err := artifactArgument(input, whole, env, v.Type)
			if err != nil {
				return inside, inputs, arguments, err
			}
			meta, err := artifactMetadata(whole, env)
			if err != nil {
				return inside, inputs, arguments, err
			}
			inputs.Artifacts = append(inputs.Artifacts, wfv1.Artifact{Name: input, Optional: artifact.Optional})
			arguments.Artifacts = append(arguments.Artifacts, artifact)
			give(artifactParameter(input), meta)
			inside.Own[name] = expr.Var{Type: v.Type, Argo: "inputs.artifacts." + input}
			continue
		}
		t, errs := expr.Parse(whole)
		if err := joined(errs); err != nil {
			return inside, inputs, arguments, err
		}
		value, err := t.CompileOr(env, v.Type, wire.Absent)
		if err != nil {
			return inside, inputs, arguments, err
		}
		give(input, value)
		inside.Own[name] = passedVar(v, input)
	}
	return inside, inputs, arguments, nil
}

// passedVar is a variable inside the wrapper. What is absent outside comes in as a text that no value is.
func passedVar(v expr.Var, input string) expr.Var {
	passed := expr.Var{Type: v.Type, Argo: "inputs.parameters." + input}
	switch {
	case v.Coding == expr.Plain:
		passed.Coding = expr.Plain
	case v.Nullable:
		access := `inputs.parameters["` + input + `"]`
		passed = expr.Var{Type: v.Type, Nullable: true, Code: access + ` == "` + wire.Absent + `" ? nil : ` + access}
	}
	return passed
}

// passedOut gives the wrapper the outputs of its task. Of a loop, Argo has no artifacts: those are where their keys say, as
// are the lists of artifacts of a pipeline.
func passedOut(outputs map[string]spec.Output, isLoop bool, of spec.Kind) wfv1.Outputs {
	var out wfv1.Outputs
	inner := "{{tasks." + innerTask + ".outputs."
	for _, name := range sortedKeys(outputs) {
		if outputs[name].Type.IsArtifact() {
			if isList := of == spec.PipelineKind && outputs[name].Type.IsList(); !isLoop && !isList {
				out.Artifacts = append(out.Artifacts, wfv1.Artifact{Name: name, From: inner + "artifacts." + name + "}}"})
			}
			name = artifactParameter(name)
		}
		out.Parameters = append(out.Parameters, wfv1.Parameter{Name: name, ValueFrom: &wfv1.ValueFrom{Parameter: inner + "parameters." + name + "}}"}})
	}
	return out
}
