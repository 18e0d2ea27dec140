package settings

import (
	"strings"
	"unicode"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// ImagePullPolicies are what there is to choose from.
var ImagePullPolicies = []string{"Always", "IfNotPresent", "Never"}

// All are the settings of a task. Texts with expressions, and notes on what is written by hand, come in this order.
var All = []Setting{
	openText("image", func(s *spec.Settings) *string { return &s.Image }, checkImage, at(patchOfMain("image")),
		"busybox:1.37", "{{ run.name }}:{{ run.name }}"),
	retry,
	timeout,
	env, secretEnv, configMapEnv, fieldEnv,
	cache,
	resources,
	volumes,
	openText("service_account", func(s *spec.Settings) *string { return &s.ServiceAccount }, check.ObjectName,
		at(pod("serviceAccountName"), workflow("serviceAccountName"),
			noted("it is the run's; service_account of kfp_run and kfp_recurring_run, or of the task")),
		"runner", "other", "of-{{ run.name }}"),
	nodeSelector,
	tolerations,
	affinity,
	imagePullSecrets,
	openText("priority_class", func(s *spec.Settings) *string { return &s.PriorityClass }, check.ObjectName,
		at(pod("priorityClassName"), workflow("podPriorityClassName")), "high", "of-{{ run.name }}"),
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

func checkPullPolicy(l *problem.List, at problem.Path, policy string) {
	check.Choice(l, at, "Unknown policy", policy, ImagePullPolicies)
}

func checkImage(l *problem.List, at problem.Path, image string) {
	if image != spec.Unknown && strings.ContainsFunc(image, unicode.IsSpace) {
		l.Errorf(at, "Invalid image", "%q holds a space. Write the reference of an image, such as \"busybox:1.37\".", image)
	}
}
