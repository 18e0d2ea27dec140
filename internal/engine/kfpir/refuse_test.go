package kfpir_test

import (
	"strings"
	"testing"
)

// minimal is a package that everything can be wrong in: one task, one container.
const minimal = `components:
  comp-say:
    executorLabel: exec-say
    inputDefinitions:
      parameters:
        text:
          parameterType: STRING
deploymentSpec:
  executors:
    exec-say:
      container:
        image: alpine
        command:
        - echo
        - '{{$.inputs.parameters[''text'']}}'
pipelineInfo:
  name: minimal
root:
  dag:
    tasks:
      say:
        componentRef:
          name: comp-say
        inputs:
          parameters:
            text:
              runtimeValue:
                constant: hello
        taskInfo:
          name: say
schemaVersion: 2.1.0
sdkVersion: kfp-2.15.2
`

// Each is a mistake, told with its line: a text of the minimal package, what stands there instead, and the problem.
func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, want string }{
		{"schemaVersion: 2.1.0", "schemaVersion: 2.0.0", `Unknown version: p.yaml:1: The package says schemaVersion "2.0.0"`},
		{"schemaVersion: 2.1.0\n", "", `Unknown version: p.yaml:1: The package says schemaVersion ""`},
		{"name: minimal", "displayName: x", "Pipeline without a name: p.yaml:1:"},
		{"root:", "roots:", `Unknown field: p.yaml:18: pipeline has no field "roots". Did you mean "root"?`},
		{"taskInfo:", "taskInfos:", `Unknown field: p.yaml:29: pipeline.root.dag.tasks.say has no field "taskInfos". Did you mean "taskInfo"?`},
		{"image: alpine", "image: alpine\n        image: x", `Key given twice: p.yaml:13: pipeline.deploymentSpec.executors.exec-say.container has "image" already on line 12.`},
		{"image: alpine", "image: [alpine]", "Wrong type: p.yaml:12: pipeline.deploymentSpec.executors.exec-say.container.image is a list, and has to be a single value."},
		{"image: alpine", "image: 3", `Wrong type: p.yaml:12: pipeline.deploymentSpec.executors.exec-say.container.image is "3", and has to be a text.`},
		{"image: alpine", "image: ''", "No image: p.yaml:12"},
		{"    tasks:", "    tasks: {", "Not YAML: p.yaml:"},
		{"name: comp-say", "name: comp-sya", `Unknown component: p.yaml:21: The package has no component "comp-sya". Did you mean "comp-say"?`},
		{"executorLabel: exec-say", "executorLabel: exec", `Unknown executor: p.yaml:2: Component "comp-say" runs the executor "exec", which deploymentSpec does not have.`},
		{"    executorLabel: exec-say\n", "", `Component without an implementation: p.yaml:2: "comp-say" has neither dag nor executorLabel.`},
		{"parameterType: STRING", "parameterType: TEXT", `Unknown type: p.yaml:7: "text" is of type "TEXT".`},
		{"parameterType: STRING", "description: none", `Parameter without a type: p.yaml:6: "text" has no parameterType.`},
		{"parameterType: STRING", "parameterType: NUMBER_INTEGER", `Value of another type: p.yaml:26: Input "text" takes a value of type integer, which "hello" is not. KFP fails there, too.`},
		{"parameterType: STRING", "parameterType: STRING\n          defaultValue: .nan", "Not a number: p.yaml:8:"},
		{"parameterType: STRING", "parameterType: LIST\n          defaultValue: 1", `Value of another type: p.yaml:8: "text" is of type list, which "1" is not.`},
		{"runtimeValue:\n                constant: hello", "componentInputParameter: txt", `Unknown input: p.yaml:26: Component "root" has no such input as "txt".`},
		{"runtimeValue:\n                constant: hello", "taskOutputParameter: {producerTask: x, outputParameterKey: y}", `Unknown task: p.yaml:27: There is no task "x" in component "root". There is "say".`},
		{"runtimeValue:\n                constant: hello", "taskOutputParameter: {producerTask: say, outputParameterKey: y}", `Unknown output: p.yaml:27: Task "say" has no output "y".`},
		{"runtimeValue:\n                constant: hello", "parameterExpressionSelector: x", "Input without a value: p.yaml:26:"},
		{"constant: hello", "constant: hello\n              parameterExpressionSelector: size(x)", `Unknown selector: p.yaml:26: "size(x)" is not like parseJson(string_value)["key"].`},
		{"constant: hello", "constant: '{{$.pipeline_job_root}}'", "Unknown placeholder: p.yaml:26: {{$.pipeline_job_root}} is in a text."},
		{"constant: hello", "constant: '{{$.pipeline_google_cloud_location}}'", "Placeholder of Vertex AI: p.yaml:26:"},
		{"taskInfo:", "dependentTasks: [other]\n        taskInfo:", `Unknown task: p.yaml:21: Task "say" comes after "other", which is not here.`},
		{"taskInfo:", "triggerPolicy: {condition: 'size(inputs) > 1'}\n        taskInfo:", `Unknown condition: p.yaml:29: The condition of task "say", "size(inputs) > 1": "size" is not known.`},
		{"taskInfo:", "triggerPolicy: {condition: 'inputs.parameter_values[\"x\"] == 1'}\n        taskInfo:", `the task is not given "x".`},
		{"taskInfo:", "triggerPolicy: {condition: '\"a\" =~ \"b\"'}\n        taskInfo:", `"=~ \"b\"" cannot be read.`},
		{"taskInfo:", "parameterIterator: {items: {raw: '{}'}, itemInput: text}\n        taskInfo:", `Items that are no list: p.yaml:29: Task "say" loops over "{}".`},
		{"taskInfo:", "parameterIterator: {items: {inputParameter: x}, itemInput: text}\n        taskInfo:", `Unknown items: p.yaml:29: Task "say" loops over its input "x", which it is not given.`},
		{"taskInfo:", "artifactIterator: {items: {inputArtifact: x}, itemInput: text}\n        taskInfo:", "Loop over artifacts: p.yaml:29:"},
		{"taskInfo:", "retryPolicy: {maxRetryCount: 1, backoffDuration: soon}\n        taskInfo:", `Invalid duration: p.yaml:29: Task "say": "soon" is no duration like 30s.`},
		{"taskInfo:", "triggerPolicy: {strategy: ALL_UPSTREAM}\n        taskInfo:", `Unknown strategy: p.yaml:29: Task "say" has the trigger strategy "ALL_UPSTREAM".`},
		{"- echo", "- '{{$}}'\n        - '{{$.outputs.artifacts[''x''].metadata}}'", "Unknown name in a placeholder: p.yaml:12:"},
		{"- echo", "- '{{$.inputs.parameters[''x'']}}'", "Unknown name in a placeholder: p.yaml:12: The component has no such parameter as in {{$.inputs.parameters['x']}}."},
		{"- echo", "- '{{$.inputs.artifacts[''text''].path}}'", "Unknown name in a placeholder: p.yaml:12: The component has no such artifact as in"},
		{"- echo", "- '{\"IfPresent\": {\"InputName\": \"x\"}}'", `IfPresent looks at the input "x", which the component does not have.`},
		{"- echo", "- '{\"Concat\": [1]}'", "Unknown placeholder: p.yaml:12: An argument holds a structure that is neither IfPresent nor Concat."},
		{"image: alpine", "image: argostub/createpvc", `Volume claim made by a task: p.yaml:26: Task "say" makes one with text.`},
		{"image: alpine", "image: alpine\n        lifecycle: {preCacheCheck: {}}", "Container with a lifecycle: p.yaml:13:"},
		{"      container:", "      resolver: {}\n      other:", `has no field "other".`},
		{"    exec-say:\n      container:\n        image: alpine\n        command:\n        - echo\n        - '{{$.inputs.parameters[''text'']}}'", "    exec-say: {customJob: {}}", "Job of Vertex AI: p.yaml:10:"},
		{"    executorLabel: exec-say", "    dag: {tasks: {x: {componentRef: {name: comp-say}}}}", `Component inside itself: p.yaml:3: "comp-say" uses itself, and would never end.`},
		{"sdkVersion", "---\nplatforms: {kubernetes: {pipelineConfig: {workspace: {size: 1Gi}}}}\n---\nsdkVersion", "More than one pipeline: p.yaml:35: The first one starts on line 1."},
		{"constant: hello", "constant: '{{$.workspace_path}}'", "No workspace: p.yaml:26: {{$.workspace_path}} is in a text, and the package asks for no workspace."},
		{"sdkVersion: kfp-2.15.2", "---\nplatforms: {kubernetes: {deploymentSpec: {executors: {exec-say: {init: 1}}}}}", `Unknown field: p.yaml:33: platforms.kubernetes.deploymentSpec.executors.exec-say has no field "init".`},
		{"sdkVersion: kfp-2.15.2", "---\nkind: Deployment\napiVersion: apps/v1", `Not a pipeline of KFP: p.yaml:33: This is a Kubernetes object of kind "Deployment" (apps/v1).`},
		{"sdkVersion: kfp-2.15.2", "---\n[]", "Not a pipeline: p.yaml:33: This document is no mapping."},
		{"sdkVersion: kfp-2.15.2", "defaultPipelineRoot: s3://b", `Place of the artifacts: p.yaml:1: The package says "s3://b"`},
	} {
		if strings.Count(minimal, c.from) == 0 {
			t.Fatalf("%q is not in the package", c.from)
		}
		_, problems := check(strings.Replace(minimal, c.from, c.to, 1), "p.yaml")
		if all := strings.Join(texts(problems), "\n"); !strings.Contains(all, c.want) {
			t.Errorf("%q:\ngot  %s\nwant %s", c.to, all, c.want)
		}
	}
}

