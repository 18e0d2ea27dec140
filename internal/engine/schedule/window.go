package schedule

import (
	"regexp"
	"strings"
	"time"
)

// ParseTime reads start_time or end_time: RFC 3339 with an offset, from 1970 to 2199. attribute names it in messages.
func ParseTime(attribute, text string) (time.Time, []Error) {
	t, err := time.Parse(time.RFC3339, text)
	title := "Invalid " + attribute
	switch {
	case err == nil && (t.UTC().Year() < 1970 || t.UTC().Year() >= maxYear):
		return time.Time{}, refuse(
			title, "%s %s is out of range; years go from 1970 to %d.", attribute, quote(text), maxYear-1,
		)
	case err == nil:
		return t, nil
	}
	return time.Time{}, refuse(title, "%s %s is not a time in RFC 3339. %s", attribute, quote(text), timeRemedy(text))
}

// timeRemedy completes what is nearly a time.
func timeRemedy(text string) string {
	trimmed := strings.TrimSpace(text)
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.Parse(layout, trimmed); err == nil {
			return "Write date, T, time and offset: \"" + t.Format(time.RFC3339) + "\" for UTC, or another offset such as " +
				"+02:00 in place of Z."
		}
	}
	return "Write date, T, time and offset, such as \"2026-01-31T08:00:00Z\" or \"2026-01-31T08:00:00+01:00\"."
}

const (
	whenStart = "now() >= date('"
	whenEnd   = "now() < date('"
	whenClose = "')"
)

// When writes the `when` of a CronWorkflow that runs from start on and before end. A zero time sets no bound; without
// any the result is empty.
func When(start, end time.Time) string {
	var terms []string
	if !start.IsZero() {
		terms = append(terms, whenStart+start.UTC().Format(time.RFC3339Nano)+whenClose)
	}
	if !end.IsZero() {
		terms = append(terms, whenEnd+end.UTC().Format(time.RFC3339Nano)+whenClose)
	}
	if terms == nil {
		return ""
	}
	return "{{= " + strings.Join(terms, " && ") + " }}"
}

var whenForm = regexp.MustCompile(`^\{\{= (?:now\(\) >= date\('([^']+)'\))?(?: && )?(?:now\(\) < date\('([^']+)'\))? \}\}$`)

// ParseWhen undoes When, with times in UTC. False: somebody else wrote the expression.
func ParseWhen(when string) (start, end time.Time, ok bool) {
	if when == "" {
		return start, end, true
	}
	m := whenForm.FindStringSubmatch(when)
	if m == nil {
		return start, end, false
	}
	for i, t := range []*time.Time{&start, &end} {
		if m[i+1] == "" {
			continue
		}
		parsed, err := time.Parse(time.RFC3339Nano, m[i+1])
		if err != nil {
			return time.Time{}, time.Time{}, false
		}
		*t = parsed.UTC()
	}
	return start, end, When(start, end) == when
}
