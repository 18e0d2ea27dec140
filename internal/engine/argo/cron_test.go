package argo_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func nightly() spec.RecurringRun {
	return spec.RecurringRun{
		Namespace: "etl", Name: "nightly-quote", Description: "Quotes of the day.",
		Pipeline: spec.Ref{Kind: spec.PipelineKind, Namespace: "etl", Name: "quote", Version: "abcdefghij", Interface: spec.Interface{Inputs: map[string]spec.Input{
			"day": {Type: spec.String}, "due": {Type: spec.String}, "unit_cost": {Type: spec.Float}, "states": {
				Type: spec.ListOf(spec.String),
			},
		}}},
		Parameters: map[string]string{
			"day": `{{ format_time(schedule.local_time, '2006-01-02', '-24h') }}`, "due": "run {{ run.name }} of {{ " +
				"schedule.time }}",
			"unit_cost": "3.5", "states": `["NY", "OH"]`,
		},
		ServiceAccount: "runner", Lines: []string{"0 2 * * *", "30 14 * * MON"}, Timezone: "America/New_York",
		When: "{{= now() < date('2027-01-01T00:00:00Z') }}", StartingDeadline: new(int64(600)), Concurrency: spec.ConcurrencyAllow,
		MaxConcurrency: new(int64(2)), KeepSucceeded: new(int64(10)),
	}
}

// limitOf is the config map of max_concurrency; nil: there is none.
func limitOf(t *testing.T, objects compile.RecurringRunObjects) layout.Decoder {
	t.Helper()
	if objects.Limit == nil {
		return nil
	}
	return decoderOf(t, objects.Limit)
}

// decoderOf decodes an object as the cluster gives it.
func decoderOf(t *testing.T, object any) layout.Decoder {
	t.Helper()
	data, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return func(v any) error { return json.Unmarshal(data, v) }
}

func mustRecurring(t *testing.T, r spec.RecurringRun) compile.RecurringRunObjects {
	t.Helper()
	objects, err := compile.RecurringRun(r)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// member is a JSON object inside another.
func member(t *testing.T, object map[string]any, key string) map[string]any {
	t.Helper()
	inner, ok := object[key].(map[string]any)
	if !ok {
		t.Fatalf("%s is %v", key, object[key])
	}
	return inner
}

func TestRecurringRunGolden(t *testing.T) {
	t.Parallel()
	compare(t, "recurring-run", mustRecurring(t, nightly()).Cron)
}

func TestRecurringRunsAreReadBack(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*spec.RecurringRun){
		"all":        func(*spec.RecurringRun) {},
		"disabled":   func(r *spec.RecurringRun) { r.Disabled = true },
		"pinned":     func(r *spec.RecurringRun) { r.Pinned = true },
		"forbid":     func(r *spec.RecurringRun) { r.Concurrency, r.MaxConcurrency = spec.ConcurrencyForbid, nil },
		"replace":    func(r *spec.RecurringRun) { r.Concurrency, r.MaxConcurrency = spec.ConcurrencyReplace, nil },
		"no history": func(r *spec.RecurringRun) { r.KeepSucceeded, r.KeepFailed = new(int64(0)), new(int64(0)) },
		"bare": func(r *spec.RecurringRun) {
			*r = spec.RecurringRun{Namespace: r.Namespace, Name: r.Name, Pipeline: r.Pipeline, Lines: []string{"@every 90s"}, Timezone: "UTC",
				Concurrency: spec.ConcurrencyAllow, Parameters: map[string]string{}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := nightly()
			change(&want)
			objects := mustRecurring(t, want)
			limit := limitOf(t, objects)
			// Neither what the state says, nor its absence, may change what is read.
			for _, prior := range []spec.RecurringRun{want, {Pipeline: want.Pipeline}} {
				got, _, err := decompile.ReadRecurringRun(decoderOf(t, objects.Cron), limit, prior)
				if err != nil {
					t.Fatal(err)
				}
				if prior.Name == "" {
					got.Parameters["states"] = want.Parameters["states"] // white space
				}
				if len(want.Parameters) == 0 {
					got.Parameters = want.Parameters
				}
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if paths := compile.Differences(objects.Cron, mustRecurring(t, got).Cron); prior.Name != "" && len(paths) > 0 {
					t.Errorf("differences: %v", paths)
				}
			}
		})
	}
}

