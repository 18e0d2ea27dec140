package argo

import (
	"slices"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// A component's object holds its template in variants, since Argo has retries and memoization on templates, not on
// tasks. Which one a task uses, and the hidden arguments that it gives, are its settings. Argo takes a retry policy
// only as a constant, so there is a variant for transient errors; the other policies are conditions.
const (
	retrySuffix     = "-retry"
	transientSuffix = "-retry-transient"
	cacheSuffix     = "-cache"
	listSuffix      = "-list"
	keptSuffix      = "-kept"
)

// The hidden parameters of the variants.
const (
	retryLimit      = hiddenPrefix + "retry-limit"
	retryExpression = hiddenPrefix + "retry-expression"
	backoffDuration = hiddenPrefix + "backoff-duration"
	backoffFactor   = hiddenPrefix + "backoff-factor"
	backoffMax      = hiddenPrefix + "backoff-max"
	cacheMaxAge     = hiddenPrefix + "cache-max-age"
	cacheKey        = hiddenPrefix + "cache-key"
	displayName     = hiddenPrefix + "display-name" // of every template that a task can call
)

// showsDisplayName lets Argo's user interface show the name that a task gives, if it gives one.
func showsDisplayName(t *wfv1.Template) {
	t.Inputs.Parameters = append(t.Inputs.Parameters, hidden(displayName, ""))
	t.Annotations = map[string]string{string(wfv1.TemplateAnnotationDisplayName): tag(displayName)}
}

// keyParameter is where an artifact is kept, in the variant whose artifacts make a list.
func keyParameter(output string) string { return hiddenPrefix + "key-" + output }

// variantName is the template that a task with such settings uses.
func variantName(retry *spec.Retry, cache *spec.Cache, list bool) string {
	name := MainTemplate
	switch {
	case retry != nil && wfv1.RetryPolicy(retry.Policy) == wfv1.RetryPolicyOnTransientError:
		name += transientSuffix
	case retry != nil:
		name += retrySuffix
	}
	switch {
	case list:
		name += listSuffix
	case cache != nil && cache.Enabled:
		name += cacheSuffix
	}
	return name
}

// variants makes the templates. The code volume is in each by now. cache names the config map of cached outputs.
func variants(main wfv1.Template, cache string) []wfv1.Template {
	var all []wfv1.Template
	for _, t := range []wfv1.Template{
		main,
		withRetry(main, retrySuffix, wfv1.RetryPolicyAlways),
		withRetry(main, transientSuffix, wfv1.RetryPolicyOnTransientError),
	} {
		all = append(all, t, withCache(t, cache))
		if len(main.Outputs.Artifacts) > 0 {
			all = append(all, withKeys(t))
			if t.RetryStrategy != nil {
				all = append(all, kept(t))
			}
		}
	}
	return all
}

// kept makes artifacts that no run collects, since the cache hands them to others. A template without is the same.
func kept(main wfv1.Template) wfv1.Template {
	if len(main.Outputs.Artifacts) == 0 {
		return main
	}
	t := *main.DeepCopy()
	t.Name += keptSuffix
	for i := range t.Outputs.Artifacts {
		t.Outputs.Artifacts[i].ArtifactGC = &wfv1.ArtifactGC{Strategy: wfv1.ArtifactGCNever}
	}
	return t
}

// withKeys leaves each artifact where the task says, as it is: the artifacts of a loop then make a directory. Argo takes
// the rest of the place from the artifact repository, of whatever kind it is, though the field is called s3.
func withKeys(main wfv1.Template) wfv1.Template {
	t := *main.DeepCopy()
	t.Name += listSuffix
	for i := range t.Outputs.Artifacts {
		a := &t.Outputs.Artifacts[i]
		t.Inputs.Parameters = append(t.Inputs.Parameters, wfv1.Parameter{Name: keyParameter(a.Name)})
		a.ArtifactLocation = keyOnly(tag(keyParameter(a.Name)))
		a.Archive = unpacked()
	}
	return t
}

func keyOnly(key string) wfv1.ArtifactLocation {
	return wfv1.ArtifactLocation{S3: &wfv1.S3Artifact{Key: key}}
}

func unpacked() *wfv1.ArchiveStrategy { return &wfv1.ArchiveStrategy{None: &wfv1.NoneStrategy{}} }

func withRetry(main wfv1.Template, suffix string, policy wfv1.RetryPolicy) wfv1.Template {
	t := *main.DeepCopy()
	t.Name += suffix
	t.Inputs.Parameters = append(t.Inputs.Parameters,
		hidden(backoffDuration, "0"), hidden(backoffFactor, "1"), hidden(backoffMax, ""),
		hidden(retryExpression, "true"), hidden(retryLimit, "0"))
	limit, factor := intstr.FromString(tag(retryLimit)), intstr.FromString(tag(backoffFactor))
	t.RetryStrategy = &wfv1.RetryStrategy{
		Limit: &limit, RetryPolicy: policy, Expression: tag(retryExpression),
		Backoff: &wfv1.Backoff{Duration: tag(backoffDuration), Factor: &factor, MaxDuration: tag(backoffMax)},
	}
	return t
}

// withCache memoizes on a key that the task computes, since only the task knows which inputs count. Argo does not get past
// a repetition that its cache has answered, so that is around the repetitions.
func withCache(main wfv1.Template, configMap string) wfv1.Template {
	cached := kept(main)
	t := *cached.DeepCopy()
	if main.RetryStrategy != nil {
		t = around(cached)
	}
	t.Name = main.Name + cacheSuffix
	t.Inputs.Parameters = append(t.Inputs.Parameters, hidden(cacheKey, ""), hidden(cacheMaxAge, ""))
	t.Memoize = &wfv1.Memoize{
		Key:    tag(cacheKey),
		MaxAge: tag(cacheMaxAge),
		Cache: &wfv1.Cache{ConfigMap: &corev1.ConfigMapKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: configMap}, Key: "unused",
		}},
	}
	return t
}

// around is a template that calls another one, and takes and gives the same.
func around(main wfv1.Template) wfv1.Template {
	var inputs wfv1.Inputs
	var outputs wfv1.Outputs
	for _, p := range main.Inputs.Parameters {
		inputs.Parameters = append(inputs.Parameters, wfv1.Parameter{Name: p.Name, Default: p.Default})
	}
	for _, a := range main.Inputs.Artifacts {
		inputs.Artifacts = append(inputs.Artifacts, wfv1.Artifact{Name: a.Name, Optional: a.Optional})
	}
	for _, p := range main.Outputs.Parameters {
		outputs.Parameters = append(outputs.Parameters, wfv1.Parameter{Name: p.Name, ValueFrom: &wfv1.ValueFrom{Parameter: "{{" + fromTask + ".outputs.parameters." + p.Name + "}}"}})
	}
	for _, a := range main.Outputs.Artifacts {
		outputs.Artifacts = append(outputs.Artifacts, wfv1.Artifact{Name: a.Name, From: "{{" + fromTask + ".outputs.artifacts." + a.Name + "}}"})
	}
	given := handedOn(inputs)
	given.Parameters = slices.DeleteFunc(given.Parameters, func(p wfv1.Parameter) bool { return p.Name == displayName })
	return wfv1.Template{
		Inputs: inputs, Outputs: outputs, Annotations: main.Annotations,
		DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{{Name: innerTask, Template: main.Name, Arguments: given}}},
	}
}

func hidden(name, value string) wfv1.Parameter {
	return wfv1.Parameter{Name: name, Default: wfv1.AnyStringPtr(value)}
}

func tag(parameter string) string { return "{{inputs.parameters." + parameter + "}}" }
