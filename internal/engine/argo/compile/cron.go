package compile

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

const (
	cronWorkflowKind = "CronWorkflow"
	// lastUsedSchedule is where Argo's controller notes the schedule that it has acted on.
	lastUsedSchedule = "cronworkflows.argoproj.io/last-used-schedule"
	reminderKey      = layout.Prefix + "checked"
)

// RecurringRunKind is the value of KindLabel of a recurring run.
const RecurringRunKind = "recurring-run"

// RecurringRunObjects is what a recurring run is in the cluster.
type RecurringRunObjects struct {
	// Cron is the CronWorkflow as JSON. It states what Argo's own type leaves out where it is false or empty, so that
	// applying it undoes what somebody else has set there.
	Cron map[string]any
	// Limit is the semaphore of max_concurrency; nil: no bound.
	Limit *corev1.ConfigMap
}

// LimitName is the name of the config map that bounds how many runs of a recurring run are in progress.
func LimitName(recurringRun string) string { return recurringRun + "-concurrency" }

// RecurringRun compiles a recurring run that graph.CheckRecurringRun has found free of errors.
func RecurringRun(r spec.RecurringRun) (RecurringRunObjects, error) {
	arguments, err := scheduledArguments(r.Pipeline, r.Parameters, r.Timezone)
	if err != nil {
		return RecurringRunObjects{}, err
	}
	template := layout.ObjectName(r.Pipeline)
	if r.Pinned {
		template = layout.PinnedName(r.Pipeline)
	}
	cron := wfv1.CronWorkflow{
		TypeMeta: metav1.TypeMeta{APIVersion: layout.APIVersion, Kind: cronWorkflowKind},
		ObjectMeta: metav1.ObjectMeta{
			Name: r.Name, Namespace: r.Namespace,
			// Argo's controller writes labels and annotations back as it has read them, so that a change at the wrong moment is
			// lost. Those here never change; everything that may is in the spec.
			Labels: map[string]string{
				layout.ManagedByLabel: layout.ManagedBy, layout.KindLabel: RecurringRunKind, layout.NameLabel: r.Name,
			},
		},
		Spec: wfv1.CronWorkflowSpec{
			Schedules: r.Lines, Timezone: r.Timezone, When: r.When,
			ConcurrencyPolicy: concurrencyPolicy(r.Concurrency), StartingDeadlineSeconds: r.StartingDeadline,
			SuccessfulJobsHistoryLimit: int32Of(r.KeepSucceeded), FailedJobsHistoryLimit: int32Of(r.KeepFailed),
			WorkflowMetadata: &metav1.ObjectMeta{Labels: scheduledLabels(r.Pipeline, r.Name)},
			WorkflowSpec: wfv1.WorkflowSpec{
				WorkflowTemplateRef: &wfv1.WorkflowTemplateRef{Name: template},
				ServiceAccountName:  r.ServiceAccount,
				Arguments:           wfv1.Arguments{Parameters: arguments},
			},
		},
	}
	if r.Description != "" {
		cron.Spec.WorkflowMetadata.Annotations = map[string]string{layout.DescribeKey: r.Description}
	}
	objects := RecurringRunObjects{}
	if r.MaxConcurrency != nil {
		objects.Limit = limit(r)
		cron.Spec.WorkflowSpec.Synchronization = &wfv1.Synchronization{Semaphores: []*wfv1.SemaphoreRef{limitRef(r.Name)}}
	}
	objects.Cron, err = layout.AsJSON(cron)
	if err != nil {
		return RecurringRunObjects{}, err
	}
	spec, _ := objects.Cron["spec"].(map[string]any)
	spec["suspend"] = r.Disabled
	return objects, nil
}

func scheduledLabels(pipeline spec.Ref, recurringRun string) map[string]string {
	return map[string]string{
		layout.KindLabel: layout.RunKind, layout.PipelineLabel: pipeline.Name, layout.PipelineVersion: pipeline.Version, layout.RecurringLabel: recurringRun,
	}
}

// scheduledArguments compiles parameters that may use schedule.time.
func scheduledArguments(pipeline spec.Ref, parameters map[string]string, timezone string) ([]wfv1.Parameter, error) {
	var arguments []wfv1.Parameter
	env := graph.ScheduleEnv(timezone)
	for _, name := range spec.Names(parameters) {
		value, err := CompileText(parameters[name], env, pipeline.Inputs[name].Type)
		if err != nil {
			return nil, fmt.Errorf("parameter %q: %w", name, err)
		}
		arguments = append(arguments, wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)})
	}
	return arguments, nil
}

func concurrencyPolicy(c spec.Concurrency) wfv1.ConcurrencyPolicy {
	if p, ok := layout.ConcurrencyPolicies[c]; ok {
		return p
	}
	return wfv1.AllowConcurrent
}

// limit is the config map that bounds the runs in progress. Argo has no such bound in a CronWorkflow, but semaphores.
func limit(r spec.RecurringRun) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{
			Name: LimitName(r.Name), Namespace: r.Namespace,
			Labels: map[string]string{
				layout.ManagedByLabel: layout.ManagedBy, layout.KindLabel: RecurringRunKind, layout.NameLabel: r.Name,
			},
		},
		Data: map[string]string{layout.ConcurrencyKey: strconv.FormatInt(*r.MaxConcurrency, 10)},
	}
}

