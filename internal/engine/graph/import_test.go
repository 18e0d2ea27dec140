package graph_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// imported makes task a an import.
func imported(of spec.Type, inputs ...string) change {
	return task("a", func(t *spec.Task) {
		t.Component, t.Inputs = spec.ImportRef(of), map[string]string{}
		for i := 0; i < len(inputs); i += 2 {
			t.Inputs[inputs[i]] = inputs[i+1]
		}
	})
}

func TestImports(t *testing.T) {
	t.Parallel()
	const uri = "s3://b/{{ parameters.word }}"
	takes := input("b", "file", "{{ tasks.a.output }}")
	for name, test := range map[string]struct {
		changes []change
		want    string
	}{
		"right":            {[]change{imported(spec.Dataset, "uri", uri, "metadata", `{"a":1}`), takes}, ""},
		"a metadata value": {[]change{imported(spec.Dataset, "uri", uri, "metadata", "{{ {'w': parameters.word} }}"), takes}, ""},
		"as a fallback": {[]change{imported(spec.Dataset, "uri", uri), input(
			"c", "file", "{{ tasks.b.outputs.file ?? tasks.a.outputs.artifact }}",
		)}, ""},
		"another type":      {[]change{imported(spec.Model, "uri", uri), takes}, `tasks["b"].inputs["file"]: `},
		"no type":           {[]change{imported("Modell", "uri", uri)}, `tasks["a"].import.type: "Modell" is no type`},
		"a list":            {[]change{imported("list(Model)", "uri", uri)}, `tasks["a"].import.type: "list(Model)" is no type`},
		"no address":        {[]change{imported(spec.Model, "uri", "b/k")}, `tasks["a"].import.uri: `},
		"an unknown scheme": {[]change{imported(spec.Model, "uri", "ftp://b/k")}, `tasks["a"].import.uri: "ftp" is not a scheme`},
		"an unknown name":   {[]change{imported(spec.Model, "uri", "s3://b/{{ parameters.x }}")}, `tasks["a"].import.uri: `},
		"text for metadata": {[]change{imported(spec.Model, "uri", uri, "metadata", "text")}, `tasks["a"].import.metadata: `},
		"a list of metadata": {
			[]change{imported(spec.Model, "uri", uri, "metadata", "[1]")}, `tasks["a"].import.metadata: `,
		},
		"a loop":    {[]change{imported(spec.Model, "uri", uri), loopA()}, `tasks["a"].for_each: The task is an import`},
		"a setting": {[]change{imported(spec.Model, "uri", uri), task("a", func(t *spec.Task) { t.Timeout = "5m" })}, `tasks["a"].timeout: `},
		"a lock": {[]change{imported(spec.Model, "uri", uri), task("a", func(t *spec.Task) {
			t.Synchronization = &spec.Synchronization{Mutexes: []string{"m"}}
		})}, `tasks["a"].synchronization: `},
		"an output": {[]change{imported(spec.Model, "uri", uri), func(p *spec.Pipeline) {
			p.Outputs["x"] = "{{ tasks.a.output }}"
		}}, `outputs["x"]: Task "a" imports`},
	} {
		found := strings.Join(checked(test.changes...), "\n")
		at, what, _ := strings.Cut(test.want, ": ")
		if test.want == "" && found != "" || !strings.Contains(found, at) || !strings.Contains(found, what) {
			t.Errorf("%s: %s, want %s", name, found, test.want)
		}
	}
}

// A run gives artifacts by their addresses.
func TestArtifactsOfRuns(t *testing.T) {
	t.Parallel()
	pipeline := spec.Ref{Kind: spec.PipelineKind, Name: "p", Interface: spec.Interface{Inputs: map[string]spec.Input{
		"data": {Type: spec.Dataset}, "more": {Type: spec.ListOf(spec.Dataset), Optional: true},
	}}}
	for _, test := range []struct {
		given map[string]string
		want  string
	}{
		{map[string]string{"data": "s3://b/k?secret=s"}, ""},
		{map[string]string{"data": spec.Unknown}, ""},
		{nil, `Missing parameter`},
		{map[string]string{"data": "b/k"}, `parameters["data"]: Invalid address`},
		{map[string]string{"data": "ftp://b/k"}, `"ftp" is not a scheme`},
		{map[string]string{"data": "s3://b/{{ run.name }}"}, `parameters["data"]: `},
		{map[string]string{"data": "s3://b/k", "more": "s3://b/k"}, `parameters["more"]: List of artifacts`},
	} {
		var all strings.Builder
		for _, p := range graph.CheckRun(spec.Run{Pipeline: pipeline, Parameters: test.given}) {
			all.WriteString(p.String() + "\n")
		}
		text := all.String()
		if test.want == "" && text != "" || !strings.Contains(text, test.want) {
			t.Errorf("%v: %q, want %q", test.given, text, test.want)
		}
	}
}
