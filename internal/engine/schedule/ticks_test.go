package schedule

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"
	"pgregory.net/rapid"
)

const layoutZone = "2006-01-02 15:04 -0700"

// argoNext computes ticks as Argo's controller does: the object's own method joins lines and timezone, robfig gives
// each line's next tick by itself, asked again after every tick and every 20 minutes, and runs of the same second have
// the same name. phase is when the controller read the object last. It ends after the horizon.
func argoNext(
	t interface{ Fatal(args ...any) }, s *Schedule, from time.Time, phase, horizon time.Duration,
) []time.Time {
	object := wfv1.CronWorkflowSpec{Schedules: s.Lines(), Timezone: s.Timezone()}
	seen := map[int64]time.Time{}
	for _, line := range object.GetSchedulesWithTimezone(context.Background()) {
		parsed, err := cron.ParseStandard(line)
		if err != nil {
			t.Fatal(line, err)
		}
		read := from.Add(resync - phase)
		for at := from; at.Sub(from) < horizon; {
			next := parsed.Next(at)
			if next.After(read) || next.IsZero() {
				at, read = read, read.Add(resync)
				continue
			}
			seen[next.Unix()] = next.In(s.location)
			at = next
		}
	}
	var ticks []time.Time
	for _, at := range seen {
		if at.Sub(from) < horizon {
			ticks = append(ticks, at)
		}
	}
	slices.SortFunc(ticks, time.Time.Compare)
	return ticks
}

