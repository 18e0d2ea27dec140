package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var retryObject = objectOf(
	requiredNumberRow("limit", func(s *spec.Retry) *int64 { return &s.Limit },
		"How often to repeat, beside the first attempt: 0 to 1000. 0 switches off what `defaults` has."),
	textRow("policy", func(s *spec.Retry) *string { return &s.Policy },
		"Which failures to repeat: `OnFailure` (the container ended with an error), `OnError` (the pod was "+
			"lost, evicted or could not start), `OnTransientError` (an error that Argo takes for a passing one, "+
			"such as a quota that is used up) or `Always` (all of them). Default: `OnFailure`."),
	textRow("expression", func(s *spec.Retry) *string { return &s.Expression },
		"Condition, without `{{ }}`: repeat only while it is true. It may use `last_retry.exit_code` "+
			"(integer), `last_retry.status` (`Failed` or `Error`), `last_retry.duration` (seconds) and "+
			"`last_retry.message`. Example: `last_retry.exit_code != 2`. Default: always."),
	objectRow("backoff", func(s *spec.Retry) **spec.Backoff { return &s.Backoff },
		"Pauses before the repetitions. Default: none.", backoffObject),
)

var backoffObject = objectOf(
	requiredNotedRow[duration]("duration", func(s *spec.Backoff) *string { return &s.Duration },
		"Pause before the first repetition, such as `\"10s\"`."),
	fractionRow("factor", func(s *spec.Backoff) **float64 { return &s.Factor },
		"Each pause is the last one times this, a whole number of at least 1. Default: 1, pauses of equal "+
			"length."),
	notedRow[duration]("max", func(s *spec.Backoff) *string { return &s.Max },
		"Time from the start of the first attempt, such as `\"1h\"`, after which nothing is repeated. Default: "+
			"no limit."),
)

var cacheObject = objectOf(
	requiredFlagRow("enabled", func(s *spec.Cache) *bool { return &s.Enabled },
		"Whether to reuse outputs. `false` switches off what `defaults` has."),
	notedRow[duration]("max_age", func(s *spec.Cache) *string { return &s.MaxAge },
		"Age up to which outputs are reused, such as `\"24h\"`. Default: any age."),
	textRow("key", func(s *spec.Cache) *string { return &s.Key },
		"Text that has to be the same in place of the inputs, usually with `{{ }}`: `\"{{ inputs.day }}\"`. "+
			"Default: all inputs count."),
)

// resourcesObject is the same for tasks and for components.
var resourcesObject = objectOf(
	mapRow("requests", func(s *spec.Resources) *map[string]string { return &s.Requests }, quantityType{},
		"What the node must have free, as Kubernetes quantities by resource: `cpu` (`\"500m\"` is half a CPU), "+
			"`memory` and `ephemeral-storage` (`\"1Gi\"`), or a device such as `nvidia.com/gpu` (`\"1\"`). A "+
			"task's quantities may hold `{{ }}`. Default: the limits."),
	mapRow("limits", func(s *spec.Resources) *map[string]string { return &s.Limits }, quantityType{},
		"What the container may use at most, as Kubernetes quantities by resource. One that takes more memory "+
			"is ended, one that takes more CPU is slowed down. A task's quantities may hold `{{ }}`. Default: no "+
			"limit."),
)

// keyRefObject is a key of what holds keys.
func keyRefObject(what string) object[spec.KeyRef] {
	return objectOf(
		requiredTextRow("name", func(s *spec.KeyRef) *string { return &s.Name },
			"Name of the "+what+", in the run's namespace."),
		requiredTextRow("key", func(s *spec.KeyRef) *string { return &s.Key }, "Key in the "+what+"."),
		flagRow("optional", func(s *spec.KeyRef) *bool { return &s.Optional },
			"Start the container without the variable where the "+what+
				" or its key is missing. Default: `false`, so that the pod waits for it."),
	)
}

// volumeObject is open while it may have a source or not. An empty_dir = {} is a source: it must not stay where there
// is none.
var volumeObject = objectOf(
	requiredTextRow("mount_path", func(s *spec.Volume) *string { return &s.MountPath },
		"Absolute path at which the container finds the volume, such as `\"/mnt/data\"`. `/`, `/kfp`, `/argo`, "+
			"`/var/run/argo`, `/proc` and `/sys` are reserved."),
	textRow("sub_path", func(s *spec.Volume) *string { return &s.SubPath },
		"File or directory of the volume to mount, relative to its root. Default: all of it."),
	flagRow("read_only", func(s *spec.Volume) *bool { return &s.ReadOnly },
		"Whether the container may only read. Default: `false`."),
	textRow("secret", func(s *spec.Volume) *string { return &s.Secret },
		"Source: name of a secret, whose keys become files."),
	textRow("config_map", func(s *spec.Volume) *string { return &s.ConfigMap },
		"Source: name of a config map, whose keys become files."),
	textRow("claim", func(s *spec.Volume) *string { return &s.Claim }, "Source: name of a persistent volume claim."),
	objectRow("empty_dir", func(s *spec.Volume) **spec.EmptyDir { return &s.EmptyDir },
		"Source: an empty directory that lives as long as the pod. `{}` is one on the node's disk.",
		emptyDirObject).exact(),
	objectRow("ephemeral", func(s *spec.Volume) **spec.EphemeralClaim { return &s.Ephemeral },
		"Source: a persistent volume that is made for the pod and removed with it.", ephemeralObject),
).openWhile(func(from types.Object) bool {
	parts := from.Attributes()
	return parts["empty_dir"].IsUnknown() || parts["ephemeral"].IsUnknown()
})

