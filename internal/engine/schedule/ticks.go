package schedule

import (
	"fmt"
	"time"
)

// Next returns the first n ticks after from, in order and without duplicates, in the schedule's timezone; fewer if
// end_time ends them. An interval that Argo keeps by @every is counted from from, since its ticks hang on the moment at
// which Argo reads the object.
func (s *Schedule) Next(from time.Time, n int) []time.Time {
	var ticks []time.Time
	if n <= 0 {
		return nil
	}
	s.each(from, func(t time.Time) bool {
		ticks = append(ticks, t)
		return len(ticks) < n
	})
	return ticks
}

// TooManyTicksError tells that there are more ticks than the limit.
type TooManyTicksError struct {
	Limit    int
	From, To time.Time
	Last     time.Time // the last tick within the limit
}

// Error says what was asked and what to do.
func (e *TooManyTicksError) Error() string {
	return fmt.Sprintf("there are more than %d ticks from %s to before %s; the last within the limit is %s. Choose an "+
		"earlier end, a later begin or a higher limit",
		e.Limit, e.From.Format(time.RFC3339), e.To.Format(time.RFC3339), e.Last.Format(time.RFC3339))
}

// Ticks returns every tick from from on and before to, within start_time and end_time, in order, for a backfill. There
// are none before 1973, nor before the day that a zone left out (see afterLeftOutDay). An
// interval that Argo keeps by @every has no fixed ticks and is counted from from, which is then the first. More ticks
// than limit are a *TooManyTicksError, and no ticks are returned.
func (s *Schedule) Ticks(from, to time.Time, limit int) ([]time.Time, error) {
	if limit <= 0 {
		return nil, fmt.Errorf("the limit of ticks must be at least 1, not %d", limit)
	}
	var ticks []time.Time
	var err error
	s.eachUntil(from.Add(-time.Nanosecond), to, from, func(t time.Time) bool {
		if len(ticks) == limit {
			err = &TooManyTicksError{Limit: limit, From: from, To: to, Last: ticks[limit-1]}
			return false
		}
		ticks = append(ticks, t)
		return true
	})
	if err != nil {
		return nil, err
	}
	return ticks, nil
}

// Coincide looks at the ticks of a year after from, at most a thousand of each line, for one that two lines share: with
// concurrency "replace" such a tick may end the run that it has just begun. False: none was found.
func (s *Schedule) Coincide(from time.Time) (tick time.Time, first, second Cron, ok bool) {
	seen := map[int64]int{}
	for i, e := range s.entries {
		t := from
		for range 1000 {
			if t = e.next(t); t.IsZero() || t.Sub(from) > 366*day || e.ticks == nil {
				break
			}
			if j, dup := seen[t.Unix()]; dup {
				return t.In(s.location), s.entries[j].cron, e.cron, true
			}
			seen[t.Unix()] = i
		}
	}
	return time.Time{}, Cron{}, Cron{}, false
}

func (s *Schedule) each(from time.Time, yield func(time.Time) bool) {
	s.eachUntil(from, time.Time{}, from.Add(0), yield)
}

// eachUntil calls yield with the ticks after from and before to (zero: without bound), as long as it returns true.
// @every is counted from anchor.
func (s *Schedule) eachUntil(from, to, anchor time.Time, yield func(time.Time) bool) {
	if s.unknown || from.Year() < minYear || from.Year() > maxYear {
		return
	}
	if !s.end.IsZero() && (to.IsZero() || s.end.Before(to)) {
		to = s.end
	}
	if !s.start.IsZero() && from.Before(s.start) {
		from = s.start.Add(-time.Nanosecond)
	}
	if left := afterLeftOutDay(s.location, from); !left.IsZero() {
		from = left.Add(-time.Nanosecond)
	}
	heads := make([]time.Time, len(s.entries))
	for i, e := range s.entries {
		heads[i] = e.first(from, anchor)
	}
	for {
		var tick time.Time
		for _, h := range heads {
			if !h.IsZero() && (tick.IsZero() || h.Before(tick)) {
				tick = h
			}
		}
		if tick.IsZero() || !to.IsZero() && !tick.Before(to) || tick.Year() > maxYear || !yield(tick.In(s.location)) {
			return
		}
		for i, e := range s.entries {
			if heads[i].Equal(tick) {
				heads[i] = e.next(tick)
			}
		}
	}
}

// drifts reports whether a line is kept by @every, so that its ticks are not fixed.
func (s *Schedule) drifts() bool {
	for _, e := range s.entries {
		if e.ticks == nil {
			return true
		}
	}
	return false
}

// The years for which ticks are computed. Before them some zones have local mean time with odd seconds (Monrovia had it
// until 1972), and distances beyond them overflow a time.Duration.
const (
	minYear = 1973
	maxYear = 2200
)

// lastLeftOutDay is the year in which a zone last left out a whole day.
const lastLeftOutDay = 2011

// afterLeftOutDay returns when the clock of a zone went on after the last day that it left out, if that is after from;
// else zero. Some islands did so when they moved to the other side of the date line: Kwajalein in 1993, Kiritimati in
// 1994, Samoa in 2011. Asked from before such a day, robfig looks for it without end.
func afterLeftOutDay(zone *time.Location, from time.Time) time.Time {
	var after time.Time
	for at := from.In(zone); at.Year() <= lastLeftOutDay; {
		_, change := at.ZoneBounds()
		if !change.After(at) {
			break
		}
		_, before := at.Zone()
		if _, offset := change.Zone(); offset-before > 12*60*60 {
			after = change
		}
		at = change
	}
	return after
}

// first returns the line's first tick after from.
func (e entry) first(from, anchor time.Time) time.Time {
	if e.ticks != nil {
		return e.next(from)
	}
	anchor = anchor.Truncate(time.Second)
	if !from.Before(anchor) {
		since := from.Sub(anchor)
		return anchor.Add(since - since%e.cron.every + e.cron.every)
	}
	return anchor
}

// rereads is how often next asks after a change of the clock: for two hours, after which the change has no effect.
const rereads = 7

// next returns the line's next tick after a time, zero if there is none within nine years.
//
// Asked from before a change of the clock, robfig can pass over ticks after it: it goes on by whole hours, which no
// longer are whole where the clock changed by half an hour, and it can step over a midnight that does not exist. Argo's
// controller asks again every resync at the latest, and then sees most of them. So does next; in the first minutes
// after a change it sees what a controller sees that asks right after it.
func (e entry) next(t time.Time) time.Time {
	if e.ticks == nil {
		return t.Add(e.cron.every)
	}
	next := e.ask(t)
	for at := t; next.Sub(at) > resync; {
		// In leap years Go can name a change of the clock that is not after the moment asked about (seen in 2096).
		_, change := at.In(e.location).ZoneBounds()
		if !change.Before(next) || !change.After(at) {
			break
		}
		at = change
		for k := range rereads {
			u := change.Add(time.Duration(k)*resync - time.Nanosecond)
			tick := e.ask(u)
			// A tick further away counts only if the controller still sees it when it asks for the last time before it.
			seen := tick.Sub(u) <= resync || k == rereads-1
			if !tick.IsZero() && tick.Before(next) && seen {
				next = tick
				break
			}
		}
	}
	return next
}

// ask is robfig's answer. It gives up after five years, which the 29th of February round the year 2100 exceeds; Argo
// asks again later.
func (e entry) ask(t time.Time) time.Time {
	next := e.ticks.Next(t)
	if next.IsZero() {
		next = e.ticks.Next(t.AddDate(4, 0, 0))
	}
	return next
}
