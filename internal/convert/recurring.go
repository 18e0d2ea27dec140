package convert

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/convert/hclfile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// RecurringOptions say what the server does not tell of its recurring runs.
type RecurringOptions struct {
	Timezone  string            // of the server's schedules; empty: UTC
	Pipelines map[string]string // names of kfp_pipeline resources by ids on the server
}

// recurringFile is the file of the recurring runs.
const recurringFile = "recurring_runs.tf"

// recurringHead says at the head of the file what is true of all.
var recurringHead = []string{
	"", "Disable a recurring run in KFP before the first apply, or both run it.",
	"", "KFP starts all the runs that were missed while its controller was down, unless no_catchup is set. Here nothing " +
		"makes up for them by itself, but for the latest where starting_deadline is set; a kfp_backfill runs the others.",
}

// RecurringRuns converts recurring runs as KFP's API describes them. file is their name in messages. The module is whole
// only if no problem is an error.
func RecurringRuns(data []byte, file string, options RecurringOptions) (Module, problem.List) {
	var found problem.List
	a, err := readAnswer(data)
	if err != nil {
		found.Errorf(nil, "Not an answer of KFP's API", "%s:%v.", file, err)
		return nil, found
	}
	if len(a.runs) == 0 {
		found.Errorf(nil, "No recurring runs", "%s:1: The server knows none of the namespace or experiment that it was "+
			"asked for.", file)
		return nil, found
	}
	if a.more {
		found.Warnf(nil, "More than one page", "%s:1: The server has more recurring runs (next_page_token). Ask it for a "+
			"larger page, by page_size=200.", file)
	}
	s := schedules{file: file, options: options, names: map[string]int{}, missing: map[string][]string{}, found: &found}
	var blocks []hclfile.Block
	for _, r := range a.runs {
		blocks = append(blocks, s.block(r))
	}
	s.tellMissing()
	if found.HasError() {
		return nil, found
	}
	m := newModule()
	m[recurringFile] = hclfile.File(append([]string{"Converted from " + file + "."}, recurringHead...), blocks...)
	return m, found
}

// schedules converts recurring runs.
type schedules struct {
	file    string
	options RecurringOptions
	names   map[string]int
	missing map[string][]string // pipelines that no option names, with the recurring runs that use them
	found   *problem.List
}

// recurringRun is one that is converted.
type recurringRun struct {
	*schedules
	recurring
	name     string
	body     *hclfile.Object
	comments []string
	when     schedule.Spec
	disabled bool // since it would run at other times
}

func (s *schedules) block(from recurring) hclfile.Block {
	name := kfpir.ObjectName(string(from.DisplayName))
	if s.names[name]++; s.names[name] > 1 {
		suffix := "-" + strconv.Itoa(s.names[name])
		name = strings.TrimRight(name[:min(len(name), spec.MaxNameLength-len(suffix))], "-") + suffix
		s.names[name]++
	}
	r := &recurringRun{schedules: s, recurring: from, name: name, body: &hclfile.Object{}}
	var shown []string
	if string(from.DisplayName) != name {
		shown = []string{"In KFP: " + string(from.DisplayName)}
	}
	r.body.Add("name", hclfile.Text(name), shown...)
	if from.Description != "" {
		r.body.Add("description", hclfile.Text(string(from.Description)))
	}
	r.pipeline()
	r.parameters()
	r.times()
	r.concurrency()
	r.rest()
	return hclfile.Block{
		Type: "resource", Labels: []string{"kfp_recurring_run", label(name)}, Comments: r.comments, Body: r.body,
	}
}

func (r *recurringRun) errorf(title, format string, args ...any) {
	r.found.Errorf(nil, title, "%s:%d: Recurring run %q: %s", r.file, r.line, string(r.DisplayName), fmt.Sprintf(format, args...))
}

// notef writes a comment above the resource, and tells it.
func (r *recurringRun) notef(title, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.comments = append(r.comments, text)
	r.found.Warnf(nil, title, "%s:%d: Recurring run %q: %s", r.file, r.line, string(r.DisplayName), text)
}

