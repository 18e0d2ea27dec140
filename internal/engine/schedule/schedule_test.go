package schedule

import (
	"archive/zip"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/google/go-cmp/cmp"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/golden"
)

func mustParse(t testing.TB, s Spec) *Schedule {
	t.Helper()
	parsed, problems := Parse(s)
	if problems.HasError() {
		t.Fatal(problems)
	}
	return parsed
}

func TestRefusedSchedules(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, s := range []Spec{
		{},
		{Cron: "0 2 * * *", Interval: "1h"},
		{Cron: "0 2 * * *", Crons: []string{"0 3 * * *"}},
		{Cron: "61 * * * *", Timezone: "Berlin", StartTime: "2026-01-31", EndTime: "tomorrow", StartingDeadline: "-5m"},
		{Crons: []string{"0 2 * * *", "0 25 * * *", "", "0 02 * * ?"}},
		{Crons: []string{"@hourly", "@every 60m"}},
		{Interval: "7h"}, {Interval: "11m"},
		{
			Cron: "@daily", Timezone: "PST",
		}, {Cron: "@daily", Timezone: "UTC+2"}, {Cron: "@daily", Timezone: "+05:30"}, {Cron: "@daily", Timezone: "Local"},
		{
			Cron: "@daily", Timezone: "america/new york",
		}, {Cron: "@daily", Timezone: "Europe/Berln"}, {Cron: "@daily", Timezone: "../etc/passwd"},
		{Cron: "@daily", Timezone: "posix/Europe/Berlin"}, {Cron: "@daily", Timezone: strings.Repeat("x", 200)},
		{
			Cron: "@daily", StartTime: "2026-01-31 08:00:00",
		}, {Cron: "@daily", StartTime: "2026-02-30T08:00:00Z"}, {Cron: "@daily", EndTime: "2500-01-01T00:00:00Z"},
		{Cron: "@daily", StartTime: "2026-02-01T00:00:00Z", EndTime: "2026-02-01T01:00:00+01:00"},
		{Cron: "@yearly", StartTime: "2026-02-01T00:00:00Z", EndTime: "2026-12-31T00:00:00Z"},
		{
			Cron: "@daily", StartingDeadline: "1.5s",
		}, {Cron: "@daily", StartingDeadline: "1d"}, {Cron: "@daily", StartingDeadline: "90"},
	} {
		parsed, problems := Parse(s)
		if (parsed == nil) != problems.HasError() || len(problems) == 0 {
			t.Errorf("%+v: %v, %v", s, parsed, problems)
		}
		fmt.Fprintf(&b, "%.200s\n", fmt.Sprintf("%+v", s))
		for _, p := range problems {
			fmt.Fprintf(&b, "  %s: %s\n    %s\n", p.Path, p.Title, p.Detail)
		}
	}
	golden.Compare(t, "schedules.txt", b.String())
}

func TestUnknownTextsAreNotRefused(t *testing.T) {
	t.Parallel()
	u := spec.Unknown
	for _, s := range []Spec{{Cron: u}, {Crons: []string{"@daily", u}}, {Interval: u}, {Cron: "@daily", Timezone: u},
		{Cron: "@daily", StartTime: u, EndTime: "2026-01-01T00:00:00Z"}, {Cron: "@daily", StartingDeadline: u}} {
		parsed, problems := Parse(s)
		if problems.HasError() || parsed.Known() {
			t.Fatalf("%+v: %v", s, problems)
		}
		if parsed.Next(time.Now(), 1) != nil {
			t.Errorf("%+v has ticks", s)
		}
	}
	_, problems := Parse(Spec{Cron: u, Timezone: "Berlin"})
	if len(problems) != 1 || problems[0].Path.String() != "timezone" {
		t.Errorf("an unknown attribute hides the faults of another: %v", problems)
	}
}

func TestCompiledParts(t *testing.T) {
	t.Parallel()
	s := mustParse(
		t,
		Spec{
			Crons: []string{" 0  2 * * * ", "@every 45m"}, Timezone: "Asia/Tokyo", StartingDeadline: "2m",
			StartTime: "2026-01-31T09:00:00+01:00",
		},
	)
	if diff := cmp.Diff([]string{"0 2 * * *", "0,45 */3 * * *", "30 1-23/3 * * *", "15 2-23/3 * * *"}, s.Lines()); diff != "" {
		t.Error(diff)
	}
	if s.Timezone() != "Asia/Tokyo" || *s.DeadlineSeconds() != 120 || s.When() != "{{= now() >= "+
		"date('2026-01-31T08:00:00Z') }}" {
		t.Error(s.Timezone(), *s.DeadlineSeconds(), s.When())
	}
	if s := mustParse(t, Spec{Interval: "7m"}); s.Lines()[0] != "@every 7m" || s.Timezone() != "UTC" || s.When() != "" || s.DeadlineSeconds() != nil {
		t.Error(s)
	}
	_, problems := Parse(Spec{Interval: "7m"})
	if len(problems) != 1 || problems[0].Severity != problem.Warning {
		t.Errorf("no warning of a drifting interval: %v", problems)
	}
}

