package argo

import (
	"fmt"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// The templates of a pipeline. main is what another pipeline calls. It is also the entry of a run, unless something belongs
// to the run then, or to the task that calls: on_exit tasks, and locks.
const (
	tasksTemplate  = "tasks"
	runTemplate    = "run"     // the entry of a run whose on_exit tasks cannot be under Argo's handler, and that has locks
	exitTemplate   = "on-exit" // what Argo's handler for the end of a run calls
	behindTemplate = "behind"  // what is called behind the tasks in all other cases
)

// PipelineObject is what a pipeline is in the cluster.
type PipelineObject struct {
	Version  string
	Template *wfv1.WorkflowTemplate
	specSize int                        // bytes of the template's spec, as JSON
	tasks    map[string][]*wfv1.DAGTask // what each task has become
}

// Pipeline compiles a pipeline that graph.Check has found free of errors.
func Pipeline(p spec.Pipeline, g *graph.Graph) (PipelineObject, error) {
	c := pipelineCompiler{pipeline: p, graph: g, tasks: make(map[string][]*wfv1.DAGTask, len(p.Tasks)+len(p.OnExit))}
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
	content, err := wire.Marshal(c.spec)
	if err != nil {
		return PipelineObject{}, fmt.Errorf("writing the pipeline as JSON: %w", err)
	}
	noted, err := wire.Marshal(annotations)
	if err != nil {
		return PipelineObject{}, fmt.Errorf("writing the pipeline's annotations as JSON: %w", err)
	}
	version := textHash("[", content, ",", noted, "]")
	if err := noteDefaults(annotations, p.Defaults); err != nil {
		return PipelineObject{}, err
	}
	return PipelineObject{Version: version, specSize: len(content), tasks: c.tasks, Template: &wfv1.WorkflowTemplate{
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
	tasks    map[string][]*wfv1.DAGTask
	beside   []wfv1.Template // beside main: DAGs of one task, for what Argo has on templates only
}

func (c *pipelineCompiler) compile() error {
	tasks := MainTemplate
	if len(c.pipeline.OnExit) > 0 || c.pipeline.Options.Synchronization != nil {
		tasks = tasksTemplate
	}
	c.spec.Entrypoint = tasks
	if err := c.mains(tasks, ""); err != nil {
		return err
	}
	if c.givesArtifacts() {
		if err := c.mains(tasks, listSuffix); err != nil {
			return err
		}
	}
	if len(c.pipeline.OnExit) > 0 {
		if err := c.exits(); err != nil {
			return err
		}
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
	main, err := c.dag(name+suffix, group{c.pipeline.Tasks, c.graph.Tasks}, c.graph.Scope.Task, keys)
	if err != nil {
		return err
	}
	main.Inputs = inputs
	givesNone(&main)
	showsDisplayName(&main)
	main.DAG.FailFast, main.Parallelism = c.pipeline.Options.FailFast, c.pipeline.Options.Parallelism
	if main.Outputs, err = c.outputs(); err != nil {
		return err
	}
	c.spec.Templates = append(c.spec.Templates, main)
	if name != MainTemplate {
		nested := c.nested(main, MainTemplate+suffix)
		nested.Synchronization = synchronization(c.pipeline.Options.Synchronization)
		c.spec.Templates = append(c.spec.Templates, nested)
	}
	return nil
}

// outputKeys tell the tasks whose artifacts the pipeline gives where its caller wants them.
func (c *pipelineCompiler) outputKeys() map[string]map[string]string {
	keys := map[string]map[string]string{}
	for _, output := range sortedKeys(c.graph.Outputs) {
		t := c.graph.Given[output]
		if !c.graph.Outputs[output].Type.IsArtifact() || t == nil {
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
func (c *pipelineCompiler) dag(name string, g group, scope func(string) graph.Env, keys map[string]map[string]string) (wfv1.Template, error) {
	t := wfv1.Template{Name: name, Inputs: pipelineInputs(c.pipeline.Parameters), DAG: &wfv1.DAGTemplate{}}
	t.DAG.Tasks = make([]wfv1.DAGTask, 0, len(g.tasks)+1)
	var conditions []string
	for _, task := range sortedKeys(g.tasks) {
		compiled, err := c.compileTask(call{
			name: task, task: g.tasks[task], texts: texts{env: scope(task), node: g.nodes[task]},
			settings: settings.Merge(c.pipeline.Defaults, g.tasks[task].Settings), keys: keys[task], isExit: name == exitTemplate,
		})
		if err != nil {
			return t, fmt.Errorf("task %q: %w", task, err)
		}
		compiled.Depends = g.depends(task)
		conditions = append(conditions, compiled.Depends)
		relocate(compiled.Arguments.Artifacts, keys)
		t.DAG.Tasks = append(t.DAG.Tasks, compiled)
		c.tasks[task] = append(c.tasks[task], &t.DAG.Tasks[len(t.DAG.Tasks)-1])
	}
	if g.needsEnd(conditions) {
		t.DAG.Tasks = append(t.DAG.Tasks, c.end(g))
	}
	return t, nil
}

// pipelineInputs lets the same template be the entry of a run and a task of another pipeline.
func pipelineInputs(parameters map[string]spec.Input) wfv1.Inputs {
	var in wfv1.Inputs
	for _, name := range sortedKeys(parameters) {
		input := parameters[name]
		if input.Type.IsArtifact() {
			in.Artifacts = append(in.Artifacts, wfv1.Artifact{Name: name, Optional: input.Optional})
			in.Parameters = append(in.Parameters, hidden(artifactParameter(name), noMetadataOf(input)))
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

// noMetadataOf is the metadata beside an artifact that a caller does not give: that of an optional one says so.
func noMetadataOf(input spec.Input) string {
	if input.Optional {
		return wire.Absent
	}
	return ""
}

// given is the text that gives an output.
func (c *pipelineCompiler) given(output string) (*expr.Typed, error) {
	if t := c.graph.Given[output]; t != nil {
		return t, nil
	}
	return typedText(c.pipeline.Outputs[output], c.graph.Scope.Outputs())
}

func (c *pipelineCompiler) outputs() (wfv1.Outputs, error) {
	var out wfv1.Outputs
	for _, name := range sortedKeys(c.pipeline.Outputs) {
		want := c.graph.Outputs[name].Type
		given, err := c.given(name)
		if err != nil {
			return out, fmt.Errorf("output %q: %w", name, err)
		}
		if want.IsArtifact() {
			artifact, meta, err := artifactOutput(name, given, want)
			if err != nil {
				return out, fmt.Errorf("output %q: %w", name, err)
			}
			if artifact.From != "" || artifact.FromExpression != "" {
				out.Artifacts = append(out.Artifacts, artifact)
			}
			out.Parameters = append(out.Parameters, wfv1.Parameter{Name: artifactParameter(name), ValueFrom: meta})
			continue
		}
		valueFrom, err := outputFrom(given, want)
		if err != nil {
			return out, fmt.Errorf("output %q: %w", name, err)
		}
		out.Parameters = append(out.Parameters, wfv1.Parameter{Name: name, ValueFrom: valueFrom})
	}
	return out, nil
}
