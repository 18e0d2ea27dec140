package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// settingsAttributes are how a task's pod is run and repeated: attributes of each task, and of defaults.
func settingsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"retry":   retryAttribute(),
		"timeout": durationAttribute("Time that each attempt may take, such as `30m`. Default: no limit."),
		"cache": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Reuse of the outputs of an earlier run of the same component version on the same inputs. A hit needs no pod.",
			Attributes: map[string]schema.Attribute{
				"enabled": schema.BoolAttribute{Required: true, MarkdownDescription: "Whether to reuse outputs."},
				"max_age": durationAttribute("How old outputs may be, such as `24h`. Default: any age."),
				"key":     optionalText("What decides in place of the inputs; may hold `{{ }}`. Default: the component's version and all inputs."),
			},
		},
		"resources": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "What the container asks for and may use at most. Quantities may hold `{{ }}`.",
			Attributes: map[string]schema.Attribute{
				"requests": textMap("Quantities by resource, such as `cpu = \"500m\"`."),
				"limits":   textMap("Quantities by resource, such as `memory = \"1Gi\"` or `\"nvidia.com/gpu\" = 1`."),
			},
		},
		"env":             textMap("Environment variables; values may hold `{{ }}`. Never secrets: `secret_env` is for those."),
		"secret_env":      keyRefAttribute("Environment variables from secrets, by variable.", "secret"),
		"config_map_env":  keyRefAttribute("Environment variables from config maps, by variable.", "config map"),
		"field_env":       textMap("Environment variables from fields of the pod, such as `metadata.name`."),
		"volumes":         volumesAttribute(),
		"node_selector":   textMap("Labels that the node must have."),
		"tolerations":     tolerationsAttribute(),
		"affinity":        optionalText("Kubernetes' affinity as JSON: `jsonencode({ nodeAffinity = … })`."),
		"labels":          textMap("Labels of the pod. Set by `defaults` only: Argo has them on templates, not on tasks."),
		"annotations":     textMap("Annotations of the pod. Set by `defaults` only."),
		"service_account": optionalText("Service account of the pod. Default: that of the run."),
		"image_pull_policy": schema.StringAttribute{Optional: true,
			MarkdownDescription: "`Always`, `IfNotPresent` or `Never`. Default: Kubernetes' own.",
			Validators:          []validator.String{stringvalidator.OneOf("Always", "IfNotPresent", "Never")}},
		"image_pull_secrets": textSet("Names of secrets with registry credentials."),
		"priority_class":     optionalText("Priority class of the pod."),
		"security_context":   securityContextAttribute(),
		"synchronization":    synchronizationAttribute(),
	}
}

func optionalText(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description}
}

func textMap(description string) schema.MapAttribute {
	return schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description}
}

func textSet(description string) schema.SetAttribute {
	return schema.SetAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description}
}

func durationAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description}
}

func retryAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Repetition of a failed task.",
		Attributes: map[string]schema.Attribute{
			"limit": schema.Int64Attribute{Required: true, MarkdownDescription: "How often to repeat, after the first attempt.",
				Validators: []validator.Int64{int64validator.Between(0, 1000)}},
			"policy": schema.StringAttribute{Optional: true,
				MarkdownDescription: "Which failures to repeat: `OnFailure` (the container failed), `OnError` (the pod was lost), `OnTransientError` (Argo takes the error for a passing one) or `Always`. Default: `OnFailure`.",
				Validators:          []validator.String{stringvalidator.OneOf("Always", "OnFailure", "OnError", "OnTransientError")}},
			"expression": optionalText("Repeat only while this is true. It may use `last_retry.exit_code`, `last_retry.status`, `last_retry.duration` (seconds) and `last_retry.message`."),
			"backoff": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Pauses between the attempts. Default: none.",
				Attributes: map[string]schema.Attribute{
					"duration": schema.StringAttribute{Required: true, MarkdownDescription: "First pause, such as `10s`."},
					"factor":   schema.Float64Attribute{Optional: true, MarkdownDescription: "Each pause is the last one times this. Default: 1."},
					"max":      durationAttribute("No repetition after this time from the first attempt. Default: no limit."),
				},
			},
		},
	}
}

