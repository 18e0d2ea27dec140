package acceptance_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
)

func TestNextRunsAreKnownAtPlan(t *testing.T) {
	t.Parallel()
	list := func(texts ...string) knownvalue.Check {
		checks := make([]knownvalue.Check, len(texts))
		for i, text := range texts {
			checks[i] = knownvalue.StringExact(text)
		}
		return knownvalue.ListExact(checks)
	}
	planOutputs(t, `
output "spring" { value = provider::kfp::next_runs("30 2 * * *", "America/New_York", "2026-03-06T12:00:00-05:00", 3) }
output "half_hour" { value = provider::kfp::next_runs("0 1 * * *", "Australia/Lord_Howe", "2026-04-03T00:00:00Z", 2) }
output "utc" { value = provider::kfp::next_runs("@every 6h", "", "2026-03-06T12:00:00Z", 2) }
output "wrong" { value = can(provider::kfp::next_runs("0 0 2 * * *", "", "2026-03-06T12:00:00Z", 2)) }
output "nowhere" { value = can(provider::kfp::next_runs("0 2 * * *", "Mars/Olympus", "2026-03-06T12:00:00Z", 2)) }
output "never" { value = can(provider::kfp::next_runs("0 2 * * *", "", "soon", 2)) }
output "none" { value = can(provider::kfp::next_runs("0 2 * * *", "", "2026-03-06T12:00:00Z", 0)) }
`,
		plancheck.ExpectKnownOutputValue(
			"spring", list("2026-03-07T02:30:00-05:00", "2026-03-09T02:30:00-04:00", "2026-03-10T02:30:00-04:00"),
		),
		plancheck.ExpectKnownOutputValue("half_hour", list("2026-04-04T01:00:00+11:00", "2026-04-05T01:00:00+11:00")),
		plancheck.ExpectKnownOutputValue("utc", list("2026-03-06T18:00:00Z", "2026-03-07T00:00:00Z")),
		plancheck.ExpectKnownOutputValue("wrong", knownvalue.Bool(false)),
		plancheck.ExpectKnownOutputValue("nowhere", knownvalue.Bool(false)),
		plancheck.ExpectKnownOutputValue("never", knownvalue.Bool(false)),
		plancheck.ExpectKnownOutputValue("none", knownvalue.Bool(false)),
	)
}
