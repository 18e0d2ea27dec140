package handwritten

import (
	"slices"
	"strconv"
	"strings"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// settings reads what a template says about its pod: in this language tasks say it. What is read is taken out of rest;
// the fields that say a setting as Kubernetes does are left to settings.TakeTemplate.
func (r *reader) settings() {
	s, t := &r.Settings, r.rest
	if retry, ok := readRetry(t.RetryStrategy); ok {
		s.Retry, t.RetryStrategy = retry, nil
	}
	if locks, ok := readLocks(t.Synchronization); ok {
		s.Synchronization, t.Synchronization = locks, nil
	}
	container := t.Container
	if t.Script != nil {
		container = &t.Script.Container
	}
	settings.TakeMounts(container, slices.Concat(runClaims(&r.object.Spec), r.object.Spec.Volumes, t.Volumes), s)
	t.Volumes = nil
	if t.SecurityContext == nil {
		t.SecurityContext = r.object.Spec.SecurityContext.DeepCopy()
	}
	settings.TakeRights(t.SecurityContext, container, s)
}

// readRetry reads what a retry can say: a number of repetitions, a policy, a condition, pauses.
func readRetry(s *wfv1.RetryStrategy) (*spec.Retry, bool) {
	if s == nil || s.Limit == nil || s.Affinity != nil {
		return nil, false
	}
	limit, err := strconv.ParseInt(s.Limit.String(), 10, 64)
	if err != nil {
		return nil, false
	}
	r := &spec.Retry{Limit: limit, Policy: string(s.RetryPolicy)}
	if s.Expression != "" {
		text, ok := expr.NewDecompiler(settings.RetryEnv).Value(s.Expression, spec.Boolean)
		if !ok {
			return nil, false
		}
		if r.Expression = text; r.Policy == "" {
			r.Policy = string(wfv1.RetryPolicyAlways)
		}
	}
	if b := s.Backoff; b != nil {
		if r.Backoff = readBackoff(b); r.Backoff == nil {
			return nil, false
		}
	}
	return r, true
}

func readBackoff(b *wfv1.Backoff) *spec.Backoff {
	first, firstOK := duration(b.Duration)
	most, mostOK := duration(b.MaxDuration)
	if !firstOK || !mostOK || b.Cap != "" || first == "" {
		return nil
	}
	out := &spec.Backoff{Duration: first, Max: most}
	if b.Factor != nil {
		factor, err := strconv.ParseFloat(b.Factor.String(), 64)
		if err != nil {
			return nil
		}
		out.Factor = &factor
	}
	return out
}

// duration reads Argo's durations: those of Go, or a number of seconds.
func duration(text string) (string, bool) {
	if text == "" {
		return "", true
	}
	if seconds, err := strconv.Atoi(text); err == nil {
		return wire.Duration(time.Duration(seconds) * time.Second), true
	}
	d, err := time.ParseDuration(text)
	return wire.Duration(d), err == nil
}

// readLocks reads the locks that are in the namespace itself.
func readLocks(s *wfv1.Synchronization) (*spec.Synchronization, bool) {
	if s == nil {
		return nil, false
	}
	all := s.DeepCopy()
	if m := all.Mutex; m != nil { //nolint:staticcheck // people still write it
		all.Mutexes = append(all.Mutexes, m)
	}
	if m := all.Semaphore; m != nil { //nolint:staticcheck // people still write it
		all.Semaphores = append(all.Semaphores, m)
	}
	for _, m := range all.Mutexes {
		if m == nil || m.Namespace != "" || m.Database || strings.Contains(m.Name, "{{") {
			return nil, false
		}
	}
	for _, m := range all.Semaphores {
		if m == nil || m.ConfigMapKeyRef == nil || m.Namespace != "" || strings.Contains(m.ConfigMapKeyRef.Name+m.ConfigMapKeyRef.Key, "{{") {
			return nil, false
		}
	}
	return decompile.DecompileSynchronization(all), true
}