func TestWhatOthersChangeIsFoundAndRemoved(t *testing.T) {
	t.Parallel()
	wanted := mustRecurring(t, nightly()).Cron
	live := mustRecurring(t, nightly()).Cron
	s := member(t, live, "spec")
	s["failedJobsHistoryLimit"] = 4
	member(t, s, "workflowSpec")["priority"] = 7
	s["timezone"] = "UTC"
	if diff := cmp.Diff([]string{"spec.failedJobsHistoryLimit", "spec.timezone", "spec.workflowSpec.priority"}, compile.Differences(live, wanted)); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{"cronworkflows.argoproj.io/last-used-schedule": nil}},
		"spec":     map[string]any{"failedJobsHistoryLimit": nil, "workflowSpec": map[string]any{"priority": nil}},
	}
	if diff := cmp.Diff(want, compile.CalmPatch(live, wanted)); diff != "" {
		t.Error(diff)
	}
}

func TestRecurringStatus(t *testing.T) {
	t.Parallel()
	cron := mustRecurring(t, nightly()).Cron
	cron["status"] = map[string]any{
		"lastScheduledTime": "2026-03-08T07:00:00Z", "active": []any{map[string]any{"name": "nightly-quote-1"}},
		"conditions": []any{map[string]any{"type": "SubmissionError", "status": "True", "message": "no quota"}},
	}
	_, got, err := decompile.ReadRecurringRun(decoderOf(t, cron), nil, nightly())
	if err != nil {
		t.Fatal(err)
	}
	want := spec.RecurringStatus{
		LastScheduledTime: time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC), Active: []string{"nightly-quote-1"},
		Problem: "no quota",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The run of a tick does what the schedule's own run does.
func TestTickRunIsThatOfTheSchedule(t *testing.T) {
	t.Parallel()
	r := nightly()
	tick := time.Date(2026, 10, 1, 6, 0, 0, 0, time.UTC)
	wf, err := compile.TickRun(
		spec.Run{
			Namespace: r.Namespace, Name: "october-1", Pipeline: r.Pipeline, Parameters: r.Parameters,
			ServiceAccount: r.ServiceAccount, ScheduledTime: tick,
		},
		r.Timezone,
	)
	if err != nil {
		t.Fatal(err)
	}
	s := member(t, member(t, mustRecurring(t, r).Cron, "spec"), "workflowSpec")
	data, err := json.Marshal(wf.Spec)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	delete(s, "synchronization")
	if diff := cmp.Diff(s, got); diff != "" {
		t.Errorf("(-schedule +backfill)\n%s", diff)
	}
	if at, ok := layout.TickOf(wf.Annotations); !ok || !at.Equal(tick) {
		t.Errorf("tick %v, want %v", at, tick)
	}
}

func TestScheduleParametersAreChecked(t *testing.T) {
	t.Parallel()
	good := nightly()
	if l := graph.CheckRecurringRun(good); len(l) > 0 {
		t.Error(l)
	}
	bad := nightly()
	bad.Parameters["unit_cost"], bad.Name, bad.MaxConcurrency = "{{ schedule.time }}", "Nightly", new(int64(0))
	if l := graph.CheckRecurringRun(bad); len(l) != 3 {
		t.Errorf("got %v, want three problems", l)
	}
}

func TestPinnedCopyPointsToCopies(t *testing.T) {
	t.Parallel()
	template := map[string]any{
		"metadata": map[string]any{"name": "outer", "namespace": "etl", "resourceVersion": "7",
			"labels": map[string]any{layout.VersionLabel: "abcdefghij", layout.KindLabel: "pipeline"}},
		"spec": map[string]any{"templates": []any{map[string]any{
			"templateRef": map[string]any{"name": "inner", "template": "main"},
		},
			map[string]any{"templateRef": map[string]any{"name": "load-1234567890", "template": "main"}}}},
	}
	copied := layout.PinnedCopy(template, map[string]string{"inner": "inner-klmnopqrst"})
	used := map[string]bool{}
	layout.TemplatesUsed(copied, used)
	if diff := cmp.Diff(map[string]bool{"inner-klmnopqrst": true, "load-1234567890": true}, used); diff != "" {
		t.Error(diff)
	}
	meta := member(t, copied, "metadata")
	if meta["name"] != "outer-abcdefghij" || meta["resourceVersion"] != nil {
		t.Errorf("metadata %v", meta)
	}
}

// A backfill of a pinned schedule runs what the schedule runs.
func TestBackfillRunsWhatItsScheduleRuns(t *testing.T) {
	t.Parallel()
	for _, pinned := range []bool{false, true} {
		r := nightly()
		r.Pinned = pinned
		wf, err := compile.BackfillRun(
			spec.Backfill{Namespace: "etl", Name: "march", Pipeline: r.Pipeline, Pinned: pinned, Parameters: r.Parameters},
			time.Unix(1772326800, 0),
		)
		if err != nil {
			t.Fatal(err)
		}
		want := member(
			t, member(t, member(t, mustRecurring(t, r).Cron, "spec"), "workflowSpec"), "workflowTemplateRef",
		)["name"]
		if got := wf.Spec.WorkflowTemplateRef.Name; got != want || wf.Name != "march-1772326800" {
			t.Errorf("pinned %v: run %s uses %s, the schedule %v", pinned, wf.Name, got, want)
		}
	}
}

func TestRunsAreRead(t *testing.T) {
	t.Parallel()
	run := map[string]any{
		"metadata": map[string]any{
			"name": "nightly-1", "namespace": "etl", "creationTimestamp": "2026-03-08T07:00:01Z",
			"labels": map[string]any{
				layout.PipelineLabel: "quote", layout.PipelineVersion: "abcdefghij", layout.RecurringLabel: "nightly",
			},
			"annotations": map[string]any{"workflows.argoproj.io/scheduled-time": "2026-03-08T02:00:00-05:00"},
		},
		"spec": map[string]any{
			"arguments": map[string]any{
				"parameters": []any{map[string]any{"name": "day", "value": "{{workflow.scheduledTime}}"}},
			},
		},
		"status": map[string]any{
			"phase": "Failed", "message": "broken", "startedAt": "2026-03-08T07:00:02Z", "finishedAt": "2026-03-08T07:01:02Z",
			"nodes": map[string]any{
				"nightly-1": map[string]any{
					"id": "nightly-1", "name": "nightly-1", "type": "DAG", "phase": "Failed",
					"inputs": map[string]any{
						"parameters": []any{
							map[string]any{"name": "day", "value": "2026-03-07"}, map[string]any{"name": "kfp-pod", "value": "{}"},
						},
					},
					"outputs": map[string]any{"parameters": []any{map[string]any{"name": "rows", "value": "3"}}},
				},
				"nightly-1-2": map[string]any{
					"id": "nightly-1-2", "name": "nightly-1.load", "type": "Pod", "phase": "Failed", "message": "exit code 1",
				},
			},
		},
	}
	got, err := status.ReadRun(decoderOf(t, run), spec.Interface{})
	if err != nil {
		t.Fatal(err)
	}
	tick := time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC)
	if !got.ScheduledTime.Equal(tick) || !status.DueAt(got).Equal(tick) || got.RecurringRun != "nightly" || got.Pipeline != "quote" || !got.Tasks["load"].Phase.Failed() {
		t.Errorf("read %+v", got)
	}
	if diff := cmp.Diff(map[string]string{"day": "2026-03-07"}, got.Parameters); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"rows": "3"}, got.Outputs); diff != "" {
		t.Error(diff)
	}
	if want := "terraform-provider-kfp/kind=run,terraform-provider-kfp/pipeline=a,terraform-provider-kfp/backfill=b"; status.RunSelector("a", "", "b") != want {
		t.Errorf("selector %s", status.RunSelector("a", "", "b"))
	}
}

