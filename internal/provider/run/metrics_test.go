package run

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func ranWith(name, metadata string) spec.RunInfo {
	return spec.RunInfo{Name: name, RunStatus: spec.RunStatus{
		Tasks: map[string]spec.TaskStatus{"train": {Artifacts: map[string]string{"metrics": metadata}}},
	}}
}

func TestRunsAreOrderedByAMetric(t *testing.T) {
	t.Parallel()
	runs := []spec.RunInfo{
		ranWith("newest", `{"accuracy":0.5}`), ranWith("none", ""), ranWith("text", `{"accuracy":"0.9"}`), ranWith("loop", `[{"accuracy":1}]`),
		ranWith("best", `{"accuracy":9e-1}`), ranWith("same", `{"accuracy":0.5}`), ranWith("huge", `{"accuracy":-1e999}`), {Name: "bare"},
	}
	for lowest, want := range map[bool][]string{
		false: {"best", "newest", "same", "huge", "none", "text", "loop", "bare"},
		true:  {"huge", "newest", "same", "best", "none", "text", "loop", "bare"},
	} {
		sorted := slices.Clone(runs)
		metricOrder{
			Task: types.StringValue("train"), Artifact: types.StringValue("metrics"), Metric: types.StringValue("accuracy"),
			LowestFirst: types.BoolValue(lowest),
		}.sort(sorted)
		var got []string
		for _, r := range sorted {
			got = append(got, r.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("lowest first %v: %v, want %v", lowest, got, want)
		}
	}
}

func TestMetricsAreTheNumbers(t *testing.T) {
	t.Parallel()
	run := ranWith("r", `{"accuracy":0.1,"rows":12345,"kind":"svm","ok":true,"curve":[1],"gone":null}`)
	run.Tasks["quiet"] = spec.TaskStatus{Artifacts: map[string]string{"model": `{}`, "bad": `{`}}
	want := `{"train":{"metrics":{"accuracy":0.1,"rows":12345}}}`
	if got := metricsValue(run.Tasks).String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
