package recurringrun

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/run"
)

// A plan warns of nights that the clock changes, and of lines that end each other's runs; of nothing else.
func TestPlansWarnOfTheClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		when        schedule.Spec
		concurrency spec.Concurrency
		want        []string
	}{
		"nothing": {schedule.Spec{Cron: "0 4 * * *", Timezone: "America/New_York"}, spec.ConcurrencyAllow, nil},
		"utc":     {schedule.Spec{Cron: "30 2 * * *"}, spec.ConcurrencyAllow, nil},
		"spring, autumn": {
			schedule.Spec{Cron: "30 1,2 * * *", Timezone: "America/New_York"}, spec.ConcurrencyAllow,
			[]string{
				"On Sunday 2026-03-08, when the clock changes, nothing runs at 02:30.",
				"On Sunday 2026-11-01, when the clock changes, there are two runs at 01:30.",
			},
		},
		"allow": {schedule.Spec{Crons: []string{"0 * * * *", "0 12 * * MON"}}, spec.ConcurrencyAllow, nil},
		"replace": {
			schedule.Spec{Crons: []string{"0 * * * *", "0 12 * * MON"}}, spec.ConcurrencyReplace,
			[]string{`are both due at 2026-01-19T12:00:00Z. Under concurrency "replace"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, problems := schedule.Parse(tc.when)
			if s == nil {
				t.Fatal(problems)
			}
			got := clockProblems(readRecurring{schedule: s, spec: spec.RecurringRun{Concurrency: tc.concurrency}}, now)
			if len(got) != len(tc.want) {
				t.Fatalf("got %v, want %q", got, tc.want)
			}
			for i, p := range got {
				if p.Severity != problem.Warning || !strings.Contains(p.Detail, tc.want[i]) {
					t.Errorf("got %v, want %q", p, tc.want[i])
				}
			}
		})
	}
}

func TestRunsSince(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"": {}, "36h": now.Add(-36 * time.Hour), "2026-03-01T00:00:00+01:00": time.Date(2026, 2, 28, 23, 0, 0, 0, time.UTC),
	} {
		if got, err := run.SinceTime(text, now); err != nil || !got.Equal(want) {
			t.Errorf("since %q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"yesterday", "-1h", "0s", "2026-03-01"} {
		if got, err := run.SinceTime(text, now); err == nil {
			t.Errorf("since %q is taken for %v", text, got)
		}
	}
}
