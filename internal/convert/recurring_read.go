package convert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// recurring is a recurring run as KFP's API, version 2, describes it.
type recurring struct {
	line           int // in the file, on which it begins
	ID             text
	DisplayName    text
	Description    text
	PipelineSpec   json.RawMessage
	PipelineID     text // of both, or of the reference
	PipelineRef    pipelineReference
	RuntimeConfig  runtimeConfig
	ServiceAccount text
	MaxConcurrency text
	Trigger        trigger
	Mode, Status   text
	NoCatchup      bool
	Namespace      text
	ExperimentID   text
	Error          json.RawMessage
	unknown        []string // fields that nobody knows
}

type pipelineReference struct{ PipelineID, PipelineVersionID text }

type runtimeConfig struct {
	Parameters   map[string]json.RawMessage
	PipelineRoot text
}

type trigger struct {
	Cron     *timing
	Periodic *timing
}

type timing struct {
	StartTime, EndTime text
	Cron               text
	IntervalSecond     text
}

// text is a string, or a number, whose digits it is: JSON of protocol buffers has both for 64 bits.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if raw[0] != '"' {
		var n json.Number
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		err := d.Decode(&n)
		*t = text(n)
		return err
	}
	err := json.Unmarshal(raw, &s)
	*t = text(s)
	return err
}

// isRecurring reports whether a file is the answer of KFP's API rather than a package.
func isRecurring(data []byte) bool {
	trimmed := bytes.TrimSpace(data)
	if len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' {
		return false
	}
	for _, sign := range []string{`"recurringRuns"`, `"recurring_runs"`, `"recurring_run_id"`, `"recurringRunId"`, `"jobs"`} {
		if bytes.Contains(data, []byte(sign)) {
			return true
		}
	}
	return string(trimmed) == "{}" || string(trimmed) == "[]"
}

// answer is a list of recurring runs.
type answer struct {
	runs []recurring
	more bool // the server has more of them
}

// readAnswer reads a list of recurring runs, or one of them, in any of the spellings that KFP's server and its clients
// have: recurringRuns and recurring_runs, recurringRunId and recurring_run_id.
func readAnswer(data []byte) (answer, error) {
	var a answer
	d := json.NewDecoder(bytes.NewReader(data))
	lineAt := func(offset int64) int { return 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n")) }
	fail := func(err error) (answer, error) {
		if err == io.EOF || err == io.ErrUnexpectedEOF { //nolint:errorlint // the decoder gives them as they are
			err = fmt.Errorf("the text ends where more of it has to follow")
		}
		return a, fmt.Errorf("%d: %w", lineAt(d.InputOffset()), err)
	}
	start, err := d.Token()
	if err != nil {
		return fail(err)
	}
	list := func() error {
		for d.More() {
			before := d.InputOffset()
			var raw json.RawMessage
			if err := d.Decode(&raw); err != nil {
				return err
			}
			at := before + int64(bytes.IndexByte(data[before:], raw[0]))
			run, err := readRun(raw)
			if err != nil {
				return fmt.Errorf("the recurring run of line %d: %w", lineAt(at), err)
			}
			run.line = lineAt(at)
			a.runs = append(a.runs, run)
		}
		_, err := d.Token()
		return err
	}
	if start == json.Delim('[') {
		if err := list(); err != nil {
			return fail(err)
		}
		return a, nil
	}
	if start != json.Delim('{') {
		return fail(fmt.Errorf("there is neither a list nor an object"))
	}
	single := false
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return fail(err)
		}
		switch name := snake(fmt.Sprint(key)); name {
		case "recurring_runs":
			if open, err := d.Token(); err != nil || open != json.Delim('[') && open != nil {
				return fail(fmt.Errorf("%v is no list", key))
			} else if open == nil {
				continue
			}
			if err := list(); err != nil {
				return fail(err)
			}
		default:
			var raw json.RawMessage
			if err := d.Decode(&raw); err != nil {
				return fail(err)
			}
			a.more = a.more || name == "next_page_token" && string(raw) != `""` && string(raw) != "null"
			single = single || name == "recurring_run_id"
			if name == "jobs" {
				return fail(fmt.Errorf("jobs are recurring runs of the first version of KFP's API; fetch " +
					"/apis/v2beta1/recurringruns, which has them too"))
			}
		}
	}
	if _, err := d.Token(); err != nil {
		return fail(err)
	}
	if single {
		run, err := readRun(data)
		run.line = 1
		if err != nil {
			return fail(err)
		}
		a.runs = append(a.runs, run)
	}
	return a, nil
}

