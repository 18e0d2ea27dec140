package pipeline

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

var retryObject = kit.ObjectOf(
	kit.RequiredNumberRow("limit", func(s *spec.Retry) *int64 { return &s.Limit },
		"How often to repeat, beside the first attempt: 0 to 1000. 0 switches off what `defaults` has."),
	kit.TextRow("policy", func(s *spec.Retry) *string { return &s.Policy },
		"Which failures to repeat: `OnFailure` (the container ended with an error), `OnError` (the pod was "+
			"lost, evicted or could not start), `OnTransientError` (an error that Argo takes for a passing one, "+
			"such as a quota that is used up) or `Always` (all of them). Default: `OnFailure`."),
	kit.TextRow("expression", func(s *spec.Retry) *string { return &s.Expression },
		"Condition, without `{{ }}`: repeat only while it is true. It may use `last_retry.exit_code` "+
			"(integer), `last_retry.status` (`Failed` or `Error`), `last_retry.duration` (seconds) and "+
			"`last_retry.message`. Example: `last_retry.exit_code != 2`. Default: always."),
	kit.ObjectRow("backoff", func(s *spec.Retry) **spec.Backoff { return &s.Backoff },
		"Pauses before the repetitions. Default: none.", backoffObject),
)

var backoffObject = kit.ObjectOf(
	kit.RequiredNotedRow[kit.Duration]("duration", func(s *spec.Backoff) *string { return &s.Duration },
		"Pause before the first repetition, such as `\"10s\"`."),
	kit.FractionRow("factor", func(s *spec.Backoff) **float64 { return &s.Factor },
		"Each pause is the last one times this, a whole number of at least 1. Default: 1, pauses of equal "+
			"length."),
	kit.NotedRow[kit.Duration]("max", func(s *spec.Backoff) *string { return &s.Max },
		"Time from the start of the first attempt, such as `\"1h\"`, after which nothing is repeated. Default: "+
			"no limit."),
)

var cacheObject = kit.ObjectOf(
	kit.RequiredFlagRow("enabled", func(s *spec.Cache) *bool { return &s.Enabled },
		"Whether to reuse outputs. `false` switches off what `defaults` has."),
	kit.NotedRow[kit.Duration]("max_age", func(s *spec.Cache) *string { return &s.MaxAge },
		"Age up to which outputs are reused, such as `\"24h\"`. Default: any age."),
	kit.TextRow("key", func(s *spec.Cache) *string { return &s.Key },
		"Text that has to be the same in place of the inputs, usually with `{{ }}`: `\"{{ inputs.day }}\"`. "+
			"Default: all inputs count."),
)

// keyRefObject is a key of what holds keys.
func keyRefObject(what string) kit.Object[spec.KeyRef] {
	return kit.ObjectOf(
		kit.RequiredTextRow("name", func(s *spec.KeyRef) *string { return &s.Name },
			"Name of the "+what+", in the run's namespace."),
		kit.RequiredTextRow("key", func(s *spec.KeyRef) *string { return &s.Key }, "Key in the "+what+"."),
		kit.FlagRow("optional", func(s *spec.KeyRef) *bool { return &s.Optional },
			"Start the container without the variable where the "+what+
				" or its key is missing. Default: `false`, so that the pod waits for it."),
	)
}

