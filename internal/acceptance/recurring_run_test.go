package acceptance_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// recurringWith is a recurring run with more attributes, beside the pipeline that it runs.
func recurringWith(attributes string) string {
	return pipelineWith(`    a = { component = kfp_component.make.ref, inputs = { size = "{{ parameters.size }}", label = "{{ parameters.word }}" } }`) +
		fmt.Sprintf(
			"\nresource \"kfp_recurring_run\" \"this\" {\n  name     = \"nightly\"\n  pipeline = kfp_pipeline.this.ref\n%s\n}\n",
			attributes,
		)
}

func TestBadRecurringRunsAreRefusedAtPlan(t *testing.T) {
	t.Parallel()
	const word = "parameters = { word = \"x\" }\n"
	for name, tc := range map[string]struct {
		attributes string
		want       []string
	}{
		"no schedule": {word, []string{"Nothing says when to run. Set exactly one of cron"}},
		"two schedules": {
			word + "cron = \"0 2 * * *\"\ninterval = \"15m\"", []string{"cron and interval are set together"},
		},
		"six fields": {
			word + `cron = "0 0 2 * * *"`, []string{"Cron line with 6 fields", `Write "0 2 * * *" (at 02:00 every day)`},
		},
		"Quartz": {
			word + `cron = "0 0 12 ? * MON-FRI *"`, []string{"Cron line with 7 fields", `"0 12 * * MON-FRI"`},
		},
		"never":                 {word + `cron = "0 0 31 2 *"`, []string{`cron:`}},
		"wrong line of several": {word + `crons = ["0 2 * * *", "61 * * * *"]`, []string{"crons[1]"}},
		"timezone": {
			word + "cron = \"0 2 * * *\"\ntimezone = \"America/New_Yrok\"", []string{`America/New_York`},
		},
		"times, both told": {
			word + "cron = \"0 2 * * *\"\nstart_time = \"2026-13-01\"\nend_time = \"soon\"", []string{"start_time", "end_time"},
		},
		"end before start": {
			word + "cron = \"0 2 * * *\"\nstart_time = \"2026-02-01T00:00:00Z\"\nend_time = \"2026-01-01T00:00:00Z\"",
			[]string{"end_time before start_time"},
		},
		"interval":          {word + `interval = "7h"`, []string{"interval"}},
		"missing parameter": {`cron = "0 2 * * *"`, []string{`needs a value for "word" (string)`}},
		"unknown parameter": {
			"cron = \"0 2 * * *\"\nparameters = { word = \"x\", wrod = 1 }",
			[]string{`has no parameter "wrod". There is "size", "word".`},
		},
		"wrong constant": {
			"cron = \"0 2 * * *\"\nparameters = { word = \"x\", size = \"many\" }", []string{`parameters["size"]: "many"`},
		},
		"unknown variable": {
			"cron = \"0 2 * * *\"\nparameters = { word = \"{{ schedule.tme }}\" }",
			[]string{`parameters["word"]: schedule has no tme. Did you mean "schedule.time"?`},
		},
		"wrong type": {
			"cron = \"0 2 * * *\"\nparameters = { word = \"x\", size = \"{{ schedule.time }}\" }",
			[]string{`This gives string, and integer is wanted`},
		},
		"no concurrency": {
			word + "cron = \"0 2 * * *\"\nmax_concurrency = 0", []string{`0 runs at a time are none at all`},
		},
		"bound without concurrency": {
			word + "cron = \"0 2 * * *\"\nmax_concurrency = 2\nconcurrency = \"forbid\"",
			[]string{`concurrency is "forbid", which never has more than one run`},
		},
		"concurrency": {
			word + "cron = \"0 2 * * *\"\nconcurrency = \"queue\"",
			[]string{`"queue" is not possible here. Write one of "allow", "forbid", "replace".`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectPlanErrors(t, recurringWith(tc.attributes), tc.want...)
		})
	}
}

// A plan without a cluster says in words when the schedule runs, and warns of the night that the clock changes.
func TestRecurringRunIsPlannedWithoutACluster(t *testing.T) {
	t.Parallel()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{{
			Config: recurringWith(`
  parameters = { word = "{{ format_time(schedule.local_time, \"2006-01-02\", \"-24h\") }}" }
  cron       = "30 2 * * *"
  timezone   = "America/New_York"
  pin        = true
`),
			PlanOnly:           true,
			ExpectNonEmptyPlan: true,
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPreRefresh: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(
					"kfp_recurring_run.this", tfjsonpath.New("schedule"),
					knownvalue.StringExact("at 02:30 every day (America/New_York)"),
				),
				plancheck.ExpectUnknownValue("kfp_recurring_run.this", tfjsonpath.New("next_runs")),
				plancheck.ExpectKnownValue(
					"kfp_recurring_run.this", tfjsonpath.New("ref").AtMapKey("lines").AtSliceIndex(0),
					knownvalue.StringExact("30 2 * * *"),
				),
				plancheck.ExpectKnownValue(
					"kfp_recurring_run.this", tfjsonpath.New("pinned_pipeline").AtMapKey("signature"),
					knownvalue.StringRegexp(regexp.MustCompile(`^pipeline [a-z]+/p\(`)),
				),
			}},
		}},
	})
}

// What is not known yet is checked once it is.
func TestRecurringRunWithUnknownTimesIsPlanned(t *testing.T) {
	t.Parallel()
	unknown := "resource \"terraform_data\" \"late\" { input = \"0 2 * * *\" }\n"
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{{
			Config: unknown + recurringWith("cron = terraform_data.late.output\nparameters = { word = "+
				"terraform_data.late.output }"),
			PlanOnly:           true,
			ExpectNonEmptyPlan: true,
		}, {
			Config: unknown + recurringWith("cron = terraform_data.late.output\nparameters = { wrod = "+
				"terraform_data.late.output }"),
			PlanOnly:    true,
			ExpectError: regexp.MustCompile(strings.ReplaceAll(`has no parameter "wrod"`, " ", `\s+`)),
		}},
	})
}
