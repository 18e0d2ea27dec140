package compile

import (
	"strconv"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// retryStrategy is how Argo repeats a task. The policy is a part of the expression, since a component's template, which
// serves all tasks, has it as a constant.
func retryStrategy(r spec.Retry) (*wfv1.RetryStrategy, error) {
	expression, err := retryCondition(r)
	if err != nil {
		return nil, err
	}
	limit := intstr.FromString(strconv.FormatInt(r.Limit, 10))
	strategy := &wfv1.RetryStrategy{Limit: &limit, RetryPolicy: wfv1.RetryPolicyAlways, Expression: expression}
	if b := r.Backoff; b != nil {
		strategy.Backoff = &wfv1.Backoff{Duration: b.Duration, MaxDuration: b.Max}
		if b.Factor != nil {
			factor := intstr.FromString(strconv.FormatFloat(*b.Factor, 'g', -1, 64))
			strategy.Backoff.Factor = &factor
		}
	}
	return strategy, nil
}
