package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// settingsAttributes are how a task's pod is run and repeated: attributes of each task, and of defaults. They hold no
// validators but for nulls: the engine checks all of them together with the graph, so that everything that is wrong
// is told at once.
func settingsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"retry":             retryAttribute(),
		"timeout":           durationAttribute("Time that each attempt may take, from the start of its pod on, in whole seconds: `\"90s\"`, `\"1h30m\"`. Default: no limit."),
		"cache":             cacheAttribute(),
		"resources":         resourcesAttribute("What the container asks for and may use at most. Requests and limits are merged with those of `defaults` and of the component, resource by resource. Default: those of the namespace's limit range."),
		"env":               textMap("Environment variables by name. Values may hold `{{ }}`; everything else in them reaches the container as it is. Never secrets, which `secret_env` is for: Kubernetes shows the values to everybody who may read the object."),
		"secret_env":        keyRefAttribute("Environment variables from secrets, by name of the variable. The values are in no plan, no state and no object of Argo's.", "secret"),
		"config_map_env":    keyRefAttribute("Environment variables from config maps, by name of the variable.", "config map"),
		"field_env":         textMap("Environment variables from fields of the pod, by name of the variable: `metadata.name`, `metadata.namespace`, `metadata.uid`, `metadata.labels['x']`, `metadata.annotations['x']`, `spec.nodeName`, `spec.serviceAccountName`, `status.hostIP`, `status.hostIPs`, `status.podIP` or `status.podIPs`."),
		"volumes":           volumesAttribute(),
		"node_selector":     textMap("Labels that the node must have, such as `{ \"kubernetes.io/arch\" = \"arm64\" }`. Default: any node."),
		"tolerations":       tolerationsAttribute(),
		"affinity":          schema.StringAttribute{Optional: true, CustomType: jsonType{}, MarkdownDescription: "Which nodes and which other pods the pod wants to be near to or far from: Kubernetes' `affinity` of a pod as JSON, `jsonencode({ nodeAffinity = { … } })`. Default: none."},
		"labels":            textMap("Labels of the task's pods, by key, beside those of `defaults` and in place of them where the key is the same; at most 10. Values may hold `{{ }}`, such as `{ shard = \"{{ each.index }}\" }`; what comes out must be a valid label, or the pod cannot be made. Under `defaults`: constants, of all pods of a run, those of nested pipelines included; a nested pipeline's own `defaults` count for its own runs only."),
		"annotations":       textMap("Annotations of the task's pods, by key; as with `labels`, at most 10, `{{ }}` in values, and merged with those of `defaults`."),
		"service_account":   optionalText("Service account of the pod. Default: that of the run."),
		"image_pull_policy": optionalText("When the node pulls the image: `Always`, `IfNotPresent` or `Never`. Default: `IfNotPresent`, but `Always` for images with the tag `latest` or without a tag."),
		"image_pull_secrets": textSet("Names of secrets of type `kubernetes.io/dockerconfigjson` in the run's namespace, with which the node pulls the image. " +
			"Default: those of the service account."),
		"priority_class":   optionalText("Name of the priority class of the pod. Default: the cluster's."),
		"security_context": securityContextAttribute(),
		"synchronization":  synchronizationAttribute("the task"),
	}
}

func optionalText(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description}
}

func requiredText(description string) schema.StringAttribute {
	return schema.StringAttribute{Required: true, MarkdownDescription: description}
}

func textMap(description string) schema.MapAttribute { return mapOf(types.StringType, description) }

func mapOf(element attr.Type, description string) schema.MapAttribute {
	return schema.MapAttribute{Optional: true, ElementType: element, MarkdownDescription: description}
}

func textSet(description string) schema.SetAttribute {
	return schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description, Validators: []validator.Set{noNulls{}}}
}

func durationAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, CustomType: durationType{}, MarkdownDescription: description}
}

// nestedMapAttribute is a map of named things.
func nestedMapAttribute(description string, attributes map[string]schema.Attribute) schema.MapNestedAttribute {
	return schema.MapNestedAttribute{
		Optional: true, MarkdownDescription: description,
		NestedObject: schema.NestedAttributeObject{Attributes: attributes},
		Validators:   []validator.Map{noNulls{}},
	}
}