// The tables are written out, so that they hold even if the library should change.
func TestNextAcrossClockChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, from string
		lines      []string
		want       []string
	}{
		// New York, 2027-03-14: 02:00 to 03:00 does not exist.
		{
			"America/New_York", "2027-03-13T00:00:00-05:00", []string{"59 1 * * *"},
			[]string{"2027-03-13 01:59 -0500", "2027-03-14 01:59 -0500", "2027-03-15 01:59 -0400"},
		},
		{
			"America/New_York", "2027-03-13T00:00:00-05:00", []string{"0 2 * * *"},
			[]string{"2027-03-13 02:00 -0500", "2027-03-15 02:00 -0400", "2027-03-16 02:00 -0400"},
		},
		{
			"America/New_York", "2027-03-13T00:00:00-05:00", []string{"30 2 * * *"},
			[]string{"2027-03-13 02:30 -0500", "2027-03-15 02:30 -0400"},
		},
		{
			"America/New_York", "2027-03-13T00:00:00-05:00", []string{"0 3 * * *"},
			[]string{"2027-03-13 03:00 -0500", "2027-03-14 03:00 -0400", "2027-03-15 03:00 -0400"},
		},
		{
			"America/New_York", "2027-03-14T01:15:00-05:00", []string{"*/30 * * * *"},
			[]string{"2027-03-14 01:30 -0500", "2027-03-14 03:00 -0400", "2027-03-14 03:30 -0400"},
		},
		{
			"America/New_York", "2027-03-14T00:30:00-05:00", []string{"0 */2 * * *"},
			[]string{"2027-03-14 04:00 -0400", "2027-03-14 06:00 -0400"},
		},
		{
			"America/New_York", "2027-03-13T12:00:00-05:00", []string{"0 2 * * SUN"},
			[]string{"2027-03-21 02:00 -0400", "2027-03-28 02:00 -0400"},
		},
		// New York, 2027-11-07: 01:00 to 02:00 comes twice.
		{
			"America/New_York", "2027-11-06T00:00:00-04:00", []string{"30 1 * * *"},
			[]string{"2027-11-06 01:30 -0400", "2027-11-07 01:30 -0400", "2027-11-07 01:30 -0500", "2027-11-08 01:30 -0500"},
		},
		{
			"America/New_York", "2027-11-06T12:00:00-04:00", []string{"0 2 * * *"},
			[]string{"2027-11-07 02:00 -0500", "2027-11-08 02:00 -0500"},
		},
		{
			"America/New_York", "2027-11-07T00:30:00-04:00", []string{"0 * * * *"},
			[]string{"2027-11-07 01:00 -0400", "2027-11-07 01:00 -0500", "2027-11-07 02:00 -0500"},
		},
		{
			"America/New_York", "2027-11-06T12:00:00-04:00", []string{"30 1 * * *", "0 2 * * *"},
			[]string{"2027-11-07 01:30 -0400", "2027-11-07 01:30 -0500", "2027-11-07 02:00 -0500", "2027-11-08 01:30 -0500"},
		},
		// Lord Howe, 2027-10-03: 02:00 to 02:30 does not exist.
		{
			"Australia/Lord_Howe", "2027-10-02T00:00:00+10:30", []string{"0 2 * * *"},
			[]string{"2027-10-02 02:00 +1030", "2027-10-04 02:00 +1100"},
		},
		{
			"Australia/Lord_Howe", "2027-10-02T00:00:00+10:30", []string{"15 2 * * *"},
			[]string{"2027-10-02 02:15 +1030", "2027-10-04 02:15 +1100"},
		},
		{
			"Australia/Lord_Howe", "2027-10-02T12:00:00+10:30", []string{"30 2 * * *"},
			[]string{"2027-10-03 02:30 +1100", "2027-10-04 02:30 +1100"},
		},
		// From 02:30 the library goes on by whole hours to 03:30: it misses 03:00, which exists, and would miss 09:00, but
		// that Argo asks it again.
		{
			"Australia/Lord_Howe", "2027-10-02T12:00:00+10:30", []string{"0 3 * * *"},
			[]string{"2027-10-04 03:00 +1100", "2027-10-05 03:00 +1100"},
		},
		{
			"Australia/Lord_Howe", "2027-10-02T12:00:00+10:30", []string{"0 9 * * *"},
			[]string{"2027-10-03 09:00 +1100", "2027-10-04 09:00 +1100"},
		},
		{
			"Australia/Lord_Howe", "2027-10-02T12:00:00+10:30", []string{"45 9 * * *"},
			[]string{"2027-10-03 09:45 +1100", "2027-10-04 09:45 +1100"},
		},
		{
			"Australia/Lord_Howe", "2027-10-03T01:10:00+10:30", []string{"*/30 * * * *"},
			[]string{"2027-10-03 01:30 +1030", "2027-10-03 02:30 +1100", "2027-10-03 03:00 +1100"},
		},
		// Lord Howe, 2027-04-04: 01:30 to 02:00 comes twice. The library steps from 01:00 to the second 01:30 and to 02:30:
		// it misses 02:00, which exists.
		{
			"Australia/Lord_Howe", "2027-04-03T00:00:00+11:00", []string{"0 2 * * *"},
			[]string{"2027-04-03 02:00 +1100", "2027-04-05 02:00 +1030"},
		},
		{
			"Australia/Lord_Howe", "2027-04-03T12:00:00+11:00", []string{"0 9 * * *"},
			[]string{"2027-04-04 09:00 +1030", "2027-04-05 09:00 +1030"},
		},
		{
			"Australia/Lord_Howe", "2027-04-03T12:00:00+11:00", []string{"30 2 * * *"},
			[]string{"2027-04-04 02:30 +1030", "2027-04-05 02:30 +1030"},
		},
		{
			"Australia/Lord_Howe", "2027-04-03T12:00:00+11:00", []string{"45 1 * * *"},
			[]string{"2027-04-04 01:45 +1100", "2027-04-04 01:45 +1030", "2027-04-05 01:45 +1030"},
		},
		{
			"Australia/Lord_Howe", "2027-04-04T01:10:00+11:00", []string{"*/20 * * * *"},
			[]string{"2027-04-04 01:20 +1100", "2027-04-04 01:40 +1100", "2027-04-04 01:40 +1030", "2027-04-04 02:00 +1030"},
		},
		// No change of the clock, for comparison.
		{
			"", "2027-03-13T12:00:00-05:00", []string{"0 2 * * *"}, []string{"2027-03-14 02:00 +0000", "2027-03-15 02:00 +0000"},
		},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		s := mustParse(t, Spec{Crons: c.lines, Timezone: c.zone})
		if diff := cmp.Diff(c.want, format(s.Next(from, len(c.want)))); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.zone, c.lines, diff)
		}
		// Argo gets the lines and the timezone as the schedule writes them, and answers the same whenever it reads them.
		for _, phase := range []time.Duration{0, time.Second, 7 * time.Minute, 19 * time.Minute} {
			theirs := argoNext(t, s, from, phase, 30*day)
			if diff := cmp.Diff(format(theirs), format(s.Next(from, len(theirs)))); diff != "" {
				t.Errorf("%s %s (-Argo +ours):\n%s", c.zone, c.lines, diff)
			}
		}
	}
}

func format(ticks []time.Time) []string {
	list := make([]string, len(ticks))
	for i, tick := range ticks {
		list[i] = tick.Format(layoutZone)
	}
	return list
}

