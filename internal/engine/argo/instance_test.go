package argo_test

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func TestObjectsAreGivenToAnInstance(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "blue"} {
		run := compile.Run(spec.Run{Name: "r", Labels: map[string]string{"team": "etl"}})
		compile.ForInstance(run, id)
		if _, there := run.Labels[compile.InstanceLabel]; run.Labels[compile.InstanceLabel] != id || there != (id != "") {
			t.Errorf("labels of a run for %q: %v", id, run.Labels)
		}
		schedule := mustRecurring(t, nightly())
		schedule.ForInstance(id)
		if got := compile.InstanceOf(schedule.Cron); got != id {
			t.Errorf("instance %q of a schedule for %q", got, id)
		}
		other := mustRecurring(t, nightly())
		other.ForInstance("green")
		if paths := compile.Differences(schedule.Cron, other.Cron); len(paths) != 1 || paths[0] != `metadata.labels["workflows.argoproj.io/controller-instanceid"]` {
			t.Errorf("differences %v", paths)
		}
	}
}
