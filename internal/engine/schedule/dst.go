package schedule

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Irregular is a day on which a change of the clock disturbs a schedule's ticks.
type Irregular struct {
	Date     time.Time // the day in the schedule's timezone, as midnight in UTC: its own midnight may not exist
	Skipped  []string  // wall-clock times, as 15:04, that the lines name and that do not run on this day
	Repeated []string  // wall-clock times that run twice
}

// String makes a sentence of it.
func (i Irregular) String() string {
	date := i.Date.Format("Monday 2006-01-02")
	switch {
	case len(i.Repeated) == 0:
		return fmt.Sprintf("On %s, when the clock changes, nothing runs at %s.", date, listed(i.Skipped))
	case len(i.Skipped) == 0:
		return fmt.Sprintf("On %s, when the clock changes, there are two runs at %s.", date, listed(i.Repeated))
	}
	return fmt.Sprintf(
		"On %s, when the clock changes, nothing runs at %s, and there are two runs at %s.", date, listed(i.Skipped),
		listed(i.Repeated),
	)
}

func listed(times []string) string {
	if len(times) <= 4 {
		return join(times)
	}
	return fmt.Sprintf("%s and %d more times", strings.Join(times[:3], ", "), len(times)-3)
}

// maxTransitions bounds the clock changes that Irregular looks at: two a year for half a century.
const maxTransitions = 100

// Irregular finds the days from from to before to on which the clock changes and a line that names hours misses a
// wall-clock time or runs it twice. Lines for every hour go on through a change at an even distance and are left out.
func (s *Schedule) Irregular(from, to time.Time) []Irregular {
	var found []Irregular
	if s.unknown || from.Year() < minYear || to.Year() > maxYear {
		return nil
	}
	at := from.In(s.location)
	for range maxTransitions {
		_, change := at.ZoneBounds()
		if change.IsZero() || !change.Before(to) {
			break
		}
		at = change
		for _, date := range datesRound(change.In(s.location)) {
			if day := s.irregularDay(date); len(day.Skipped)+len(day.Repeated) > 0 {
				found = append(found, day)
			}
		}
	}
	return found
}

// datesRound returns the dates on the wall clock just before and just after a change, as midnights in UTC: one, or two
// where the clock changes at midnight.
func datesRound(change time.Time) []time.Time {
	before := change.Add(-time.Second)
	_, offset := before.Zone()
	// The first instant after the old time, on the old clock: the begin of a gap.
	gap := change.UTC().Add(time.Duration(offset) * time.Second)
	var dates []time.Time
	for _, t := range []time.Time{before, change, gap} {
		y, m, d := t.Date()
		date := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		if !slices.Contains(dates, date) {
			dates = append(dates, date)
		}
	}
	slices.SortFunc(dates, time.Time.Compare)
	return dates
}

// irregularDay compares the ticks of a date with what the lines name on the wall clock.
func (s *Schedule) irregularDay(wall time.Time) Irregular {
	y, m, d := wall.Date()
	result := Irregular{Date: wall}
	begin := time.Date(y, m, d, 0, 0, 0, 0, s.location)
	times := map[string]int{}
	for _, e := range s.entries {
		if e.ticks == nil || e.cron.sets[hour]&^star == fields[hour].all() {
			continue
		}
		expected, err := e.cron.robfig("UTC")
		if err != nil {
			continue
		}
		// Midnight may not exist, and the day is up to three hours longer or shorter; ticks of other dates are left out.
		for t := e.next(begin.Add(-3 * time.Hour)); !t.IsZero() && t.Sub(begin) < 28*time.Hour; t = e.next(t) {
			if local := t.In(s.location); sameDate(local, wall) {
				times[local.Format("15:04")]++
			}
		}
		for t := expected.Next(wall.Add(-time.Second)); !t.IsZero() && sameDate(t, wall); t = expected.Next(t) {
			text := t.Format("15:04")
			switch times[text] {
			case 0:
				result.Skipped = append(result.Skipped, text)
			case 1:
			default:
				result.Repeated = append(result.Repeated, text)
			}
		}
		clear(times)
	}
	return result
}

func sameDate(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
