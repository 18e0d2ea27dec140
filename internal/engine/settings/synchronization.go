package settings

import (
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var synchronization = row[*spec.Synchronization]{
	name: "synchronization", field: func(s *spec.Settings) **spec.Synchronization { return &s.Synchronization },
	over: objectOver[spec.Synchronization](nil), wrong: CheckSynchronization,
	examples: func() []*spec.Synchronization {
		return []*spec.Synchronization{
			{Mutexes: []string{"m"}, Semaphores: []spec.Semaphore{{ConfigMap: "c", Key: "k"}}},
		}
	},
}

// CheckSynchronization finds what is wrong with the locks of a task or of a run.
func CheckSynchronization(l *problem.List, at problem.Path, s *spec.Synchronization) {
	if s == nil {
		return
	}
	for _, name := range s.Mutexes {
		if strings.TrimSpace(name) == "" || strings.ContainsAny(name, "/{}") {
			l.Errorf(
				at.Attr("mutexes"), "Invalid name",
				"%q cannot name a mutex: Argo takes \"/\" and braces in it for something else. Write a name such as \"database\".",
				name,
			)
		}
	}
	seen := map[spec.Semaphore]bool{}
	for i, sem := range s.Semaphores {
		at := at.Attr("semaphores").Index(i)
		check.NeededName(l, at.Attr("config_map"), sem.ConfigMap)
		check.DataKey(l, at.Attr("key"), sem.Key)
		known := sem.ConfigMap != spec.Unknown && sem.Key != spec.Unknown
		if known && seen[sem] {
			l.Errorf(
				at, "Duplicate semaphore",
				"Key %q of config map %q is listed already; holding it twice would make the run wait for itself. Remove one.",
				sem.Key, sem.ConfigMap,
			)
		}
		seen[sem] = true
	}
}
