package runtime_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	analysis "github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// compiled is what is read here of a pipeline that KFP has compiled.
type compiled struct {
	Components map[string]struct {
		ExecutorLabel                       string
		InputDefinitions, OutputDefinitions struct {
			Parameters map[string]struct{ ParameterType string }
			Artifacts  map[string]struct {
				ArtifactType   struct{ SchemaTitle string }
				IsArtifactList bool
			}
		}
	}
	DeploymentSpec struct {
		Executors map[string]struct {
			Container struct{ Command, Args []string }
		}
	}
}

// recorded is what KFP itself gave for one execution.
type recorded struct {
	Component, Kind, Name, State string
	Inputs, Outputs              map[string]any
	InputArtifacts               map[string][]recordedArtifact `json:"input_artifacts"`
	Artifacts                    map[string]recordedArtifact
	Executions                   []recorded
}

type recordedArtifact struct {
	URI      string
	Metadata map[string]any
	Content  struct {
		Exists bool
		Text   *string
	}
}

// apart are the pipelines whose functions give something else here, and why.
var apart = map[string]string{
	"probes/quote_fstring.yaml":               "KFP breaks a component by a quote in a value; here it works",
	"components_with_optional_artifacts.yaml": "KFP fails for an optional artifact that is given; here it works",
	"probes/artifact_metadata_null.yaml":      "KFP fails for a null in the metadata; here it is kept",
	"probes/artifact_metadata.yaml":           "KFP changes the types of metadata; here they are kept",
	"critical__parameter_oneof.yaml":          "it flips a coin",

	"parallel_and_nested__loop_consume_upstream.yaml": "it returns the path of an artifact",

	"pipeline_with_volume.yaml": needsPod, "pipeline_with_secret_as_volume.yaml": needsPod, "env-var.yaml": needsPod,
	"parallel_and_nested__parallel_for_secret.yaml":                               needsPod,
	"parallel_and_nested__nested_parallel_for_secret.yaml":                        needsPod,
	"critical__pipeline_with_secret_as_env.yaml":                                  needsPod,
	"critical__pipeline_with_pod_metadata.yaml":                                   needsPod,
	"essential__component_with_env_variable.yaml":                                 needsPod,
	"local_execution__local_execution_pipeline_with_ignore_upstream_failure.yaml": needsPod,
}

const needsPod = "it needs the variables, volumes or labels of its task's pod"

// TestAsKFPItself runs the functions of compiled pipelines on the inputs with which KFP ran them, and compares what they
// give. KFP_CORPUS names the directory with the pipelines and the results.
func TestAsKFPItself(t *testing.T) {
	t.Parallel()
	root := os.Getenv("KFP_CORPUS")
	if root == "" || whole {
		t.Skip("KFP_CORPUS names no directory with compiled pipelines and their results")
	}
	text, err := os.ReadFile(filepath.Join(root, "results.json"))
	must(t, err)
	var results map[string]struct {
		Deterministic, Runnable bool
		Tasks                   []recorded
	}
	must(t, json.Unmarshal(text, &results))
	for _, name := range slices.Sorted(maps.Keys(results)) {
		result := results[name]
		if !result.Runnable {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if why, ok := apart[name]; ok {
				t.Skip(why)
			}
			path := name
			if !strings.Contains(name, "/") {
				path = "valid/" + name
			}
			text, err := os.ReadFile(filepath.Join(root, path))
			must(t, err)
			document, _, _ := strings.Cut(string(text), "\n---\n")
			var c compiled
			must(t, yaml.Unmarshal([]byte(document), &c))
			for _, task := range result.Tasks {
				for _, one := range append(task.Executions, task) {
					one.Component = task.Component
					if task.Kind == "lightweight" && (len(task.Executions) == 0 || len(one.Executions) == 0) {
						t.Run(task.Name, func(t *testing.T) { c.compare(t, one, result.Deterministic) })
					}
				}
			}
		})
	}
}

var typesOfKFP = map[string]spec.Type{
	"STRING": spec.String, "NUMBER_INTEGER": spec.Integer, "NUMBER_DOUBLE": spec.Float, "BOOLEAN": spec.Boolean,
	"LIST": spec.List, "STRUCT": spec.Struct, "TASK_FINAL_STATUS": spec.Struct,
}

