package schedule

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Equal reports whether two cron texts run at the same times: whitespace, names and numbers, "*/1" and "*", shorthands,
// lists in another order, "@every 15m" and "*/15 * * * *". Texts that cannot be read are equal only if they are the
// same but for whitespace. Lines that happen to agree by the calendar alone ("31 2,3" and "31 3") are not recognised.
func Equal(a, b string) bool { return EqualAll([]string{a}, []string{b}) }

// EqualAll reports whether two lists of cron texts run at the same times, in whatever order they stand.
func EqualAll(a, b []string) bool {
	return slices.Equal(canonicalAll(a), canonicalAll(b))
}

func canonicalAll(texts []string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, canonical(text)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// canonical returns a form that equal texts share: one element for each line that Argo gets.
func canonical(text string) []string {
	c, errs := ParseCron(text)
	if errs != nil {
		return []string{strings.Join(strings.Fields(text), " ")}
	}
	var forms []string
	for _, line := range c.lines() {
		forms = append(forms, line.form())
	}
	return forms
}

// lines returns what Argo gets for the line: several for an @every that several cron lines keep.
func (c Cron) lines() []Cron {
	if c.every == 0 {
		return []Cron{c}
	}
	texts, even := intervalLines(c.every)
	if !even {
		return []Cron{{text: "@every " + brief(c.every), every: c.every}}
	}
	var lines []Cron
	for _, text := range texts {
		line, _ := parseFields(text, strings.Fields(text))
		lines = append(lines, line)
	}
	return lines
}

// form writes the sets and what the day fields mean together.
func (c Cron) form() string {
	if c.every > 0 {
		return c.text
	}
	d := c.days()
	return fmt.Sprintf("%x %x %x %d %x %x", uint64(c.sets[minute]&^star), uint64(c.sets[hour]&^star), uint64(c.sets[month]&^star),
		d.kind, uint64(d.dates), uint64(d.weekdays))
}

// EqualDuration reports whether two Go durations are the same time: "60m" and "1h". Texts that cannot be read are equal
// only if they are the same.
func EqualDuration(a, b string) bool {
	x, errX := time.ParseDuration(a)
	y, errY := time.ParseDuration(b)
	if errX != nil || errY != nil {
		return a == b
	}
	return x == y
}

// EqualTime reports whether two RFC 3339 texts are the same instant: "08:00:00Z" and "09:00:00+01:00". Texts that
// cannot be read are equal only if they are the same.
func EqualTime(a, b string) bool {
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, b)
	if errX != nil || errY != nil {
		return a == b
	}
	return x.Equal(y)
}