// Cron lines of an interval must tick at even distances from midnight on, through days and weeks.
func TestIntervalLinesTickEvenly(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) // a Sunday
	intervals := []time.Duration{week}
	for m := 1; m <= 1440; m++ {
		if 1440%m == 0 {
			intervals = append(intervals, time.Duration(m)*time.Minute)
		}
	}
	for _, d := range intervals {
		s := mustParse(t, Spec{Interval: d.String()})
		if len(s.Lines()) > 24 {
			t.Errorf("%s needs %d lines", d, len(s.Lines()))
		}
		ticks, err := s.Ticks(midnight, midnight.Add(3*week), 100_000)
		if err != nil || len(ticks) != int(3*week/d) {
			t.Fatalf("%s: %d ticks, %v (%v)", d, len(ticks), err, s.Lines())
		}
		for i, tick := range ticks {
			if !tick.Equal(midnight.Add(time.Duration(i) * d)) {
				t.Fatalf("%s: tick %d is at %s (%v)", d, i, tick, s.Lines())
			}
		}
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, c := range []struct {
		start, end time.Time
		want       bool
	}{
		{now.Add(-time.Hour), time.Time{}, true}, {now.Add(time.Hour), time.Time{}, false},
		{time.Time{}, now.Add(time.Hour), true}, {time.Time{}, now.Add(-time.Hour), false},
		{now.Add(-time.Hour), now.Add(time.Hour), true}, {now.Add(-2 * time.Hour), now.Add(-time.Hour), false},
	} {
		when := When(c.start, c.end)
		start, end, ok := ParseWhen(when)
		if !ok || !start.Equal(c.start) || !end.Equal(c.end) {
			t.Errorf("%s is read as %s, %s, %v", when, start, end, ok)
		}
		if strings.ContainsAny(when, "\"\\\n") {
			t.Errorf("%s does not survive in Argo's JSON", when)
		}
		code, _ := strings.CutPrefix(strings.TrimSuffix(when, "}}"), "{{=")
		got, err := expr.Eval(code, map[string]any{})
		if err != nil || got != c.want {
			t.Errorf("%s is %v, %v", when, got, err)
		}
	}
	for _, foreign := range []string{"true", "{{=  }}", "{{= now() < date('x') }}", "{{= now() >= " +
		"date('2026-01-01T00:00:00+01:00') }}", "{{= now() < date('2026-01-01T00:00:00Z') && true }}"} {
		if _, _, ok := ParseWhen(foreign); ok {
			t.Errorf("%s is taken for ours", foreign)
		}
	}
	if start, end, ok := ParseWhen(""); !ok || !start.IsZero() || !end.IsZero() {
		t.Error("an empty when is not read")
	}
}

// The list of names must be that of the database which time/tzdata embeds: Go's own.
func TestZoneListIsGos(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(zoneNames()) {
		t.Fatal("zones.txt is not sorted")
	}
	for _, name := range zoneNames() {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}
	}
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("there is no go command: ", err)
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Skip("this Go has no zoneinfo.zip: ", err)
	}
	defer archive.Close()
	var names []string
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, "/") {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff(names, zoneNames()); diff != "" {
		t.Errorf("zones.txt is not the list of this Go's zones (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("0 2 * * *", "15m", "Europe/Berlin", "2026-01-31T08:00:00Z", "2026-02-31", "5m")
	f.Add("@every 1h", "PT1H", "utc+2", "", "9999-12-31T23:59:59Z", "")
	f.Add("TZ=X", "1d", "\x00", "0000-01-01T00:00:00Z", "", "1.5s")
	f.Fuzz(func(t *testing.T, cron, interval, zone, start, end, deadline string) {
		for _, s := range []Spec{{Cron: cron}, {Interval: interval}} {
			s.Timezone, s.StartTime, s.EndTime, s.StartingDeadline = zone, start, end, deadline
			parsed, problems := Parse(s)
			if (parsed == nil) != problems.HasError() {
				t.Fatalf("%+v: %v, %v", s, parsed, problems)
			}
			if parsed == nil {
				continue
			}
			parsed.Next(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), 3)
			parsed.Explain()
			if _, _, ok := ParseWhen(parsed.When()); !ok {
				t.Fatalf("%q cannot be read back", parsed.When())
			}
		}
	})
}