func TestWhatIsNoPackage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                    "Empty package: p.yaml: There is no pipeline in it.",
		"# nothing\n---\n":                    "Empty package",
		"a: [":                                "Not YAML: p.yaml:1: ",
		"\xff":                                "Not a text",
		"a\x00":                               "Not a text",
		"- a":                                 "Not a pipeline: p.yaml:1: This document is no mapping.",
		"platforms: {}":                       "No pipeline: p.yaml: There is no document with pipelineInfo and root.",
		"implementation: {container: {}}":     "Not a pipeline: p.yaml:1: It is one component",
		"kind: Workflow\napiVersion: argo/v1": `This is a Kubernetes object of kind "Workflow" (argo/v1).`,
		"kind: PipelineVersion\nspec: {pipelineSpecURI: 'https://x'}":           `It only names the place of the pipeline, "https://x"`,
		strings.Repeat("a", 9<<20):                                              "Package too large",
		"a: &a [b, b]\nb: &b [*a, *a]\nc: *b":                                   `Unknown field: p.yaml:1: pipeline has no field "a".`,
		"components: " + strings.Repeat("{a: ", 200) + strings.Repeat("}", 200): "Unknown field",
	} {
		_, problems := check(text, "p.yaml")
		if all := strings.Join(texts(problems), "\n"); !problems.HasError() || !strings.Contains(all, want) {
			t.Errorf("%.60q:\ngot  %s\nwant %s", text, all, want)
		}
	}
}
