package convert

import (
	"bytes"
	"encoding/json"
	"errors"
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
	for _, sign := range []string{
		`"recurringRuns"`, `"recurring_runs"`, `"recurring_run_id"`, `"recurringRunId"`, `"jobs"`,
	} {
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
// have: recurringRuns and recurring_runs, recurringRunId and recurring_run_id. Errors begin with the line.
func readAnswer(data []byte) (answer, error) {
	r := answerReader{data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	err := r.read()
	if err == io.EOF || err == io.ErrUnexpectedEOF { //nolint:errorlint // the decoder gives them as they are
		err = errors.New("the text ends where more of it has to follow")
	}
	if err != nil {
		err = fmt.Errorf("%d: %w", r.line(r.decoder.InputOffset()), err)
	}
	return r.answer, err
}

type answerReader struct {
	data    []byte
	decoder *json.Decoder
	answer
}

// line is the line of a place in the text.
func (r *answerReader) line(offset int64) int {
	return 1 + bytes.Count(r.data[:min(int(offset), len(r.data))], []byte("\n"))
}

func (r *answerReader) read() error {
	start, err := r.decoder.Token()
	switch {
	case err != nil:
		return err
	case start == json.Delim('['):
		return r.list()
	case start != json.Delim('{'):
		return errors.New("there is neither a list nor an object")
	}
	single := false
	for r.decoder.More() {
		key, err := r.decoder.Token()
		if err != nil {
			return err
		}
		name := snake(fmt.Sprint(key))
		single = single || name == "recurring_run_id"
		if err := r.member(fmt.Sprint(key), name); err != nil {
			return err
		}
	}
	if _, err := r.decoder.Token(); err != nil || !single {
		return err
	}
	run, err := readRun(r.data)
	run.line = 1
	r.runs = append(r.runs, run)
	return err
}

// member reads a member of the object that the answer is.
func (r *answerReader) member(key, name string) error {
	switch name {
	case "jobs":
		return errors.New("jobs are recurring runs of the first version of KFP's API; fetch /apis/v2beta1/recurringruns, " +
			"which has them too")
	case "recurring_runs":
		switch open, err := r.decoder.Token(); {
		case err != nil:
			return err
		case open == nil: // null: there are none
			return nil
		case open != json.Delim('['):
			return fmt.Errorf("%s is no list", key)
		}
		return r.list()
	}
	var raw json.RawMessage
	if err := r.decoder.Decode(&raw); err != nil {
		return err
	}
	r.more = r.more || name == "next_page_token" && string(raw) != `""` && string(raw) != "null"
	return nil
}

// list reads the elements of a list that has begun.
func (r *answerReader) list() error {
	for r.decoder.More() {
		before := r.decoder.InputOffset()
		var raw json.RawMessage
		if err := r.decoder.Decode(&raw); err != nil {
			return err
		}
		line := r.line(before + int64(bytes.IndexByte(r.data[before:], raw[0])))
		run, err := readRun(raw)
		if err != nil {
			return fmt.Errorf("the recurring run of line %d: %w", line, err)
		}
		run.line = line
		r.runs = append(r.runs, run)
	}
	_, err := r.decoder.Token()
	return err
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
	const inPython = "2006-01-02 15:04:05.999999999"
	for _, layout := range []string{time.RFC3339Nano, inPython + "Z07:00", inPython} {
		if t, err := time.Parse(layout, string(of)); err == nil {
			if t.Unix() <= 0 {
				return time.Time{}, nil // which is how protocol buffers say none
			}
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time", string(of))
}
