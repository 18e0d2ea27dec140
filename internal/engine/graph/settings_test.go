package graph

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// found writes problems as "path: title", and the details that a test looks into after them.
func found(l problem.List) (heads []string, details string) {
	l.Sort()
	for _, p := range l {
		heads = append(heads, p.Path.String()+": "+p.Title)
		details += p.Detail + "\n"
	}
	return heads, details
}

func TestMetadataOfOneTask(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range settings.MaxTaskMetadata + 1 {
		many[string(rune('a'+i))] = "x"
	}
	ref := spec.Ref{
		Kind: spec.ComponentKind, Name: "c",
		Interface: spec.Interface{
			Outputs: map[string]spec.Output{"n": {Type: spec.Integer}, "l": {Type: spec.List}, "f": {Type: spec.Dataset}},
		},
	}
	_, problems := Check(spec.Pipeline{
		Name:     "p",
		Defaults: spec.Settings{Labels: many, Annotations: map[string]string{"note": "{{ run.name }}"}},
		Tasks: map[string]spec.Task{
			"a": {Component: ref, Settings: spec.Settings{Labels: many}},
			"b": {Component: ref, Settings: spec.Settings{
				Labels: map[string]string{
					"n": "{{ tasks.a.outputs.n }}", "l": "{{ tasks.a.outputs.l }}", "none": "{{ tasks.a.outputs.x }}",
					"run": "{{ run.name }}",
				},
				Resources: &spec.Resources{
					Limits: map[string]string{"cpu": "{{ tasks.a.outputs.f }}"},
				}, Annotations: map[string]string{"n": "{{ tasks.a.outputs.n > 1 }}"},
			}},
		},
	})
	heads, _ := found(problems)
	want := []string{
		`defaults.annotations["note"]: Expression in defaults`, `tasks["a"].labels: Too many labels`, `tasks["b"].labels["l"]: Wrong type`,
		`tasks["b"].labels["none"]: Invalid expression`, `tasks["b"].resources.limits["cpu"]: Wrong type`,
	}
	if diff := cmp.Diff(want, heads); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// What would do nothing is said, not ignored.
func TestSettingsOfTasksWithoutAPod(t *testing.T) {
	t.Parallel()
	nested := spec.Ref{Kind: spec.PipelineKind, Name: "nested"}
	lock := &spec.Synchronization{Mutexes: []string{"m"}}
	_, problems := Check(spec.Pipeline{Name: "p", Tasks: map[string]spec.Task{
		"inner": {
			Component: nested,
			Settings:  spec.Settings{Retry: &spec.Retry{Limit: 1}, Labels: map[string]string{"a": "b"}, Synchronization: lock},
		},
		"gate": {
			Approval: &spec.Approval{Timeout: "soon"}, ForEach: "[1]",
			Settings: spec.Settings{Timeout: "1h", Synchronization: lock},
		},
	}})
	heads, details := found(problems)
	want := []string{
		`tasks["gate"].approval.timeout: Invalid duration`,
		`tasks["gate"].for_each: Setting without a use`, `tasks["gate"].synchronization: Setting without a use`, `tasks["gate"].timeout: Setting without a use`,
		`tasks["inner"].labels: Setting without a use`,
	}
	if diff := cmp.Diff(want, heads); diff != "" || !strings.Contains(details, "under its defaults") {
		t.Errorf("problems (-want +got):\n%s\n%s", diff, details)
	}
}

func TestWrongOptionsAreTold(t *testing.T) {
	t.Parallel()
	problems := checkOptions(spec.Options{
		Timeout: "1d", TTL: &spec.TTL{
			AfterCompletion: "7d", AfterSuccess: "0.5s", AfterFailure: "x",
		},
		PodGC: "Never", ArtifactGC: "never", ArtifactRepository: &spec.RepositoryRef{}, PipelineRoot: "s3://b",
		Synchronization: &spec.Synchronization{Mutexes: []string{"a/b"}},
		Labels: map[string]string{
			"a b": "", "terraform-provider-kfp/kind": "run", "workflows.argoproj.io/controller-instanceid": "mine",
		},
	})
	checkParallelism(&problems, new(int64(0)))
	heads, _ := found(problems)
	want := []string{
		"artifact_gc: Unknown time", "artifact_repository.config_map: Invalid name", "artifact_repository.key: Invalid key",
		"parallelism: Invalid number", "pipeline_root: Invalid pipeline root", "pipeline_root: Two places for artifacts", "pod_gc: Unknown time", `run_labels["a b"]: Invalid label`,
		`run_labels["terraform-provider-kfp/kind"]: Reserved label`, "synchronization.mutexes: Invalid name", "timeout: Invalid duration",
		"ttl.after_completion: Invalid duration", "ttl.after_failure: Invalid duration", "ttl.after_success: Invalid " +
			"duration",
	}
	if diff := cmp.Diff(want, heads); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestUnknownOptionsPass(t *testing.T) {
	t.Parallel()
	u := spec.Unknown
	o := spec.Options{
		Timeout: u, TTL: &spec.TTL{AfterCompletion: u, AfterSuccess: u, AfterFailure: u}, PodGC: u, ArtifactGC: u,
		ArtifactRepository: &spec.RepositoryRef{ConfigMap: u, Key: u}, Labels: map[string]string{"a": u},
	}
	if heads, details := found(checkOptions(o)); heads != nil {
		t.Errorf("problems %v:\n%s", heads, details)
	}
	if heads, details := found(checkOptions(spec.Options{PipelineRoot: u})); heads != nil {
		t.Errorf("problems %v:\n%s", heads, details)
	}
}