// nestedListAttribute is a list of things that have no names.
func nestedListAttribute(description string, attributes map[string]schema.Attribute) schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Optional: true, MarkdownDescription: description,
		NestedObject: schema.NestedAttributeObject{Attributes: attributes},
		Validators:   []validator.List{noNulls{}},
	}
}

func nestedAttribute(description string, attributes map[string]schema.Attribute) schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{Optional: true, MarkdownDescription: description, Attributes: attributes}
}

func retryAttribute() schema.SingleNestedAttribute {
	return nestedAttribute("Repetition of a task that failed. Default: none.", map[string]schema.Attribute{
		"limit": schema.Int64Attribute{Required: true, MarkdownDescription: "How often to repeat, beside the first attempt: 0 to 1000. 0 switches off what `defaults` has."},
		"policy": optionalText("Which failures to repeat: `OnFailure` (the container ended with an error), `OnError` (the pod was lost, evicted or could not start), " +
			"`OnTransientError` (an error that Argo takes for a passing one, such as a quota that is used up) or `Always` (all of them). Default: `OnFailure`."),
		"expression": optionalText("Condition, without `{{ }}`: repeat only while it is true. It may use `last_retry.exit_code` (integer), `last_retry.status` (`Failed` or `Error`), " +
			"`last_retry.duration` (seconds) and `last_retry.message`. Example: `last_retry.exit_code != 2`. Default: always."),
		"backoff": nestedAttribute("Pauses before the repetitions. Default: none.", map[string]schema.Attribute{
			"duration": schema.StringAttribute{Required: true, CustomType: durationType{}, MarkdownDescription: "Pause before the first repetition, such as `\"10s\"`."},
			"factor":   schema.Float64Attribute{Optional: true, MarkdownDescription: "Each pause is the last one times this, a whole number of at least 1. Default: 1, pauses of equal length."},
			"max":      durationAttribute("Time from the start of the first attempt, such as `\"1h\"`, after which nothing is repeated. Default: no limit."),
		}),
	})
}

func cacheAttribute() schema.SingleNestedAttribute {
	return nestedAttribute("Reuse of the outputs of an earlier run of the same component version on the same inputs, in the same namespace. A task whose outputs are reused starts no pod. Default: none.",
		map[string]schema.Attribute{
			"enabled": schema.BoolAttribute{Required: true, MarkdownDescription: "Whether to reuse outputs. `false` switches off what `defaults` has."},
			"max_age": durationAttribute("Age up to which outputs are reused, such as `\"24h\"`. Default: any age."),
			"key":     optionalText("Text that has to be the same in place of the inputs, usually with `{{ }}`: `\"{{ inputs.day }}\"`. Default: all inputs count."),
		})
}

// resourcesAttribute is the same for tasks and for components.
func resourcesAttribute(description string) schema.SingleNestedAttribute {
	return nestedAttribute(description, map[string]schema.Attribute{
		"requests": mapOf(quantityType{}, "What the node must have free, as Kubernetes quantities by resource: `cpu` (`\"500m\"` is half a CPU), `memory` and `ephemeral-storage` (`\"1Gi\"`), or a device such as `nvidia.com/gpu` (`\"1\"`). A task's quantities may hold `{{ }}`. Default: the limits."),
		"limits":   mapOf(quantityType{}, "What the container may use at most, as Kubernetes quantities by resource. One that takes more memory is ended, one that takes more CPU is slowed down. A task's quantities may hold `{{ }}`. Default: no limit."),
	})
}

func keyRefAttribute(description, what string) schema.MapNestedAttribute {
	return nestedMapAttribute(description, map[string]schema.Attribute{
		"name":     requiredText("Name of the " + what + ", in the run's namespace."),
		"key":      requiredText("Key in the " + what + "."),
		"optional": schema.BoolAttribute{Optional: true, MarkdownDescription: "Start the container without the variable where the " + what + " or its key is missing. Default: `false`, so that the pod waits for it."},
	})
}

