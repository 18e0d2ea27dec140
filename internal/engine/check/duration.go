package check

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// inDays finds durations that people write in units which Go's durations lack.
var inDays = regexp.MustCompile(`^([0-9]{1,5})(d|w)$`)

// Duration checks a duration that may be left out.
func Duration(l *problem.List, at problem.Path, text string) {
	if text != "" {
		ParseDuration(l, at, text)
	}
}

// Seconds also refuses fractions of seconds, which Kubernetes would round.
func Seconds(l *problem.List, at problem.Path, text string) {
	if text == "" || text == spec.Unknown {
		return
	}
	if d, ok := ParseDuration(l, at, text); ok && d%time.Second != 0 {
		l.Errorf(
			at, "Invalid duration", "%q is not a whole number of seconds, which Kubernetes counts in. Write %q.", text,
			(d + time.Second).Truncate(time.Second).String(),
		)
	}
}

// ParseDuration is false for what is wrong or not known yet.
func ParseDuration(l *problem.List, at problem.Path, text string) (time.Duration, bool) {
	if text == spec.Unknown {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		l.Errorf(at, "Invalid duration", "%q is not a duration. %s", text, durationRemedy(text))
	case d <= 0:
		l.Errorf(at, "Invalid duration", "%q is not a positive duration. Leave the attribute out for the default.", text)
	default:
		return d, true
	}
	return 0, false
}

func durationRemedy(text string) string {
	if m := inDays.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1]) // five digits always fit
		unit, hours := "Days", 24
		if m[2] == "w" {
			unit, hours = "Weeks", 7*24
		}
		return fmt.Sprintf(
			"%s are no unit, since they differ in length where clocks change; write hours: \"%dh\".", unit, n*hours,
		)
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return fmt.Sprintf("It lacks a unit; write %q for seconds.", text+"s")
	}
	if IsTemplate(text) {
		return "Expressions are not possible here; write a constant such as \"90s\" or \"1h30m\"."
	}
	return "Write numbers with the units s, m or h, such as \"90s\" or \"1h30m\"."
}
