package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// shownRuns is how many of the next runs are shown.
const shownRuns = 5

// readRecurring is a recurring run as it was read from a configuration, a plan or a state.
type readRecurring struct {
	spec     spec.RecurringRun
	schedule *schedule.Schedule // nil: wrong
	problems problem.List       // of the schedule
	unknown  bool               // something is not known yet
}

// read reads the configuration part of the model.
func (m recurringRunModel) read(ctx context.Context) (readRecurring, diag.Diagnostics) {
	var diags diag.Diagnostics
	t := texts{diags: &diags}
	r := spec.RecurringRun{
		Namespace: t.one(m.Namespace), Name: t.one(m.Name), Description: t.one(m.Description), Pinned: t.flag(m.Pin),
		Parameters: t.strings(ctx, m.Parameters), ServiceAccount: t.one(m.ServiceAccount),
		Disabled: !m.Enabled.ValueBool(), Concurrency: spec.Concurrency(t.one(m.Concurrency)), MaxConcurrency: t.number(m.MaxConcurrency),
	}
	if m.Enabled.IsUnknown() || m.MaxConcurrency.IsUnknown() {
		t.unknown = true
	}
	var history historyModel
	if t.object(ctx, m.History, &history) {
		r.KeepSucceeded, r.KeepFailed = t.number(history.Succeeded), t.number(history.Failed)
	}
	pipeline := m.Pipeline
	if r.Pinned && isKnown(m.PinnedPipeline) {
		pipeline = m.PinnedPipeline
	}
	ref, known, ds := refFromObject(path.Root("pipeline"), pipeline)
	diags.Append(ds...)
	r.Pipeline = ref
	when, problems := schedule.Parse(m.schedule(ctx, &t))
	if when != nil && when.Known() {
		r.Lines, r.Timezone, r.When, r.StartingDeadline = when.Lines(), when.Timezone(), when.When(), when.DeadlineSeconds()
	} else {
		r.Timezone = t.one(m.Timezone)
	}
	return readRecurring{spec: r, schedule: when, problems: problems, unknown: t.unknown || !known || ref.Version == ""}, diags
}

func (m recurringRunModel) schedule(ctx context.Context, t *texts) schedule.Spec {
	return schedule.Spec{
		Cron: t.one(m.Cron.StringValue), Crons: t.list(ctx, m.Crons), Interval: t.one(m.Interval.StringValue), Timezone: t.one(m.Timezone),
		StartTime: t.one(m.StartTime.StringValue), EndTime: t.one(m.EndTime.StringValue), StartingDeadline: t.one(m.StartingDeadline.StringValue),
	}
}

// setDerived fills what follows from the configuration without the clock.
func (m *recurringRunModel) setDerived(r readRecurring) diag.Diagnostics {
	m.Schedule = types.StringUnknown()
	lines := types.ListUnknown(types.StringType)
	if r.schedule != nil && r.schedule.Known() {
		m.Schedule = types.StringNull()
		if text, ok := r.schedule.Explain(); ok {
			m.Schedule = types.StringValue(text)
		}
		lines = listOfTexts(r.spec.Lines)
	}
	m.Drift = types.ListValueMust(types.StringType, nil)
	pipeline := m.Pipeline
	if isKnown(m.PinnedPipeline) {
		pipeline = m.PinnedPipeline
	}
	ref, diags := types.ObjectValue(recurringRefTypes(), map[string]attr.Value{
		"name": m.Name, "namespace": m.Namespace, "pipeline": pipeline, "pin": m.Pin, "parameters": m.Parameters,
		"service_account": m.ServiceAccount, "lines": lines, "timezone": m.Timezone,
	})
	m.Ref = ref
	return diags
}

// setNextRuns computes when the next runs are due.
func (m *recurringRunModel) setNextRuns(r readRecurring, now time.Time) {
	if r.schedule == nil || !r.schedule.Known() || m.Enabled.IsUnknown() {
		m.NextRuns = types.ListUnknown(types.StringType)
		return
	}
	var next []string
	if m.Enabled.ValueBool() {
		for _, tick := range r.schedule.Next(now, shownRuns) {
			next = append(next, tick.Format(time.RFC3339))
		}
	}
	m.NextRuns = listOfTexts(next)
}

