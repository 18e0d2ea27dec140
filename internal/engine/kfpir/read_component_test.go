package kfpir_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
)

const v1 = `name: Train a Model
description: Trains.
metadata: {annotations: {author: somebody}}
inputs:
- {name: Training data, type: CSV, description: Rows.}
- {name: Label column, type: Integer, default: '0', optional: true}
- {name: Options, type: JsonObject, optional: true}
- {name: Bucket, type: GCSPath}
- {name: base, type: Model, optional: true}
outputs:
- {name: Model, type: Model}
- {name: score, type: Float}
implementation:
  container:
    image: python:3.12
    command: [python3, -u, -c, 'print("{{x}}")', 3]
    args:
    - --data
    - {inputPath: Training data}
    - if:
        cond: {isPresent: Label column}
        then: [--label, {inputValue: Label column}]
        else: [--no-label]
    - if:
        cond: {isPresent: Options}
        then: {concat: ['--options=', {inputValue: Options}]}
    - {concat: [gs://, {inputValue: Bucket}]}
    - {outputPath: Model}
    - {outputPath: score}
    env: {LEVEL: info}
`

// Components of KFP's first version, and what its compiler makes of one component alone.
func TestComponents(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"component-v1": v1, "component": packageOf([]string{"sh", "-ec", run, "from kfp.dsl import *\ndef double(n: int, note: OutputPath(str)) -> float: return 1.0\n"}, executor),
	} {
		c, problems := kfpir.ReadComponent(text, kfpir.Options{Namespace: "ml"})
		if problems.HasError() {
			t.Errorf("%s: %v", name, problems)
		}
		golden(t, "testdata/golden/"+name+".yaml", map[string]any{"Component": c, "Problems": texts(problems)})
	}
}

// manifest is what the SDK writes for KFP's Kubernetes-native API.
func manifest(pipeline string) string {
	return "apiVersion: pipelines.kubeflow.org/v2beta1\nkind: PipelineVersion\nmetadata: {name: x}\nspec:\n  pipelineSpec:\n    " +
		strings.ReplaceAll(strings.TrimSpace(pipeline), "\n", "\n    ") + "\n"
}

// The settings of a component's own container are its defaults.
func TestSettingsOfAComponent(t *testing.T) {
	t.Parallel()
	text := strings.Replace(minimal, "image: alpine", "image: alpine\n        env: [{name: A, value: b}]\n"+
		"        resources: {resourceCpuLimit: '2', memoryRequest: 1.5}", 1)
	c, problems := kfpir.ReadComponent(text, kfpir.Options{Name: "say", Images: map[string]string{"alpine": "busybox"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if c.Env["A"] != "b" || c.Resources.Limits["cpu"] != "2" || c.Resources.Requests["memory"] != "1.5G" || c.Container.Image != "busybox" {
		t.Errorf("%+v %+v %+v", c.Env, c.Resources, c.Container)
	}
}

func TestWhatIsNoComponent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, want string }{
		{"container:", "graph: {}\n  other:", `has no field "other"`},
		{"implementation:\n  container:", "implementation:\n  graph: {tasks: {}}\n  container:", "Graph of components: c.yaml:14: KFP's SDK refuses components that are graphs."},
		{v1[strings.Index(v1, "implementation:"):], "implementation: {}", "Nothing to run: c.yaml:13: The component has no implementation.container."},
		{"env: {LEVEL: info}", "fileOutputs: {score: /tmp/score}", "Output at a fixed place: c.yaml:15: Output \"score\" is written to /tmp/score."},
		{"env: {LEVEL: info}", "resources: {limits: {cpu: 1}}", "Unknown field: c.yaml:30: KFP's SDK does not read the resources of a component."},
		{"{outputPath: score}", "{outputFile: score}", "Unknown placeholder: c.yaml:29: There is inputValue,"},
		{"{outputPath: score}", "{outputPath: scores}", "Unknown name in a placeholder: c.yaml:15:"},
		{"{isPresent: Options}", "true", "Unknown condition: c.yaml:25:"},
		{"default: '0'", "default: none", `Value of another type: c.yaml:6: "label_column" is of type integer, which "none" is not.`},
		{v1, packageOf([]string{"echo", "{{$.pipeline_job_name}}"}, nil), "Component that asks for its run: c.yaml:4: An argument holds {{$.pipeline_job_name}}."},
		{v1, minimal + "---\nplatforms: {}\n", ""},
		{v1, strings.Replace(minimal, "image: alpine", "image: '{{$.inputs.parameters[''text'']}}'", 1), "Component that is set by its task: c.yaml:12: The image holds {{$.inputs.parameters['text']}}."},
		{v1, strings.Replace(minimal, "image: alpine", "image: alpine\n        env: [{name: A, value: '{{$.pipeline_job_name}}'}]", 1), "Component that is set by its task: c.yaml:13: The environment variable A holds"},
		{v1, strings.Replace(minimal, "image: alpine", "image: alpine\n        resources: {resourceCpuLimit: '{{$.inputs.parameters[''text'']}}'}", 1), "Component that is set by its task: c.yaml:13: The resources hold"},
		{v1, manifest(minimal), ""},
		{v1, strings.Replace(minimal, "    tasks:\n", "    tasks:\n      other: {componentRef: {name: comp-say}}\n", 1), "More than one component: c.yaml:19: The package is a pipeline of 2 tasks."},
		{v1, strings.Replace(minimal, "    executorLabel: exec-say", "    dag: {tasks: {}}", 1), "Graph without tasks: c.yaml:2"},
		{v1, strings.Replace(minimal, "name: comp-say", "name: comp", 1), "Unknown component: c.yaml"},
		{v1, "", "Empty package"},
	} {
		_, problems := kfpir.ReadComponent(strings.Replace(v1, c.from, c.to, 1), kfpir.Options{File: "c.yaml"})
		if all := strings.Join(texts(problems), "\n"); !strings.Contains(all, c.want) || problems.HasError() != (c.want != "") {
			t.Errorf("%.60q:\ngot  %s\nwant %s", c.to, all, c.want)
		}
	}
}
