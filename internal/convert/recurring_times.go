package convert

import (
	"strconv"
	"strings"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/convert/hclfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// times writes when it runs.
func (r *recurringRun) times() {
	of := r.Trigger.Cron
	switch {
	case r.Trigger.Cron != nil && r.Trigger.Periodic != nil:
		r.errorf("Two schedules", "it has both a cron_schedule and a periodic_schedule.")
		return
	case r.Trigger.Cron != nil:
		r.cron(string(of.Cron))
	case r.Trigger.Periodic != nil:
		of = r.Trigger.Periodic
		seconds, err := strconv.ParseInt(string(of.IntervalSecond), 10, 64)
		if err != nil || seconds < 1 || seconds > int64(time.Duration(1<<63-1)/time.Second) {
			r.errorf("No interval", "interval_second is %q.", string(of.IntervalSecond))
			return
		}
		r.interval(time.Duration(seconds) * time.Second)
	default:
		r.errorf("No schedule", "it has no trigger, so that it runs once. Write a kfp_run.")
		return
	}
	if r.when.Cron == "" && r.when.Interval == "" {
		return // told already
	}
	if zone := r.options.Timezone; zone != "" && zone != schedule.DefaultTimezone {
		r.when.Timezone = zone
		r.body.Add("timezone", hclfile.Text(zone))
	}
	start, err := instant(of.StartTime)
	end, err2 := instant(of.EndTime)
	if err != nil || err2 != nil {
		r.errorf("Not a time", "start_time is %q and end_time %q.", string(of.StartTime), string(of.EndTime))
		return
	}
	r.window(start, end)
	if _, problems := schedule.Parse(r.when); problems.HasError() {
		for _, p := range problems {
			r.errorf(p.Title, "%s: %s", p.Path, p.Detail)
		}
	}
}

func (r *recurringRun) cron(line string) {
	cron, lost, errs := schedule.FromKFP(line)
	for _, e := range errs {
		r.errorf(e.Title, "%s", e.Detail)
	}
	if len(errs) > 0 {
		return
	}
	if every, ok := strings.CutPrefix(cron, "@every "); ok {
		if d, err := time.ParseDuration(strings.TrimSpace(every)); err == nil && d >= time.Second {
			r.interval(d.Truncate(time.Second))
			return
		}
	}
	for _, why := range lost {
		off := r.switchedOff(!schedule.KeepsSeconds(line))
		r.notef("Schedule that differs", "KFP's schedule is %q: %s.%s", line, why, off)
	}
	if len(strings.Fields(line)) == 5 { //nolint:mnd // the day of the week is left out
		r.notef("Schedule with five fields", "KFP's schedule is %q, and KFP reads seconds first and has the day of the week "+
			"left out here. If somebody meant minutes first, write cron = %q.", line, line)
	}
	r.when.Cron = cron
	r.body.Add("cron", hclfile.Text(cron))
}

// switchedOff switches a recurring run off that would run at other times, until a person has looked.
func (r *recurringRun) switchedOff(really bool) string {
	if !really {
		return ""
	}
	r.disabled = true
	return " It is switched off here until you have chosen a schedule."
}

func (r *recurringRun) interval(d time.Duration) {
	if _, errs := schedule.ParseInterval(d.String()); len(errs) > 0 {
		near := schedule.NearestInterval(d)
		r.notef("Interval that cannot be kept", "KFP runs it every %s, and %s here: a day has to hold a whole number of "+
			"intervals.%s", schedule.Brief(d), schedule.Brief(near), r.switchedOff(true))
		d = near
	} else {
		r.comments = append(r.comments, "KFP counts the interval from its first run; here it is counted from midnight.")
	}
	r.when.Interval = schedule.Brief(d)
	r.body.Add("interval", hclfile.Text(r.when.Interval))
}

// window writes between which times it runs. In KFP a run that is due at the end itself still starts.
func (r *recurringRun) window(start, end time.Time) {
	if !start.IsZero() {
		r.when.StartTime = start.Format(time.RFC3339)
		r.body.Add("start_time", hclfile.Text(r.when.StartTime))
	}
	if end.IsZero() {
		return
	}
	var comments []string
	if s, _ := schedule.Parse(r.when); s != nil {
		if next := s.Next(end.Add(-time.Second), 1); len(next) > 0 && next[0].Equal(end) {
			comments = []string{"A second later than in KFP, where a run that is due at the end itself starts."}
			end = end.Add(time.Second)
		}
	}
	r.when.EndTime = end.Format(time.RFC3339)
	r.body.Add("end_time", hclfile.Text(r.when.EndTime), comments...)
}

// reference is a time from which gaps between runs are measured: the same for everybody.
var reference = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// concurrency writes what happens while earlier runs are in progress. KFP starts a run that is due beyond the bound
// later; with no_catchup only the latest such one.
func (r *recurringRun) concurrency() {
	bound := int64(1) // as KFP's controller has it
	if r.MaxConcurrency != "" && r.MaxConcurrency != "0" {
		n, err := strconv.ParseInt(string(r.MaxConcurrency), 10, 64)
		if err != nil || n < 1 {
			r.errorf("No bound", "max_concurrency is %q.", string(r.MaxConcurrency))
			return
		}
		bound = n
	}
	if !r.NoCatchup || bound > 1 {
		r.body.Add("max_concurrency", hclfile.Expression(strconv.FormatInt(bound, 10)))
		if r.NoCatchup {
			r.notef("Runs that wait", "With no_catchup KFP starts only the latest of the runs that were due while %d others "+
				"were in progress. Here all of them wait for their turn.", bound)
		}
		return
	}
	r.body.Add("concurrency", hclfile.Text(string(spec.ConcurrencyForbid)))
	endless := r.when
	endless.StartTime, endless.EndTime = "", ""
	if s, _ := schedule.Parse(endless); s != nil {
		if gap, err := s.Gap(reference); err == nil {
			r.body.Add("starting_deadline", hclfile.Text(schedule.Brief(gap)),
				"As with no_catchup: the latest run that was missed starts as soon as it can, until the next one is due.")
		}
	}
}