// volumeObject is open while it may have a source or not. An empty_dir = {} is a source: it must not stay where there
// is none.
var volumeObject = kit.ObjectOf(
	kit.RequiredTextRow("mount_path", func(s *spec.Volume) *string { return &s.MountPath },
		"Absolute path at which the container finds the volume, such as `\"/mnt/data\"`. `/`, `/kfp`, `/argo`, "+
			"`/var/run/argo`, `/proc` and `/sys` are reserved."),
	kit.TextRow("sub_path", func(s *spec.Volume) *string { return &s.SubPath },
		"File or directory of the volume to mount, relative to its root. Default: all of it."),
	kit.FlagRow("read_only", func(s *spec.Volume) *bool { return &s.ReadOnly },
		"Whether the container may only read. Default: `false`."),
	kit.TextRow("secret", func(s *spec.Volume) *string { return &s.Secret },
		"Source: name of a secret, whose keys become files."),
	kit.TextRow("config_map", func(s *spec.Volume) *string { return &s.ConfigMap },
		"Source: name of a config map, whose keys become files."),
	kit.FlagRow("optional", func(s *spec.Volume) *bool { return &s.Optional },
		"Start the container with an empty directory where the secret or the config map is missing, and without the "+
			"files whose keys in `items` are. Default: `false`, so that the pod waits for it."),
	kit.TextMapRow("items", func(s *spec.Volume) *map[string]string { return &s.Items },
		"Keys of the secret or the config map that become files, with the path of each below the mount: "+
			"`{ \"tls.crt\" = \"certs/server.pem\" }`. Default: all keys, by their names."),
	kit.TextRow("default_mode", func(s *spec.Volume) *string { return &s.DefaultMode },
		"Rights of the files of the secret or the config map, as four octal digits: `\"0400\"`. Default: `\"0644\"`."),
	kit.TextRow("claim", func(s *spec.Volume) *string { return &s.Claim },
		"Source: name of a persistent volume claim, or of one of the pipeline's `volume_claims`."),
	kit.ObjectRow("empty_dir", func(s *spec.Volume) **spec.EmptyDir { return &s.EmptyDir },
		"Source: an empty directory that lives as long as the pod. `{}` is one on the node's disk.",
		emptyDirObject).Exact(),
	kit.ObjectRow("ephemeral", func(s *spec.Volume) **spec.EphemeralClaim { return &s.Ephemeral },
		"Source: a persistent volume that is made for the pod and removed with it.", ephemeralObject),
).OpenWhile(func(from types.Object) bool {
	parts := from.Attributes()
	return parts["empty_dir"].IsUnknown() || parts["ephemeral"].IsUnknown()
})

var emptyDirObject = kit.ObjectOf(
	kit.TextRow("medium", func(s *spec.EmptyDir) *string { return &s.Medium },
		"`Memory` for a file system in memory, which counts as memory that the container uses. Default: the "+
			"node's disk."),
	kit.NotedRow[kit.Quantity]("size_limit", func(s *spec.EmptyDir) *string { return &s.SizeLimit },
		"Quantity, such as `\"1Gi\"`. A pod that writes more is evicted. Default: no limit."),
)

var ephemeralObject = kit.ObjectOf(
	kit.RequiredNotedRow[kit.Quantity]("size", func(s *spec.EphemeralClaim) *string { return &s.Size },
		"Quantity, such as `\"10Gi\"`."),
	kit.TextRow("storage_class", func(s *spec.EphemeralClaim) *string { return &s.StorageClass },
		"Name of the storage class. Default: the cluster's."),
	kit.TextSetRow("access_modes", func(s *spec.EphemeralClaim) *[]string { return &s.AccessModes },
		"`ReadWriteOnce`, `ReadOnlyMany`, `ReadWriteMany` or, alone, `ReadWriteOncePod`. Default: "+
			"`ReadWriteOnce`."),
)

var tolerationObject = kit.ObjectOf(
	kit.TextRow("key", func(s *spec.Toleration) *string { return &s.Key },
		"Key of the taint. Default: any, with `operator = \"Exists\"`."),
	kit.TextRow("operator", func(s *spec.Toleration) *string { return &s.Operator },
		"`Equal` (the taint has this `value`) or `Exists` (it has any). Default: `Equal`."),
	kit.TextRow("value", func(s *spec.Toleration) *string { return &s.Value }, "Value of the taint. Default: empty."),
	kit.TextRow("effect", func(s *spec.Toleration) *string { return &s.Effect },
		"`NoSchedule`, `PreferNoSchedule` or `NoExecute`. Default: all of them."),
	kit.NumberRow("toleration_seconds", func(s *spec.Toleration) **int64 { return &s.TolerationSeconds },
		"Seconds that the pod stays on a node which gets the taint while it runs; only with `NoExecute`. "+
			"Default: for good."),
	kit.TextRow("json", func(s *spec.Toleration) *string { return &s.JSON },
		"In place of all the others: an expression that gives a toleration as Kubernetes writes it, a list of such, or "+
			"nil for none: `\"{{ parameters.toleration }}\"`. Not under `defaults`. Default: none."),
)

