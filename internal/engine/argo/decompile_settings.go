package argo

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// settings reads a task's settings from the variant of the template that it uses and the hidden arguments. outside names
// those that a wrapper hands on.
func (r *taskReader) settings(hidden map[string]string, outside map[string]bool) {
	variant := strings.TrimSuffix(r.inner.TemplateRef.Template, listSuffix)
	if strings.HasSuffix(variant, cacheSuffix) {
		r.outside = outside[cacheKey]
		r.cache(hidden)
		variant = strings.TrimSuffix(variant, cacheSuffix)
	}
	switch variant {
	case MainTemplate:
	case MainTemplate + retrySuffix:
		r.retry(hidden, "")
	case MainTemplate + transientSuffix:
		r.retry(hidden, string(wfv1.RetryPolicyOnTransientError))
	default:
		r.d.miss(r.path+".component", "template "+quoteName(r.inner.TemplateRef.Template)+" is none of a component")
	}
	if patch := hidden[podParameter]; patch != "" {
		r.outside = outside[podParameter]
		r.pod(patch)
	}
	if metadata := hidden[metadataParameter]; metadata != "" {
		r.outside = outside[metadataParameter]
		r.metadata(metadata)
	}
}

func (r *taskReader) cache(hidden map[string]string) {
	c := &spec.Cache{Enabled: true, MaxAge: hidden[cacheMaxAge]}
	r.merged.Cache = c
	argo := hidden[cacheKey]
	prior := ""
	if p := r.d.prior.Defaults.Merge(r.prior.Settings).Cache; p != nil {
		prior = p.Key
	}
	r.open = append(r.open, openText{
		at: ".cache.key", argo: argo, outside: r.outside,
		read: func(d *expr.Decompiler, env expr.Env) (string, bool) { return r.cacheKey(d, env, argo, prior) },
		set:  func(text string) { c.Key = text },
		keep: func() { c.Key = prior },
	})
}

// cacheKey is empty where the key is that of the inputs, which must have been read first.
func (r *taskReader) cacheKey(d *expr.Decompiler, env expr.Env, argo, prior string) (string, bool) {
	if len(r.openInputs()) > 0 {
		return "", false
	}
	for _, key := range []string{"", prior} {
		if again, err := cacheKeyText(r.task, spec.Cache{Key: key}, texts{env: env}); err == nil && again == argo {
			return key, true
		}
	}
	key, ok := d.Hash(argo)
	if !ok {
		return "", false
	}
	again, err := cacheKeyText(r.task, spec.Cache{Key: key}, texts{env: env})
	return key, err == nil && again == argo
}

func (r *taskReader) openInputs() []openText {
	var inputs []openText
	for _, t := range r.open {
		if strings.HasPrefix(t.at, ".inputs") {
			inputs = append(inputs, t)
		}
	}
	return inputs
}

func (r *taskReader) retry(hidden map[string]string, policy string) {
	s := &spec.Retry{Policy: policy}
	r.merged.Retry = s
	limit, err := strconv.ParseInt(or(hidden[retryLimit], "0"), 10, 64)
	if err != nil {
		r.d.miss(r.path+".retry.limit", quoteName(hidden[retryLimit])+" is not a number")
	}
	s.Limit = limit
	if hidden[backoffDuration] != "" {
		s.Backoff = &spec.Backoff{Duration: hidden[backoffDuration], Max: hidden[backoffMax]}
		if text := hidden[backoffFactor]; text != "" {
			factor, err := strconv.ParseFloat(text, 64)
			if err != nil {
				r.d.miss(r.path+".retry.backoff.factor", quoteName(text)+" is not a number")
			}
			s.Backoff.Factor = &factor
		}
	}
	if condition, ok := readRetryCondition(s, or(hidden[retryExpression], "true")); !ok {
		r.d.miss(r.path+".retry.expression", "no expression compiles to "+abbreviated(condition))
		if p := r.d.prior.Defaults.Merge(r.prior.Settings).Retry; p != nil {
			s.Policy, s.Expression = p.Policy, p.Expression
		}
	}
}