// pipeline refers to the resource of the pipeline.
func (r *recurringRun) pipeline() {
	if len(r.Error) > 0 && string(r.Error) != `""` {
		r.errorf("Recurring run that KFP cannot read", "the server says: %s.", abbreviated(r.Error))
	}
	reference := r.PipelineRef
	if reference.PipelineID == "" {
		reference.PipelineID = r.PipelineID
	}
	var inside struct {
		Info struct {
			Name string `json:"name"`
		} `json:"pipelineInfo"`
		Spec struct {
			Info struct {
				Name string `json:"name"`
			} `json:"pipelineInfo"`
		} `json:"pipeline_spec"`
	}
	_ = json.Unmarshal(r.PipelineSpec, &inside) // what has no name is told below
	own := inside.Info.Name + inside.Spec.Info.Name
	id := ""
	for _, one := range []string{string(reference.PipelineVersionID), string(reference.PipelineID), own} {
		if to := r.options.Pipelines[one]; one != "" && to != "" {
			r.body.Add("pipeline", hclfile.Expression("kfp_pipeline."+label(to)+".ref"))
			return
		}
		if one != "" {
			id = one
		}
	}
	switch {
	case id == "":
		r.errorf("No pipeline", "nothing says which pipeline it runs.")
	case own != "":
		r.body.Add("pipeline", hclfile.Expression("kfp_pipeline."+label(kfpir.ObjectName(own))+".ref"))
	default:
		r.missing[id] = append(r.missing[id], string(r.DisplayName))
	}
}

// tellMissing says how to name the pipelines.
func (s *schedules) tellMissing() {
	for _, id := range spec.Names(s.missing) {
		s.found.Errorf(nil, "Unknown pipeline", "%s:1: %s runs the pipeline %s of the server. Say which resource of your "+
			"configuration that is, by -pipeline %s=NAME for kfp_pipeline.NAME.", s.file, problem.Quoted(s.missing[id]), id, id)
	}
}

// parameters writes the values of parameters as texts.
func (r *recurringRun) parameters() {
	values, names := &hclfile.Object{}, map[string]bool{}
	for _, said := range spec.Names(r.RuntimeConfig.Parameters) {
		raw := r.RuntimeConfig.Parameters[said]
		if string(raw) == "null" {
			r.notef("Parameter without a value", "Parameter %q is null in KFP, and left out here: its default counts.", said)
			continue
		}
		name := kfpir.Identifier(said)
		if names[name] {
			r.errorf("Two parameters of one name", "%q would be %q, and so would another one.", said, name)
		}
		names[name] = true
		var comments []string
		if name != said {
			comments = []string{"In KFP: " + said}
		}
		values.Add(name, hclfile.Text(r.value(said, raw)), comments...)
	}
	if len(values.Attributes) > 0 {
		r.body.Add("parameters", values)
	}
}

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
		r.notef("Schedule that differs", "KFP's schedule is %q: %s.%s", line, why, r.switchedOff(!schedule.KeepsSeconds(line)))
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

// rest writes what is left, and tells what has no place here.
func (r *recurringRun) rest() {
	if r.ServiceAccount != "" {
		r.body.Add("service_account", hclfile.Text(string(r.ServiceAccount)))
	}
	off := slices.Contains([]string{"DISABLE", "2"}, string(r.Mode))
	if r.Status != "" && r.Status != "STATUS_UNSPECIFIED" {
		off = slices.Contains([]string{"DISABLED", "3"}, string(r.Status)) // which counts, since the mode is of its creation
	}
	if off || r.disabled {
		r.body.Add("enabled", hclfile.Expression("false"))
	}
	for _, said := range []struct {
		what string
		text text
	}{{"Experiment", r.ExperimentID}, {"Namespace", r.Namespace}} {
		if said.text != "" {
			r.comments = append(r.comments, said.what+" on the KFP server: "+string(said.text))
		}
	}
	if root := r.RuntimeConfig.PipelineRoot; root != "" {
		r.notef("Place of the artifacts", "In KFP its artifacts are below %s. Here that is pipeline_root of the "+
			"kfp_pipeline.", string(root))
	}
	if r.PipelineRef.PipelineVersionID != "" {
		r.comments = append(r.comments, "KFP runs version "+string(r.PipelineRef.PipelineVersionID)+" of the pipeline; here it is "+
			"the one that was applied last, unless pin is set.")
	}
	slices.Sort(r.unknown)
	for _, name := range r.unknown {
		r.notef("Field that is not converted", "KFP says %s, of which nothing is known here.", name)
	}
}
