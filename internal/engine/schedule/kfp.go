package schedule

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// FromKFP reads a cron line of Kubeflow Pipelines, which has the seconds first, and whose day of the week may be left
// out: "0 0 2 * * *" and "0 0 2 * *" are both at 02:00. It returns the line as Argo reads it, and what is lost of it.
// Its shorthands are those of Argo.
func FromKFP(line string) (cron string, lost []string, errs []Error) {
	const title = "Cron line that KFP does not have"
	words := strings.Fields(line)
	switch {
	case strings.HasPrefix(strings.TrimSpace(line), "@"):
		_, errs := ParseCron(line)
		return line, nil, errs
	case len(words) == 5: //nolint:mnd // without the day of the week
		words = append(words, "*")
	case len(words) != 6: //nolint:mnd // seconds, and a cron line
		return "", nil, refuse(title, "%s has %d fields, and KFP reads six: seconds, minutes, hours, days, months and days "+
			"of the week.", quote(line), len(words))
	}
	if !secondsField.MatchString(words[0]) {
		return "", nil, refuse(title, "%s begins with %s, and KFP reads seconds there.", quote(line), quote(words[0]))
	}
	cron, lost = withClock.reduce(words)
	_, errs = ParseCron(cron)
	return cron, lost, errs
}

var secondsField = regexp.MustCompile(`^[0-9*?,/-]+$`)

// KeepsSeconds reports whether a line of KFP's runs once in a minute, at whatever second.
func KeepsSeconds(line string) bool {
	words := strings.Fields(line)
	return len(words) > 0 && bareCount.MatchString(words[0]) || strings.HasPrefix(strings.TrimSpace(line), "@")
}

// NearestInterval is the interval nearest to one that Argo cannot keep; the shorter one of two.
func NearestInterval(d time.Duration) time.Duration {
	if d >= 4*day {
		return week
	}
	if d >= day {
		return day
	}
	best := time.Minute
	for m := time.Minute; m <= day; m += time.Minute {
		if _, even := intervalLines(m); even && (m-d).Abs() < (best-d).Abs() {
			best = m
		}
	}
	return best
}

// Gap is the longest time between two of the next ticks of a schedule, at most a week: how late a tick may run before
// another one is due.
func (s *Schedule) Gap(from time.Time) (time.Duration, error) {
	const ticks = 100
	var longest time.Duration
	next := s.Next(from, ticks)
	for i := 1; i < len(next); i++ {
		longest = max(longest, next[i].Sub(next[i-1]))
	}
	if longest == 0 {
		return 0, fmt.Errorf("the schedule has not two ticks after %s", from.Format(time.RFC3339))
	}
	return min(longest, week), nil
}
