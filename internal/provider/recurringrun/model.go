package recurringrun

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
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
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

// Read reads the configuration part of the model.
func (m Model) Read(ctx context.Context) (readRecurring, diag.Diagnostics) {
	var diags diag.Diagnostics
	t := kit.Reader{Diags: &diags}
	r := spec.RecurringRun{
		Namespace: t.Text(m.Namespace), Name: t.Text(m.Name), Description: t.Text(m.Description), Pinned: t.Flag(m.Pin),
		Parameters: t.Strings(ctx, m.Parameters), ServiceAccount: t.Text(m.ServiceAccount),
		Disabled: !m.Enabled.ValueBool(), Concurrency: spec.Concurrency(t.Text(m.Concurrency)), MaxConcurrency: t.Number(m.MaxConcurrency),
	}
	if m.Enabled.IsUnknown() || m.MaxConcurrency.IsUnknown() {
		t.Unknown = true
	}
	var history kit.HistoryModel
	if t.Object(ctx, m.History, &history) {
		r.KeepSucceeded, r.KeepFailed = t.Number(history.Succeeded), t.Number(history.Failed)
	}
	pipeline := m.Pipeline
	if r.Pinned && kit.IsKnown(m.PinnedPipeline) {
		pipeline = m.PinnedPipeline
	}
	ref, known, ds := kit.RefFromObject(path.Root("pipeline"), pipeline)
	diags.Append(ds...)
	r.Pipeline = ref
	when, problems := schedule.Parse(m.schedule(ctx, &t))
	if when != nil && when.Known() {
		r.Lines, r.Timezone, r.When, r.StartingDeadline = when.Lines(), when.Timezone(), when.When(), when.DeadlineSeconds()
	} else {
		r.Timezone = t.Text(m.Timezone)
	}
	return readRecurring{
		spec: r, schedule: when, problems: problems, unknown: t.Unknown || !known || ref.Version == "",
	}, diags
}

func (m Model) schedule(ctx context.Context, t *kit.Reader) schedule.Spec {
	return schedule.Spec{
		Cron: t.Text(m.Cron.StringValue), Crons: t.List(ctx, m.Crons), Interval: t.Text(m.Interval.StringValue), Timezone: t.Text(m.Timezone),
		StartTime: t.Text(m.StartTime.StringValue), EndTime: t.Text(m.EndTime.StringValue), StartingDeadline: t.Text(
			m.StartingDeadline.StringValue,
		),
	}
}

// SetDerived fills what follows from the configuration without the clock.
func (m *Model) SetDerived(r readRecurring) diag.Diagnostics {
	m.Schedule = types.StringUnknown()
	lines := types.ListUnknown(types.StringType)
	if r.schedule != nil && r.schedule.Known() {
		m.Schedule = types.StringNull()
		if text, ok := r.schedule.Explain(); ok {
			m.Schedule = types.StringValue(text)
		}
		lines = kit.ListOfTexts(r.spec.Lines)
	}
	m.Drift = types.ListValueMust(types.StringType, nil)
	pipeline := m.Pipeline
	if kit.IsKnown(m.PinnedPipeline) {
		pipeline = m.PinnedPipeline
	}
	ref, diags := types.ObjectValue(RefTypes(), map[string]attr.Value{
		"name": m.Name, "namespace": m.Namespace, "pipeline": pipeline, "pin": m.Pin, "parameters": m.Parameters,
		"service_account": m.ServiceAccount, "lines": lines, "timezone": m.Timezone,
	})
	m.Ref = ref
	return diags
}

// setNextRuns computes when the next runs are due.
func (m *Model) setNextRuns(r readRecurring, now time.Time) {
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
	m.NextRuns = kit.ListOfTexts(next)
}

// SetSpec writes what was read from the cluster. What the state says in other words stays.
func (m *Model) SetSpec(ctx context.Context, r spec.RecurringRun, prior readRecurring) diag.Diagnostics {
	var diags diag.Diagnostics
	w := kit.Writer{Diags: &diags}
	m.Description = w.Text(r.Description, m.Description)
	m.Parameters = w.Texts(ctx, types.MapType{ElemType: types.StringType}, r.Parameters, m.Parameters)
	m.ServiceAccount = types.StringValue(r.ServiceAccount)
	m.Enabled, m.Concurrency = types.BoolValue(!r.Disabled), types.StringValue(string(r.Concurrency))
	m.MaxConcurrency, m.Timezone = types.Int64PointerValue(r.MaxConcurrency), types.StringValue(r.Timezone)
	m.Pin = types.BoolValue(r.Pinned)
	m.setHistory(r)
	m.setLines(r.Lines, prior.spec.Lines)
	m.StartingDeadline = kit.TextIn(secondsText(r.StartingDeadline), m.StartingDeadline)
	start, end, _ := schedule.ParseWhen(r.When)
	m.StartTime, m.EndTime = kit.TextIn(instantText(start), m.StartTime), kit.TextIn(instantText(end), m.EndTime)
	return diags
}

var historyTypes = map[string]attr.Type{"succeeded": types.Int64Type, "failed": types.Int64Type}

func (m *Model) setHistory(r spec.RecurringRun) {
	switch {
	case r.KeepSucceeded != nil || r.KeepFailed != nil:
		m.History = types.ObjectValueMust(historyTypes, map[string]attr.Value{
			"succeeded": types.Int64PointerValue(r.KeepSucceeded), "failed": types.Int64PointerValue(r.KeepFailed),
		})
	case !kit.IsNothing(m.History):
		m.History = types.ObjectNull(historyTypes)
	}
}

// setLines writes the lines, unless the attributes that are set already say them.
func (m *Model) setLines(lines, prior []string) {
	if schedule.EqualAll(lines, prior) {
		return
	}
	m.Cron, m.Crons, m.Interval = kit.CronValue{
		StringValue: types.StringNull(),
	}, types.ListNull(kit.CronType{}), kit.DurationValue{StringValue: types.StringNull()}
	if len(lines) == 1 {
		m.Cron = kit.NewText[kit.CronLine](lines[0])
		return
	}
	if text, ok := schedule.IntervalOf(lines); ok {
		m.Interval = kit.NewText[kit.Duration](text)
		return
	}
	list := make([]attr.Value, len(lines))
	for i, line := range lines {
		list[i] = kit.NewText[kit.CronLine](line)
	}
	m.Crons = types.ListValueMust(kit.CronType{}, list)
}

// keepSpelling plans the state's words for what the configuration says in others. Terraform allows that where they mean
// the same, and plans no change.
func (m *Model) keepSpelling(ctx context.Context, state Model) {
	keep(ctx, &m.Cron, state.Cron)
	keep(ctx, &m.Interval, state.Interval)
	keep(ctx, &m.StartingDeadline, state.StartingDeadline)
	keep(ctx, &m.StartTime, state.StartTime)
	keep(ctx, &m.EndTime, state.EndTime)
}

func keep[N kit.Notation](ctx context.Context, planned *kit.TextValue[N], state kit.TextValue[N]) {
	if planned.SameAs(ctx, state) {
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

// setPipeline writes a pipeline that is not the one of the state. What was pinned stays known, so that it can be
// restored.
func (m *Model) setPipeline(ref types.Object, pinned bool) {
	if pinned {
		m.PinnedPipeline = ref
		return
	}
	m.Pipeline = ref
}