func keyRefAttribute(description, what string) schema.MapNestedAttribute {
	return schema.MapNestedAttribute{
		Optional:            true,
		MarkdownDescription: description,
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"name":     schema.StringAttribute{Required: true, MarkdownDescription: "Name of the " + what + "."},
			"key":      schema.StringAttribute{Required: true, MarkdownDescription: "Key in the " + what + "."},
			"optional": schema.BoolAttribute{Optional: true, MarkdownDescription: "The variable is left out where the " + what + " or its key is missing. Default: `false`."},
		}},
	}
}

func volumesAttribute() schema.MapNestedAttribute {
	return schema.MapNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Volumes by name, each with exactly one source.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"mount_path": schema.StringAttribute{Required: true, MarkdownDescription: "Where the container finds it. `/kfp` is reserved."},
			"sub_path":   optionalText("Directory or file of the volume to mount. Default: all of it."),
			"read_only":  schema.BoolAttribute{Optional: true, MarkdownDescription: "Default: `false`."},
			"secret":     optionalText("Source: name of a secret."),
			"config_map": optionalText("Source: name of a config map."),
			"claim":      optionalText("Source: name of a persistent volume claim."),
			"empty_dir": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Source: a directory that lives as long as the pod.",
				Attributes: map[string]schema.Attribute{
					"medium": schema.StringAttribute{Optional: true, MarkdownDescription: "`Memory` for a file system in memory. Default: the node's disk.",
						Validators: []validator.String{stringvalidator.OneOf("Memory")}},
					"size_limit": optionalText("Quantity, such as `1Gi`. Default: no limit."),
				},
			},
			"ephemeral": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Source: a persistent volume that is made for the pod and removed with it.",
				Attributes: map[string]schema.Attribute{
					"size":          schema.StringAttribute{Required: true, MarkdownDescription: "Quantity, such as `10Gi`."},
					"storage_class": optionalText("Default: the cluster's."),
					"access_modes":  textSet("Default: `ReadWriteOnce`."),
				},
			},
		}},
	}
}

func tolerationsAttribute() schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Taints of nodes that the pod puts up with.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"key": optionalText("Key of the taint. Default: any."),
			"operator": schema.StringAttribute{Optional: true, MarkdownDescription: "`Equal` or `Exists`. Default: `Equal`.",
				Validators: []validator.String{stringvalidator.OneOf("Equal", "Exists")}},
			"value": optionalText("Value of the taint."),
			"effect": schema.StringAttribute{Optional: true, MarkdownDescription: "`NoSchedule`, `PreferNoSchedule` or `NoExecute`. Default: all.",
				Validators: []validator.String{stringvalidator.OneOf("NoSchedule", "PreferNoSchedule", "NoExecute")}},
			"toleration_seconds": schema.Int64Attribute{Optional: true, MarkdownDescription: "Seconds until eviction, with `NoExecute`. Default: never."},
		}},
	}
}

func securityContextAttribute() schema.SingleNestedAttribute {
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.AtLeast(0)}}
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Optional: true, MarkdownDescription: description}
	}
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Rights of the container. The defaults satisfy the restricted Pod Security Standard.",
		Attributes: map[string]schema.Attribute{
			"run_as_user":                number("User id. Default: 65532."),
			"run_as_group":               number("Group id. Default: the image's."),
			"run_as_non_root":            flag("Refuse to run as root. Default: `true`."),
			"fs_group":                   number("Group that owns the volumes. Default: none."),
			"read_only_root_filesystem":  flag("Default: `false`."),
			"allow_privilege_escalation": flag("Default: `false`."),
			"privileged":                 flag("Default: `false`."),
			"add_capabilities":           textSet("Capabilities to add. Default: none."),
			"drop_capabilities":          textSet("Capabilities to drop. Default: `ALL`."),
		},
	}
}

func synchronizationAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "What must be held while this runs, across runs.",
		Attributes: map[string]schema.Attribute{
			"mutexes": textSet("Names of mutexes: one holder at a time."),
			"semaphores": schema.ListNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Semaphores: as many holders as a config map says.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"config_map": schema.StringAttribute{Required: true, MarkdownDescription: "Name of the config map."},
					"key":        schema.StringAttribute{Required: true, MarkdownDescription: "Key that holds the limit."},
				}},
			},
		},
	}
}
