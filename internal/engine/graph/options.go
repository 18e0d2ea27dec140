package graph

import (
	"slices"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// What may be written where there are only a few choices.
var (
	PodGCs      = []string{"OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"}
	ArtifactGCs = []string{"OnWorkflowCompletion", "OnWorkflowDeletion", "Never"}
)

// checkOptions finds what is wrong with the settings of a pipeline as a whole.
func checkOptions(o spec.Options) problem.List {
	var l problem.List
	if o.Parallelism != nil && *o.Parallelism < 1 {
		l.Errorf(problem.At("parallelism"), "Invalid number", "With %d tasks at a time no task could ever run. Write at least 1, or leave parallelism out for no bound.", *o.Parallelism)
	}
	checkSeconds(&l, problem.At("timeout"), o.Timeout)
	if o.TTL != nil {
		at := problem.At("ttl")
		checkSeconds(&l, at.Attr("after_completion"), o.TTL.AfterCompletion)
		checkSeconds(&l, at.Attr("after_success"), o.TTL.AfterSuccess)
		checkSeconds(&l, at.Attr("after_failure"), o.TTL.AfterFailure)
	}
	checkChoice(&l, problem.At("pod_gc"), "Unknown time", o.PodGC, PodGCs)
	checkChoice(&l, problem.At("artifact_gc"), "Unknown time", o.ArtifactGC, ArtifactGCs)
	if r := o.ArtifactRepository; r != nil {
		at := problem.At("artifact_repository")
		checkNeededName(&l, at.Attr("config_map"), r.ConfigMap)
		checkDataKey(&l, at.Attr("key"), r.Key)
	}
	checkSynchronization(&l, problem.At("synchronization"), o.Synchronization)
	for key, value := range o.Labels {
		at := problem.At("run_labels").Key(key)
		checkLabel(&l, at, key, value)
		checkReserved(&l, at, "label", key, "terraform-provider-kfp/")
	}
	return l
}

func checkSynchronization(l *problem.List, at problem.Path, s *spec.Synchronization) {
	if s == nil {
		return
	}
	for _, name := range s.Mutexes {
		if strings.TrimSpace(name) == "" || strings.ContainsAny(name, "/{}") {
			l.Errorf(at.Attr("mutexes"), "Invalid name", "%q cannot name a mutex: Argo takes \"/\" and braces in it for something else. Write a name such as \"database\".", name)
		}
	}
	seen := map[spec.Semaphore]bool{}
	for i, sem := range s.Semaphores {
		at := at.Attr("semaphores").Index(i)
		checkNeededName(l, at.Attr("config_map"), sem.ConfigMap)
		checkDataKey(l, at.Attr("key"), sem.Key)
		known := sem.ConfigMap != spec.Unknown && sem.Key != spec.Unknown
		if known && seen[sem] {
			l.Errorf(at, "Duplicate semaphore", "Key %q of config map %q is listed already; holding it twice would make the run wait for itself. Remove one.", sem.Key, sem.ConfigMap)
		}
		seen[sem] = true
	}
}

// checkHeld refuses a mutex that the run, or the pipeline's task in another one, holds until its tasks are over.
func checkHeld(l *problem.List, at problem.Path, pipeline, task *spec.Synchronization) {
	if pipeline == nil || task == nil {
		return
	}
	for _, name := range task.Mutexes {
		if name != spec.Unknown && slices.Contains(pipeline.Mutexes, name) {
			l.Errorf(at.Attr("mutexes"), "Mutex that is held already", "The pipeline's own synchronization holds mutex %q until all its tasks are over, so this task would wait for ever. Remove it from one of the two.", name)
		}
	}
}
