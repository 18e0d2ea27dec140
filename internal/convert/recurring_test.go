package convert

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

var ofServer = RecurringOptions{Pipelines: map[string]string{"1b8c": "training"}}

// What KFP's server says of its recurring runs becomes resources, with comments on what is not the same.
func TestRecurringRuns(t *testing.T) {
	t.Parallel()
	m, found := RecurringRuns([]byte(read(t, "testdata/recurring.json")), "recurring.json", ofServer)
	if found.HasError() {
		t.Fatalf("it is refused: %v", found)
	}
	isFormatted(t, m)
	golden(t, filepath.Join("testdata", "golden", "recurring"), m)
	var told []string
	for _, p := range found {
		told = append(told, p.Detail)
	}
	if !strings.Contains(strings.Join(told, "\n"), `recurring.json:35: Recurring run "every 25 minutes": KFP runs it every 25m`) {
		t.Errorf("%q", told)
	}
}

// The answer has other spellings with other servers and clients.
func TestSpellingsOfTheAnswer(t *testing.T) {
	t.Parallel()
	want, found := RecurringRuns([]byte(read(t, "testdata/recurring.json")), "r.json", ofServer)
	if found.HasError() {
		t.Fatal(found)
	}
	var answer map[string]any
	if err := json.Unmarshal([]byte(strings.ReplaceAll(read(t, "testdata/recurring.json"), `12345678901234567890`, `"12345678901234567890"`)), &answer); err != nil {
		t.Fatal(err)
	}
	camel := strings.NewReplacer("recurring_run_id", "recurringRunId", "display_name", "displayName", "pipeline_version_reference",
		"pipelineVersionReference", "pipeline_id", "pipelineId", "pipeline_version_id", "pipelineVersionId", "cron_schedule",
		"cronSchedule", "interval_second", "intervalSecond", "runtime_config", "runtimeConfig", "max_concurrency", "maxConcurrency")
	asList, err := json.Marshal(answer["recurringRuns"])
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"camel": camel.Replace(read(t, "testdata/recurring.json")), "list": string(asList),
		"python": strings.NewReplacer("recurringRuns", "recurring_runs", "2026-01-01T00:00:00Z", "2026-01-01 00:00:00+00:00",
			`"mode": "ENABLE"`, `"mode": "ENABLE", "error": null`).Replace(read(t, "testdata/recurring.json")),
	} {
		got, found := RecurringRuns([]byte(text), "r.json", ofServer)
		if found.HasError() {
			t.Errorf("%s is refused: %v", name, found)
			continue
		}
		if diff := cmp.Diff(string(want[recurringFile]), strings.ReplaceAll(string(got[recurringFile]), `"12345678901234567890"`,
			`"12345678901234567890"`)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	single, err := json.Marshal(answer["recurringRuns"].([]any)[1])
	if err != nil {
		t.Fatal(err)
	}
	if m, found := RecurringRuns(single, "r.json", ofServer); found.HasError() || !strings.Contains(string(m[recurringFile]), "nightly_quote") {
		t.Errorf("one by itself: %v", found)
	}
}

// The resources plan, with the schedules in words.
func TestRecurringRunsPlan(t *testing.T) {
	t.Parallel()
	m, found := RecurringRuns([]byte(read(t, "testdata/recurring.json")), "r.json", ofServer)
	if found.HasError() {
		t.Fatal(found)
	}
	m["pipelines.tf"] = []byte(`
resource "kfp_component" "x" {
  name      = "x"
  container = { image = "busybox:1.36", command = ["true"] }
}
resource "kfp_pipeline" "training" {
  name       = "training"
  tasks      = { x = { component = kfp_component.x.ref } }
  parameters = { for name, type in {
    learning_rate = "float", day = "string", big = "string", note = "string", rates = "list(float)", deep = "struct",
    on = "boolean", none = "string", id = "string"
  } : name => { type = type, optional = true } }
}
resource "kfp_pipeline" "train_all" {
  name  = "train-all"
  tasks = { x = { component = kfp_component.x.ref } }
}
`)
	planned := newPlanner(t).plan(t, m)["kfp_recurring_run"]
	for name, want := range map[string]string{
		"nightly_quote": "at 02:00 every day (UTC)", "nightly_quote_2": "every hour", "every_25_minutes": "every 24 minutes",
		"seconds": "at 04:00 from Monday to Friday", "five_fields": "at 2 minutes past every hour", "often": "every minute",
	} {
		got := planned.GetAttr(name).GetAttr("schedule")
		if got.Type() != cty.String || !strings.Contains(got.AsString(), strings.TrimSuffix(want, " (UTC)")) {
			t.Errorf("%s runs %#v, not %s", name, got, want)
		}
	}
}

// All that is wrong is told at once, each with its line and what to do.
func TestRecurringRunsThatAreRefused(t *testing.T) {
	t.Parallel()
	run := func(more string) string {
		return "{\"recurringRuns\": [\n{\"display_name\": \"x\", \"pipeline_id\": \"1b8c\", " + more + "}]}"
	}
	hourly := `"trigger": {"periodic_schedule": {"interval_second": "3600"}}`
	for text, want := range map[string]string{
		`{`:                          `r.json:1: the text ends where more of it has to follow.`,
		"{}":                         `r.json:1: The server knows none`,
		`{"recurringRuns": []}`:      `r.json:1: The server knows none`,
		`{"recurringRuns": 3}`:       `r.json:1: recurringRuns is no list.`,
		`{"jobs": []}`:               `fetch /apis/v2beta1/recurringruns`,
		"[\n\n3]":                    `the recurring run of line 3: 3 is no object.`,
		run(`"max_concurrency": {}`): `max_concurrency is {}, which it cannot be.`,
		run(hourly + `, "max_concurrency": "many"`):                                      `r.json:2: Recurring run "x": max_concurrency is "many".`,
		run(`"trigger": {}`):                                                             `r.json:2: Recurring run "x": it has no trigger, so that it runs once. Write a kfp_run.`,
		run(`"trigger": {"periodic_schedule": {"interval_second": "0"}}`):                `interval_second is "0".`,
		run(`"trigger": {"cron_schedule": {"cron": "0 0 99 * * *"}}`):                    `99`,
		run(`"trigger": {"cron_schedule": {"cron": "0 0 2 * * *", "end_time": "soon"}}`): `start_time is "" and end_time "soon".`,
		run(`"trigger": {"cron_schedule": {"cron": "0 0 2 * * *", "start_time": "2027-01-01T00:00:00Z", "end_time": "2026-01-01T00:00:00Z"}}`): `end_time`,
		run(hourly + `, "error": "gone"`):                                        `the server says: "gone".`,
		run(hourly + `, "runtime_config": {"parameters": {"a-b": 1, "a_b": 2}}`): `"a_b" would be "a_b", and so would another one.`,
		strings.ReplaceAll(run(hourly), "1b8c", "7777"):                          `"x" runs the pipeline 7777 of the server. Say which resource of your configuration that is, by -pipeline 7777=NAME for kfp_pipeline.NAME.`,
		strings.ReplaceAll(run(hourly), `"pipeline_id": "1b8c", `, ""):           `nothing says which pipeline it runs.`,
	} {
		_, found := RecurringRuns([]byte(text), "r.json", ofServer)
		var all strings.Builder
		for _, p := range found {
			if p.Severity == problem.Error {
				all.WriteString(p.Detail + "\n")
			}
		}
		if told := all.String(); !strings.Contains(told, want) {
			t.Errorf("%s\ngot  %swant %s", text, told, want)
		}
	}
	two := `[{"display_name": "x", "pipeline_id": "1"}, {"display_name": "y", "pipeline_id": "2"}]`
	if _, found := RecurringRuns([]byte(two), "r.json", ofServer); len(found) != 4 {
		t.Errorf("%d of 4 problems are told: %v", len(found), found)
	}
}

// Whatever a server answers is converted or refused, at a place in the file.
func FuzzRecurringRuns(f *testing.F) {
	text, err := os.ReadFile("testdata/recurring.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	for _, seed := range []string{
		"", "{", "[]", "[{}]", `{"recurringRuns": null}`, `{"recurring_runs":[{"trigger":{"cronSchedule":{"cron":"@every 1s"}}}]}`,
		`[{"display_name":"` + strings.Repeat("é", 80) + `","pipeline_id":"1b8c","trigger":{"periodic_schedule":{"interval_second":"9223372036854775807"}}}]`,
		`[{"pipeline_id":"1b8c","trigger":{"cron_schedule":{"cron":"0 0 0 30 2 *"}},"no_catchup":true}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, found := RecurringRuns([]byte(text), "r.json", ofServer)
		for _, p := range found {
			if !strings.HasPrefix(p.Detail, "r.json:") || p.Title == "" {
				t.Errorf("no good problem: %+v", p)
			}
		}
		if found.HasError() {
			return
		}
		if len(m[recurringFile]) == 0 {
			t.Fatal("neither converted nor refused")
		}
		isFormatted(t, m)
		blocks(t, m)
	})
}
