package kfpir_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// The scripts that versions of KFP's compiler have put around a function, spaces and all.
const (
	ensure = "\nif ! [ -x \"$(command -v pip)\" ]; then\n    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip\nfi\n\n"
	pip    = "PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet     --no-warn-script-location "
	ownKFP = "'kfp==2.15.2' '--no-deps' 'typing-extensions>=3.7.4,<5; python_version<\"3.9\"'"
	then   = " && \"$0\" \"$@\"\n"
	venv   = "\nexport PIP_DISABLE_PIP_VERSION_CHECK=1\ntmp=$(mktemp -d)\npython3 -m venv \"$tmp/venv\" --system-site-packages\n. \"$tmp/venv/bin/activate\"\n "
	run    = "program_path=$(mktemp -d)\n\nprintf \"%s\" \"$0\" > \"$program_path/ephemeral_component.py\"\n_KFP_RUNTIME=true python3 -m kfp.dsl.executor_main                         --component_module_path                         \"$program_path/ephemeral_component.py\"                         \"$@\"\n"
	module = "\nimport kfp\nfrom kfp import dsl\nfrom kfp.dsl import *\nfrom typing import *\n\ndef double(n: int, note: OutputPath(str)) -> float:\n    \"\"\"Doubles.\"\"\"\n    open(note, 'w').write('{{n}}')\n    return n * 2.0\n\n"
)

// packageOf is a package of one function with a command.
func packageOf(command, args []string) string {
	raw, _ := json.Marshal(map[string]any{"command": command, "args": args, "image": "python:3.12"})
	return `{"components": {"comp-double": {"executorLabel": "e",
  "inputDefinitions": {"parameters": {"n": {"parameterType": "NUMBER_INTEGER"}}},
  "outputDefinitions": {"parameters": {"Output": {"parameterType": "NUMBER_DOUBLE"}, "note": {"parameterType": "STRING"}}}}},
 "deploymentSpec": {"executors": {"e": {"container": ` + string(raw) + `}}},
 "pipelineInfo": {"name": "double"}, "schemaVersion": "2.1.0", "sdkVersion": "kfp",
 "root": {"dag": {"tasks": {"double": {"componentRef": {"name": "comp-double"}, "taskInfo": {"name": "double"},
  "inputs": {"parameters": {"n": {"runtimeValue": {"constant": 2.0}}}}}}}}}`
}

var executor = []string{"--executor_input", "{{$}}", "--function_to_execute", "double"}

