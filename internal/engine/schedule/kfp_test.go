package schedule_test

import (
	"testing"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
)

// What KFP's own library, robfig/cron v1, makes of the lines.
func TestFromKFP(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"0 0 2 * * *": "0 2 * * *", "0 2 * * *": "2 * * * *", "0 */15 * ? * MON-FRI": "*/15 * * * MON-FRI",
		"  0 0 0 1 1 0 ": "0 0 1 1 0", "@daily": "@daily", "@every 1h": "@every 1h", "00 5 4 * * 1,3": "5 4 * * 1,3",
	} {
		got, lost, errs := schedule.FromKFP(line)
		if got != want || len(lost) > 0 || len(errs) > 0 || !schedule.KeepsSeconds(line) {
			t.Errorf("%q: %q %v %v", line, got, lost, errs)
		}
	}
	for line, keeps := range map[string]bool{"30 0 2 * * *": true, "*/10 * * * * *": false, "0,30 * * * * *": false, "* * * * * *": false} {
		got, lost, errs := schedule.FromKFP(line)
		if got == "" || len(lost) != 1 || len(errs) > 0 || schedule.KeepsSeconds(line) != keeps {
			t.Errorf("%q: %q %v %v", line, got, lost, errs)
		}
	}
	for _, line := range []string{
		"", "* * * *", "0 0 0 1 1 0 2026", "x 0 2 * * *", "0 99 * * * *", "@yearl", "TZ=UTC 0 0 2 * *", "0 0 0 L * *",
	} {
		if got, _, errs := schedule.FromKFP(line); len(errs) == 0 || errs[0].Detail == "" {
			t.Errorf("%q is read as %q", line, got)
		}
	}
}

func TestNearestInterval(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]time.Duration{
		25 * time.Minute: 24 * time.Minute, 7 * time.Hour: 6 * time.Hour, 5 * time.Hour: 288 * time.Minute, 48 * time.Hour: 24 * time.Hour,
		30 * 24 * time.Hour: 168 * time.Hour, 23 * time.Hour: 24 * time.Hour, time.Hour: time.Hour,
	} {
		got := schedule.NearestInterval(d)
		if _, errs := schedule.ParseInterval(got.String()); got != want || len(errs) > 0 {
			t.Errorf("%s: %s, not %s %v", d, got, want, errs)
		}
	}
}

func TestGap(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for cron, want := range map[string]time.Duration{
		"0 2 * * *": 24 * time.Hour, "0 9-17 * * MON-FRI": 64 * time.Hour, "0 0 1 * *": 168 * time.Hour, "*/5 * * * *": 5 * time.Minute,
	} {
		s, problems := schedule.Parse(schedule.Spec{Cron: cron})
		if problems.HasError() {
			t.Fatal(problems)
		}
		if got, err := s.Gap(from); got != want || err != nil {
			t.Errorf("%s: %s %v", cron, got, err)
		}
	}
	ended, _ := schedule.Parse(schedule.Spec{Cron: "0 2 * * *", EndTime: "2025-01-01T00:00:00Z"})
	if got, err := ended.Gap(from); err == nil {
		t.Error(got)
	}
}