var emptyDirObject = objectOf(
	textRow("medium", func(s *spec.EmptyDir) *string { return &s.Medium },
		"`Memory` for a file system in memory, which counts as memory that the container uses. Default: the "+
			"node's disk."),
	notedRow[quantity]("size_limit", func(s *spec.EmptyDir) *string { return &s.SizeLimit },
		"Quantity, such as `\"1Gi\"`. A pod that writes more is evicted. Default: no limit."),
)

var ephemeralObject = objectOf(
	requiredNotedRow[quantity]("size", func(s *spec.EphemeralClaim) *string { return &s.Size },
		"Quantity, such as `\"10Gi\"`."),
	textRow("storage_class", func(s *spec.EphemeralClaim) *string { return &s.StorageClass },
		"Name of the storage class. Default: the cluster's."),
	textSetRow("access_modes", func(s *spec.EphemeralClaim) *[]string { return &s.AccessModes },
		"`ReadWriteOnce`, `ReadOnlyMany`, `ReadWriteMany` or, alone, `ReadWriteOncePod`. Default: "+
			"`ReadWriteOnce`."),
)

var tolerationObject = objectOf(
	textRow("key", func(s *spec.Toleration) *string { return &s.Key },
		"Key of the taint. Default: any, with `operator = \"Exists\"`."),
	textRow("operator", func(s *spec.Toleration) *string { return &s.Operator },
		"`Equal` (the taint has this `value`) or `Exists` (it has any). Default: `Equal`."),
	textRow("value", func(s *spec.Toleration) *string { return &s.Value }, "Value of the taint. Default: empty."),
	textRow("effect", func(s *spec.Toleration) *string { return &s.Effect },
		"`NoSchedule`, `PreferNoSchedule` or `NoExecute`. Default: all of them."),
	numberRow("toleration_seconds", func(s *spec.Toleration) **int64 { return &s.TolerationSeconds },
		"Seconds that the pod stays on a node which gets the taint while it runs; only with `NoExecute`. "+
			"Default: for good."),
)

// securityContextObject is open while a part is unknown: what a user may be depends on what a flag is, so that nothing
// can be said of one without the other. Dropping no capabilities is not the default.
var securityContextObject = objectOf(
	numberRow("run_as_user", func(s *spec.SecurityContext) **int64 { return &s.RunAsUser },
		"Id of the user, 0 to 2147483647. Default: 65532, which is nobody in particular."),
	numberRow("run_as_group", func(s *spec.SecurityContext) **int64 { return &s.RunAsGroup },
		"Id of the group, 0 to 2147483647. Default: that of the image."),
	choiceRow("run_as_non_root", func(s *spec.SecurityContext) **bool { return &s.RunAsNonRoot },
		"Whether the pod is refused where its user is root. Default: `true`."),
	numberRow("fs_group", func(s *spec.SecurityContext) **int64 { return &s.FSGroup },
		"Id of the group that owns the volumes, 0 to 2147483647. Default: none."),
	choiceRow("read_only_root_filesystem", func(s *spec.SecurityContext) **bool { return &s.ReadOnlyRootFilesystem },
		"Whether the container cannot write outside its volumes. Default: `false`."),
	choiceRow("allow_privilege_escalation", func(s *spec.SecurityContext) **bool { return &s.AllowPrivilegeEscalation },
		"Whether a process may get more rights than its parent has, as by `sudo`. Default: `false`."),
	choiceRow("privileged", func(s *spec.SecurityContext) **bool { return &s.Privileged },
		"Whether the container may do on the node what root may; needs `allow_privilege_escalation`. Default: "+
			"`false`."),
	textSetRow("add_capabilities", func(s *spec.SecurityContext) *[]string { return &s.AddCapabilities },
		"Linux capabilities to add, without `CAP_`: `[\"SYS_PTRACE\"]`. Default: none.").exact(),
	textSetRow("drop_capabilities", func(s *spec.SecurityContext) *[]string { return &s.DropCapabilities },
		"Linux capabilities to drop, without `CAP_`; `[]` drops none. Default: `[\"ALL\"]`.").exact(),
).openWhile(func(from types.Object) bool { return hasUnknown(from) })

// synchronizationObject is the same for tasks and for runs.
var synchronizationObject = objectOf(
	textSetRow("mutexes", func(s *spec.Synchronization) *[]string { return &s.Mutexes },
		"Names of mutexes, which one holds at a time."),
	objectListRow("semaphores", func(s *spec.Synchronization) *[]spec.Semaphore { return &s.Semaphores },
		"Semaphores, which several hold at a time: as many as a config map says.", semaphoreObject),
)

var semaphoreObject = objectOf(
	requiredTextRow("config_map", func(s *spec.Semaphore) *string { return &s.ConfigMap },
		"Name of the config map, in the run's namespace."),
	requiredTextRow("key", func(s *spec.Semaphore) *string { return &s.Key },
		"Key of the config map under which the number is."),
)

func synchronizationText(what string) string {
	return "What must be free before " + what +
		" starts, and is held until it ends. Everything in the namespace that names the same waits for it. " +
		"Default: nothing."
}