func listOfTexts(texts []string) types.List {
	values := make([]attr.Value, len(texts))
	for i, t := range texts {
		values[i] = types.StringValue(t)
	}
	return types.ListValueMust(types.StringType, values)
}

// setSpec writes what was read from the cluster. What the state says in other words stays.
func (m *recurringRunModel) setSpec(ctx context.Context, r spec.RecurringRun, prior readRecurring) diag.Diagnostics {
	var diags diag.Diagnostics
	w := values{diags: &diags}
	m.Description = w.text(r.Description, m.Description)
	m.Parameters = w.texts(ctx, types.MapType{ElemType: types.StringType}, r.Parameters, m.Parameters)
	m.ServiceAccount = types.StringValue(r.ServiceAccount)
	m.Enabled, m.Concurrency = types.BoolValue(!r.Disabled), types.StringValue(string(r.Concurrency))
	m.MaxConcurrency, m.Timezone = types.Int64PointerValue(r.MaxConcurrency), types.StringValue(r.Timezone)
	m.Pin = types.BoolValue(r.Pinned)
	m.setHistory(r)
	m.setLines(r.Lines, prior.spec.Lines)
	m.StartingDeadline = textIn(secondsText(r.StartingDeadline), m.StartingDeadline)
	start, end, _ := schedule.ParseWhen(r.When)
	m.StartTime, m.EndTime = textIn(instantText(start), m.StartTime), textIn(instantText(end), m.EndTime)
	return diags
}

var historyTypes = map[string]attr.Type{"succeeded": types.Int64Type, "failed": types.Int64Type}

func (m *recurringRunModel) setHistory(r spec.RecurringRun) {
	switch {
	case r.KeepSucceeded != nil || r.KeepFailed != nil:
		m.History = types.ObjectValueMust(historyTypes, map[string]attr.Value{
			"succeeded": types.Int64PointerValue(r.KeepSucceeded), "failed": types.Int64PointerValue(r.KeepFailed),
		})
	case !isNothing(m.History):
		m.History = types.ObjectNull(historyTypes)
	}
}

// setLines writes the lines, unless the attributes that are set already say them.
func (m *recurringRunModel) setLines(lines, prior []string) {
	if schedule.EqualAll(lines, prior) {
		return
	}
	m.Cron, m.Crons, m.Interval = cronValue{StringValue: types.StringNull()}, types.ListNull(cronType{}), durationValue{StringValue: types.StringNull()}
	if len(lines) == 1 {
		m.Cron = newText[cronLine](lines[0])
		return
	}
	if text, ok := schedule.IntervalOf(lines); ok {
		m.Interval = newText[duration](text)
		return
	}
	list := make([]attr.Value, len(lines))
	for i, line := range lines {
		list[i] = newText[cronLine](line)
	}
	m.Crons = types.ListValueMust(cronType{}, list)
}

// keepSpelling plans the state's words for what the configuration says in others. Terraform allows that where they mean
// the same, and plans no change.
func (m *recurringRunModel) keepSpelling(ctx context.Context, state recurringRunModel) {
	keep(ctx, &m.Cron, state.Cron)
	keep(ctx, &m.Interval, state.Interval)
	keep(ctx, &m.StartingDeadline, state.StartingDeadline)
	keep(ctx, &m.StartTime, state.StartTime)
	keep(ctx, &m.EndTime, state.EndTime)
}

func keep[N notation](ctx context.Context, planned *textValue[N], state textValue[N]) {
	if planned.sameAs(ctx, state) {
		*planned = state
	}
}

func secondsText(seconds *int64) string {
	if seconds == nil {
		return ""
	}
	return schedule.Brief(time.Duration(*seconds) * time.Second)
}

func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// setPipeline writes a pipeline that is not the one of the state. What was pinned stays known, so that it can be restored.
func (m *recurringRunModel) setPipeline(ref types.Object, pinned bool) {
	if pinned {
		m.PinnedPipeline = ref
		return
	}
	m.Pipeline = ref
}
