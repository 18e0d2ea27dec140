package compile

import (
	"slices"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// showsDisplayName lets Argo's user interface show the name that a task gives, if it gives one.
func showsDisplayName(t *wfv1.Template) {
	t.Inputs.Parameters = append(t.Inputs.Parameters, hidden(layout.DisplayName, ""))
	t.Annotations = map[string]string{string(wfv1.TemplateAnnotationDisplayName): tag(layout.DisplayName)}
}

// variantName is the template that a task with such settings uses.
func variantName(retry *spec.Retry, cache *spec.Cache, list bool) string {
	name := layout.MainTemplate
	switch {
	case retry != nil && wfv1.RetryPolicy(retry.Policy) == wfv1.RetryPolicyOnTransientError:
		name += layout.TransientSuffix
	case retry != nil:
		name += layout.RetrySuffix
	}
	switch {
	case list:
		name += layout.ListSuffix
	case cache != nil && cache.Enabled:
		name += layout.CacheSuffix
	}
	return name
}

// variants makes the templates. The code volume is in each by now. cache names the config map of cached outputs.
func variants(main wfv1.Template, cache string) []wfv1.Template {
	var all []wfv1.Template
	for _, t := range []wfv1.Template{
		main,
		withRetry(main, layout.RetrySuffix, wfv1.RetryPolicyAlways),
		withRetry(main, layout.TransientSuffix, wfv1.RetryPolicyOnTransientError),
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
	t.Name += layout.KeptSuffix
	for i := range t.Outputs.Artifacts {
		t.Outputs.Artifacts[i].ArtifactGC = &wfv1.ArtifactGC{Strategy: wfv1.ArtifactGCNever}
	}
	return t
}

// withKeys leaves each artifact where the task says, as it is: the artifacts of a loop then make a directory. Argo
// takes the rest of the place from the artifact repository, of whatever kind it is, though the field is called s3.
func withKeys(main wfv1.Template) wfv1.Template {
	t := *main.DeepCopy()
	t.Name += layout.ListSuffix
	for i := range t.Outputs.Artifacts {
		keyed(&t, i)
	}
	return t
}

// keyed leaves the i-th artifact of a template where a hidden parameter says, as it is.
func keyed(t *wfv1.Template, i int) {
	a := &t.Outputs.Artifacts[i]
	key := layout.KeyParameter(a.Name)
	if t.Inputs.GetParameterByName(key) == nil {
		t.Inputs.Parameters = append(t.Inputs.Parameters, wfv1.Parameter{Name: key})
	}
	a.ArtifactLocation, a.Archive = keyOnly(tag(key)), unpacked()
}

func keyOnly(key string) wfv1.ArtifactLocation {
	return wfv1.ArtifactLocation{S3: &wfv1.S3Artifact{Key: key}}
}

func unpacked() *wfv1.ArchiveStrategy { return &wfv1.ArchiveStrategy{None: &wfv1.NoneStrategy{}} }

func withRetry(main wfv1.Template, suffix string, policy wfv1.RetryPolicy) wfv1.Template {
	t := *main.DeepCopy()
	t.Name += suffix
	t.Inputs.Parameters = append(t.Inputs.Parameters,
		hidden(layout.BackoffDuration, "0"), hidden(layout.BackoffFactor, "1"), hidden(layout.BackoffMax, ""),
		hidden(layout.RetryExpression, "true"), hidden(layout.RetryLimit, "0"))
	limit, factor := intstr.FromString(tag(layout.RetryLimit)), intstr.FromString(tag(layout.BackoffFactor))
	t.RetryStrategy = &wfv1.RetryStrategy{
		Limit: &limit, RetryPolicy: policy, Expression: tag(layout.RetryExpression),
		Backoff: &wfv1.Backoff{Duration: tag(layout.BackoffDuration), Factor: &factor, MaxDuration: tag(layout.BackoffMax)},
	}
	return t
}

// withCache memoizes on a key that the task computes, since only the task knows which inputs count. Argo does not get
// past a repetition that its cache has answered, so that is around the repetitions.
func withCache(main wfv1.Template, configMap string) wfv1.Template {
	cached := kept(main)
	t := *cached.DeepCopy()
	if main.RetryStrategy != nil {
		t = around(cached)
	}
	t.Name = main.Name + layout.CacheSuffix
	return memoized(t, configMap)
}

// memoized is the template with a cache.
func memoized(t wfv1.Template, configMap string) wfv1.Template {
	t.Inputs.Parameters = append(t.Inputs.Parameters, hidden(layout.CacheKey, ""), hidden(layout.CacheMaxAge, ""))
	t.Memoize = &wfv1.Memoize{
		Key:    tag(layout.CacheKey),
		MaxAge: tag(layout.CacheMaxAge),
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
		outputs.Parameters = append(
			outputs.Parameters,
			wfv1.Parameter{
				Name: p.Name, ValueFrom: &wfv1.ValueFrom{Parameter: "{{" + fromTask + ".outputs.parameters." + p.Name + "}}"},
			},
		)
	}
	for _, a := range main.Outputs.Artifacts {
		outputs.Artifacts = append(
			outputs.Artifacts, wfv1.Artifact{Name: a.Name, From: "{{" + fromTask + ".outputs.artifacts." + a.Name + "}}"},
		)
	}
	given := handedOn(inputs)
	given.Parameters = slices.DeleteFunc(
		given.Parameters, func(p wfv1.Parameter) bool { return p.Name == layout.DisplayName },
	)
	return wfv1.Template{
		Inputs: inputs, Outputs: outputs, Annotations: main.Annotations,
		DAG: &wfv1.DAGTemplate{Tasks: []wfv1.DAGTask{{Name: layout.InnerTask, Template: main.Name, Arguments: given}}},
	}
}

func hidden(name, value string) wfv1.Parameter {
	return wfv1.Parameter{Name: name, Default: wfv1.AnyStringPtr(value)}
}

func tag(parameter string) string { return "{{inputs.parameters." + parameter + "}}" }
