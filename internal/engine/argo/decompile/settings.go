package decompile

import (
	"strconv"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// settings reads a task's settings from the variant of the template that it uses and the hidden arguments. outside
// names those that a wrapper hands on.
func (r *taskReader) settings(hidden map[string]string, outside map[string]bool) {
	variant := strings.TrimSuffix(r.inner.TemplateRef.Template, layout.ListSuffix)
	if strings.HasSuffix(variant, layout.CacheSuffix) {
		r.outside = outside[layout.CacheKey]
		r.cache(hidden)
		variant = strings.TrimSuffix(variant, layout.CacheSuffix)
	}
	switch variant {
	case layout.MainTemplate:
	case layout.MainTemplate + layout.RetrySuffix:
		r.retry(hidden, "")
	case layout.MainTemplate + layout.TransientSuffix:
		r.retry(hidden, string(wfv1.RetryPolicyOnTransientError))
	default:
		r.d.miss(r.path+".component", "template "+layout.QuoteName(r.inner.TemplateRef.Template)+" is none of a component")
	}
	if patch := hidden[layout.PodParameter]; patch != "" {
		r.outside = outside[layout.PodParameter]
		r.pod(patch)
	}
	if metadata := hidden[layout.MetadataParameter]; metadata != "" {
		r.outside = outside[layout.MetadataParameter]
		r.metadata(metadata)
	}
}

func (r *taskReader) cache(hidden map[string]string) {
	c := &spec.Cache{Enabled: true, MaxAge: hidden[layout.CacheMaxAge]}
	r.merged.Cache = c
	argo := hidden[layout.CacheKey]
	prior := ""
	if p := r.before.Cache; p != nil {
		prior = p.Key
	}
	r.open = append(r.open, openText{
		at: ".cache.key", argo: argo, outside: r.outside,
		read: func(d *expr.Decompiler, env expr.Env) (string, bool) { return r.cacheKey(d, env, argo, prior) },
		set:  func(text string) { c.Key = text },
		keep: func() { c.Key = prior },
	})
}

// CacheKey is empty where the key is that of the inputs, which must have been read first.
func (r *taskReader) cacheKey(d *expr.Decompiler, env expr.Env, argo, prior string) (string, bool) {
	if len(r.openInputs()) > 0 {
		return "", false
	}
	for _, key := range []string{"", prior} {
		if again, err := compile.CacheKeyText(r.task, spec.Cache{Key: key}, compile.Texts{Env: env}); err == nil && again == argo {
			return key, true
		}
	}
	key, ok := d.Hash(argo)
	if !ok {
		return "", false
	}
	again, err := compile.CacheKeyText(r.task, spec.Cache{Key: key}, compile.Texts{Env: env})
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

// retryArguments are the hidden arguments that would say the same.
func retryArguments(s wfv1.RetryStrategy) map[string]string {
	given := map[string]string{layout.RetryExpression: s.Expression}
	if s.Limit != nil {
		given[layout.RetryLimit] = s.Limit.String()
	}
	if b := s.Backoff; b != nil {
		given[layout.BackoffDuration], given[layout.BackoffMax] = b.Duration, b.MaxDuration
		if b.Factor != nil {
			given[layout.BackoffFactor] = b.Factor.String()
		}
	}
	return given
}

func (r *taskReader) retry(hidden map[string]string, policy string) {
	s := &spec.Retry{Policy: policy}
	r.merged.Retry = s
	limit, err := strconv.ParseInt(or(hidden[layout.RetryLimit], "0"), 10, 64)
	if err != nil {
		r.d.miss(r.path+".retry.limit", layout.QuoteName(hidden[layout.RetryLimit])+" is not a number")
	}
	s.Limit = limit
	if hidden[layout.BackoffDuration] != "" {
		s.Backoff = &spec.Backoff{Duration: hidden[layout.BackoffDuration], Max: hidden[layout.BackoffMax]}
		if text := hidden[layout.BackoffFactor]; text != "" {
			factor, err := strconv.ParseFloat(text, 64)
			if err != nil {
				r.d.miss(r.path+".retry.backoff.factor", layout.QuoteName(text)+" is not a number")
			}
			s.Backoff.Factor = &factor
		}
	}
	if condition, ok := readRetryCondition(s, or(hidden[layout.RetryExpression], "true")); !ok {
		r.d.miss(r.path+".retry.expression", "no expression compiles to "+layout.Abbreviated(condition))
		if p := r.before.Retry; p != nil {
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
	text, ok := expr.NewDecompiler(settings.RetryEnv).Value(code, spec.Boolean)
	s.Expression = text
	return condition, ok
}

func or(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}
