package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Cron is one cron line, or @every. The zero value is not valid; use ParseCron.
type Cron struct {
	text  string        // single spaces, as the user wrote it otherwise
	every time.Duration // of @every; zero for a line of five fields
	sets  [5]set        // of a line of five fields
}

// String returns the line with single spaces.
func (c Cron) String() string { return c.text }

// Every returns the interval of an @every, or zero.
func (c Cron) Every() time.Duration { return c.every }

// layout names the five fields in messages.
const layout = "minute, hour, day of month, month, day of week"

// shorthands are the lines that the names starting with @ stand for.
var shorthands = map[string]string{
	"@yearly":   "0 0 1 1 *",
	"@annually": "0 0 1 1 *",
	"@monthly":  "0 0 1 * *",
	"@weekly":   "0 0 * * 0",
	"@daily":    "0 0 * * *",
	"@midnight": "0 0 * * *",
	"@hourly":   "0 * * * *",
}

// ParseCron reads a line of five fields, a shorthand (@yearly, @monthly, @weekly, @daily, @midnight, @hourly) or @every
// with a Go duration. It is stricter than Argo where Argo reads something else than was meant: an empty list element, a
// step beyond the field, "*-5", a sign, or a date that no year has. What it accepts, Argo accepts with the same ticks.
// All faults are told at once.
func ParseCron(text string) (Cron, []Error) {
	words := strings.Fields(text)
	line := strings.Join(words, " ")
	switch {
	case line == "":
		return Cron{}, refuse("Empty cron line", "A cron line has five fields: %s; \"0 2 * * *\" is 02:00 every day.", layout)
	case hasZone(words[0]):
		return Cron{}, refuseZone(words)
	case line[0] == '@':
		return parseShorthand(line)
	}
	if errs := refuseForeign(line); errs != nil {
		return Cron{}, errs
	}
	if len(words) != len(fields) {
		return Cron{}, refuse("Wrong number of cron fields", "%s has %d fields; a cron line has five: %s. \"0 2 * * *\" "+
			"is 02:00 every day.",
			quote(line), len(words), layout)
	}
	return parseFields(line, words)
}

func parseFields(line string, words []string) (Cron, []Error) {
	c := Cron{text: line}
	var errs []Error
	for i := range fields {
		s, faults := fields[i].parse(words[i])
		c.sets[i] = s
		for _, bad := range faults {
			errs = append(errs, fieldError(i, bad, words))
		}
	}
	if errs != nil {
		return Cron{}, errs
	}
	if !c.possible() {
		return Cron{}, refuse("Cron line that never runs", "%s names a day that none of its months has: February ends on "+
			"29, April, June, "+
			"September and November on 30. Change the day of month %q or the month %q.", quote(line), words[dayOfMonth], words[month])
	}
	return c, nil
}

// fieldError words a fault and, where there is a fix, the whole line with it.
func fieldError(i int, bad fault, words []string) Error {
	f := &fields[i]
	var b strings.Builder
	fmt.Fprintf(&b, "In %s, the %s %s %s. Allowed are %s, * for any, and combinations such as %s.",
		quote(strings.Join(words, " ")), f.name, quote(bad.value), bad.why, f.allowed(), f.example)
	if bad.fix != "" {
		mended := append([]string(nil), words...)
		mended[i] = replaceItem(words[i], bad.value, bad.fix)
		fmt.Fprintf(&b, " Write %s.", quote(strings.Join(mended, " ")))
	}
	if bad.hint != "" {
		b.WriteString(" " + bad.hint)
	}
	return Error{Title: "Invalid " + f.name + " in a cron line", Detail: b.String()}
}

// replaceItem puts fix in the place of the first element that equals item.
func replaceItem(list, item, fix string) string {
	items := strings.Split(list, ",")
	for i := range items {
		if items[i] == item {
			items[i] = fix
			break
		}
	}
	return strings.Join(items, ",")
}

// possible reports whether some year has a day that the line names.
func (c Cron) possible() bool {
	days := c.days()
	if days.kind != onDates {
		return true
	}
	longest := [13]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	for _, m := range c.sets[month].values() {
		for _, d := range days.dates.values() {
			if d <= longest[m] {
				return true
			}
		}
	}
	return false
}

func parseShorthand(line string) (Cron, []Error) {
	if name, duration, ok := strings.Cut(line, " "); ok && strings.EqualFold(name, "@every") {
		d, errs := ParseInterval(duration)
		if errs != nil {
			return Cron{}, errs
		}
		return Cron{text: "@every " + duration, every: d}, nil
	}
	lower := strings.ToLower(line)
	meaning, ok := shorthands[lower]
	switch {
	case ok && lower == line:
		c, errs := parseFields(line, strings.Fields(meaning))
		c.text = line
		return c, errs
	case ok:
		return Cron{}, refuse("Unknown cron shorthand", "%s must be written in small letters: %q.", quote(line), lower)
	case lower == "@reboot":
		return Cron{}, refuse(
			"Unknown cron shorthand", "%s has no meaning for a schedule in a cluster; to run once, declare a kfp_run.",
			quote(line),
		)
	case strings.HasPrefix(lower, "@every"):
		return Cron{}, refuse(
			"Unknown cron shorthand",
			"%s must be @every, one space and a Go duration, such as \"@every 15m\"; or set interval = \"15m\".", quote(line),
		)
	}
	return Cron{}, refuse(
		"Unknown cron shorthand",
		"%s is none of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly and @every.", quote(line),
	)
}

// robfig parses the line as Argo's controller does. The library panics on some texts; none of them gets through
// ParseCron, and should one do so all the same, it must not take the provider down.
func (c Cron) robfig(zone string) (s cron.Schedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the cron library failed on %s: %v", quote(c.text), r)
		}
	}()
	return cron.ParseStandard("CRON_TZ=" + zone + " " + c.text)
}

// dayKind says how a line's two day fields work together.
type dayKind int

const (
	everyDay dayKind = iota
	onDates
	onWeekdays
	onEither // a date or a weekday
)

// dayRule is what the two day fields mean.
type dayRule struct {
	kind     dayKind
	dates    set
	weekdays set
}

// days applies cron's rule: if one of the fields begins with a star, both must match, else either. A field with a star
// matches every day, so it leaves the other one alone.
func (c Cron) days() dayRule {
	dates, weekdays := c.sets[dayOfMonth], c.sets[dayOfWeek]
	allDates := dates&^star == fields[dayOfMonth].all()
	allWeekdays := weekdays&^star == fields[dayOfWeek].all()
	anyStar := dates&star != 0 || weekdays&star != 0
	switch {
	case allDates && allWeekdays, !anyStar && (allDates || allWeekdays):
		return dayRule{kind: everyDay}
	case !anyStar:
		return dayRule{kind: onEither, dates: dates, weekdays: weekdays}
	case allWeekdays:
		return dayRule{kind: onDates, dates: dates &^ star}
	default:
		return dayRule{kind: onWeekdays, weekdays: weekdays &^ star}
	}
}
