package pipeline

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// A pipeline's timeout bounds its own runs. Where it is a task of another one, the plan says so.
func TestTimeoutOfAPipelineInside(t *testing.T) {
	t.Parallel()
	d := &kit.Session{Operator: &operate.Operator{}}
	d.PlannedOptions.Note(spec.Pipeline{Namespace: "etl", Name: "slow", Options: spec.Options{Timeout: "8s"}})
	d.PlannedOptions.Note(spec.Pipeline{Namespace: "etl", Name: "free"})
	d.PlannedOptions.Note(spec.Pipeline{Namespace: "etl", Name: "later", Options: spec.Options{Timeout: spec.Unknown}})
	inside := func(name string) spec.Task {
		return spec.Task{Component: spec.Ref{Kind: spec.PipelineKind, Namespace: "etl", Name: name}}
	}
	var diags diag.Diagnostics
	checkInside(t.Context(), d, spec.Pipeline{
		Namespace: "etl", Name: "outer", Options: spec.Options{Timeout: "1h"},
		Tasks: map[string]spec.Task{
			"a": inside("slow"), "b": inside("free"), "c": inside("later"),
			"d": {Component: spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "slow"}},
		},
		OnExit: map[string]spec.Task{"e": inside("slow")},
	}, &diags)
	var places []string
	for _, found := range diags {
		if at, ok := found.(diag.DiagnosticWithPath); ok && strings.Contains(found.Detail(), `timeout = "8s"`) {
			places = append(places, at.Path().String())
		}
	}
	if diags.HasError() || len(diags) != 2 || len(places) != 2 {
		t.Errorf("got %v at %v, want a warning for each of the tasks a and e", diags, places)
	}
}

// Artifacts lie at the root of the pipeline that is run. Of one inside that says another place the plan says so.
func TestRootOfAPipelineInside(t *testing.T) {
	t.Parallel()
	for outer, want := range map[string]int{"": 1, "s3://a": 0, "s3://b": 1, spec.Unknown: 0} {
		d := &kit.Session{Operator: &operate.Operator{}}
		d.PlannedOptions.Note(spec.Pipeline{Namespace: "etl", Name: "inner", Options: spec.Options{PipelineRoot: "s3://a"}})
		d.PlannedOptions.Note(spec.Pipeline{Namespace: "etl", Name: "later", Options: spec.Options{PipelineRoot: spec.Unknown}})
		d.PlannedOptions.Note(spec.Pipeline{Namespace: "etl", Name: "none"})
		tasks := map[string]spec.Task{}
		for _, name := range []string{"inner", "later", "none"} {
			tasks[name] = spec.Task{Component: spec.Ref{Kind: spec.PipelineKind, Namespace: "etl", Name: name}}
		}
		var diags diag.Diagnostics
		checkInside(t.Context(), d, spec.Pipeline{Namespace: "etl", Options: spec.Options{PipelineRoot: outer}, Tasks: tasks}, &diags)
		if diags.HasError() || len(diags) != want || want == 1 && !strings.Contains(diags[0].Detail(), `pipeline_root = "s3://a"`) {
			t.Errorf("in a pipeline at %q: %v", outer, diags)
		}
	}
}
