package argo

import (
	"fmt"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	expr "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expression"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
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
	inside, inputs, arguments := passedIn(node.References(), env)
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
func passedIn(names []string, env graph.Env) (expr.Env, wfv1.Inputs, wfv1.Arguments) {
	inside := expr.Env{Own: map[string]expr.Var{}}
	var inputs wfv1.Inputs
	var arguments wfv1.Arguments
	seen := map[string]string{}
	for _, name := range names {
		base, v, ok := env.Resolve(name)
		if !ok {
			continue
		}
		if _, own := env.Own[base]; own || v.Argo == "" {
			inside.Own[base] = v
			continue
		}
		input := seen[base]
		if input == "" {
			input = fmt.Sprintf("in-%d", len(seen))
			seen[base] = input
			if v.Type.IsArtifact() {
				inputs.Artifacts = append(inputs.Artifacts, wfv1.Artifact{Name: input})
				arguments.Artifacts = append(arguments.Artifacts, wfv1.Artifact{Name: input, From: "{{" + v.Argo + "}}"})
				inputs.Parameters = append(inputs.Parameters, hidden(artifactParameter(input), ""))
				arguments.Parameters = append(arguments.Parameters, wfv1.Parameter{Name: artifactParameter(input), Value: wfv1.AnyStringPtr(artifactMetadataTag("{{" + v.Argo + "}}"))})
			} else {
				inputs.Parameters = append(inputs.Parameters, wfv1.Parameter{Name: input})
				arguments.Parameters = append(arguments.Parameters, wfv1.Parameter{Name: input, Value: wfv1.AnyStringPtr("{{" + v.Argo + "}}")})
			}
		}
		kind := "parameters"
		if v.Type.IsArtifact() {
			kind = "artifacts"
		}
		inside.Own[base] = expr.Var{Type: v.Type, Argo: "inputs." + kind + "." + input}
	}
	return inside, inputs, arguments
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
