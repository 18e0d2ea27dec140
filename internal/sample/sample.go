// Package sample has specs in which every field is set, for the tests of several packages.
package sample

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// EverySetting sets every field of the settings, in a way that is right.
func EverySetting() spec.Settings {
	s := settings.Every()
	s.Timeout, s.Cache.Key = "60s", "fixed"
	s.Resources = &spec.Resources{
		Requests: map[string]string{
			"cpu": "1000m", "nvidia.com/gpu": "1",
		}, Limits: map[string]string{"cpu": "2", "nvidia.com/gpu": "1"},
	}
	s.Volumes = map[string]spec.Volume{
		"a": {
			MountPath: "/a", SubPath: "x", ReadOnly: true, Secret: "s", Optional: true, Items: map[string]string{"a": "x"},
			DefaultMode: "0400",
		}, "b": {MountPath: "/b", ConfigMap: "c"}, "c": {MountPath: "/c", Claim: "c"},
		"d": {MountPath: "/d", EmptyDir: &spec.EmptyDir{Medium: "Memory", SizeLimit: "1Gi"}},
		"e": {
			MountPath: "/e",
			Ephemeral: &spec.EphemeralClaim{
				Size: "1Gi", StorageClass: "fast", AccessModes: []string{"ReadOnlyMany", "ReadWriteOnce"},
			},
		},
	}
	return s
}

// EveryOption sets every field of the options, in a way that is right.
func EveryOption() spec.Options {
	return spec.Options{
		Parallelism: new(int64(2)), Timeout: "1h", FailFast: new(true), TTL: &spec.TTL{
			AfterCompletion: "24h", AfterSuccess: "1h", AfterFailure: "48h",
		},
		PodGC: "OnPodSuccess", ArchiveLogs: new(true), ArtifactGC: "Never", ArtifactRepository: &spec.RepositoryRef{
			ConfigMap: "c", Key: "k",
		},
		Synchronization: &spec.Synchronization{Mutexes: []string{"run"}, Semaphores: []spec.Semaphore{{ConfigMap: "c", Key: "run"}}}, // tasks have others
		Labels:          map[string]string{"team": "etl"},
		VolumeClaims: map[string]spec.EphemeralClaim{
			"shared": {Size: "1Gi", StorageClass: "fast", AccessModes: []string{"ReadWriteMany"}},
		},
	}
}

// EveryOptionAtRoot is EveryOption with an address in place of the name of a repository, which excludes it.
func EveryOptionAtRoot() spec.Options {
	o := EveryOption()
	o.ArtifactRepository, o.PipelineRoot = nil, "s3://models/team/a?endpoint=10.0.0.1:9000&insecure=true&secret=s3"
	return o
}
