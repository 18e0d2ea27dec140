package compile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Argo has some settings on templates only. A task with such a setting calls a template of the pipeline's own, which
// calls the component. This costs nodes, no pod.
const (
	lockKind  = "lock"  // each run of the component holds locks
	retryKind = "retry" // the component is a graph, which has no template of its own for that
	loopKind  = ""      // the loop is bounded, or skipped as a whole
)

// retried makes a task that is a graph call a template that repeats the graph as a whole.
func (c *pipelineCompiler) retried(t call, task *wfv1.DAGTask) error {
	strategy, err := retryStrategy(*t.task.Retry)
	if err != nil {
		return err
	}
	wrapper := c.wrapped(t, task, retryKind)
	wrapper.RetryStrategy = strategy
	c.addTemplate(wrapper)
	return nil
}

// locked makes a task call a template that takes the locks and calls the component: once for each item of a loop. The
// arguments are the same, so that whatever works without locks works with them.
func (c *pipelineCompiler) locked(t call, task *wfv1.DAGTask) {
	wrapper := c.wrapped(t, task, lockKind)
	wrapper.Synchronization = synchronization(t.settings.Synchronization)
	c.addTemplate(wrapper)
}

// wrapped makes a task call a template of the given kind, which calls what the task called.
func (c *pipelineCompiler) wrapped(t call, task *wfv1.DAGTask, kind string) wfv1.Template {
	inputs := takes(task.Arguments)
	inner := wfv1.DAGTask{
		Name: layout.InnerTask, Template: task.Template, TemplateRef: task.TemplateRef, Arguments: handedOn(inputs),
	}
	task.TemplateRef, task.Template = nil, t.template(kind)
	return wfv1.Template{
		Name: task.Template, Inputs: inputs, DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{inner}},
		Outputs: passedOut(t.task.Component.Outputs, fromTask, false, t.task.Component.Kind),
	}
}

// takes are the inputs that take arguments.
func takes(given wfv1.Arguments) wfv1.Inputs {
	var inputs wfv1.Inputs
	for _, p := range given.Parameters {
		inputs.Parameters = append(inputs.Parameters, wfv1.Parameter{Name: p.Name})
	}
	for _, a := range given.Artifacts {
		inputs.Artifacts = append(inputs.Artifacts, wfv1.Artifact{Name: a.Name, Optional: a.Optional})
	}
	return inputs
}

// handedOn gives every input of a template to another one that has the same. Texts are expressions, as everywhere.
func handedOn(inputs wfv1.Inputs) wfv1.Arguments {
	var given wfv1.Arguments
	for _, p := range inputs.Parameters {
		given.Parameters = append(given.Parameters, wfv1.Parameter{Name: p.Name, Value: wfv1.AnyStringPtr(Handed(p.Name))})
	}
	for _, a := range inputs.Artifacts {
		given.Artifacts = append(given.Artifacts, HandedArtifact(a))
	}
	return given
}

// Handed is the tag by which a task in a wrapper takes a parameter that was handed to the wrapper.
func Handed(parameter string) string { return `{{=inputs.parameters["` + parameter + `"]}}` }

// HandedArtifact is how a task in a wrapper takes an artifact that was handed to the wrapper.
func HandedArtifact(a wfv1.Artifact) wfv1.Artifact {
	return wfv1.Artifact{Name: a.Name, From: "{{inputs.artifacts." + a.Name + "}}", Optional: a.Optional}
}

// needsLoop reports whether a loop is a template of its own: where it has a bound, where its condition skips it as a
// whole (Argo would skip each item, which differs if there is none), and among on_exit tasks (Argo's controller ends
// where an item waits that is a DAG's).
func needsLoop(t call) bool {
	return t.task.ForEach != "" && (t.task.Parallelism != nil || t.node.Conditional || t.isExit)
}

// looped makes a template of a loop: steps, which unlike a DAG have no item that does not run yet among their children.
// What looks at the item is written there; everything else is handed in.
func (c *pipelineCompiler) looped(t call, task wfv1.DAGTask) (wfv1.DAGTask, error) {
	outer := wfv1.DAGTask{Name: task.Name, Template: t.template(loopKind)}
	step := wfv1.WorkflowStep{
		Name: layout.InnerTask, Template: task.Template, TemplateRef: task.TemplateRef, WithParam: task.WithParam,
		When: task.When,
	}
	inside, given, err := passedIn(neededInside(t, task.Arguments), t.Env)
	if err != nil {
		return outer, err
	}
	within := t
	within.Texts, within.keys = Texts{Env: inside, node: t.node, isWrapped: true}, nil
	for _, output := range spec.Names(t.keys) {
		layout.Set(&within.keys, output, tag(layout.KeyParameter(output)))
		given.Parameters = append(
			given.Parameters, wfv1.Parameter{Name: layout.KeyParameter(output), Value: wfv1.AnyStringPtr(t.keys[output])},
		)
	}
	within.Env.Shared = t.Env.Shared // for the arguments that are handed in, which are not taken from here
	inner, err := plain(within)
	if err != nil {
		return outer, err
	}
	if t.node.Conditional {
		outer.When, step.When = task.When, ""
	} else {
		step.When = inner.When
	}
	if strings.Contains(task.WithParam, "{{") {
		given.Parameters = append(
			given.Parameters, wfv1.Parameter{Name: layout.ItemsParameter, Value: wfv1.AnyStringPtr(task.WithParam)},
		)
		step.WithParam = Handed(layout.ItemsParameter)
	}
	for i, p := range task.Arguments.Parameters {
		if usesItem(p.Value.String()) {
			step.Arguments.Parameters = append(step.Arguments.Parameters, inner.Arguments.Parameters[i])
			continue
		}
		given.Parameters = append(given.Parameters, p)
		step.Arguments.Parameters = append(
			step.Arguments.Parameters, wfv1.Parameter{Name: p.Name, Value: wfv1.AnyStringPtr(Handed(p.Name))},
		)
	}
	for i, a := range task.Arguments.Artifacts {
		if usesItem(ArtifactText(a)) {
			step.Arguments.Artifacts = append(step.Arguments.Artifacts, inner.Arguments.Artifacts[i])
			continue
		}
		given.Artifacts = append(given.Artifacts, a)
		step.Arguments.Artifacts = append(step.Arguments.Artifacts, HandedArtifact(a))
	}
	outer.Arguments = given
	c.addTemplate(wfv1.Template{
		Name: outer.Template, Inputs: takes(given), Steps: oneStep(step), Parallelism: t.task.Parallelism,
		Outputs: passedOut(t.task.Component.Outputs, fromStep, true, t.task.Component.Kind),
	})
	return outer, nil
}

