package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/pipeline"
)

// The plan of a long pipeline tells what the cluster's own definitions take: Argo 4 bounds lists in the full ones.
func TestAccLongPipelinesAreRefusedAtPlan(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p := spec.Pipeline{Namespace: "etl", Name: "long", Tasks: map[string]spec.Task{}}
	for i := range 340 {
		p.Tasks[fmt.Sprintf("t%d", i)] = spec.Task{
			Component: spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "step", Version: "v"},
		}
	}
	compiled, _, problems := pipeline.CompilePipeline(p)
	if problems.HasError() {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		crds, argo, want string
		isError          bool
	}{
		{"minimal", "v3.7.18", "", false},
		{"full", "v3.7.18", "", false},
		{
			"full", "v4.0.7",
			"has 340 tasks and groups of tasks; the cluster's definition of WorkflowTemplates takes at most 200.", true,
		},
	} {
		s.start(c.crds, c.argo)
		d := &kit.Session{
			Operator: &operate.Operator{Backend: cluster.New(cluster.Config{ConfigPaths: []string{s.kubeconfig}})},
		}
		found := d.CheckCounts(t.Context(), compiled)
		if found.HasError() != c.isError || !strings.Contains(fmt.Sprint(found), c.want) || c.want == "" && found != nil {
			t.Errorf("%s definitions of %s: %v", c.crds, c.argo, found)
		}
	}
	nowhere := &kit.Session{
		Operator: &operate.Operator{Backend: cluster.New(cluster.Config{ConfigPaths: []string{"/nowhere"}})},
	}
	if found := nowhere.CheckCounts(t.Context(), compiled); found.HasError() || !strings.Contains(fmt.Sprint(found), "which may be those of this cluster, take at most 200") {
		t.Errorf("without a cluster: %v", found)
	}
}
