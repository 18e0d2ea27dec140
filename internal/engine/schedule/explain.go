package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxListed bounds how many times, days or months a sentence lists; beyond it a line is not simple.
const maxListed = 7

// Explain says in a few English words when the line runs: "at 02:00 every day". False: the line has no simple
// description, and none is given rather than a wrong or endless one.
func (c Cron) Explain() (string, bool) {
	if c.every > 0 {
		return "every " + words(c.every), true
	}
	clock, often, ok := c.explainClock()
	if !ok {
		return "", false
	}
	days, ok := c.explainDays()
	if !ok {
		return "", false
	}
	if often && days == "every day" {
		return clock, true
	}
	return clock + " " + days, true
}

// explainClock describes minutes and hours. often: the times fill the whole day, so "every day" goes without saying.
func (c Cron) explainClock() (text string, often, ok bool) {
	minutes, hours := c.sets[minute].values(), c.sets[hour].values()
	minuteStep, hourStep := evenStep(minutes, 60), evenStep(hours, 24)
	switch {
	case len(minutes)*len(hours) <= 4:
		return "at " + join(clockTimes(minutes, hours)), false, true
	case len(minutes) == 1 && len(hours) == 24:
		if minutes[0] == 0 {
			return "every hour on the hour", true, true
		}
		return fmt.Sprintf("at %s past every hour", count(minutes[0], "minute")), true, true
	case len(minutes) == 1 && hourStep > 0:
		return fmt.Sprintf("every %d hours from %s", hourStep, clockTime(hours[0], minutes[0])), false, true
	case len(minutes) == 1 && isRun(hours):
		return fmt.Sprintf(
			"every hour from %s to %s", clockTime(hours[0], minutes[0]), clockTime(hours[len(hours)-1], minutes[0]),
		), false, true
	case len(minutes) == 1 && len(hours) <= maxListed:
		return "at " + join(clockTimes(minutes, hours)), false, true
	case minuteStep > 0 && minutes[0] == 0 && len(hours) == 24:
		return "every " + unit(minuteStep, "minute"), true, true
	case minuteStep > 0 && minutes[0] == 0 && (len(hours) == 1 || isRun(hours)):
		return fmt.Sprintf("every %s from %s to %s", unit(minuteStep, "minute"),
			clockTime(hours[0], 0), clockTime(hours[len(hours)-1], minutes[len(minutes)-1])), false, true
	case len(minutes) <= maxListed && len(hours) == 24:
		return "at minutes " + join(numbers(minutes)) + " of every hour", true, true
	}
	return "", false, false
}

// explainDays describes days and months.
func (c Cron) explainDays() (string, bool) {
	months := c.sets[month].values()
	allYear := len(months) == 12
	if !allYear && len(months) > maxListed {
		return "", false
	}
	names := make([]string, len(months))
	for i, m := range months {
		names[i] = time.Month(m).String()
	}
	days := c.days()
	switch days.kind {
	case everyDay:
		if allYear {
			return "every day", true
		}
		return "every day in " + join(names), true
	case onWeekdays:
		text := weekdays(days.weekdays)
		if !allYear {
			text += " in " + join(names)
		}
		return text, true
	case onEither:
		text, ok := dates(days.dates.values())
		if !allYear || !ok {
			return "", false
		}
		return text + " of every month and also " + weekdays(days.weekdays), true
	}
	text, ok := dates(days.dates.values())
	if allYear {
		return text + " of every month", ok
	}
	return text + " of " + join(names), ok
}

func dates(list []int) (string, bool) {
	switch {
	case len(list) == 1:
		return fmt.Sprintf("on day %d", list[0]), true
	case isRun(list):
		return fmt.Sprintf("on days %d to %d", list[0], list[len(list)-1]), true
	case len(list) <= maxListed:
		return "on days " + join(numbers(list)), true
	}
	return "", false
}

func weekdays(s set) string {
	list := s.values()
	if len(list) > 2 && isRun(list) {
		return fmt.Sprintf("from %s to %s", time.Weekday(list[0]), time.Weekday(list[len(list)-1]))
	}
	// The week begins on Monday in a list, so that a weekend stays together.
	if list[0] == 0 {
		list = append(list[1:], 0)
	}
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = time.Weekday(d).String()
	}
	return "every " + join(names)
}

// evenStep returns the distance of values that are spread evenly round a whole day or hour, so that the last is as far
// from the first of the next; zero if they are not.
func evenStep(values []int, whole int) int {
	if len(values) < 2 || whole%len(values) != 0 {
		return 0
	}
	step := whole / len(values)
	for i, v := range values {
		if v != values[0]+i*step {
			return 0
		}
	}
	return step
}

// isRun reports whether there are at least two values without a gap.
func isRun(values []int) bool {
	return len(values) > 1 && values[len(values)-1]-values[0] == len(values)-1
}

func clockTimes(minutes, hours []int) []string {
	var times []string
	for _, h := range hours {
		for _, m := range minutes {
			times = append(times, clockTime(h, m))
		}
	}
	return times
}

func clockTime(h, m int) string { return fmt.Sprintf("%02d:%02d", h, m) }

func numbers(values []int) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = strconv.Itoa(v)
	}
	return list
}

// join lists in English.
func join(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}

// unit writes "15 minutes", and "minute" for one.
func unit(n int, name string) string {
	if n == 1 {
		return name
	}
	return count(n, name)
}

// count writes "1 minute" or "15 minutes".
func count(n int, name string) string {
	if n == 1 {
		return "1 " + name
	}
	return strconv.Itoa(n) + " " + name + "s"
}

// words writes a duration of whole seconds for a sentence that begins with "every".
func words(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / u.size; n > 0 {
			parts = append(parts, count(int(n), u.name))
			d %= u.size
		}
	}
	if len(parts) == 1 {
		return strings.TrimPrefix(parts[0], "1 ")
	}
	return join(parts)
}
