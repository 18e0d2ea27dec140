package schedule

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	day  = 24 * time.Hour
	week = 7 * day

	// resync is how often Argo's controller reads every CronWorkflow again, which starts @every anew.
	resync = 20 * time.Minute
)

var (
	withDays  = regexp.MustCompile(`^(\d+)([dDwW])$`)
	bareCount = regexp.MustCompile(`^\d+$`)
	iso8601   = regexp.MustCompile(`(?i)^P(T?\d+[DHMSW])+$`)
)

// ParseInterval reads a Go duration of whole seconds, from "1s" up. It refuses one that Argo could not keep: 20 minutes
// or more that neither divides a day nor is a week (see the package's documentation).
func ParseInterval(text string) (time.Duration, []Error) {
	d, err := parseDuration("interval", text)
	if err != nil {
		return 0, err
	}
	const title = "Invalid interval"
	switch {
	case d < time.Second:
		return 0, refuse(
			title, "interval %s is too short: Argo starts at most one run a second. The least is \"1s\".", quote(text),
		)
	case d%time.Second != 0:
		return 0, refuse(
			title, "interval %s has fractions of a second, which Argo drops. Write %q.", quote(text), brief(d.Round(time.Second)),
		)
	}
	if _, even := intervalLines(d); !even && d >= resync {
		return 0, refuse(title, "interval %s can be kept neither by cron lines, as it does not divide a day, nor by "+
			"Argo's @every, which is counted anew "+
			"every 20 minutes and so would never run. %s, or write cron lines.", quote(text), nearest(d))
	}
	return d, nil
}

// parseDuration reads a Go duration and turns common spellings of other systems into one.
func parseDuration(attribute, text string) (time.Duration, []Error) {
	trimmed := strings.TrimSpace(text)
	d, err := time.ParseDuration(trimmed)
	if err == nil {
		return d, nil
	}
	remedy := "Write a number with a unit, such as \"90s\", \"15m\" or \"1h30m\"."
	switch {
	case withDays.MatchString(trimmed):
		m := withDays.FindStringSubmatch(trimmed)
		hours := 24
		if strings.EqualFold(m[2], "w") {
			hours = 7 * 24
		}
		if n, err := strconv.Atoi(m[1]); err == nil && n < 100_000 {
			remedy = fmt.Sprintf("Days are written in hours: %q.", strconv.Itoa(n*hours)+"h")
		}
	case bareCount.MatchString(trimmed) && len(trimmed) < 12:
		remedy = fmt.Sprintf("Add a unit: %q or %q.", trimmed+"s", trimmed+"m")
	case iso8601.MatchString(trimmed):
		remedy = "That is ISO 8601; Go writes PT1H30M as \"1h30m\"."
	}
	return 0, refuse("Invalid "+attribute, "%s %s is not a Go duration. %s", attribute, quote(text), remedy)
}

// nearest names the intervals round d that divide a day.
func nearest(d time.Duration) string {
	if d > day {
		return `Set interval to "24h" or "168h"`
	}
	minutes := int(d / time.Minute)
	below, above := minutes, minutes+1
	for below > 1 && 1440%below != 0 {
		below--
	}
	for 1440%above != 0 {
		above++
	}
	return fmt.Sprintf(
		"Set interval to %q or %q", brief(time.Duration(below)*time.Minute), brief(time.Duration(above)*time.Minute),
	)
}

// brief writes a duration without zero parts: 1h30m, not 1h30m0s.
func brief(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// intervalLines writes an interval that divides a day, or is a week, as cron lines counted from midnight. False: it
// does neither.
func intervalLines(d time.Duration) ([]string, bool) {
	if d == week {
		return []string{"0 0 * * 0"}, true
	}
	if d < time.Minute || d%time.Minute != 0 || day%d != 0 {
		return nil, false
	}
	step := int(d / time.Minute)
	cycle := lcm(step, 60) / 60 // hours after which the minutes repeat; divides 24, since both divide a day
	minutes := make([][]string, cycle)
	for t := 0; t < cycle*60; t += step {
		minutes[t/60] = append(minutes[t/60], strconv.Itoa(t%60))
	}
	var lines []string
	for h, list := range minutes {
		if list == nil {
			continue
		}
		text := strings.Join(list, ",")
		if cycle == 1 && step < 60 {
			text = everyStep(step)
		}
		lines = append(lines, text+" "+hours(h, cycle)+" * * *")
	}
	return lines, true
}

func everyStep(step int) string {
	if step == 1 {
		return "*"
	}
	return "*/" + strconv.Itoa(step)
}

// hours writes the hour h and every cycle-th after it.
func hours(h, cycle int) string {
	switch {
	case cycle == 24:
		return strconv.Itoa(h)
	case h == 0:
		return everyStep(cycle)
	}
	return fmt.Sprintf("%d-23/%d", h, cycle)
}

func lcm(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}

// IntervalOf finds the interval that several lines keep together, such as "45m". False: they are no interval's.
func IntervalOf(lines []string) (string, bool) {
	if len(lines) < 2 {
		return "", false
	}
	for minutes := 1; minutes <= 720; minutes++ {
		d := time.Duration(minutes) * time.Minute
		if kept, ok := intervalLines(d); ok && len(kept) == len(lines) && EqualAll(kept, lines) {
			return brief(d), true
		}
	}
	return "", false
}

// Brief writes a duration as people do: 1h30m, not 1h30m0s.
func Brief(d time.Duration) string { return brief(d) }
