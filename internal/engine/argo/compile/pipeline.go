package compile

import (
	"fmt"
	"slices"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// The templates of a pipeline. main is what another pipeline calls. It is also the entry of a run, unless something
// belongs to the run then, or to the task that calls: on_exit tasks, and locks.
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
	Root     *corev1.ConfigMap          // says where the artifacts of its runs are kept; nil: the pipeline does not say
	Code     []*corev1.ConfigMap        // what the pods of the components inside the pipeline mount
	specSize int                        // bytes of the template's spec, as JSON
	tasks    map[string][]*wfv1.DAGTask // what each task has become
}

// Pipeline compiles a pipeline that graph.Check has found free of errors.
func Pipeline(g *graph.Graph) (PipelineObject, error) {
	p := g.Pipeline
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
	annotations := map[string]string{layout.TypesAnnotation: types}
	if p.Description != "" {
		annotations[layout.DescribeKey] = p.Description
	}
	if err := noteNested(annotations, p); err != nil {
		return PipelineObject{}, err
	}
	if err := noteGroups(annotations, &c); err != nil {
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
	version := layout.TextHash("[", content, ",", noted, "]")
	if err := noteDefaults(annotations, p.Defaults); err != nil {
		return PipelineObject{}, err
	}
	return PipelineObject{Version: version, Code: c.codes, Root: c.rootObject, specSize: len(content), tasks: c.tasks, Template: &wfv1.WorkflowTemplate{
		TypeMeta: metav1.TypeMeta{APIVersion: layout.APIVersion, Kind: layout.TemplateKind},
		ObjectMeta: metav1.ObjectMeta{
			Name: p.Name, Namespace: p.Namespace, Annotations: annotations,
			Labels: map[string]string{
				layout.ManagedByLabel: layout.ManagedBy, layout.KindLabel: string(spec.PipelineKind), layout.NameLabel: p.Name,
				layout.VersionLabel: version,
			},
		},
		Spec: c.spec,
	}}, nil
}

// noteDefaults keeps what is under defaults, so that it is read back as such. Labels and annotations have a place of
// their own in the object.
func noteDefaults(annotations map[string]string, defaults spec.Settings) error {
	defaults.Labels, defaults.Annotations = nil, nil
	text, err := wire.Marshal(defaults)
	if err != nil {
		return fmt.Errorf("defaults: %w", err)
	}
	if text != "{}" {
		annotations[layout.DefaultsAnnotation] = text
	}
	return nil
}

// ConfigMaps are those that belong to the pipeline.
func (o PipelineObject) ConfigMaps() []*corev1.ConfigMap {
	if o.Root == nil {
		return o.Code
	}
	return append(slices.Clone(o.Code), o.Root)
}

type pipelineCompiler struct {
	pipeline   spec.Pipeline
	graph      *graph.Graph
	spec       wfv1.WorkflowSpec
	tasks      map[string][]*wfv1.DAGTask
	beside     []wfv1.Template // beside main: DAGs of one task, for what Argo has on templates only
	ofGroups   []wfv1.Template
	inlined    []wfv1.Template // of the components inside the pipeline
	codes      []*corev1.ConfigMap
	rootObject *corev1.ConfigMap
}

func (c *pipelineCompiler) compile() error {
	tasks := layout.MainTemplate
	if len(c.pipeline.OnExit) > 0 || c.pipeline.Options.Synchronization != nil {
		tasks = tasksTemplate
	}
	c.spec.Entrypoint = tasks
	if err := c.mains(tasks, ""); err != nil {
		return err
	}
	if c.givesArtifacts() {
		if err := c.mains(tasks, layout.ListSuffix); err != nil {
			return err
		}
	}
	if len(c.pipeline.OnExit) > 0 {
		if err := c.exits(); err != nil {
			return err
		}
	}
	if err := c.groups(); err != nil {
		return err
	}
	if err := c.inline(); err != nil {
		return err
	}
	c.spec.Templates = slices.Concat(c.spec.Templates, c.beside, c.ofGroups, c.inlined)
	if err := c.options(); err != nil {
		return err
	}
	return c.root()
}

func (c *pipelineCompiler) givesArtifacts() bool {
	for _, o := range c.graph.Outputs {
		if o.Type.IsArtifact() {
			return true
		}
	}
	return false
}

// mains compiles the tasks, and what calls them with the on_exit tasks behind them if there are any. The variant for
// lists is for a caller that makes a list of the artifacts that the pipeline gives.
func (c *pipelineCompiler) mains(name, suffix string) error {
	var keys map[string]map[string]string
	inputs := pipelineInputs(c.pipeline.Parameters)
	if suffix == layout.ListSuffix {
		keys = c.outputKeys()
		for _, output := range spec.Names(c.graph.Outputs) {
			if c.graph.Outputs[output].Type.IsArtifact() {
				inputs.Parameters = append(inputs.Parameters, wfv1.Parameter{Name: layout.KeyParameter(output)})
			}
		}
	}
	uncertain, err := c.uncertain()
	if err != nil {
		return err
	}
	main, err := c.dag(name+suffix, DAG{c.pipeline.Tasks, c.graph.Tasks, uncertain}, c.graph.Scope.Task, keys)
	if err != nil {
		return err
	}
	main.Inputs = inputs
	main.Inputs.Parameters = append(main.Inputs.Parameters, c.runInputs()...)
	givesNone(&main)
	showsDisplayName(&main)
	main.DAG.FailFast, main.Parallelism = c.pipeline.Options.FailFast, c.pipeline.Options.Parallelism
	if main.Outputs, err = c.outputs(); err != nil {
		return err
	}
	c.spec.Templates = append(c.spec.Templates, main)
	if name != layout.MainTemplate {
		nested := c.nested(main, layout.MainTemplate+suffix)
		nested.Synchronization = synchronization(c.pipeline.Options.Synchronization)
		c.spec.Templates = append(c.spec.Templates, nested)
	}
	return nil
}

// outputKeys tell the tasks whose artifacts the pipeline gives where its caller wants them.
func (c *pipelineCompiler) outputKeys() map[string]map[string]string {
	keys := map[string]map[string]string{}
	for _, output := range spec.Names(c.graph.Outputs) {
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
			keys[task][from] = tag(layout.KeyParameter(output))
		}
	}
	return keys
}

