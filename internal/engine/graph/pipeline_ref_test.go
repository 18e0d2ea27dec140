package graph_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Of a run of what is no pipeline that alone is said, and not what its inputs lack.
func TestOnlyPipelinesRun(t *testing.T) {
	t.Parallel()
	say := spec.Ref{
		Kind: spec.ComponentKind, Namespace: "etl", Name: "say",
		Interface: spec.Interface{Inputs: map[string]spec.Input{"text": {Type: spec.String}}},
	}
	const want = `pipeline: Not a pipeline: "say" is a component. Give the ref of a kfp_pipeline.`
	run := graph.CheckRun(spec.Run{Namespace: "etl", Pipeline: say})
	if len(run) != 1 || run[0].String() != want {
		t.Errorf("run: %v", run)
	}
	recurring := graph.CheckRecurringRun(spec.RecurringRun{Namespace: "etl", Name: "nightly", Pipeline: say})
	if len(recurring) != 1 || recurring[0].String() != want {
		t.Errorf("recurring run: %v", recurring)
	}
}
