package acceptance_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

func backfillWith(attributes string) string {
	return recurringWith("  parameters = { word = \"{{ schedule.time }}\" }\n  cron = \"30 2 * * *\"\n  timezone = "+
		"\"America/New_York\"") +
		fmt.Sprintf(
			"\nresource \"kfp_backfill\" \"this\" {\n  recurring_run = kfp_recurring_run.this.ref\n%s\n}\n", attributes,
		)
}

func TestBadBackfillsAreRefusedAtPlan(t *testing.T) {
	t.Parallel()
	const march = "name = \"march\"\nfrom = \"2026-03-01T00:00:00-05:00\"\n"
	for name, tc := range map[string]struct {
		attributes string
		want       []string
	}{
		"no time": {
			"name = \"march\"\nfrom = \"2026-03-01\"\nto = \"soon\"",
			[]string{"from", `"2026-03-01" is not a time in RFC 3339`, `to "soon" is not a time`},
		},
		"backwards": {march + `to = "2026-02-01T00:00:00Z"`, []string{"is not after from", "Swap them."}},
		"nothing":   {march + `to = "2026-03-01T02:00:00-05:00"`, []string{"The schedule is never due from"}},
		"future": {
			march + `to = "2036-03-01T02:00:00-05:00"`, []string{"is not due yet. End the backfill by now"},
		},
		"too many": {
			"name = \"m\"\nfrom = \"2001-03-01T00:00:00-05:00\"\nto = \"2026-03-01T00:00:00Z\"",
			[]string{"There are more than 5000 times"},
		},
		"name of schedule": {
			"name = \"nightly\"\nfrom = \"2026-03-01T00:00:00-05:00\"\nto = \"2026-04-01T00:00:00Z\"",
			[]string{`"nightly" is the name of the recurring run`},
		},
		"parallelism": {
			march + "to = \"2026-04-01T00:00:00Z\"\nparallelism = 0", []string{"must be between 1 and 1000"},
		},
		"unknown parameter": {
			march + "to = \"2026-04-01T00:00:00Z\"\nparameters = { full = true }", []string{`has no parameter "full"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectPlanErrors(t, backfillWith(tc.attributes), tc.want...)
		})
	}
}

// The times are known at plan, on the days that the clock changes too: nothing is due at 02:30 on 8 March.
func TestBackfillTicksAreKnownAtPlan(t *testing.T) {
	t.Parallel()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{{
			Config: backfillWith("  name = \"march\"\n  from = \"2026-03-06T00:00:00-05:00\"\n  to = " +
				"\"2026-03-10T00:00:00-04:00\""),
			PlanOnly:           true,
			ExpectNonEmptyPlan: true,
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPreRefresh: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue("kfp_backfill.this", tfjsonpath.New("ticks"), knownvalue.ListExact([]knownvalue.Check{
					knownvalue.StringExact("2026-03-06T02:30:00-05:00"), knownvalue.StringExact("2026-03-07T02:30:00-05:00"), knownvalue.StringExact("2026-03-09T02:30:00-04:00"),
				})),
				plancheck.ExpectUnknownValue("kfp_backfill.this", tfjsonpath.New("succeeded")),
			}},
		}},
	})
}
