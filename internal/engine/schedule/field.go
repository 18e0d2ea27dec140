package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// set holds the values of a field, one bit each.
type set uint64

// star marks a field that was written as "*" or "?". Cron treats day fields differently when both were written out.
const star set = 1 << 63

// values lists the members in order.
func (s set) values() []int {
	var list []int
	for rest := uint64(s &^ star); rest != 0; rest &= rest - 1 {
		list = append(list, bits.TrailingZeros64(rest))
	}
	return list
}

// field describes one of the five fields.
type field struct {
	name     string
	min, max int
	names    []string // upper case; the first stands for min
	example  string   // of a list, a range and a step
}

// The fields in the order of a line.
var fields = [5]field{
	{name: "minute", min: 0, max: 59, example: "0,30 or 10-20 or */15"},
	{name: "hour", min: 0, max: 23, example: "6,18 or 9-17 or */6"},
	{name: "day of month", min: 1, max: 31, example: "1,15 or 1-7 or */10"},
	{name: "month", min: 1, max: 12, example: "1,7 or JAN-MAR or */3",
		names: []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}},
	{name: "day of week", min: 0, max: 6, example: "0,6 or MON-FRI",
		names: []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}},
}

// The indexes of fields.
const (
	minute = iota
	hour
	dayOfMonth
	month
	dayOfWeek
)

// all is every value of the field, without the star.
func (f *field) all() set { return f.span(f.min, f.max, 1) }

func (f *field) span(from, to, step int) set {
	var s set
	for v := from; v <= to; v += step {
		s |= 1 << uint(v)
	}
	return s
}

// allowed tells what may be written.
func (f *field) allowed() string {
	text := fmt.Sprintf("%d to %d", f.min, f.max)
	if f.names != nil {
		text += fmt.Sprintf(" or %s to %s", f.names[0], f.names[len(f.names)-1])
	}
	if f == &fields[dayOfWeek] {
		text += ", 0 being Sunday"
	}
	return text
}

// fault is what is wrong with one element of a field.
type fault struct {
	value string // the element, empty for the field as a whole
	why   string // goes on after "The minute X"
	fix   string // what to write in its place; empty: none known
	hint  string // a whole sentence; may be empty
}

// maxFaults bounds what is told of one field, so that a hostile text does not make thousands of messages.
const maxFaults = 4

// parse reads a list of values, ranges and steps.
func (f *field) parse(text string) (set, []fault) {
	var s set
	var faults []fault
	for item := range strings.SplitSeq(text, ",") {
		part, bad := f.parseItem(item)
		if bad != nil {
			bad.value = item
			if len(faults) < maxFaults {
				faults = append(faults, *bad)
			}
			continue
		}
		s |= part
	}
	return s, faults
}

func (f *field) parseItem(item string) (set, *fault) {
	base, stepText, stepped := strings.Cut(item, "/")
	step := 1
	if stepped {
		var bad *fault
		if step, bad = f.parseStep(base, stepText); bad != nil {
			return 0, bad
		}
	}
	if base == "*" || base == "?" {
		s := f.span(f.min, f.max, step)
		if step == 1 {
			s |= star
		}
		return s, nil
	}
	if low, high, ranged := strings.Cut(base, "-"); ranged {
		return f.parseRange(low, high, step)
	}
	from, bad := f.parseValue(base)
	if bad != nil {
		if stepped && bad.fix != "" {
			bad.fix += "/" + stepText
		}
		return 0, bad
	}
	to := from
	if stepped {
		to = f.max // Argo reads 5/15 as 5-59/15.
	}
	return f.span(from, to, step), nil
}

func (f *field) parseRange(low, high string, step int) (set, *fault) {
	if f.isSeven(low) {
		return 0, &fault{why: "counts Sunday as 7, which Argo does not know", hint: "Start it at 0 or SUN."}
	}
	from, bad := f.parseValue(low)
	if bad != nil {
		return 0, bad.without()
	}
	if f.isSeven(high) {
		return 0, f.untilSunday(from, step)
	}
	to, bad := f.parseValue(high)
	if bad != nil {
		return 0, bad.without()
	}
	if from <= to {
		return f.span(from, to, step), nil
	}
	back := &fault{why: "runs backwards", hint: "Write the values out as a list."}
	switch {
	case step == 1 && from == to+1:
		back.fix, back.hint = "*", ""
	case step == 1:
		back.fix, back.hint = f.spell(from, f.max)+","+f.spell(f.min, to), ""
	}
	return 0, back
}

