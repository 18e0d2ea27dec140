package graph

import (
	"slices"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// What may be written where there are only a few choices.
var (
	PodGCs      = []string{"OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"}
	ArtifactGCs = []string{"OnWorkflowCompletion", "OnWorkflowDeletion", "Never"}
)

// checkParallelism refuses a bound of a pipeline or a group under which nothing runs.
func checkParallelism(l *problem.List, bound *int64) {
	if bound != nil && *bound < 1 {
		l.Errorf(
			problem.At("parallelism"), "Invalid number",
			"With %d tasks at a time no task could ever run. Write at least 1, or leave parallelism out for no bound.",
			*bound,
		)
	}
}

// checkOptions finds what is wrong with the other settings of a pipeline as a whole.
func checkOptions(o spec.Options) problem.List {
	var l problem.List
	check.Seconds(&l, problem.At("timeout"), o.Timeout)
	if o.TTL != nil {
		at := problem.At("ttl")
		check.Seconds(&l, at.Attr("after_completion"), o.TTL.AfterCompletion)
		check.Seconds(&l, at.Attr("after_success"), o.TTL.AfterSuccess)
		check.Seconds(&l, at.Attr("after_failure"), o.TTL.AfterFailure)
	}
	check.Choice(&l, problem.At("pod_gc"), "Unknown time", o.PodGC, PodGCs)
	check.Choice(&l, problem.At("artifact_gc"), "Unknown time", o.ArtifactGC, ArtifactGCs)
	if r := o.ArtifactRepository; r != nil {
		at := problem.At("artifact_repository")
		check.NeededName(&l, at.Attr("config_map"), r.ConfigMap)
		check.DataKey(&l, at.Attr("key"), r.Key)
	}
	checkRoot(&l, o)
	settings.CheckSynchronization(&l, problem.At("synchronization"), o.Synchronization)
	for key, value := range o.Labels {
		at := problem.At("run_labels").Key(key)
		check.Label(&l, at, key, value)
		check.Reserved(&l, at, "label", key, "terraform-provider-kfp/")
	}
	return l
}

// checkRoot finds what is wrong with the place of the artifacts, where it is an address.
func checkRoot(l *problem.List, o spec.Options) {
	at := problem.At("pipeline_root")
	if o.PipelineRoot == "" || o.PipelineRoot == spec.Unknown {
		return
	}
	if o.ArtifactRepository != nil {
		l.Errorf(at, "Two places for artifacts", "The pipeline has artifact_repository as well, which says where artifacts are "+
			"kept by the name of a config map. Remove one of the two.")
	}
	root, err := spec.ParseRoot(o.PipelineRoot)
	if err != nil {
		l.Errorf(at, "Invalid pipeline root", "%s.", err)
		return
	}
	check.ObjectName(l, at, root.Options["secret"])
	for _, option := range []string{"access_key", "secret_key", "key"} {
		if key, given := root.Options[option]; given {
			check.DataKey(l, at, key)
		}
	}
}

// checkHeld refuses a mutex that the run, or the pipeline's task in another one, holds until its tasks are over.
func checkHeld(l *problem.List, at problem.Path, pipeline, task *spec.Synchronization) {
	if pipeline == nil || task == nil {
		return
	}
	for _, name := range task.Mutexes {
		if name != spec.Unknown && slices.Contains(pipeline.Mutexes, name) {
			l.Errorf(
				at.Attr("mutexes"), "Mutex that is held already",
				"The pipeline's own synchronization holds mutex %q until all its tasks are over, so this task would wait for "+
					"ever. Remove it from one of the two.",
				name,
			)
		}
	}
}