func (c compiled) compare(t *testing.T, want recorded, deterministic bool) {
	component := c.Components[want.Component]
	container := c.DeploymentSpec.Executors[component.ExecutorLabel].Container
	source := container.Command[len(container.Command)-1]
	types := map[string]spec.Type{}
	for _, side := range []struct {
		Parameters map[string]struct{ ParameterType string }
		Artifacts  map[string]struct {
			ArtifactType   struct{ SchemaTitle string }
			IsArtifactList bool
		}
	}{component.InputDefinitions, component.OutputDefinitions} {
		for name, p := range side.Parameters {
			types[name] = typesOfKFP[p.ParameterType]
		}
		for name, a := range side.Artifacts {
			types[name] = spec.TypeOfTitle(a.ArtifactType.SchemaTitle)
			if a.IsArtifactList {
				types[name] = spec.ListOf(types[name])
			}
		}
	}
	f, findings := analysis.Analyze(
		analysis.Source{Name: "user.py", Text: source},
		analysis.Options{Function: container.Args[len(container.Args)-1], Types: types},
	)
	if analysis.HasError(findings) {
		t.Fatalf("%+v\n%s", findings, source)
	}
	p := newPod(t, interpreters()[0], configOf(f, types), map[string]string{"user.py": f.Definition})
	r := p.run(p.give(want, f, types))
	if strings.Contains(r.termination, "ModuleNotFoundError") {
		t.Skip(r.termination)
	}
	if succeeded := want.State == "SUCCEEDED"; succeeded != (r.code == 0) {
		t.Fatalf("KFP says %s, exit code %d: %s\n%s", want.State, r.code, r.termination, source)
	}
	if want.State == "SUCCEEDED" && deterministic {
		r.same(want, types)
	}
}

// configOf makes the Config that the provider makes of a function.
func configOf(f *analysis.Function, types map[string]spec.Type) runtime.Config {
	config := runtime.Config{
		Function: f.Name, Source: "user.py", Returns: runtime.ReturnsNone, KFP: true, SDK: f.SDK, Outputs: map[string]spec.Type{},
	}
	for _, a := range f.Arguments {
		typ := a.Type
		if given := types[a.Name]; given != "" {
			typ = given
		}
		config.Arguments = append(config.Arguments, runtime.Argument{
			Name: a.Name, Passing: runtime.Passing(a.Passing), Type: typ, Class: a.Class,
			Optional: f.Interface.Inputs[a.Name].Optional || f.Interface.Inputs[a.Name].Default != nil,
		})
	}
	for name := range f.Interface.Outputs {
		config.Outputs[name] = types[name]
	}
	switch {
	case f.NamedOutputs:
		config.Returns = runtime.ReturnsNamed
	case f.ReturnsValue:
		config.Returns = runtime.ReturnsValue
	}
	return config
}

// give lays out the artifacts that KFP gave, and returns the texts of the parameters.
func (p *pod) give(want recorded, f *analysis.Function, types map[string]spec.Type) map[string]string {
	p.t.Helper()
	texts := map[string]string{}
	for name, in := range f.Interface.Inputs {
		value, ok := want.Inputs[name]
		switch {
		case types[name].IsArtifact():
		case !ok && in.Default != nil:
			texts[name] = wire.Encode(*in.Default)
			if types[name] != spec.String {
				texts[name] = *in.Default
			}
		case !ok || value == nil:
		case types[name] == spec.String:
			texts[name] = wire.Encode(fmt.Sprint(value))
		default:
			text, err := json.Marshal(value)
			must(p.t, err)
			texts[name], err = wire.EncodeJSON(string(text))
			must(p.t, err)
		}
	}
	for name, artifacts := range want.InputArtifacts {
		var infos []map[string]any
		for i, a := range artifacts {
			file := "inputs/" + name
			if types[name].IsList() {
				file = fmt.Sprintf("inputs/%s/%d", name, i)
			}
			if a.Content.Exists && a.Content.Text == nil {
				p.t.Skip("the content of an artifact is not recorded")
			}
			text := ""
			if a.Content.Text != nil {
				text = *a.Content.Text
			}
			p.write(map[string]string{file: text})
			infos = append(infos, map[string]any{"uri": a.URI, "metadata": a.Metadata})
		}
		var info any = infos
		if !types[name].IsList() && len(infos) > 0 {
			info = infos[0]
		}
		text, err := json.Marshal(info)
		must(p.t, err)
		texts[runtime.ArtifactParameter+name] = string(text)
	}
	return texts
}

// same compares what a component gave with what KFP recorded.
func (r result) same(want recorded, types map[string]spec.Type) {
	r.t.Helper()
	for name, value := range want.Outputs {
		got := any(wire.Decode(r.output(name)))
		if types[name] != spec.String {
			if err := json.Unmarshal([]byte(r.output(name)), &got); err != nil {
				r.t.Error(err)
			}
		}
		if !reflect.DeepEqual(got, value) {
			r.t.Errorf("output %s: %#v, KFP gave %#v", name, got, value)
		}
	}
	for name, a := range want.Artifacts {
		switch file := r.path("outputs", name); {
		case !a.Content.Exists || a.Content.Text == nil:
			if _, err := os.Stat(file); err != nil {
				r.t.Error(err)
			}
		case r.file("outputs/"+name) != *a.Content.Text:
			r.t.Errorf("artifact %s: %q, KFP gave %q", name, r.file("outputs/"+name), *a.Content.Text)
		}
		var info struct{ Metadata map[string]any }
		if err := json.Unmarshal([]byte(r.output(runtime.ArtifactParameter+name)), &info); err != nil {
			r.t.Error(err)
		}
		if len(a.Metadata)+len(info.Metadata) > 0 && !reflect.DeepEqual(info.Metadata, a.Metadata) {
			r.t.Errorf("metadata of %s: %v, KFP gave %v", name, info.Metadata, a.Metadata)
		}
	}
}
