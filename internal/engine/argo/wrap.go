package argo

import (
	"fmt"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// innerTask is the name of the only task of a wrapper. Reading a run's status leaves it out of paths.
const innerTask = "kfp-inner"

// needsWrapper reports whether a task has a setting that Argo knows on templates only: a bound for a loop,
// synchronization, or a failure that must not fail the run though no other task looks at it. Such a task becomes a
// DAG of its own with one task in it. This costs a node, no pod.
func needsWrapper(t spec.Task, node *graph.Node, s spec.Settings) bool {
	return (t.ForEach != "" && t.Parallelism != nil) || s.Synchronization != nil || (t.AllowFailure && node.Leaf)
}

// wrapped compiles a task into a wrapper and the task that calls it. What the texts refer to outside is passed in.
func (c *pipelineCompiler) wrapped(name string, t spec.Task, node *graph.Node, env graph.Env, s spec.Settings) (wfv1.DAGTask, error) {
	outer := wfv1.DAGTask{Name: taskName(name), Template: "task-" + taskName(name)}
	inside, inputs, arguments, err := passedIn(node.References(), env)
	if err != nil {
		return outer, err
	}
	inner, err := c.plain(innerTask, t, node, inside, s)
	if err != nil {
		return outer, err
	}
	// The condition is the caller's: a task that is skipped must not take a lock.
	if t.When != "" {
		if outer.When, err = compileCondition(t.When, env); err != nil {
			return outer, err
		}
		inner.When = ""
	}
	outer.Arguments = arguments
	wrapper := wfv1.Template{
		Name: outer.Template, Inputs: inputs, DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{inner}},
		Parallelism: t.Parallelism, Synchronization: synchronization(s.Synchronization),
	}
	if t.AllowFailure && node.Leaf {
		wrapper.DAG.Tasks[0].ContinueOn = &wfv1.ContinueOn{Failed: true, Error: true}
	} else {
		wrapper.Outputs = passedOut(t.Component.Outputs)
	}
	c.wrappers = append(c.wrappers, wrapper)
	return outer, nil
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
			artifact, err := artifactFrom(input, whole, env, v.Type, false)
			if err != nil {
				return inside, inputs, arguments, err
			}
			meta, err := artifactMetadata(whole, env)
			if err != nil {
				return inside, inputs, arguments, err
			}
			inputs.Artifacts = append(inputs.Artifacts, wfv1.Artifact{Name: input})
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

// passedOut gives the wrapper the outputs of its task.
func passedOut(outputs map[string]spec.Output) wfv1.Outputs {
	var out wfv1.Outputs
	inner := "{{tasks." + innerTask + ".outputs."
	for _, name := range sortedKeys(outputs) {
		if outputs[name].Type.IsArtifact() {
			out.Artifacts = append(out.Artifacts, wfv1.Artifact{Name: name, From: inner + "artifacts." + name + "}}"})
			name = artifactParameter(name)
		}
		out.Parameters = append(out.Parameters, wfv1.Parameter{Name: name, ValueFrom: &wfv1.ValueFrom{Parameter: inner + "parameters." + name + "}}"}})
	}
	return out
}