// readRetryCondition undoes retryCondition.
func readRetryCondition(s *spec.Retry, condition string) (string, bool) {
	rest := condition
	if s.Policy == "" {
		s.Policy = string(wfv1.RetryPolicyAlways)
		for _, p := range []struct{ policy, condition string }{
			{"", `lastRetry.status == "Failed"`},
			{string(wfv1.RetryPolicyOnError), `lastRetry.status == "Error"`},
		} {
			if after, ok := strings.CutPrefix(rest, p.condition); ok {
				s.Policy, rest = p.policy, strings.TrimPrefix(after, " && ")
				break
			}
		}
	}
	if rest == "" || rest == "true" {
		return condition, true
	}
	code := strings.TrimSuffix(strings.TrimPrefix(rest, "("), ")")
	text, ok := expr.NewDecompiler(graph.RetryEnv).Value(code, spec.Boolean)
	s.Expression = text
	return condition, ok
}

// without undoes Settings.Merge: the settings that a task has of its own. What it cannot unset shows when the result is
// compiled again.
func without(defaults, merged spec.Settings) spec.Settings {
	s := merged
	s.Retry = unlessSame(defaults.Retry, merged.Retry)
	s.Timeout = unlessText(defaults.Timeout, merged.Timeout, sameDuration)
	s.Cache = unlessSame(defaults.Cache, merged.Cache)
	if merged.Cache == nil && defaults.Cache != nil && defaults.Cache.Enabled {
		s.Cache = &spec.Cache{}
	}
	s.Resources = withoutResources(defaults.Resources, merged.Resources)
	s.Env = withoutMap(defaults.Env, merged.Env)
	s.SecretEnv = withoutMap(defaults.SecretEnv, merged.SecretEnv)
	s.ConfigMapEnv = withoutMap(defaults.ConfigMapEnv, merged.ConfigMapEnv)
	s.FieldEnv = withoutMap(defaults.FieldEnv, merged.FieldEnv)
	s.Volumes = withoutMap(defaults.Volumes, merged.Volumes)
	s.NodeSelector = withoutMap(defaults.NodeSelector, merged.NodeSelector)
	if equal(defaults.Tolerations, merged.Tolerations) {
		s.Tolerations = nil
	} else if merged.Tolerations == nil && defaults.Tolerations != nil {
		s.Tolerations = []spec.Toleration{}
	}
	s.Affinity = unlessText(defaults.Affinity, merged.Affinity, sameAffinity)
	s.ServiceAccount = unlessText(defaults.ServiceAccount, merged.ServiceAccount, nil)
	s.ImagePullPolicy = unlessText(defaults.ImagePullPolicy, merged.ImagePullPolicy, nil)
	if equal(defaults.ImagePullSecrets, merged.ImagePullSecrets) {
		s.ImagePullSecrets = nil
	} else if merged.ImagePullSecrets == nil && defaults.ImagePullSecrets != nil {
		s.ImagePullSecrets = []string{}
	}
	s.PriorityClass = unlessText(defaults.PriorityClass, merged.PriorityClass, nil)
	s.SecurityContext = unlessSame(defaults.SecurityContext, merged.SecurityContext)
	if merged.SecurityContext == nil && defaults.SecurityContext != nil && !equal(*defaults.SecurityContext, spec.SecurityContext{}) {
		s.SecurityContext = &spec.SecurityContext{}
	}
	s.Synchronization = unlessSame(defaults.Synchronization, merged.Synchronization)
	return s
}

func unlessSame[V any](defaults, merged *V) *V {
	if defaults != nil && merged != nil && equal(*defaults, *merged) {
		return nil
	}
	return merged
}

func unlessText(defaults, merged string, same func(a, b string) bool) string {
	if defaults == merged || same != nil && same(defaults, merged) {
		return ""
	}
	return merged
}

func withoutMap[V any](defaults, merged map[string]V) map[string]V {
	var own map[string]V
	for key, v := range merged {
		if d, ok := defaults[key]; !ok || !equal(d, v) {
			set(&own, key, v)
		}
	}
	return own
}

func withoutResources(defaults, merged *spec.Resources) *spec.Resources {
	if defaults == nil || merged == nil {
		return merged
	}
	own := spec.Resources{Requests: withoutMap(defaults.Requests, merged.Requests), Limits: withoutMap(defaults.Limits, merged.Limits)}
	if own.Requests == nil && own.Limits == nil {
		return nil
	}
	return &own
}

func sameDuration(a, b string) bool {
	x, errA := time.ParseDuration(a)
	y, errB := time.ParseDuration(b)
	return errA == nil && errB == nil && x == y
}

func sameAffinity(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && equal(x, y)
}

func or(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}
