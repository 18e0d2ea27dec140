package argo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// TestClusterAddresses asks containers where their artifacts lie, however those come to them, and compares that with
// what Argo has loaded and saved.
func TestClusterAddresses(t *testing.T) {
	t.Parallel()
	testAddresses(newCluster(t), "s3://argo/")
}

func TestLocalAddresses(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	testAddresses(newDirectoryAt(t, directory), "file://"+directory+"/artifacts/")
}

// testAddresses is given what the addresses of the artifact repository begin with.
func testAddresses(c *cluster, repository string) {
	t := c.T
	const shell = `printf '%s\n%s\n%s' "$1" "$2" "$3" > "$4"; cp "$5" "$6" 2>/dev/null || printf made > "$6"`
	tell := c.component("tell", spec.Interface{
		Inputs: map[string]spec.Input{
			"data": {Type: spec.Dataset, Optional: true}, "many": {Type: spec.ListOf(spec.Dataset), Optional: true},
			"text": {Type: spec.String, Default: new("")},
		},
		Outputs: map[string]spec.Output{"said": {Type: spec.String}, "made": {Type: spec.Dataset}},
	}, shell, "{{ inputs.data.uri ?? 'no data' }}", "{{ inputs.many.uri ?? 'no list' }}", "{{ outputs.made.uri }}",
		"{{ outputs.said.path }}", "{{ inputs.data.path }}", "{{ outputs.made.path }}")
	plain := c.component("plain", spec.Interface{
		Outputs: map[string]spec.Output{"made": {Type: spec.Dataset}},
	}, `printf plain > "$1"`, "{{ outputs.made.path }}")
	inner := c.pipeline(spec.Pipeline{
		Name: "inner", Parameters: map[string]spec.Input{"data": {Type: spec.Dataset}},
		Tasks:   map[string]spec.Task{"deep": {Component: tell, Inputs: map[string]string{"data": "{{ parameters.data }}"}}},
		Outputs: map[string]string{"made": "{{ tasks.deep.outputs.made }}", "said": "{{ tasks.deep.outputs.said }}"},
	})
	cached := spec.Settings{Cache: &spec.Cache{Enabled: true}}
	p := spec.Pipeline{Name: "addresses", Tasks: map[string]spec.Task{
		"plain":  {Component: plain},
		"first":  {Component: tell, Inputs: map[string]string{"data": "{{ tasks.plain.output }}"}, Settings: cached},
		"again":  {Component: tell, Inputs: map[string]string{"data": "{{ tasks.plain.output }}"}, Settings: cached, DependsOn: []string{"first"}},
		"left":   {Component: plain, When: "run.name == ''"},
		"either": {Component: tell, Inputs: map[string]string{"data": "{{ tasks.left.output ?? tasks.again.outputs.made }}"}},
		"nested": {Component: inner, Inputs: map[string]string{"data": "{{ tasks.either.outputs.made }}"}},
		"loop": {
			Component: tell, ForEach: `["a", "b{{ '{{' }}"]`,
			Inputs:   map[string]string{"text": "{{ each.value }}", "data": "{{ tasks.nested.outputs.made }}"},
			Settings: spec.Settings{Retry: &spec.Retry{Limit: 1}, Synchronization: &spec.Synchronization{Mutexes: []string{"uri"}}},
		},
		"list": {Component: tell, Inputs: map[string]string{"many": "{{ tasks.loop.outputs.made }}"}},
		"imported": {Component: tell, Inputs: map[string]string{
			"data": "s3://argo/{{ tasks.nested.outputs.made == nil ? '' : run.name }}/none?endpoint=127.0.0.1:1&insecure=true",
		}},
	}, Outputs: map[string]string{}}
	delete(p.Tasks, "imported")
	for name := range p.Tasks {
		if name != "plain" && name != "left" {
			p.Outputs[name] = "{{ tasks." + name + ".outputs.said }}"
		}
	}
	p.Outputs["loop"] = "{{ toJSON(tasks.loop.outputs.said) }}"
	wf := c.wait(c.start(c.pipeline(p))[0], 6*time.Minute)
	status := c.status(wf)
	for name, text := range status.Outputs {
		t.Logf("%s: %s", name, text)
	}
	if status.Phase != spec.PhaseSucceeded {
		t.Fatalf("the run is %s: %s\n%+v", status.Phase, status.Message, status.Tasks)
	}
	said := func(task string) []string { return strings.Split(status.Outputs[task], "\n") }
	place := repository + "addresses/" + wf.Name + "/"
	if !strings.HasPrefix(said("first")[2], place+"first/") || !strings.HasSuffix(said("first")[2], "/made") {
		t.Errorf("first leaves its artifact at %s", said("first")[2])
	}
	if said("again")[2] != said("first")[2] || said("either")[0] != said("first")[2] || !status.Tasks["again"].Cached {
		t.Errorf("the cache gives %s, and the choice takes it for %s", said("again")[2], said("either")[0])
	}
	if !strings.HasPrefix(said("nested")[2], place+"deep/") || said("nested")[0] != said("either")[2] {
		t.Errorf("the nested task says %q", said("nested"))
	}
	if said("first")[1] != "no list" || said("list")[0] != "no data" || !strings.HasSuffix(said("list")[1], "/made") {
		t.Errorf("what nobody gave: %q, %q", said("first"), said("list"))
	}
	for _, node := range wf.Status.Nodes {
		if node.TemplateName != "plain" || node.Outputs == nil {
			continue
		}
		for _, a := range node.Outputs.Artifacts {
			if want := repository + a.S3.Key; want != said("first")[0] {
				t.Errorf("plain has left %s, and first is told %s", want, said("first")[0])
			}
		}
	}
}
