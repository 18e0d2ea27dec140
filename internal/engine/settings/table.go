package settings

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ImagePullPolicies are what there is to choose from.
var ImagePullPolicies = []string{"Always", "IfNotPresent", "Never"}

// All are the settings of a task. Texts with expressions, and notes on what is written by hand, come in this order.
var All = []Setting{
	retry,
	timeout,
	env, secretEnv, configMapEnv, fieldEnv,
	cache,
	resources,
	volumes,
	text("service_account", func(s *spec.Settings) *string { return &s.ServiceAccount }, check.ObjectName,
		at(pod("serviceAccountName"), workflow("serviceAccountName"),
			noted("it is the run's; service_account of kfp_run and kfp_recurring_run, or of the task")),
		"runner", "other"),
	row[map[string]string]{
		name: "node_selector", field: func(s *spec.Settings) *map[string]string { return &s.NodeSelector },
		over:  mapOver[string](),
		wrong: checkNodeSelector, places: at(pod("nodeSelector"), workflow("nodeSelector")),
		says:     same[map[string]string](),
		examples: func() []map[string]string { return []map[string]string{{"arch": "amd64"}, {"arch": "arm64"}} },
	},
	tolerations,
	affinity,
	row[[]string]{
		name: "image_pull_secrets", field: func(s *spec.Settings) *[]string { return &s.ImagePullSecrets },
		over:  listOver[string](),
		wrong: checkPullSecrets,
		places: at(patch("imagePullSecrets"), workflow("imagePullSecrets"),
			noted("give them to the tasks, or to defaults of the pipeline, as image_pull_secrets")),
		says:     as(objectReferences, objectNames),
		examples: func() [][]string { return [][]string{{"a", "b"}, {"a"}, {}} },
	},
	text("priority_class", func(s *spec.Settings) *string { return &s.PriorityClass }, check.ObjectName,
		at(pod("priorityClassName"), workflow("podPriorityClassName")), "high"),
	text("image_pull_policy", func(s *spec.Settings) *string { return &s.ImagePullPolicy }, checkPullPolicy,
		at(container("imagePullPolicy")), "Always", "Never"),
	labels, annotations,
	securityContext,
	synchronization,
}

// text is a setting that is a text without expressions.
func text(
	name string, field func(s *spec.Settings) *string, wrong func(*problem.List, problem.Path, string),
	places Places, examples ...string,
) Setting {
	return row[string]{
		name: name, field: field, over: textOver(nil), wrong: wrong, places: places, says: same[string](),
		examples: func() []string { return examples },
	}
}

func checkNodeSelector(l *problem.List, at problem.Path, labels map[string]string) {
	for key, value := range labels {
		check.Label(l, at.Key(key), key, value)
	}
}

func checkPullSecrets(l *problem.List, at problem.Path, names []string) {
	for _, name := range names {
		check.NeededName(l, at, name)
	}
}

func checkPullPolicy(l *problem.List, at problem.Path, policy string) {
	check.Choice(l, at, "Unknown policy", policy, ImagePullPolicies)
}

func objectReferences(names []string) ([]corev1.LocalObjectReference, error) {
	var refs []corev1.LocalObjectReference
	for _, name := range slices.Sorted(slices.Values(names)) {
		refs = append(refs, corev1.LocalObjectReference{Name: name})
	}
	return refs, nil
}

func objectNames(refs []corev1.LocalObjectReference) []string {
	var names []string
	for _, ref := range refs {
		names = append(names, ref.Name)
	}
	return names
}
