package backfill

import (
	"context"
	"errors"
	"maps"
	"slices"
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

// maxTicks keeps the ledger of a backfill within what a config map can hold.
const maxTicks = 5000

type recurringRefModel struct {
	Name           types.String `tfsdk:"name"`
	Namespace      types.String `tfsdk:"namespace"`
	Pipeline       types.Object `tfsdk:"pipeline"`
	Pin            types.Bool   `tfsdk:"pin"`
	Parameters     types.Map    `tfsdk:"parameters"`
	ServiceAccount types.String `tfsdk:"service_account"`
	Lines          types.List   `tfsdk:"lines"`
	Timezone       types.String `tfsdk:"timezone"`
}

// readBackfill is a backfill as it was read from a plan or a state.
type readBackfill struct {
	spec    spec.Backfill
	lines   []string
	unknown bool
}

func (m Model) Read(ctx context.Context) (readBackfill, diag.Diagnostics) {
	var diags diag.Diagnostics
	t := kit.Reader{Diags: &diags}
	b := readBackfill{spec: spec.Backfill{
		Name: t.Text(m.Name), Triggers: t.Strings(ctx, m.Triggers),
		Parallelism: max(1, int(m.Parallelism.ValueInt64())), ContinueOnFailure: m.ContinueOnFailure.ValueBool(),
	}}
	var ref recurringRefModel
	if !t.Object(ctx, m.RecurringRun, &ref) {
		b.unknown = true
		return b, diags
	}
	pipeline, known, ds := kit.RefFromObject(path.Root("recurring_run").AtName("pipeline"), ref.Pipeline)
	diags.Append(ds...)
	b.spec.Namespace, b.spec.RecurringRun, b.spec.Pipeline = t.Text(ref.Namespace), t.Text(ref.Name), pipeline
	b.spec.ServiceAccount, b.spec.Timezone = t.Text(ref.ServiceAccount), t.Text(ref.Timezone)
	b.spec.Pinned = t.Flag(ref.Pin)
	b.spec.Parameters = map[string]string{}
	maps.Copy(b.spec.Parameters, t.Strings(ctx, ref.Parameters))
	maps.Copy(b.spec.Parameters, t.Strings(ctx, m.Parameters))
	b.lines = t.List(ctx, ref.Lines)
	b.unknown = t.Unknown || !known
	b.spec.Ticks = tickTimes(m.Ticks)
	return b, diags
}

// computeTicks finds the ticks between from and to; nil while something is not known yet.
func (m Model) computeTicks(b readBackfill, now time.Time) ([]time.Time, problem.List) {
	var l problem.List
	var bounds [2]time.Time
	for i, text := range []kit.InstantValue{m.From, m.To} {
		if text.IsUnknown() {
			return nil, l
		}
		attribute := []string{"from", "to"}[i]
		t, errs := schedule.ParseTime(attribute, text.ValueString())
		for _, e := range errs {
			l.Errorf(problem.At(attribute), e.Title, "%s", e.Detail)
		}
		bounds[i] = t
	}
	from, to := bounds[0], bounds[1]
	switch {
	case l.HasError():
		return nil, l
	case !from.Before(to):
		l.Errorf(
			problem.At("to"), "Nothing to run", "to %s is not after from %s. Swap them.", m.To.ValueString(),
			m.From.ValueString(),
		)
		return nil, l
	case b.spec.Timezone == spec.Unknown || len(b.lines) == 0 || slices.Contains(b.lines, spec.Unknown):
		return nil, l
	}
	s, problems := schedule.Parse(schedule.Spec{Crons: b.lines, Timezone: b.spec.Timezone})
	if s == nil {
		return nil, problems
	}
	ticks, err := s.Ticks(from, to, maxTicks)
	var many *schedule.TooManyTicksError
	switch {
	case errors.As(err, &many):
		l.Errorf(problem.At("to"), "Too many runs", "There are more than %d times from %s to %s; the last of that many is "+
			"%s. Make several backfills.",
			many.Limit, m.From.ValueString(), m.To.ValueString(), many.Last.Format(time.RFC3339))
	case err != nil:
		l.Errorf(problem.At("to"), "Invalid times", "%v", err)
	case len(ticks) == 0:
		l.Errorf(
			problem.At("to"), "Nothing to run", "The schedule is never due from %s to before %s. Widen the two.",
			m.From.ValueString(), m.To.ValueString(),
		)
	case ticks[len(ticks)-1].After(now):
		l.Errorf(
			problem.At("to"), "Backfill of the future",
			"%s is not due yet. End the backfill by now; later times are the schedule's own.",
			ticks[len(ticks)-1].Format(time.RFC3339),
		)
	}
	return ticks, l
}

func tickTimes(list types.List) []time.Time {
	var ticks []time.Time
	for _, v := range list.Elements() {
		if s, ok := v.(types.String); ok {
			if t, err := time.Parse(time.RFC3339, s.ValueString()); err == nil {
				ticks = append(ticks, t)
			}
		}
	}
	return ticks
}

func tickTexts(ticks []time.Time) []string {
	texts := make([]string, len(ticks))
	for i, t := range ticks {
		texts[i] = t.Format(time.RFC3339)
	}
	return texts
}

// setResults writes what became of the ticks.
func (m *Model) setResults(ticks []time.Time, results map[int64]spec.TickResult) {
	var succeeded, failed, remaining []time.Time
	runs := map[string]attr.Value{}
	for _, tick := range ticks {
		result := results[tick.Unix()]
		switch {
		case result.Phase == spec.PhaseSucceeded:
			succeeded = append(succeeded, tick)
		case result.Phase.Failed():
			failed = append(failed, tick)
		default:
			remaining = append(remaining, tick)
			continue
		}
		runs[tick.Format(time.RFC3339)] = types.ObjectValueMust(tickResultType.AttrTypes, map[string]attr.Value{
			"run": types.StringValue(result.Run), "phase": types.StringValue(string(result.Phase)), "message": types.StringValue(result.Message),
			"started_at": kit.TimeValue(result.StartedAt), "finished_at": kit.TimeValue(result.FinishedAt),
		})
	}
	m.Ticks = kit.ListOfTexts(tickTexts(ticks))
	m.Succeeded, m.Failed, m.Remaining = kit.ListOfTexts(tickTexts(succeeded)), kit.ListOfTexts(tickTexts(failed)), kit.ListOfTexts(tickTexts(remaining))
	m.Runs = types.MapValueMust(tickResultType, runs)
}

// forgetResults plans results that only the runs will bring.
func (m *Model) forgetResults() {
	unknown := types.ListUnknown(types.StringType)
	m.Succeeded, m.Failed, m.Remaining, m.Runs = unknown, unknown, unknown, types.MapUnknown(tickResultType)
}

// results reads what the state says of the ticks.
func (m Model) results(ctx context.Context, diags *diag.Diagnostics) map[int64]spec.TickResult {
	results := map[int64]spec.TickResult{}
	if !kit.IsKnown(m.Runs) {
		return results
	}
	var runs map[string]struct {
		Run        string       `tfsdk:"run"`
		Phase      string       `tfsdk:"phase"`
		Message    string       `tfsdk:"message"`
		StartedAt  types.String `tfsdk:"started_at"`
		FinishedAt types.String `tfsdk:"finished_at"`
	}
	diags.Append(m.Runs.ElementsAs(ctx, &runs, false)...)
	for text, run := range runs {
		tick, err := time.Parse(time.RFC3339, text)
		if err != nil {
			continue
		}
		result := spec.TickResult{Run: run.Run, Phase: spec.Phase(run.Phase), Message: run.Message}
		result.StartedAt, _ = time.Parse(time.RFC3339, run.StartedAt.ValueString())
		result.FinishedAt, _ = time.Parse(time.RFC3339, run.FinishedAt.ValueString())
		results[tick.Unix()] = result
	}
	return results
}