func TestNextIsArgosInEveryZone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zoneNames()).Draw(t, "zone")
		var lines []string
		for range rapid.IntRange(1, 3).Draw(t, "lines") {
			if line := anyLine(t); len(mustCron(line)) == 0 && !slices.ContainsFunc(lines, func(l string) bool { return Equal(l, line) }) {
				lines = append(lines, line)
			}
		}
		if lines == nil {
			return
		}
		// Half of the times lie round a change of the clock.
		from := time.Unix(
			rapid.Int64Range(firstSecond, 4_000_000_000).Draw(t, "from"), rapid.Int64Range(0, 1).Draw(t, "nanos"),
		)
		s, problems := Parse(Spec{Crons: lines, Timezone: zone})
		if problems.HasError() {
			t.Fatal(problems)
		}
		if _, change := from.In(s.location).ZoneBounds(); rapid.Bool().Draw(t, "near") && !change.IsZero() {
			from = change.Add(-time.Duration(rapid.Int64Range(0, int64(2*day)).Draw(t, "before")))
		}
		theirs := argoNext(t, s, from, time.Duration(rapid.Int64Range(0, int64(resync)-1).Draw(t, "phase")), 3*day)
		ours, err := s.Ticks(from.Add(1), from.Add(3*day), 10_000)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(format(settled(theirs)), format(settled(ours))); diff != "" {
			t.Fatalf("%s %q from %s (-Argo +ours):\n%s", zone, lines, from, diff)
		}
		ours = s.Next(from, 8)
		checkTicks(t, s, from, ours)
	})
}

// firstSecond is where Argo's own life begins: no controller has answered for the oddities that clocks had before.
var firstSecond = time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// Each of these once went on without end.
func TestNextEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, line, from, want string }{
		{"Kwajalein", "0 0 */4 3 *", "1993-08-20T20:16:53-12:00", "1994-03-01 00:00 +1200"},
		{"Pacific/Apia", "0 0 31 * *", "2011-12-29T00:00:00-10:00", "2011-12-31 00:00 +1400"},
		{"Africa/El_Aaiun", "0 0 */8 */9 *", "1973-01-02T00:00:00Z", "1973-01-09 00:00 -0100"},
		{"US/East-Indiana", "0 4 * 4 *", "2096-11-04T05:59:59.999954332Z", "2097-04-01 04:00 -0400"},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		s := mustParse(t, Spec{Cron: c.line, Timezone: c.zone})
		if diff := cmp.Diff([]string{c.want}, format(s.Next(from, 1))); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.zone, c.line, diff)
		}
	}
}

// settled leaves out the ticks of the 20 minutes after a change of the clock: whether Argo sees them can depend on when
// it reads the object, which happens to be sooner or later within them.
func settled(ticks []time.Time) []time.Time {
	return slices.DeleteFunc(ticks, func(t time.Time) bool {
		change, _ := t.ZoneBounds()
		return !change.IsZero() && t.Sub(change) < resync
	})
}

// checkTicks compares Ticks with what Next gave.
func checkTicks(t *rapid.T, s *Schedule, from time.Time, next []time.Time) {
	last := next[len(next)-1]
	got, err := s.Ticks(from.Add(1), last, 100)
	if err != nil || !slices.EqualFunc(got, next[:len(next)-1], time.Time.Equal) {
		t.Fatalf("Ticks gives %v, %v; Next gives %v", got, err, next)
	}
}

func mustCron(line string) []Error {
	_, errs := ParseCron(line)
	return errs
}

func TestTicks(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		tick, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return tick
	}
	s := mustParse(t, Spec{Cron: "0 2 * * *", Timezone: "America/New_York"})
	// Both ends are ticks: the first belongs to it, the last does not.
	from, to := at("2026-11-01T02:00:00-05:00"), at("2026-11-04T02:00:00-05:00")
	got, err := s.Ticks(from, to, 3)
	if err != nil || len(got) != 3 || !got[0].Equal(from) {
		t.Fatal(got, err)
	}
	var many *TooManyTicksError
	if got, err = s.Ticks(from, to.Add(1), 3); !errors.As(err, &many) || got != nil || many.Limit != 3 || !many.Last.Equal(at("2026-11-03T02:00:00-05:00")) {
		t.Fatal(got, err)
	}
	if got, err = s.Ticks(to, from, 3); got != nil || err != nil {
		t.Fatal("a window that runs backwards has ticks", got, err)
	}
	if _, err = s.Ticks(from, to, 0); err == nil {
		t.Fatal("no limit is accepted")
	}
	// start_time and end_time bound the window too.
	s = mustParse(t, Spec{Cron: "0 * * * *", StartTime: "2026-11-02T00:00:00Z", EndTime: "2026-11-02T05:00:00Z"})
	if got, err = s.Ticks(from, to, 100); err != nil || len(got) != 5 || !got[0].Equal(at("2026-11-02T00:00:00Z")) {
		t.Fatal(got, err)
	}
	if got := s.Next(from, 100); len(got) != 5 {
		t.Fatal(got)
	}
}