func limitRef(recurringRun string) *wfv1.SemaphoreRef {
	return &wfv1.SemaphoreRef{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: LimitName(recurringRun)}, Key: layout.ConcurrencyKey,
	}}
}

func int32Of(n *int64) *int32 {
	if n == nil {
		return nil
	}
	return new(int32(*n))
}

// CalmPatch prepares an edit of a CronWorkflow. Argo makes up for a missed tick whenever it reads the object, so also
// at an edit and at enabling, unless it takes the schedule for a new one; without its note it does. What the object has
// beyond the wanted one is removed: applying it would leave it there as somebody else's.
func CalmPatch(live, wanted map[string]any) map[string]any {
	patch := map[string]any{"metadata": map[string]any{"annotations": map[string]any{lastUsedSchedule: nil}}}
	if s := removal(live["spec"], wanted["spec"]); s != nil {
		patch["spec"] = s
	}
	return patch
}

// removal is a merge patch that removes what live has and wanted lacks; nil: nothing.
func removal(live, wanted any) map[string]any {
	l, ok := live.(map[string]any)
	w, also := wanted.(map[string]any)
	if !ok || !also {
		return nil
	}
	patch := map[string]any{}
	for key, value := range l {
		want, there := w[key]
		if !there {
			patch[key] = nil
		} else if inner := removal(value, want); inner != nil {
			patch[key] = inner
		}
	}
	if len(patch) == 0 {
		return nil
	}
	return patch
}

// Differences names where the spec or a label of a live object is not the wanted one, as paths such as
// spec.workflowSpec.priority. Labels that only the live object has are somebody else's.
func Differences(live, wanted map[string]any) []string {
	var paths []string
	has, want := layout.MetadataOfObject(live, "labels"), layout.MetadataOfObject(wanted, "labels")
	for _, name := range spec.Names(want) {
		if has[name] != want[name] {
			paths = append(paths, layout.Keyed("metadata.labels", name))
		}
	}
	if InstanceOf(live) != InstanceOf(wanted) {
		paths = append(paths, layout.Keyed("metadata.labels", InstanceLabel))
	}
	compareAt("spec", live["spec"], wanted["spec"], &paths)
	return paths
}

func compareAt(at string, live, wanted any, paths *[]string) {
	l, isMap := live.(map[string]any)
	w, also := wanted.(map[string]any)
	if !isMap || !also {
		if !sameJSON(live, wanted) {
			*paths = append(*paths, at)
		}
		return
	}
	keys := map[string]bool{}
	for key := range l {
		keys[key] = true
	}
	for key := range w {
		keys[key] = true
	}
	for _, key := range spec.Names(keys) {
		compareAt(at+"."+key, l[key], w[key], paths)
	}
}

// sameJSON compares decoded JSON, in which the same number may be an int64 or a float64. What is false or absent is the
// same to Argo.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil {
		return false
	}
	nothing := func(text string) bool {
		return text == "null" || text == "false" || text == `""` || text == "[]" || text == "{}"
	}
	return string(x) == string(y) || nothing(string(x)) && nothing(string(y))
}

// TickRun compiles the run of one tick outside of the schedule, with the same parameters as the schedule would give it.
// timezone is the schedule's.
func TickRun(r spec.Run, timezone string) (*wfv1.Workflow, error) {
	arguments, err := scheduledArguments(r.Pipeline, r.Parameters, timezone)
	if err != nil {
		return nil, err
	}
	wf := Run(r)
	wf.Spec.Arguments.Parameters = arguments
	wf.Annotations[layout.ScheduledTimeKey] = layout.ScheduledTime(r.ScheduledTime)
	return wf, nil
}

// IsRecurringRun reports whether a CronWorkflow is a recurring run of this provider.
func IsRecurringRun(labels map[string]string) bool {
	return labels[layout.KindLabel] == RecurringRunKind
}

// SameTemplate reports whether two CronWorkflows use the same WorkflowTemplate.
func SameTemplate(a, b map[string]any) bool {
	used := func(o map[string]any) map[string]bool {
		names := map[string]bool{}
		layout.TemplatesUsed(o, names)
		return names
	}
	return maps.Equal(used(a), used(b))
}

// ReminderPatch makes Argo's controller look at a CronWorkflow again.
func ReminderPatch(now time.Time) map[string]any {
	return map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{reminderKey: now.UTC().Format(time.RFC3339)}},
	}
}

// SuspendPatch stops a CronWorkflow.
func SuspendPatch() map[string]any { return map[string]any{"spec": map[string]any{"suspend": true}} }

// RecurringSelector finds the runs of a recurring run.
func RecurringSelector(name string) string { return layout.RecurringLabel + "=" + name }

// HasSemaphores reports whether a WorkflowTemplate takes semaphores for a run as a whole.
func HasSemaphores(template map[string]any) bool {
	s, _ := template["spec"].(map[string]any)
	synchronization, _ := s["synchronization"].(map[string]any)
	semaphores, _ := synchronization["semaphores"].([]any)
	return len(semaphores) > 0 || synchronization["semaphore"] != nil
}
