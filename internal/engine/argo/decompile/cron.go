package decompile

import (
	"strconv"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// ReadRecurringRun is the inverse of RecurringRun. prior is what the state holds: the pipeline's interface is taken
// from it, and texts that mean what the object says stay as they are written. The pipeline's name, and its version
// where it is pinned, are those of the object. limit is nil where there is no config map.
func ReadRecurringRun(
	cron, limit layout.Decoder, prior spec.RecurringRun,
) (spec.RecurringRun, spec.RecurringStatus, error) {
	var c wfv1.CronWorkflow
	if err := cron(&c); err != nil {
		return spec.RecurringRun{}, spec.RecurringStatus{}, err
	}
	r := spec.RecurringRun{
		Namespace: c.Namespace, Name: c.Name, Pipeline: prior.Pipeline, ServiceAccount: c.Spec.WorkflowSpec.ServiceAccountName,
		Lines: c.Spec.Schedules, Timezone: c.Spec.Timezone, When: c.Spec.When, StartingDeadline: c.Spec.StartingDeadlineSeconds,
		Disabled: c.Spec.Suspend, Concurrency: concurrencyOf(c.Spec.ConcurrencyPolicy),
		KeepSucceeded: int64Of(c.Spec.SuccessfulJobsHistoryLimit), KeepFailed: int64Of(c.Spec.FailedJobsHistoryLimit),
		Parameters: map[string]string{},
	}
	if c.Spec.Schedule != "" {
		r.Lines = append([]string{c.Spec.Schedule}, r.Lines...)
	}
	if m := c.Spec.WorkflowMetadata; m != nil {
		r.Description = m.Annotations[layout.DescribeKey]
	}
	if ref := c.Spec.WorkflowSpec.WorkflowTemplateRef; ref != nil {
		var version string
		r.Pipeline.Name, version, r.Pinned = layout.Unpinned(ref.Name, prior.Pipeline)
		if r.Pinned {
			r.Pipeline.Version = version
		}
	}
	env := graph.ScheduleEnv(c.Spec.Timezone)
	d := expr.NewDecompiler(env)
	for _, p := range c.Spec.WorkflowSpec.Arguments.Parameters {
		t := prior.Pipeline.Inputs[p.Name].Type
		if text, ok := prior.Parameters[p.Name]; ok && p.Value != nil {
			if compiled, err := compile.CompileText(text, env, t); err == nil && compiled == p.Value.String() {
				r.Parameters[p.Name] = text
				continue
			}
		}
		r.Parameters[p.Name] = readArgument(d, p, t)
	}
	if limit != nil && limited(c) {
		var m corev1.ConfigMap
		if err := limit(&m); err != nil {
			return r, spec.RecurringStatus{}, err
		}
		if n, err := strconv.ParseInt(m.Data[layout.ConcurrencyKey], 10, 64); err == nil {
			r.MaxConcurrency = &n
		}
	}
	return r, recurringStatus(c), nil
}

// limited reports whether the runs take our semaphore.
func limited(c wfv1.CronWorkflow) bool {
	s := c.Spec.WorkflowSpec.Synchronization
	if s == nil {
		return false
	}
	for _, sem := range s.Semaphores {
		if sem != nil && sem.ConfigMapKeyRef != nil && sem.ConfigMapKeyRef.Name == compile.LimitName(c.Name) {
			return true
		}
	}
	return false
}

func readArgument(d *expr.Decompiler, p wfv1.Parameter, t spec.Type) string {
	if p.Value == nil {
		return ""
	}
	if t == "" {
		t = spec.String
	}
	if text, ok := d.Text(p.Value.String(), t); ok {
		return text
	}
	return wire.Decode(p.Value.String())
}

func recurringStatus(c wfv1.CronWorkflow) spec.RecurringStatus {
	var s spec.RecurringStatus
	if c.Status.LastScheduledTime != nil {
		s.LastScheduledTime = c.Status.LastScheduledTime.UTC()
	}
	for _, active := range c.Status.Active {
		s.Active = append(s.Active, active.Name)
	}
	var problems []string
	for _, condition := range c.Status.Conditions {
		switch condition.Type {
		case wfv1.ConditionTypeSpecError, wfv1.ConditionTypeSubmissionError:
			problems = append(problems, condition.Message)
		}
	}
	s.Problem = strings.Join(problems, "; ")
	return s
}

func concurrencyOf(p wfv1.ConcurrencyPolicy) spec.Concurrency {
	for name, policy := range layout.ConcurrencyPolicies {
		if policy == p {
			return name
		}
	}
	if p == "" {
		return spec.ConcurrencyAllow
	}
	return spec.Concurrency(p)
}

func int64Of(n *int32) *int64 {
	if n == nil {
		return nil
	}
	return new(int64(*n))
}
