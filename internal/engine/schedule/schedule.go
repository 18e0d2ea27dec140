package schedule

import (
	"math"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Spec is a schedule as users write it. An empty text is an attribute that is not set; any text may be spec.Unknown.
type Spec struct {
	Cron             string   // one cron line, a shorthand or @every
	Crons            []string // several
	Interval         string   // a Go duration
	Timezone         string   // an IANA name; empty: UTC
	StartTime        string   // RFC 3339; no tick before it
	EndTime          string   // RFC 3339; no tick from it on
	StartingDeadline string   // a Go duration: how late a missed tick may still run; empty: not at all
}

// Schedule is a Spec that was read. It is immutable and safe for concurrent use.
type Schedule struct {
	crons    []Cron
	entries  []entry
	location *time.Location
	zone     string
	start    time.Time // zero: none
	end      time.Time // zero: none
	deadline *time.Duration
	unknown  bool
}

// entry is one line that Argo gets.
type entry struct {
	cron     Cron
	ticks    cron.Schedule // nil for @every
	location *time.Location
}

// Parse reads a schedule and collects everything that is wrong with it, each problem at its attribute: cron, crons[i],
// interval, timezone, start_time, end_time, starting_deadline. Exactly one of cron, crons and interval must be set. The
// schedule is nil if there is an error.
func Parse(s Spec) (*Schedule, problem.List) {
	p := parser{schedule: &Schedule{location: time.UTC, zone: DefaultTimezone}}
	p.timezone(s.Timezone)
	p.lines(s)
	p.window(s)
	p.deadline(s.StartingDeadline)
	p.consistent()
	if p.problems.HasError() {
		return nil, p.problems
	}
	return p.schedule, p.problems
}

type parser struct {
	schedule *Schedule
	problems problem.List
}

func (p *parser) add(path problem.Path, errs []Error) {
	for _, e := range errs {
		p.problems = append(p.problems, problem.Problem{Path: path, Title: e.Title, Detail: e.Detail})
	}
}

// known reports whether the text can be read now, and remembers if not.
func (p *parser) known(text string) bool {
	if text == spec.Unknown {
		p.schedule.unknown = true
		return false
	}
	return true
}

func (p *parser) timezone(name string) {
	if !p.known(name) || name == "" {
		return
	}
	loc, errs := ParseTimezone(name)
	if errs != nil {
		p.add(problem.At("timezone"), errs)
		return
	}
	p.schedule.location, p.schedule.zone = loc, name
}

func (p *parser) lines(s Spec) {
	var set []string
	for _, attribute := range []struct {
		name  string
		isSet bool
	}{{"cron", s.Cron != ""}, {"crons", len(s.Crons) > 0}, {"interval", s.Interval != ""}} {
		if attribute.isSet {
			set = append(set, attribute.name)
		}
	}
	const remedy = "Set exactly one of cron (a line such as \"0 2 * * *\"), crons (several lines) and interval (such " +
		"as \"15m\")."
	switch {
	case len(set) == 0:
		p.problems.Errorf(problem.Path{}, "No schedule", "Nothing says when to run. "+remedy)
	case len(set) > 1:
		p.problems.Errorf(problem.At(set[1]), "More than one schedule", "%s are set together. "+remedy, join(set))
	}
	if s.Cron != "" {
		p.line(problem.At("cron"), s.Cron)
	}
	for i, text := range s.Crons {
		p.line(problem.At("crons").Index(i), text)
	}
	if s.Interval != "" && p.known(s.Interval) {
		d, errs := ParseInterval(s.Interval)
		p.add(problem.At("interval"), errs)
		if errs == nil {
			p.cron(problem.At("interval"), Cron{text: "@every " + brief(d), every: d})
		}
	}
}

func (p *parser) line(path problem.Path, text string) {
	if !p.known(text) {
		return
	}
	c, errs := ParseCron(text)
	p.add(path, errs)
	if errs != nil {
		return
	}
	for _, other := range p.schedule.crons {
		if EqualAll([]string{other.text}, []string{c.text}) {
			p.problems.Errorf(path, "Cron line given twice", "%s runs at the same times as %s before it. Remove one of the two.",
				quote(c.text), quote(other.text))
			return
		}
	}
	p.cron(path, c)
}

// cron adds a valid line.
func (p *parser) cron(path problem.Path, c Cron) {
	p.schedule.crons = append(p.schedule.crons, c)
	for _, line := range c.lines() {
		e := entry{cron: line, location: p.schedule.location}
		if line.every == 0 {
			ticks, err := line.robfig(p.schedule.zone)
			if err != nil {
				p.problems.Errorf(
					path, "Invalid cron line", "Argo does not accept %s in timezone %q: %s.", quote(line.text), p.schedule.zone, err,
				)
				return
			}
			e.ticks = ticks
		} else {
			p.problems.Warnf(path, "Uneven interval", "%s does not divide a day, so Argo counts it from the last change of "+
				"the schedule's object, "+
				"which is also the start or the end of a run: the ticks drift, and next_runs are approximate. An interval that "+
				"divides a day, such as "+
				"\"5m\" or \"10m\", is kept exactly.", quote(brief(line.every)))
		}
		p.schedule.entries = append(p.schedule.entries, e)
	}
}

func (p *parser) window(s Spec) {
	read := func(attribute, text string) time.Time {
		if text == "" || !p.known(text) {
			return time.Time{}
		}
		t, errs := ParseTime(attribute, text)
		p.add(problem.At(attribute), errs)
		return t
	}
	p.schedule.start = read("start_time", s.StartTime)
	p.schedule.end = read("end_time", s.EndTime)
}

func (p *parser) deadline(text string) {
	if text == "" || !p.known(text) {
		return
	}
	path, title := problem.At("starting_deadline"), "Invalid starting_deadline"
	d, errs := parseDuration("starting_deadline", text)
	switch {
	case errs != nil:
		p.add(path, errs)
	case d < 0:
		p.problems.Errorf(
			path, title, "starting_deadline %s is negative. Write \"0s\", or leave it out, for missed ticks never to run.",
			quote(text),
		)
	case d%time.Second != 0:
		p.problems.Errorf(
			path, title, "starting_deadline %s has fractions of a second, which Argo does not keep. Write %q.", quote(text),
			brief(d.Round(time.Second)),
		)
	default:
		p.schedule.deadline = &d
	}
}

// consistent checks start and end against each other and the ticks.
func (p *parser) consistent() {
	s := p.schedule
	if s.start.IsZero() || s.end.IsZero() || p.problems.HasError() || s.unknown {
		return
	}
	path := problem.At("end_time")
	if !s.end.After(s.start) {
		p.problems.Errorf(path, "end_time before start_time", "end_time %s is not after start_time %s, so nothing would "+
			"ever run.",
			s.end.Format(time.RFC3339), s.start.Format(time.RFC3339))
		return
	}
	if ticks := s.Next(s.start.Add(-time.Nanosecond), 1); len(ticks) == 0 && !s.drifts() {
		p.problems.Errorf(path, "No run in the window", "The schedule has no tick from start_time %s to before end_time "+
			"%s, so nothing would ever run.",
			s.start.Format(time.RFC3339), s.end.Format(time.RFC3339))
	}
}

// Known reports whether every text of the schedule was known. Of an unknown one, Next and Ticks give nothing.
func (s *Schedule) Known() bool { return !s.unknown }

// Lines returns what a CronWorkflow takes as schedules: the cron lines with single spaces, and an interval as the cron
// lines or the @every that keep it. An interval of several lines cannot be told from them; whoever reads the object
// back needs the user's text beside it.
func (s *Schedule) Lines() []string {
	lines := make([]string, len(s.entries))
	for i, e := range s.entries {
		lines[i] = e.cron.text
	}
	return lines
}

// Timezone returns the IANA name in which the lines are counted, never empty.
func (s *Schedule) Timezone() string { return s.zone }

// When returns the CronWorkflow's expression for start_time and end_time, empty where neither is set.
func (s *Schedule) When() string { return When(s.start, s.end) }

// DeadlineSeconds returns startingDeadlineSeconds, nil where none is set.
func (s *Schedule) DeadlineSeconds() *int64 {
	if s.deadline == nil {
		return nil
	}
	seconds := int64(math.Round(s.deadline.Seconds()))
	return &seconds
}

// Explain says in an English sentence when the schedule runs. False: it has no simple description.
func (s *Schedule) Explain() (string, bool) {
	var parts []string
	for _, c := range s.crons {
		text, ok := c.Explain()
		if !ok {
			return "", false
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 || len(parts) > maxListed {
		return "", false
	}
	return join(parts) + " (" + s.zone + ")", true
}
