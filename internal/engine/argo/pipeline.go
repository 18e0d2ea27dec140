package argo

import (
	"fmt"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// The templates of a pipeline. main is what another pipeline calls; it is also the entry of a run, unless there are on_exit
// tasks: those belong to the run then, or to the task that calls.
const (
	tasksTemplate = "tasks"
	exitTemplate  = "on-exit"
)

// PipelineObject is what a pipeline is in the cluster.
type PipelineObject struct {
	Version  string
	Template *wfv1.WorkflowTemplate
	weights  map[string]int // bytes of each task
}

// Pipeline compiles a pipeline that graph.Check has found free of errors.
func Pipeline(p spec.Pipeline, g *graph.Graph) (PipelineObject, error) {
	c := pipelineCompiler{pipeline: p, graph: g, weights: map[string]int{}}
	if err := c.compile(); err != nil {
		return PipelineObject{}, err
	}
	interfaces := spec.Interface{Inputs: p.Parameters, Outputs: g.Outputs}
	types, err := typesAnnotation(interfaces)
	if err != nil {
		return PipelineObject{}, err
	}
	c.spec.Arguments.Parameters = argumentDeclarations(interfaces)
	annotations := map[string]string{TypesAnnotation: types}
	if p.Description != "" {
		annotations[DescribeKey] = p.Description
	}
	if err := noteNested(annotations, p); err != nil {
		return PipelineObject{}, err
	}
	version := contentHash([]any{c.spec, annotations})
	if err := noteDefaults(annotations, p.Defaults); err != nil {
		return PipelineObject{}, err
	}
	return PipelineObject{Version: version, weights: c.weights, Template: &wfv1.WorkflowTemplate{
		TypeMeta: metav1.TypeMeta{APIVersion: apiVersion, Kind: templateKind},
		ObjectMeta: metav1.ObjectMeta{
			Name: p.Name, Namespace: p.Namespace, Annotations: annotations,
			Labels: map[string]string{ManagedByLabel: ManagedBy, KindLabel: string(spec.PipelineKind), NameLabel: p.Name, VersionLabel: version},
		},
		Spec: c.spec,
	}}, nil
}

// noteDefaults keeps what is under defaults, so that it is read back as such. Labels and annotations have a place of their
// own in the object.
func noteDefaults(annotations map[string]string, defaults spec.Settings) error {
	defaults.Labels, defaults.Annotations = nil, nil
	text, err := wire.Marshal(defaults)
	if err != nil {
		return fmt.Errorf("defaults: %w", err)
	}
	if text != "{}" {
		annotations[DefaultsAnnotation] = text
	}
	return nil
}

type pipelineCompiler struct {
	pipeline spec.Pipeline
	graph    *graph.Graph
	spec     wfv1.WorkflowSpec
	weights  map[string]int
	beside   []wfv1.Template // beside main: DAGs of one task, for what Argo has on templates only
}

func (c *pipelineCompiler) compile() error {
	c.spec.Entrypoint = MainTemplate
	if len(c.pipeline.OnExit) > 0 {
		c.spec.Entrypoint = tasksTemplate
	}
	if err := c.mains(c.spec.Entrypoint, ""); err != nil {
		return err
	}
	if c.givesArtifacts() {
		if err := c.mains(c.spec.Entrypoint, listSuffix); err != nil {
			return err
		}
	}
	if len(c.pipeline.OnExit) > 0 {
		exit, err := c.exit()
		if err != nil {
			return err
		}
		c.spec.OnExit = exitTemplate
		c.spec.Templates = append(c.spec.Templates, exit)
	}
	c.spec.Templates = append(c.spec.Templates, c.beside...)
	return c.options()
}

func (c *pipelineCompiler) givesArtifacts() bool {
	for _, o := range c.graph.Outputs {
		if o.Type.IsArtifact() {
			return true
		}
	}
	return false
}

// mains compiles the tasks, and what calls them with the on_exit tasks behind them if there are any. The variant for lists
// is for a caller that makes a list of the artifacts that the pipeline gives.
func (c *pipelineCompiler) mains(name, suffix string) error {
	var keys map[string]map[string]string
	inputs := pipelineInputs(c.pipeline.Parameters)
	if suffix == listSuffix {
		keys = c.outputKeys()
		for _, output := range sortedKeys(c.graph.Outputs) {
			if c.graph.Outputs[output].Type.IsArtifact() {
				inputs.Parameters = append(inputs.Parameters, wfv1.Parameter{Name: keyParameter(output)})
			}
		}
	}
	main, err := c.dag(name+suffix, c.pipeline.Tasks, c.graph.Tasks, c.graph.Scope.Task, keys)
	if err != nil {
		return err
	}
	main.Inputs = inputs
	showsDisplayName(&main)
	main.DAG.FailFast = c.pipeline.Options.FailFast
	if main.Outputs, err = c.outputs(); err != nil {
		return err
	}
	c.spec.Templates = append(c.spec.Templates, main)
	if name != MainTemplate {
		c.spec.Templates = append(c.spec.Templates, c.nested(main, MainTemplate+suffix))
	}
	return nil
}

// outputKeys tell the tasks whose artifacts the pipeline gives where its caller wants them.
func (c *pipelineCompiler) outputKeys() map[string]map[string]string {
	keys := map[string]map[string]string{}
	for _, output := range sortedKeys(c.graph.Outputs) {
		t, errs := expr.Parse(c.pipeline.Outputs[output])
		if !c.graph.Outputs[output].Type.IsArtifact() || len(errs) > 0 {
			continue
		}
		var names []string
		for _, r := range t.References() {
			names = append(names, r.Name)
		}
		for task, from := range c.graph.Producers(names) {
			if keys[task] == nil {
				keys[task] = listKeys(task, c.pipeline.Tasks[task].Component.Outputs)
			}
			keys[task][from] = tag(keyParameter(output))
		}
	}
	return keys
}

// dag compiles one map of tasks.
func (c *pipelineCompiler) dag(name string, tasks map[string]spec.Task, nodes map[string]*graph.Node, scope func(string) graph.Env, keys map[string]map[string]string) (wfv1.Template, error) {
	t := wfv1.Template{Name: name, Inputs: pipelineInputs(c.pipeline.Parameters), DAG: &wfv1.DAGTemplate{}}
	for _, task := range sortedKeys(tasks) {
		compiled, err := c.compileTask(call{
			name: task, task: tasks[task], node: nodes[task], env: scope(task),
			settings: c.pipeline.Defaults.Merge(tasks[task].Settings), keys: keys[task], isExit: name == exitTemplate,
		}, tasks, nodes)
		if err != nil {
			return t, fmt.Errorf("task %q: %w", task, err)
		}
		relocate(compiled.Arguments.Artifacts, keys)
		text, err := wire.Marshal(compiled)
		if err != nil {
			return t, fmt.Errorf("task %q: %w", task, err)
		}
		c.weights[task] += len(text)
		t.DAG.Tasks = append(t.DAG.Tasks, compiled)
	}
	t.DAG.Tasks = append(t.DAG.Tasks, c.end(tasks, nodes)...)
	return t, nil
}

// pipelineInputs lets the same template be the entry of a run and a task of another pipeline.
func pipelineInputs(parameters map[string]spec.Input) wfv1.Inputs {
	var in wfv1.Inputs
	for _, name := range sortedKeys(parameters) {
		input := parameters[name]
		if input.Type.IsArtifact() {
			in.Artifacts = append(in.Artifacts, wfv1.Artifact{Name: name, Optional: input.Optional})
			in.Parameters = append(in.Parameters, wfv1.Parameter{Name: artifactParameter(name), Default: wfv1.AnyStringPtr("")})
			continue
		}
		p := wfv1.Parameter{Name: name}
		if text, ok := defaultText(input); ok {
			p.Default = wfv1.AnyStringPtr(text)
		}
		in.Parameters = append(in.Parameters, p)
	}
	return in
}

func (c *pipelineCompiler) outputs() (wfv1.Outputs, error) {
	var out wfv1.Outputs
	env := c.graph.Scope.Outputs()
	for _, name := range sortedKeys(c.pipeline.Outputs) {
		want := c.graph.Outputs[name].Type
		if want.IsArtifact() {
			artifact, meta, err := artifactOutput(name, c.pipeline.Outputs[name], env, want)
			if err != nil {
				return out, fmt.Errorf("output %q: %w", name, err)
			}
			if artifact.From != "" || artifact.FromExpression != "" {
				out.Artifacts = append(out.Artifacts, artifact)
			}
			out.Parameters = append(out.Parameters, wfv1.Parameter{Name: artifactParameter(name), ValueFrom: meta})
			continue
		}
		valueFrom, err := outputFrom(c.pipeline.Outputs[name], env, want)
		if err != nil {
			return out, fmt.Errorf("output %q: %w", name, err)
		}
		out.Parameters = append(out.Parameters, wfv1.Parameter{Name: name, ValueFrom: valueFrom})
	}
	return out, nil
}

var everyState = []string{"Succeeded", "Failed", "Errored", "Skipped", "Omitted"}

// depends is Argo's condition on the tasks before.
func depends(t spec.Task, n *graph.Node, tasks map[string]spec.Task, nodes map[string]*graph.Node) string {
	joined, states := " && ", []string(nil)
	switch t.RunIf {
	case spec.AnySucceeded, spec.AnyFailed:
		joined = " || "
	}
	var parts []string
	for _, need := range n.Needs {
		name := taskName(need.Task)
		switch t.RunIf {
		case spec.AnySucceeded:
			states = []string{"Succeeded"}
		case spec.AllFailed, spec.AnyFailed:
			states = []string{"Failed", "Errored"}
		case spec.AllDone:
			states = everyState
		default:
			states = successStates(need, nodes[need.Task], tasks[need.Task].AllowFailure)
		}
		parts = append(parts, anyState(name, states, joined == " && " && len(n.Needs)+len(n.Choices) > 1))
	}
	condition := strings.Join(parts, joined)
	if t.RunIf == spec.AnySucceeded && len(parts) == 1 {
		condition = "(" + condition + ")" // read back it would be the same as all_succeeded
	}
	if t.RunIf != "" && t.RunIf != spec.AllSucceeded {
		return condition
	}
	for _, choice := range n.Choices {
		names := make([]string, len(choice))
		for i, task := range choice {
			names[i] = taskName(task) + ".Succeeded"
		}
		condition += " && (" + strings.Join(names, " || ") + ")"
	}
	return condition
}

// successStates are the states of a task before that let one run which needs it to succeed. A task that was skipped
// stops those that use its outputs, unless they have a fallback; it does not stop those that only come after it. A loop
// without items, which Argo calls skipped, gives an empty list.
func successStates(need graph.Need, n *graph.Node, allowFailure bool) []string {
	states := []string{"Succeeded"}
	if need.Data {
		if n.Item != "" && !n.Skippable {
			states = append(states, "Skipped")
		}
		return states
	}
	states = append(states, "Skipped")
	if need.Guarded {
		states = append(states, "Omitted")
	}
	if allowFailure {
		states = append(states, "Failed", "Errored")
	}
	return states
}

func anyState(task string, states []string, inParentheses bool) string {
	parts := make([]string, len(states))
	for i, s := range states {
		parts[i] = task + "." + s
	}
	text := strings.Join(parts, " || ")
	if inParentheses && len(parts) > 1 {
		return "(" + text + ")"
	}
	return text
}