// without drops what would replace a range's end alone.
func (b *fault) without() *fault {
	return &fault{why: b.why, hint: b.hint}
}

// isSeven reports whether text is Sunday as other crons write it.
func (f *field) isSeven(text string) bool { return f == &fields[dayOfWeek] && text == "7" }

// untilSunday explains a range that ends at 7.
func (f *field) untilSunday(from, step int) *fault {
	bad := &fault{why: "counts Sunday as 7, which Argo does not know"}
	switch {
	case step != 1:
		bad.hint = "Write the days out as a list."
	case from <= 1:
		bad.fix = "*"
	default:
		bad.fix = f.spell(from, f.max) + "," + f.spell(f.min, f.min)
	}
	return bad
}

// spell writes a range with the names of days, since other crons number them differently.
func (f *field) spell(from, to int) string {
	one := func(v int) string {
		if f == &fields[dayOfWeek] {
			return f.names[v-f.min]
		}
		return strconv.Itoa(v)
	}
	if from == to {
		return one(from)
	}
	return one(from) + "-" + one(to)
}

func (f *field) parseStep(base, text string) (int, *fault) {
	most := f.max - f.min
	step, err := strconv.Atoi(text)
	switch {
	case !isNumber(text):
		return 0, &fault{why: fmt.Sprintf("has a step that is not a number; it must be 1 to %d", most)}
	case err != nil || step > most:
		bad := &fault{
			why: fmt.Sprintf(
				"has a step beyond the field; it must be 1 to %d, and steps start again at %d in each %s", most, f.min, f.above(),
			),
		}
		bad.hint = f.bigStep(base, step)
		return 0, bad
	case step == 0:
		return 0, &fault{why: fmt.Sprintf("has the step 0; it must be 1 to %d", most)}
	}
	return step, nil
}

// bigStep offers the interval that a step such as */90 was meant to be.
func (f *field) bigStep(base string, step int) string {
	units := map[*field]time.Duration{&fields[minute]: time.Minute, &fields[hour]: time.Hour}
	if base != "*" && base != "0" || step < 1 || step > 10_000 || units[f] == 0 {
		return ""
	}
	d := time.Duration(step) * units[f]
	if _, even := intervalLines(d); !even {
		return fmt.Sprintf("An interval of %s does not divide a day and cannot be kept.", brief(d))
	}
	return fmt.Sprintf("For every %d %ss, set interval = %q instead of cron.", step, f.name, brief(d))
}

// above names what a field counts within.
func (f *field) above() string {
	switch f {
	case &fields[minute]:
		return "hour"
	case &fields[hour]:
		return "day"
	case &fields[dayOfMonth]:
		return "month"
	case &fields[month]:
		return "year"
	}
	return "week"
}

func (f *field) parseValue(text string) (int, *fault) {
	if text == "" {
		return 0, &fault{why: "has an empty value", hint: "Remove the extra comma or hyphen."}
	}
	for i, name := range f.names {
		if strings.EqualFold(text, name) {
			return f.min + i, nil
		}
	}
	if !isNumber(text) {
		return 0, f.notNumber(text)
	}
	v, err := strconv.Atoi(text)
	if err != nil || v < f.min || v > f.max {
		return 0, f.outOfRange(v)
	}
	return v, nil
}

func (f *field) notNumber(text string) *fault {
	why := "is not a number"
	if f.names != nil {
		why = "is neither a number nor a name"
		for _, name := range f.names {
			if len(text) > 3 && len(text) <= 9 && strings.HasPrefix(strings.ToUpper(text), name) {
				return &fault{why: "is not one of the three-letter names", fix: name}
			}
		}
	}
	return &fault{why: why}
}

func (f *field) outOfRange(v int) *fault {
	bad := &fault{why: "is out of range"}
	switch {
	case f == &fields[minute] && v == 60, f == &fields[hour] && v == 24, f == &fields[dayOfWeek] && v == 7:
		bad.fix = "0"
	case f.min == 1 && v == 0:
		bad.hint = fmt.Sprintf("The first %s is 1.", f.name)
	}
	return bad
}

// isNumber admits digits only: Go's parser would also take a sign.
func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
