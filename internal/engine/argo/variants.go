package argo

import (
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
)

// The hidden parameters of the variants.
const (
	retryLimit      = hiddenPrefix + "retry-limit"
	retryExpression = hiddenPrefix + "retry-expression"
	backoffDuration = hiddenPrefix + "backoff-duration"
	backoffFactor   = hiddenPrefix + "backoff-factor"
	backoffMax      = hiddenPrefix + "backoff-max"
	cacheName       = hiddenPrefix + "cache-name"
	cacheMaxAge     = hiddenPrefix + "cache-max-age"
	cacheKey        = hiddenPrefix + "cache-key"
)

// variantName is the template that a task with such settings uses.
func variantName(retry *spec.Retry, cache *spec.Cache) string {
	name := MainTemplate
	switch {
	case retry != nil && wfv1.RetryPolicy(retry.Policy) == wfv1.RetryPolicyOnTransientError:
		name += transientSuffix
	case retry != nil:
		name += retrySuffix
	}
	if cache != nil && cache.Enabled {
		name += cacheSuffix
	}
	return name
}

// variants makes the templates. The code volume is in each by now.
func variants(main wfv1.Template) []wfv1.Template {
	var all []wfv1.Template
	for _, t := range []wfv1.Template{
		main,
		withRetry(main, retrySuffix, wfv1.RetryPolicyAlways),
		withRetry(main, transientSuffix, wfv1.RetryPolicyOnTransientError),
	} {
		all = append(all, t, withCache(t))
	}
	return all
}

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

// withCache memoizes on a key that the task computes, since only the task knows which inputs count.
func withCache(main wfv1.Template) wfv1.Template {
	t := *main.DeepCopy()
	t.Name += cacheSuffix
	t.Inputs.Parameters = append(t.Inputs.Parameters, hidden(cacheKey, ""), hidden(cacheMaxAge, ""), hidden(cacheName, ""))
	t.Memoize = &wfv1.Memoize{
		Key:    tag(cacheKey),
		MaxAge: tag(cacheMaxAge),
		Cache: &wfv1.Cache{ConfigMap: &corev1.ConfigMapKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: tag(cacheName)}, Key: "unused",
		}},
	}
	return t
}

func hidden(name, value string) wfv1.Parameter {
	return wfv1.Parameter{Name: name, Default: wfv1.AnyStringPtr(value)}
}

func tag(parameter string) string { return "{{inputs.parameters." + parameter + "}}" }