// securityContextObject is open while a part is unknown: what a user may be depends on what a flag is, so that nothing
// can be said of one without the other. Dropping no capabilities is not the default.
var securityContextObject = kit.ObjectOf(
	kit.NumberRow("run_as_user", func(s *spec.SecurityContext) **int64 { return &s.RunAsUser },
		"Id of the user, 0 to 2147483647. Default: 65532, which is nobody in particular."),
	kit.NumberRow("run_as_group", func(s *spec.SecurityContext) **int64 { return &s.RunAsGroup },
		"Id of the group, 0 to 2147483647. Default: that of the image."),
	kit.ChoiceRow("run_as_non_root", func(s *spec.SecurityContext) **bool { return &s.RunAsNonRoot },
		"Whether the pod is refused where its user is root. Default: `true`."),
	kit.NumberRow("fs_group", func(s *spec.SecurityContext) **int64 { return &s.FSGroup },
		"Id of the group that owns the volumes, 0 to 2147483647. Default: none."),
	kit.ChoiceRow("read_only_root_filesystem", func(s *spec.SecurityContext) **bool { return &s.ReadOnlyRootFilesystem },
		"Whether the container cannot write outside its volumes. Default: `false`."),
	kit.ChoiceRow("allow_privilege_escalation", func(s *spec.SecurityContext) **bool { return &s.AllowPrivilegeEscalation },
		"Whether a process may get more rights than its parent has, as by `sudo`. Default: `false`."),
	kit.ChoiceRow("privileged", func(s *spec.SecurityContext) **bool { return &s.Privileged },
		"Whether the container may do on the node what root may; needs `allow_privilege_escalation`. Default: "+
			"`false`."),
	kit.TextSetRow("add_capabilities", func(s *spec.SecurityContext) *[]string { return &s.AddCapabilities },
		"Linux capabilities to add, without `CAP_`: `[\"SYS_PTRACE\"]`. Default: none.").Exact(),
	kit.TextSetRow("drop_capabilities", func(s *spec.SecurityContext) *[]string { return &s.DropCapabilities },
		"Linux capabilities to drop, without `CAP_`; `[]` drops none. Default: `[\"ALL\"]`.").Exact(),
).OpenWhile(func(from types.Object) bool { return kit.HasUnknown(from) })

// synchronizationObject is the same for tasks and for runs.
var synchronizationObject = kit.ObjectOf(
	kit.TextSetRow("mutexes", func(s *spec.Synchronization) *[]string { return &s.Mutexes },
		"Names of mutexes, which one holds at a time."),
	kit.ObjectListRow("semaphores", func(s *spec.Synchronization) *[]spec.Semaphore { return &s.Semaphores },
		"Semaphores, which several hold at a time: as many as a config map says.", semaphoreObject),
)

var semaphoreObject = kit.ObjectOf(
	kit.RequiredTextRow("config_map", func(s *spec.Semaphore) *string { return &s.ConfigMap },
		"Name of the config map, in the run's namespace."),
	kit.RequiredTextRow("key", func(s *spec.Semaphore) *string { return &s.Key },
		"Key of the config map under which the number is."),
)

func synchronizationText(what string) string {
	return "What must be free before " + what +
		" starts, and is held until it ends. Everything in the namespace that names the same waits for it. " +
		"Default: nothing."
}