func TestLedgerIsReadBack(t *testing.T) {
	t.Parallel()
	b := spec.Backfill{Namespace: "etl", Name: "march", RecurringRun: "nightly"}
	ledger := compile.Ledger(b)
	tick := time.Unix(1772326800, 0)
	want := spec.TickResult{
		Run: "march-1772326800", Phase: spec.PhaseSucceeded, StartedAt: tick.UTC(), FinishedAt: tick.Add(time.Minute).UTC(),
	}
	patch, err := compile.LedgerPatch(tick, want)
	if err != nil {
		t.Fatal(err)
	}
	ledger.Data = map[string]string{"somebody": "else", "12": "no JSON"}
	for key, text := range member(t, patch, "data") {
		ledger.Data[key], _ = text.(string)
	}
	got, err := compile.ReadLedger(decoderOf(t, ledger))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[int64]spec.TickResult{tick.Unix(): want}, got); diff != "" {
		t.Error(diff)
	}
	other := b
	other.Triggers = map[string]string{"again": "1"}
	if !compile.SameBackfill(ledger.Annotations, b) || compile.SameBackfill(ledger.Annotations, other) {
		t.Error("a ledger does not know its backfill")
	}
}

func TestRefsAreReadBack(t *testing.T) {
	t.Parallel()
	for _, c := range []spec.Component{taxRate(), quote()} {
		ref, description, err := decompile.ReadRef(decoderOf(t, mustComponent(t, c).Template))
		if err != nil {
			t.Fatal(err)
		}
		want := spec.Ref{
			Kind: spec.ComponentKind, Namespace: c.Namespace, Name: c.Name, Version: mustComponent(t, c).Version,
			Interface: c.Interface,
		}
		if diff := cmp.Diff(want, ref, cmpopts.EquateEmpty()); diff != "" || description != c.Description {
			t.Errorf("description %q (-want +got)\n%s", description, diff)
		}
	}
	if _, _, err := decompile.ReadRef(decoderOf(t, map[string]any{"metadata": map[string]any{"name": "x", "namespace": "etl"}})); err == nil {
		t.Error("somebody else's template is read as a pipeline")
	}
}