// itemReference is Argo's item in a tag, not a task or a field of that name.
var itemReference = regexp.MustCompile(`(^|[^.\w"-])item\b`)

// usesItem reports whether an argument looks at the item of a loop.
func usesItem(argument string) bool {
	return strings.Contains(argument, "{{") && itemReference.MatchString(argument)
}

// neededInside are the names that the arguments with an item use. Settings share an argument.
func neededInside(t call, arguments wfv1.Arguments) []string {
	for _, p := range arguments.Parameters {
		isOfOutput := strings.HasPrefix(
			p.Name, layout.KeyParameter(""),
		) || strings.HasPrefix(p.Name, layout.ArtifactParameter(""))
		if strings.HasPrefix(p.Name, layout.HiddenPrefix) && !isOfOutput && usesItem(p.Value.String()) {
			return t.node.References()
		}
	}
	return t.node.ItemReferences()
}

// addTemplate adds one beside main. Those of tasks that are the same in both kinds of main are there already.
func (c *pipelineCompiler) addTemplate(t wfv1.Template) {
	if !slices.ContainsFunc(c.beside, func(other wfv1.Template) bool { return other.Name == t.Name }) {
		c.beside = append(c.beside, t)
	}
}

// passedIn gives a wrapper an input for each outside name that its texts use. Of an artifact they use the metadata.
func passedIn(names []string, env expr.Env) (expr.Env, wfv1.Arguments, error) {
	inside := expr.Env{Own: WithOwn(env)}
	var given wfv1.Arguments
	outside := 0
	for _, reference := range names {
		name, v, ok := env.Resolve(reference)
		if _, seen := inside.Own[name]; seen || !ok {
			continue
		}
		input := fmt.Sprintf("%s%d", layout.PassedPrefix, outside)
		outside++
		value, err := PassedValue(name, v, env)
		if err != nil {
			return inside, given, err
		}
		parameter := input
		if v.Type.IsArtifact() {
			parameter = layout.ArtifactParameter(input)
		}
		given.Parameters = append(given.Parameters, wfv1.Parameter{Name: parameter, Value: wfv1.AnyStringPtr(value)})
		inside.Own[name] = PassedVar(v, input)
	}
	return inside, given, nil
}

// PassedValue is what a wrapper is given for a name.
func PassedValue(name string, v expr.Var, env expr.Env) (string, error) {
	whole := "{{ " + name + " }}"
	t, err := TypedText(whole, env)
	if err != nil {
		return "", err
	}
	if v.Type.IsArtifact() {
		return artifactMetadata(whole, t)
	}
	return t.CompileOr(v.Type, wire.Absent)
}

// PassedVar is a variable inside the wrapper. What is absent outside comes in as a text that no value is.
func PassedVar(v expr.Var, input string) expr.Var {
	passed := expr.Var{Type: v.Type, Argo: "inputs.parameters." + input, Optional: v.Optional}
	switch {
	case v.Type.IsArtifact():
		passed.Argo = "inputs.artifacts." + input
	case v.Coding == expr.Plain:
		passed.Coding = expr.Plain
	case v.Nullable:
		access := `inputs.parameters["` + input + `"]`
		passed = expr.Var{Type: v.Type, Nullable: true, Code: access + ` == "` + wire.Absent + `" ? nil : ` + access}
	}
	return passed
}

// The outputs of the only task or step of a wrapper.
const (
	fromTask = "tasks." + layout.InnerTask
	fromStep = "steps." + layout.InnerTask
)

// passedOut gives a wrapper the outputs of what it calls. Of a loop, Argo has no artifacts: those are where their keys
// say, as are the lists of artifacts of a pipeline. A loop without items gives an empty list.
func passedOut(outputs map[string]spec.Output, from string, isLoop bool, of spec.Kind) wfv1.Outputs {
	var out wfv1.Outputs
	for _, name := range spec.Names(outputs) {
		if outputs[name].Type.IsArtifact() {
			if isList := of.IsGraph() && outputs[name].Type.IsList(); !isLoop && !isList {
				out.Artifacts = append(
					out.Artifacts, wfv1.Artifact{
						Name: name, From: "{{" + from + ".outputs.artifacts." + name + "}}", Optional: outputs[name].Optional,
					},
				)
			}
			name = layout.ArtifactParameter(name)
		}
		valueFrom := &wfv1.ValueFrom{Parameter: "{{" + from + ".outputs.parameters." + name + "}}"}
		if isLoop {
			valueFrom.Default = wfv1.AnyStringPtr("[]")
		}
		out.Parameters = append(out.Parameters, wfv1.Parameter{Name: name, ValueFrom: valueFrom})
	}
	return out
}
