package argo_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func TestObjectsAreGivenToAnInstance(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "blue"} {
		run := argo.Run(spec.Run{Name: "r", Labels: map[string]string{"team": "etl"}})
		argo.ForInstance(run, id)
		if _, there := run.Labels[argo.InstanceLabel]; run.Labels[argo.InstanceLabel] != id || there != (id != "") {
			t.Errorf("labels of a run for %q: %v", id, run.Labels)
		}
		schedule := mustRecurring(t, nightly())
		schedule.ForInstance(id)
		if got := argo.InstanceOf(schedule.Cron); got != id {
			t.Errorf("instance %q of a schedule for %q", got, id)
		}
		other := mustRecurring(t, nightly())
		other.ForInstance("green")
		if paths := argo.Differences(schedule.Cron, other.Cron); len(paths) != 1 || paths[0] != `metadata.labels["workflows.argoproj.io/controller-instanceid"]` {
			t.Errorf("differences %v", paths)
		}
	}
}
