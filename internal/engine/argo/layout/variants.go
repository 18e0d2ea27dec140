package layout

// A component's object holds its template in variants, since Argo has retries and memoization on templates, not on
// tasks. Which one a task uses, and the hidden arguments that it gives, are its settings. Argo takes a retry policy
// only as a constant, so there is a variant for transient errors; the other policies are conditions.
const (
	RetrySuffix     = "-retry"
	TransientSuffix = "-retry-transient"
	CacheSuffix     = "-cache"
	ListSuffix      = "-list"
	KeptSuffix      = "-kept"
)

// The hidden parameters of the variants.
const (
	RetryLimit      = HiddenPrefix + "retry-limit"
	RetryExpression = HiddenPrefix + "retry-expression"
	BackoffDuration = HiddenPrefix + "backoff-duration"
	BackoffFactor   = HiddenPrefix + "backoff-factor"
	BackoffMax      = HiddenPrefix + "backoff-max"
	CacheMaxAge     = HiddenPrefix + "cache-max-age"
	CacheKey        = HiddenPrefix + "cache-key"
	DisplayName     = HiddenPrefix + "display-name" // of every template that a task can call
)