// dag compiles one map of tasks.
func (c *pipelineCompiler) dag(
	name string, d DAG, scope func(string) graph.Env, keys map[string]map[string]string,
) (wfv1.Template, error) {
	t := wfv1.Template{Name: name, Inputs: pipelineInputs(c.pipeline.Parameters), DAG: &wfv1.DAGTemplate{}}
	t.DAG.Tasks = make([]wfv1.DAGTask, 0, len(d.Tasks)+1)
	var conditions []string
	for _, task := range spec.Names(d.Tasks) {
		compiled, err := c.compileTask(call{
			name: task, task: d.Tasks[task], Texts: Texts{Env: scope(task), node: d.Nodes[task]},
			settings: withRunClaims(
				settings.Merge(c.pipeline.Defaults, d.Tasks[task].Settings), c.pipeline.Options.VolumeClaims,
			), keys: keys[task], isExit: name == exitTemplate,
		})
		if err != nil {
			return t, fmt.Errorf("task %q: %w", task, err)
		}
		compiled.Depends = d.Depends(task)
		conditions = append(conditions, compiled.Depends)
		relocate(compiled.Arguments.Artifacts, keys)
		t.DAG.Tasks = append(t.DAG.Tasks, compiled)
		c.tasks[task] = append(c.tasks[task], &t.DAG.Tasks[len(t.DAG.Tasks)-1])
	}
	if d.needsEnd(conditions) {
		t.DAG.Tasks = append(t.DAG.Tasks, c.end(d))
	}
	if len(d.Uncertain) > 0 {
		t.DAG.Tasks = append(t.DAG.Tasks, certain(d.Uncertain))
	}
	return t, nil
}

// pipelineInputs lets the same template be the entry of a run and a task of another pipeline.
func pipelineInputs(parameters map[string]spec.Input) wfv1.Inputs {
	var in wfv1.Inputs
	for _, name := range spec.Names(parameters) {
		input := parameters[name]
		if input.Type.IsArtifact() {
			in.Artifacts = append(in.Artifacts, wfv1.Artifact{Name: name, Optional: input.Optional})
			in.Parameters = append(in.Parameters, hidden(layout.ArtifactParameter(name), noMetadataOf(input)))
			continue
		}
		p := wfv1.Parameter{Name: name}
		if text, ok := layout.DefaultText(input); ok {
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