func TestTicksOfDriftingInterval(t *testing.T) {
	t.Parallel()
	s := mustParse(t, Spec{Interval: "7m"})
	from := time.Date(2026, 11, 24, 10, 0, 0, 500, time.UTC)
	next := s.Next(from, 2)
	if next[0] != time.Date(2026, 11, 24, 10, 7, 0, 0, time.UTC) || next[1] != time.Date(2026, 11, 24, 10, 14, 0, 0, time.UTC) {
		t.Error(next)
	}
	from = from.Truncate(time.Second)
	if got, err := s.Ticks(from, from.Add(time.Hour), 10); err != nil || len(got) != 9 || !got[0].Equal(from) {
		t.Error(got, err)
	}
	far := mustParse(t, Spec{Interval: "1s", StartTime: "2190-01-01T00:00:00Z"})
	if got := far.Next(from, 1); len(got) != 1 || got[0].Year() != 2190 {
		t.Error(got)
	}
}

// Robfig gives up after five years; February 29 takes eight round 2100.
func TestLeapDayRoundACenturyIsFound(t *testing.T) {
	t.Parallel()
	s := mustParse(t, Spec{Cron: "0 0 29 2 *"})
	got := s.Next(time.Date(2095, 1, 1, 0, 0, 0, 0, time.UTC), 3)
	if diff := cmp.Diff([]string{"2096-02-29 00:00 +0000", "2104-02-29 00:00 +0000", "2108-02-29 00:00 +0000"}, format(got)); diff != "" {
		t.Error(diff)
	}
}

func TestIrregular(t *testing.T) {
	t.Parallel()
	from, to := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		zone, line string
		want       []string
	}{
		{"America/New_York", "30 2 * * *", []string{"On Sunday 2027-03-14, when the clock changes, nothing runs at 02:30."}},
		{
			"America/New_York", "30 1 * * *",
			[]string{"On Sunday 2027-11-07, when the clock changes, there are two runs at 01:30."},
		},
		{"America/New_York", "*/10 1-2 * * *", []string{
			"On Sunday 2027-03-14, when the clock changes, nothing runs at 02:00, 02:10, 02:20 and 3 more times.",
			"On Sunday 2027-11-07, when the clock changes, there are two runs at 01:00, 01:10, 01:20 and 3 more times."}},
		{"America/New_York", "30 2 * * MON", nil},
		{"America/New_York", "0 3 * * *", nil},
		{"America/New_York", "*/5 * * * *", nil},
		{
			"Australia/Lord_Howe", "0 2 * * *",
			[]string{
				"On Sunday 2027-04-04, when the clock changes, nothing runs at 02:00.",
				"On Sunday 2027-10-03, when the clock changes, nothing runs at 02:00.",
			},
		},
		{
			"America/Havana", "30 0 * * *",
			[]string{
				"On Sunday 2027-03-14, when the clock changes, nothing runs at 00:30.",
				"On Sunday 2027-11-07, when the clock changes, there are two runs at 00:30.",
			},
		},
		{
			"Australia/Lord_Howe", "0 3 * * *", []string{"On Sunday 2027-10-03, when the clock changes, nothing runs at 03:00."},
		},
		{"Australia/Lord_Howe", "0 9 * * *", nil},
		{"UTC", "30 2 * * *", nil},
		{"Asia/Tokyo", "30 2 * * *", nil},
	} {
		s := mustParse(t, Spec{Cron: c.line, Timezone: c.zone})
		var got []string
		for _, day := range s.Irregular(from, to) {
			got = append(got, day.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.zone, c.line, diff)
		}
	}
}

func TestCoincide(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	s := mustParse(t, Spec{Crons: []string{"0 2 * * *", "30 2 * * *", "0 2 1 * *"}})
	tick, first, second, ok := s.Coincide(from)
	if !ok || !tick.Equal(time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC)) || first.String() != "0 2 * * *" || second.String() != "0 2 1 * *" {
		t.Error(tick, first, second, ok)
	}
	if _, _, _, ok := mustParse(t, Spec{Crons: []string{"0 2 * * *", "30 2 * * *"}}).Coincide(from); ok {
		t.Error("lines that never meet coincide")
	}
}

func BenchmarkParseAndNextFive(b *testing.B) {
	from := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for b.Loop() {
		s, _ := Parse(Spec{Crons: []string{"0 2 * * *", "0 0 29 2 *"}, Timezone: "America/New_York"})
		s.Next(from, 5)
	}
}