// snake is a name as the protocol has it: displayName is display_name.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.TrimPrefix(b.String(), "_")
}

// fields are the members of an object by their names in the protocol. Those that are null are left out.
func fields(raw json.RawMessage) (map[string]json.RawMessage, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("%s is no object", abbreviated(raw))
	}
	out := map[string]json.RawMessage{}
	for name, value := range all {
		if string(value) != "null" {
			out[snake(name)] = value
		}
	}
	return out, nil
}

func abbreviated(raw json.RawMessage) string {
	const most = 60
	text := []rune(string(raw))
	if len(text) > most {
		return string(text[:most]) + "…"
	}
	return string(text)
}

// taker takes fields into values, until one does not fit.
type taker struct {
	left map[string]json.RawMessage
	err  error
}

func (t *taker) take(name string, into any) {
	raw, ok := t.left[name]
	delete(t.left, name)
	if !ok || t.err != nil {
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.err = fmt.Errorf("%s is %s, which it cannot be", name, abbreviated(raw))
	}
}

// object takes a field that is an object itself.
func (t *taker) object(name string, read func(*taker)) {
	raw, ok := t.left[name]
	delete(t.left, name)
	if !ok || t.err != nil {
		return
	}
	inner, err := fields(raw)
	if err != nil {
		t.err = fmt.Errorf("%s: %w", name, err)
		return
	}
	of := taker{left: inner}
	read(&of)
	if t.err = of.err; t.err != nil {
		return
	}
	for left := range of.left {
		t.left[name+"."+left] = of.left[left]
	}
}

func readRun(raw json.RawMessage) (recurring, error) {
	var r recurring
	all, err := fields(raw)
	if err != nil {
		return r, err
	}
	t := taker{left: all}
	t.take("recurring_run_id", &r.ID)
	t.take("display_name", &r.DisplayName)
	t.take("description", &r.Description)
	t.take("pipeline_spec", &r.PipelineSpec)
	t.take("pipeline_id", &r.PipelineID)
	t.take("service_account", &r.ServiceAccount)
	t.take("max_concurrency", &r.MaxConcurrency)
	t.take("mode", &r.Mode)
	t.take("status", &r.Status)
	t.take("no_catchup", &r.NoCatchup)
	t.take("namespace", &r.Namespace)
	t.take("experiment_id", &r.ExperimentID)
	t.take("error", &r.Error)
	t.object("pipeline_version_reference", func(t *taker) {
		t.take("pipeline_id", &r.PipelineRef.PipelineID)
		t.take("pipeline_version_id", &r.PipelineRef.PipelineVersionID)
	})
	t.take("pipeline_version_id", &r.PipelineRef.PipelineVersionID)
	t.object("runtime_config", func(t *taker) {
		t.take("parameters", &r.RuntimeConfig.Parameters)
		t.take("pipeline_root", &r.RuntimeConfig.PipelineRoot)
	})
	t.object("trigger", func(t *taker) {
		t.object("cron_schedule", func(t *taker) { r.Trigger.Cron = readTiming(t) })
		t.object("periodic_schedule", func(t *taker) { r.Trigger.Periodic = readTiming(t) })
	})
	for _, told := range []string{"created_at", "updated_at"} { // which nothing follows from
		delete(t.left, told)
	}
	for name := range t.left {
		r.unknown = append(r.unknown, name)
	}
	return r, t.err
}

func readTiming(t *taker) *timing {
	var of timing
	t.take("start_time", &of.StartTime)
	t.take("end_time", &of.EndTime)
	t.take("cron", &of.Cron)
	t.take("interval_second", &of.IntervalSecond)
	return &of
}

// instant reads a time as the API writes it, or as Python prints it. Zero: there is none.
func instant(of text) (time.Time, error) {
	if of == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, string(of)); err == nil {
			if t.Unix() <= 0 {
				return time.Time{}, nil // which is how protocol buffers say none
			}
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time", string(of))
}
