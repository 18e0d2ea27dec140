package schedule

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEqual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"0 2 * * *", " 0   2 * * *\n", true},
		{"0 2 * * *", "0 02 * * ?", true},
		{"0 2 * * *", "0 2 */1 * *", true},
		{"0 2 * * MON", "0 2 * * 1", true},
		{"0 2 * * mon-fri", "0 2 * * 1,2,3,4,5", true},
		{"0 2 1 JAN *", "0 2 1 1 *", true},
		{"*/15 * * * *", "45,0,30,15 * * * *", true},
		{"@daily", "0 0 * * *", true},
		{"@midnight", "@daily", true},
		{"@hourly", "@every 60m", true},
		{"@every 90m", "@every 1h30m", true},
		{"@every 15m", "*/15 * * * *", true},
		{"@every 7m", "@every 420s", true},
		{"@every 7m", "*/7 * * * *", false},
		{"0 2 1-31 * MON", "0 2 * * *", true}, // Both day fields are written out, so either may match.
		{"0 2 * * MON", "0 2 1-31 * MON", false},
		{"0 2 */2 * MON", "0 2 */2 * *", false},
		{"0 2 1 * 0-6", "0 2 * * *", true},
		{"0 2 1 * *", "0 2 1 * 0-6", false},
		{"0 2 * * 0-6", "0 2 * * *", true},
		{"0 2 * * *", "0 3 * * *", false},
		{"nonsense", "nonsense ", true},
		{"nonsense", "0 2 * * *", false},
		{"0 0 2 * * ?", "0 2 * * *", false},
	} {
		if got := Equal(c.a, c.b); got != c.want {
			t.Errorf("Equal(%q, %q) = %v", c.a, c.b, got)
		}
		if got := Equal(c.b, c.a); got != c.want {
			t.Errorf("Equal(%q, %q) = %v", c.b, c.a, got)
		}
	}
	if !EqualAll([]string{"0 2 * * *", "0 14 * * *"}, []string{"0 14 * * *", "0 02 * * *", "0 2 * * *"}) {
		t.Error("the order of lines matters, or a line given twice")
	}
	if EqualAll([]string{"0 2 * * *", "0 14 * * *"}, []string{"0 2 * * *"}) {
		t.Error("a missing line does not matter")
	}
}

// Lines that are called equal must run at the same times, and lines that are not must differ unless the calendar alone
// makes them agree, which the drawn lines exclude by having the same months.
func TestEqualLinesRunTogether(t *testing.T) {
	t.Parallel()
	from := time.Date(2027, 12, 31, 23, 59, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		line := func(label string) string {
			days := rapid.SampledFrom([]string{"*", "?", "*/1", "*/2", "1-31", "1,15", "1-28"})
			weekdays := rapid.SampledFrom([]string{"*", "0-6", "SUN-SAT", "1", "MON", "*/2", "?"})
			minutes := rapid.SampledFrom([]string{"0", "0,30", "*/30", "30/15", "30,45", "00"})
			return minutes.Draw(t, label) + " 3 " + days.Draw(t, label+"-days") + " * " + weekdays.Draw(t, label+"-weekdays")
		}
		a, b := line("a"), line("b")
		same := true
		x, y := ticksOf(t, a, from), ticksOf(t, b, from)
		for i := range x {
			same = same && i < len(y) && x[i].Equal(y[i])
		}
		if same = same && len(x) == len(y); same != Equal(a, b) {
			t.Fatalf("Equal(%q, %q) = %v, but equal ticks: %v", a, b, Equal(a, b), same)
		}
	})
}

func ticksOf(t *rapid.T, line string, from time.Time) []time.Time {
	s, problems := Parse(Spec{Cron: line})
	if problems.HasError() {
		t.Fatal(problems)
	}
	ticks, err := s.Ticks(from, from.AddDate(0, 3, 0), 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return ticks
}

func TestEqualDurationsAndTimes(t *testing.T) {
	t.Parallel()
	if !EqualDuration("60m", "1h") || !EqualDuration("x", "x") || EqualDuration("60m", "61m") || EqualDuration("x", "0s") {
		t.Error("durations")
	}
	if !EqualTime("2026-01-31T08:00:00Z", "2026-01-31T09:00:00+01:00") || EqualTime("2026-01-31T08:00:00Z", "2026-01-31T08:00:01Z") || !EqualTime("x", "x") || EqualTime("x", "y") {
		t.Error("times")
	}
}

func TestIntervalOfSeveralLines(t *testing.T) {
	t.Parallel()
	for minutes := 1; minutes <= 720; minutes++ {
		text := (time.Duration(minutes) * time.Minute).String()
		s, _ := Parse(Spec{Interval: text})
		if s == nil || len(s.Lines()) < 2 {
			continue
		}
		got, ok := IntervalOf(s.Lines())
		if !ok || !EqualDuration(got, text) {
			t.Errorf("the lines of %s are read as %q", text, got)
		}
	}
	if got, ok := IntervalOf([]string{"0 2 * * *", "30 14 * * MON"}); ok {
		t.Errorf("two lines are read as %q", got)
	}
}