func volumesAttribute() schema.MapNestedAttribute {
	return nestedMapAttribute("Volumes by name: at most 58 letters, digits, hyphens and underscores. Each has exactly one source: `secret`, `config_map`, `claim`, `empty_dir` or `ephemeral`.", map[string]schema.Attribute{
		"mount_path": requiredText("Absolute path at which the container finds the volume, such as `\"/mnt/data\"`. `/`, `/kfp`, `/argo`, `/var/run/argo`, `/proc` and `/sys` are reserved."),
		"sub_path":   optionalText("File or directory of the volume to mount, relative to its root. Default: all of it."),
		"read_only":  schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the container may only read. Default: `false`."},
		"secret":     optionalText("Source: name of a secret, whose keys become files."),
		"config_map": optionalText("Source: name of a config map, whose keys become files."),
		"claim":      optionalText("Source: name of a persistent volume claim."),
		"empty_dir": nestedAttribute("Source: an empty directory that lives as long as the pod. `{}` is one on the node's disk.", map[string]schema.Attribute{
			"medium":     optionalText("`Memory` for a file system in memory, which counts as memory that the container uses. Default: the node's disk."),
			"size_limit": schema.StringAttribute{Optional: true, CustomType: quantityType{}, MarkdownDescription: "Quantity, such as `\"1Gi\"`. A pod that writes more is evicted. Default: no limit."},
		}),
		"ephemeral": nestedAttribute("Source: a persistent volume that is made for the pod and removed with it.", map[string]schema.Attribute{
			"size":          schema.StringAttribute{Required: true, CustomType: quantityType{}, MarkdownDescription: "Quantity, such as `\"10Gi\"`."},
			"storage_class": optionalText("Name of the storage class. Default: the cluster's."),
			"access_modes":  textSet("`ReadWriteOnce`, `ReadOnlyMany`, `ReadWriteMany` or, alone, `ReadWriteOncePod`. Default: `ReadWriteOnce`."),
		}),
	})
}

func tolerationsAttribute() schema.ListNestedAttribute {
	return nestedListAttribute("Taints that do not keep the pod off a node. `[]` switches off what `defaults` has. Default: none.", map[string]schema.Attribute{
		"key":                optionalText("Key of the taint. Default: any, with `operator = \"Exists\"`."),
		"operator":           optionalText("`Equal` (the taint has this `value`) or `Exists` (it has any). Default: `Equal`."),
		"value":              optionalText("Value of the taint. Default: empty."),
		"effect":             optionalText("`NoSchedule`, `PreferNoSchedule` or `NoExecute`. Default: all of them."),
		"toleration_seconds": schema.Int64Attribute{Optional: true, MarkdownDescription: "Seconds that the pod stays on a node which gets the taint while it runs; only with `NoExecute`. Default: for good."},
	})
}

func securityContextAttribute() schema.SingleNestedAttribute {
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Optional: true, MarkdownDescription: description}
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Optional: true, MarkdownDescription: description}
	}
	return nestedAttribute("Rights of the pod and of its container. What is not set keeps its default; the defaults satisfy the restricted Pod Security Standard.", map[string]schema.Attribute{
		"run_as_user":                number("Id of the user, 0 to 2147483647. Default: 65532, which is nobody in particular."),
		"run_as_group":               number("Id of the group, 0 to 2147483647. Default: that of the image."),
		"run_as_non_root":            flag("Whether the pod is refused where its user is root. Default: `true`."),
		"fs_group":                   number("Id of the group that owns the volumes, 0 to 2147483647. Default: none."),
		"read_only_root_filesystem":  flag("Whether the container cannot write outside its volumes. Default: `false`."),
		"allow_privilege_escalation": flag("Whether a process may get more rights than its parent has, as by `sudo`. Default: `false`."),
		"privileged":                 flag("Whether the container may do on the node what root may; needs `allow_privilege_escalation`. Default: `false`."),
		"add_capabilities":           textSet("Linux capabilities to add, without `CAP_`: `[\"SYS_PTRACE\"]`. Default: none."),
		"drop_capabilities":          textSet("Linux capabilities to drop, without `CAP_`; `[]` drops none. Default: `[\"ALL\"]`."),
	})
}

// synchronizationAttribute is the same for tasks and for runs.
func synchronizationAttribute(what string) schema.SingleNestedAttribute {
	return nestedAttribute("What must be free before "+what+" starts, and is held until it ends. Everything in the namespace that names the same waits for it. Default: nothing.", map[string]schema.Attribute{
		"mutexes": textSet("Names of mutexes, which one holds at a time."),
		"semaphores": nestedListAttribute("Semaphores, which several hold at a time: as many as a config map says.", map[string]schema.Attribute{
			"config_map": requiredText("Name of the config map, in the run's namespace."),
			"key":        requiredText("Key of the config map under which the number is."),
		}),
	})
}
