package pipeline

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// settingsObject holds how a task's pod is run and repeated: attributes of each task, and of defaults. They have no
// validators but for nulls: the engine checks all of them together with the graph, so that everything that is wrong
// is told at once.
var settingsObject = kit.ObjectOf(
	kit.TextRow("image", func(s *spec.Settings) *string { return &s.Image },
		"Image of the container in place of the component's, such as `\"{{ parameters.image }}\"`. It must have what the "+
			"component needs: the command, or Python for a function. Default: the component's."),
	kit.ObjectRow("retry", func(s *spec.Settings) **spec.Retry { return &s.Retry },
		"Repetition of a task that failed. Default: none.", retryObject),
	kit.NotedRow[kit.Duration]("timeout", func(s *spec.Settings) *string { return &s.Timeout },
		"Time that each attempt may take, from the start of its pod on, in whole seconds: `\"90s\"`, "+
			"`\"1h30m\"`. Default: no limit."),
	kit.ObjectRow("cache", func(s *spec.Settings) **spec.Cache { return &s.Cache },
		"Reuse of the outputs of an earlier run of the same component version on the same inputs, in the same "+
			"namespace. A task whose outputs are reused starts no pod. Default: none.", cacheObject),
	kit.ObjectRow("resources", func(s *spec.Settings) **spec.Resources { return &s.Resources },
		"What the container asks for and may use at most. Requests and limits are merged with those of "+
			"`defaults` and of the component, resource by resource. Default: those of the namespace's limit range.",
		kit.ResourcesObject),
	kit.TextMapRow("env", func(s *spec.Settings) *map[string]string { return &s.Env },
		"Environment variables by name. Values may hold `{{ }}`; everything else in them reaches the container "+
			"as it is. Never secrets, which `secret_env` is for: Kubernetes shows the values to everybody who may "+
			"read the object."),
	kit.ObjectMapRow("secret_env", func(s *spec.Settings) *map[string]spec.KeyRef { return &s.SecretEnv },
		"Environment variables from secrets, by name of the variable. The values are in no plan, no state and "+
			"no object of Argo's. A task's `name` and `key` may hold `{{ }}`; nil for the name leaves the variable out.",
		keyRefObject("secret")),
	kit.ObjectMapRow("config_map_env", func(s *spec.Settings) *map[string]spec.KeyRef { return &s.ConfigMapEnv },
		"Environment variables from config maps, by name of the variable. A task's `name` and `key` may hold `{{ }}`; "+
			"nil for the name leaves the variable out.", keyRefObject("config map")),
	kit.TextMapRow("field_env", func(s *spec.Settings) *map[string]string { return &s.FieldEnv },
		"Environment variables from fields of the pod, by name of the variable: `metadata.name`, "+
			"`metadata.namespace`, `metadata.uid`, `metadata.labels['x']`, `metadata.annotations['x']`, "+
			"`spec.nodeName`, `spec.serviceAccountName`, `status.hostIP`, `status.hostIPs`, `status.podIP` or "+
			"`status.podIPs`."),
	kit.ObjectMapRow("volumes", func(s *spec.Settings) *map[string]spec.Volume { return &s.Volumes },
		"Volumes by name: at most 58 letters, digits, hyphens and underscores. Each has exactly one source: "+
			"`secret`, `config_map`, `claim`, `empty_dir` or `ephemeral`. The first three may hold `{{ }}` where a task sets "+
			"them; nil leaves the volume out.", volumeObject),
	kit.TextMapRow("node_selector", func(s *spec.Settings) *map[string]string { return &s.NodeSelector },
		"Labels that the node must have, such as `{ \"kubernetes.io/arch\" = \"arm64\" }`. A task's values may hold `{{ }}`; "+
			"nil leaves the label out. Default: any node."),
	kit.ObjectListRow("tolerations", func(s *spec.Settings) *[]spec.Toleration { return &s.Tolerations },
		"Taints that do not keep the pod off a node. `[]` switches off what `defaults` has. Default: none.",
		tolerationObject),
	kit.NotedRow[kit.JSONText]("affinity", func(s *spec.Settings) *string { return &s.Affinity },
		"Which nodes and which other pods the pod wants to be near to or far from: Kubernetes' `affinity` of a "+
			"pod as JSON, `jsonencode({ nodeAffinity = { … } })`, or where a task sets it an expression that gives such a "+
			"struct, `\"{{ parameters.affinity }}\"`; nil for none. Default: none."),
	kit.TextMapRow("labels", func(s *spec.Settings) *map[string]string { return &s.Labels },
		"Labels of the task's pods, by key, beside those of `defaults` and in place of them where the key is "+
			"the same; at most 10. Values may hold `{{ }}`, such as `{ shard = \"{{ each.index }}\" }`; what comes "+
			"out must be a valid label, or the pod cannot be made. Under `defaults`: constants, of all pods of a "+
			"run, those of nested pipelines included; a nested pipeline's own `defaults` count for its own runs "+
			"only."),
	kit.TextMapRow("annotations", func(s *spec.Settings) *map[string]string { return &s.Annotations },
		"Annotations of the task's pods, by key; as with `labels`, at most 10, `{{ }}` in values, and merged "+
			"with those of `defaults`."),
	kit.TextRow("service_account", func(s *spec.Settings) *string { return &s.ServiceAccount },
		"Service account of the pod. A task's may hold `{{ }}`. Default: that of the run."),
	kit.TextRow("image_pull_policy", func(s *spec.Settings) *string { return &s.ImagePullPolicy },
		"When the node pulls the image: `Always`, `IfNotPresent` or `Never`. Default: `IfNotPresent`, but "+
			"`Always` for images with the tag `latest` or without a tag."),
	kit.TextSetRow("image_pull_secrets", func(s *spec.Settings) *[]string { return &s.ImagePullSecrets },
		"Names of secrets of type `kubernetes.io/dockerconfigjson` in the run's namespace, with which the node "+
			"pulls the image. A task's may hold `{{ }}`; nil leaves one out. Default: those of the service account."),
	kit.TextRow("priority_class", func(s *spec.Settings) *string { return &s.PriorityClass },
		"Name of the priority class of the pod. A task's may hold `{{ }}`. Default: the cluster's."),
	kit.ObjectRow("security_context", func(s *spec.Settings) **spec.SecurityContext { return &s.SecurityContext },
		"Rights of the pod and of its container. What is not set keeps its default; the defaults satisfy the "+
			"restricted Pod Security Standard.", securityContextObject),
	kit.ObjectRow("synchronization", func(s *spec.Settings) **spec.Synchronization { return &s.Synchronization },
		synchronizationText("the task"), synchronizationObject),
)

func settingsAttributes() map[string]schema.Attribute { return maps.Clone(settingsObject.Attributes()) }
