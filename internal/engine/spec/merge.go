package spec

import "maps"

// Merge returns the settings of a task over the defaults of its pipeline: what the task sets wins; maps are merged
// key by key, lists and nested objects are replaced as a whole.
func (defaults Settings) Merge(task Settings) Settings {
	m := task
	if m.Retry == nil {
		m.Retry = defaults.Retry
	}
	m.Timeout = or(task.Timeout, defaults.Timeout)
	if m.Cache == nil {
		m.Cache = defaults.Cache
	}
	m.Resources = mergeResources(defaults.Resources, task.Resources)
	m.Env = mergeMaps(defaults.Env, task.Env)
	m.SecretEnv = mergeMaps(defaults.SecretEnv, task.SecretEnv)
	m.ConfigMapEnv = mergeMaps(defaults.ConfigMapEnv, task.ConfigMapEnv)
	m.FieldEnv = mergeMaps(defaults.FieldEnv, task.FieldEnv)
	m.Volumes = mergeMaps(defaults.Volumes, task.Volumes)
	m.NodeSelector = mergeMaps(defaults.NodeSelector, task.NodeSelector)
	if m.Tolerations == nil {
		m.Tolerations = defaults.Tolerations
	}
	m.Affinity = or(task.Affinity, defaults.Affinity)
	m.Labels = mergeMaps(defaults.Labels, task.Labels)
	m.Annotations = mergeMaps(defaults.Annotations, task.Annotations)
	m.ServiceAccount = or(task.ServiceAccount, defaults.ServiceAccount)
	m.ImagePullPolicy = or(task.ImagePullPolicy, defaults.ImagePullPolicy)
	if m.ImagePullSecrets == nil {
		m.ImagePullSecrets = defaults.ImagePullSecrets
	}
	m.PriorityClass = or(task.PriorityClass, defaults.PriorityClass)
	if m.SecurityContext == nil {
		m.SecurityContext = defaults.SecurityContext
	}
	if m.Synchronization == nil {
		m.Synchronization = defaults.Synchronization
	}
	return m
}

func or(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

func mergeMaps[V any](defaults, task map[string]V) map[string]V {
	if len(defaults) == 0 {
		return task
	}
	m := maps.Clone(defaults)
	maps.Copy(m, task)
	return m
}

func mergeResources(defaults, task *Resources) *Resources {
	if defaults == nil || task == nil {
		if task == nil {
			return defaults
		}
		return task
	}
	return &Resources{Requests: mergeMaps(defaults.Requests, task.Requests), Limits: mergeMaps(defaults.Limits, task.Limits)}
}