func TestCommandsOfFunctions(t *testing.T) {
	t.Parallel()
	old := strings.Replace(run, "kfp.dsl.", "kfp.components.", 1)
	index := "--index-url https://a.example/simple --extra-index-url https://b.example/simple --trusted-host a.example "
	for name, c := range map[string]struct {
		command []string
		want    spec.Python
	}{
		"as it is now":             {[]string{"sh", "-c", ensure + pip + ownKFP + then, "sh", "-ec", run, module}, spec.Python{}},
		"without kfp":              {[]string{"sh", "-ec", old, module}, spec.Python{}},
		"kfp with its needs":       {[]string{"sh", "-c", ensure + pip + "'kfp==2.0.0-beta.16'" + then, "sh", "-ec", old, module}, spec.Python{}},
		"the first betas":          {[]string{"sh", "-ec", strings.Replace(old, "_KFP_RUNTIME=true ", "", 1), module}, spec.Python{}},
		"packages before kfp":      {[]string{"sh", "-c", ensure + pip + "'pandas==2.2.0' 'a[b]>=1; python_version<\"3.9\"' && python3 -m pip install --quiet --no-warn-script-location " + ownKFP + then, "sh", "-ec", run, module}, spec.Python{Packages: []string{"pandas==2.2.0", `a[b]>=1; python_version<"3.9"`}}},
		"packages after kfp":       {[]string{"sh", "-c", ensure + pip + ownKFP + " && python3 -m pip install --quiet --no-warn-script-location 'pandas'" + then, "sh", "-ec", run, module}, spec.Python{Packages: []string{"pandas"}}},
		"indexes":                  {[]string{"sh", "-c", ensure + pip + index + "'yapf' && python3 -m pip install " + index + ownKFP + then, "sh", "-ec", run, module}, spec.Python{Packages: []string{"yapf"}, IndexURLs: []string{"https://a.example/simple", "https://b.example/simple"}, TrustedHosts: []string{"a.example"}}},
		"indexes for kfp alone":    {[]string{"sh", "-c", ensure + pip + index + ownKFP + then, "sh", "-ec", run, module}, spec.Python{}},
		"a virtual environment":    {[]string{"sh", "-c", ensure + pip + "'yapf' && " + venv + "python3 -m pip install " + ownKFP + then, "sh", "-ec", run, module}, spec.Python{Packages: []string{"yapf"}}},
		"kfp of a pull request":    {[]string{"sh", "-c", ensure + pip + "'git+https://github.com/kubeflow/pipelines@main#egg=kfp&subdirectory=sdk/python'" + then, "sh", "-ec", run, module}, spec.Python{}},
		"kfp among one's packages": {[]string{"sh", "-c", ensure + pip + "'kfp==2.0' 'pandas'" + then, "sh", "-ec", run, module}, spec.Python{Packages: []string{"kfp==2.0", "pandas"}}},
	} {
		p, problems := check(packageOf(c.command, executor), "p.json")
		if len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
			continue
		}
		c.want.Source, c.want.Definition, c.want.FirstLine, c.want.SourceFile, c.want.Function = module, module, 1, "double.py", "double"
		c.want.Image, c.want.ReturnsValue, c.want.KFP = "python:3.12", true, true
		c.want.Arguments = []spec.Argument{
			{Name: "n", Passing: spec.PassParameter, Type: spec.Integer}, {Name: "note", Passing: spec.PassOutputPath, Type: spec.String},
		}
		got := p.Pipeline.Components["double"]
		if diff := cmp.Diff(&c.want, got.Python); diff != "" || got.Description != "Doubles." {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A command that is none of these is any program's: nothing is guessed, and it is given what KFP gives it.
func TestCommandsOfOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		command []string
		args    []string
	}{
		"another script":      {[]string{"sh", "-c", "apt-get update && " + pip + ownKFP + then, "sh", "-ec", run, module}, executor},
		"another runner":      {[]string{"sh", "-ec", run + "rm -rf /\n", module}, executor},
		"an option of pip":    {[]string{"sh", "-c", pip + "--target /x 'a'" + then, "sh", "-ec", run, module}, executor},
		"an unclosed quote":   {[]string{"sh", "-c", pip + "'a" + then, "sh", "-ec", run, module}, executor},
		"a substitution":      {[]string{"sh", "-c", pip + "$(cat x)" + then, "sh", "-ec", run, module}, executor},
		"an index without it": {[]string{"sh", "-c", pip + "--index-url" + then, "sh", "-ec", run, module}, executor},
		"an image of its own": {[]string{"python3.9", "-m", "kfp.dsl.executor_main"}, executor},
		"no function":         {[]string{"sh", "-ec", run, module}, []string{"--executor_input", "{{$}}"}},
	} {
		p, problems := check(packageOf(c.command, c.args), "p.json")
		if problems.HasError() {
			t.Errorf("%s: %v", name, problems)
		}
		got := p.Pipeline.Components["double"].Container
		if got == nil || len(got.Command) != 4 || len(got.Args) != len(c.command)+len(c.args) {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		if python := got.Command[0]; python != "python3" && python != c.command[0] {
			t.Errorf("%s: %s", name, python)
		}
		want := "{{ toJSON({inputs: {parameterValues: {'n': inputs.n}, artifacts: {}}, outputs: {parameters: {'Output': {outputFile: " +
			"outputs.Output.path}, 'note': {outputFile: outputs.note.path}}, artifacts: {}, outputFile: '/tmp/kfp_output_metadata.json'}}) }}"
		if got.Command[3] != want || got.Args[len(c.command)+1] != want {
			t.Errorf("%s: %s", name, got.Command[3])
		}
	}
}

func TestSourcesThatDisagree(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		strings.NewReplacer("n: int", "m: int", "n *", "m *").Replace(module): `Source and package disagree: p.json:4: Argument "m" of double (double.py:7) is neither an input nor an output of the component (line 1).`,
		strings.NewReplacer("n: int, ", "", "n *", "1 *").Replace(module):     `Input "n" of the component (line 1) is no argument of double (double.py:7).`,
		strings.Replace(module, "def double", "def du", 1):                    `No such function in the source: p.json:4: double.py:`,
		module + "\nx = (": "p.json:4: double.py:",
	} {
		_, problems := check(packageOf([]string{"sh", "-ec", run, source}, executor), "p.json")
		if all := strings.Join(texts(problems), "\n"); !strings.Contains(all, want) {
			t.Errorf("got  %s\nwant %s", all, want)
		}
	}
}

