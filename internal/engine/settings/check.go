package settings

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// CheckDefaults finds what is wrong with the settings that the tasks of a pipeline share, beside their expressions,
// which are checked as texts.
func CheckDefaults(l *problem.List, defaults *spec.Settings) {
	checkAll(l, problem.At("defaults"), defaults)
	checkDefaultMetadata(l, defaults)
	checkNoChoice(l, defaults)
}

// CheckTask finds what is wrong with the settings of a task, by themselves and as they meet the defaults.
func CheckTask(l *problem.List, at problem.Path, defaults, task *spec.Settings) {
	if task.AreUnset() {
		return
	}
	checkAll(l, at, task)
	checkTaskMetadata(l, at, task)
	checkMerged(l, at, defaults, task)
}

func checkAll(l *problem.List, at problem.Path, s *spec.Settings) {
	for _, setting := range All {
		setting.check(l, at, s)
	}
	checkNames(l, at, *s)
}
