package settings

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/check"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// RetryPolicies are what there is to choose from.
var RetryPolicies = []string{"OnFailure", "OnError", "OnTransientError", "Always"}

var retry = row[*spec.Retry]{
	name: "retry", field: func(s *spec.Settings) **spec.Retry { return &s.Retry }, over: objectOver[spec.Retry](nil),
	wrong: checkRetry,
	examples: func() []*spec.Retry {
		full := spec.Retry{
			Limit: 5, Policy: "Always", Expression: "last_retry.exit_code != 2",
			Backoff: &spec.Backoff{Duration: "10s", Factor: new(2.0), Max: "1h"},
		}
		examples := []*spec.Retry{&full, {}, {Limit: 1, Backoff: &spec.Backoff{Duration: "10s", Max: "10m"}}}
		for _, policy := range RetryPolicies {
			examples = append(examples, &spec.Retry{
				Limit: 2, Policy: policy,
				Expression: "last_retry.message contains '{{' or last_retry.duration>3",
				Backoff:    &spec.Backoff{Duration: "10s"},
			})
		}
		return examples
	},
}

// maxRetries is far above what makes sense; it catches numbers that were meant for something else.
const maxRetries = 1000

func checkRetry(l *problem.List, at problem.Path, r *spec.Retry) {
	if r == nil {
		return
	}
	if r.Limit < 0 || r.Limit > maxRetries {
		l.Errorf(
			at.Attr("limit"), "Invalid limit", "%d repetitions are not possible. Write a number from 0 to %d.", r.Limit,
			maxRetries,
		)
	}
	check.Choice(l, at.Attr("policy"), "Unknown policy", r.Policy, RetryPolicies)
	if r.Backoff != nil {
		checkBackoff(l, at.Attr("backoff"), *r.Backoff)
	}
	if r.Expression == "" || r.Expression == spec.Unknown {
		return
	}
	t, errs := expr.ParseExpression(r.Expression)
	if len(errs) == 0 {
		_, errs = t.In(RetryEnv).Check(spec.Boolean)
	}
	for _, e := range errs {
		l.Errorf(at.Attr("expression"), "Invalid expression", "%s", e.Describe(r.Expression))
	}
}

func checkBackoff(l *problem.List, at problem.Path, b spec.Backoff) {
	first, ok := check.ParseDuration(l, at.Attr("duration"), b.Duration)
	if b.Factor != nil && (*b.Factor < 1 || *b.Factor != float64(int64(*b.Factor))) {
		l.Errorf(
			at.Attr("factor"), "Invalid factor",
			"%v is not a whole number of at least 1, as Argo wants it. Write 1 for pauses of equal length, or 2 for pauses "+
				"that double.",
			*b.Factor,
		)
	}
	if b.Max == "" {
		return
	}
	if most, known := check.ParseDuration(l, at.Attr("max"), b.Max); ok && known && most < first {
		l.Errorf(
			at.Attr("max"), "No repetition possible",
			"The first repetition comes after %q, but none may come after %q. Make max longer than duration.", b.Duration, b.Max,
		)
	}
}

// RetryEnv is what a retry's expression may refer to.
var RetryEnv = expr.Env{Own: map[string]expr.Var{
	"last_retry.exit_code": {Type: spec.Integer, Argo: "lastRetry.exitCode", Coding: expr.Plain},
	"last_retry.status":    {Type: spec.String, Argo: "lastRetry.status", Coding: expr.Plain},
	"last_retry.duration":  {Type: spec.Float, Argo: "lastRetry.duration", Coding: expr.Plain},
	"last_retry.message":   {Type: spec.String, Argo: "lastRetry.message", Coding: expr.Plain},
}}