// Packages come as YAML or JSON, alone or inside of something else, and mean the same.
func TestForms(t *testing.T) {
	t.Parallel()
	text := packageOf([]string{"sh", "-ec", run, module}, executor)
	want, problems := check(text, "p")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	indent := func(s string) string { return strings.ReplaceAll(s, "\n", "\n\t") }
	for name, form := range map[string]string{
		"a byte order mark":    "\ufeff" + text,
		"carriage returns":     strings.ReplaceAll(text, "\n", "\r\n"),
		"tabs":                 indent(text),
		"a manifest":           `{"apiVersion": "pipelines.kubeflow.org/v2beta1", "kind": "PipelineVersion", "metadata": {"name": "x"}, "spec": {"pipelineSpec": ` + text + `}}`,
		"after its pipeline":   "apiVersion: pipelines.kubeflow.org/v2beta1\nkind: Pipeline\n---\n" + text,
		"a job":                `{"pipelineSpec": ` + text + `}`,
		"a job in snake case":  `{"pipeline_spec": ` + text + `}`,
		"fields in snake case": strings.NewReplacer("executorLabel", "executor_label", "inputDefinitions", "input_definitions", "taskInfo", "task_info", "parameterType", "parameter_type").Replace(text),
		"numbers for types":    strings.NewReplacer(`"NUMBER_INTEGER"`, "2", `"STRING"`, "3").Replace(text),
		"escapes":              strings.Replace(text, `"double"}, "schema`, `"dou\u0062le"}, "schema`, 1),
	} {
		got, problems := check(form, "p")
		if len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
		if diff := cmp.Diff(want.Pipeline, got.Pipeline); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	_, problems = check(`{"runtimeConfig": {"parameterValues": {}}, "pipelineSpec": `+text+`}`, "p")
	if all := strings.Join(texts(problems), "\n"); problems.HasError() || !strings.Contains(all, "Not a part of the pipeline: p:1: runtimeConfig") {
		t.Error(all)
	}
}

// JSON writes a character beyond the first 65,536 as two escapes.
func TestCharactersInPairs(t *testing.T) {
	t.Parallel()
	text := strings.Replace(packageOf([]string{"echo"}, nil), `"name": "double"}, "schema`, `"name": "double", "description": "\ud83d\ude00 \\ud83d\\ude00"}, "schema`, 1)
	p, problems := kfpir.Read(text, kfpir.Options{})
	if want := "\U0001F600 \\ud83d\\ude00"; problems.HasError() || p.Pipeline.Description != want {
		t.Errorf("%q, want %q: %v", p.Pipeline.Description, want, problems)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	off := false
	text := strings.Replace(packageOf([]string{"sh", "-ec", run, module}, executor), `"taskInfo"`, `"cachingOptions": {"enableCache": true}, "taskInfo"`, 1)
	p, problems := kfpir.Read(text, kfpir.Options{
		Name: "other", Cache: &off, Images: map[string]string{"python:3.12": "registry.local/python:3.12", "alpine": "x"},
	})
	all := strings.Join(texts(problems), "\n")
	if want := `Image that nothing runs: No container of the package has the image "alpine".`; all != want {
		t.Errorf("got %s, want %s", all, want)
	}
	c := p.Pipeline.Components["double"]
	if p.Pipeline.Name != "other" || c.Python.Image != "registry.local/python:3.12" || p.Pipeline.Tasks["double"].Cache != nil {
		t.Errorf("%+v", p.Pipeline)
	}
}
