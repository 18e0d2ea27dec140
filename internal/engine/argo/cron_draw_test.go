package argo_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// drawRecurring draws a recurring run that uses every field.
func drawRecurring(t *rapid.T) spec.RecurringRun {
	r := nightly()
	r.Description = oneOf(t, "description", "", "Some {{words}}.")
	r.Pinned, r.Disabled = rapid.Bool().Draw(t, "pinned"), rapid.Bool().Draw(t, "disabled")
	r.Parameters = map[string]string{}
	for name, texts := range map[string][]string{
		"day": {
			"x", "$HOME {{ \"{{\" }}x}} ä\n\"", "{{ schedule.time }}",
			"{{ format_time(schedule.local_time, '2006-01-02', '-24h') }}",
		},
		"due": {"", "run {{ run.name }} of {{ schedule.time }}"}, "unit_cost": {"3.5", "0"}, "states": {`["NY"]`, "[]"},
	} {
		if rapid.Bool().Draw(t, name) {
			r.Parameters[name] = oneOf(t, name+" value", texts...)
		}
	}
	r.ServiceAccount = oneOf(t, "account", "", "runner")
	r.Lines = oneOf(t, "lines", []string{"0 2 * * *"}, []string{"@every 90s"}, []string{"0 2 * * *", "30 14 * * MON"})
	r.Timezone = oneOf(t, "timezone", "UTC", "America/New_York")
	r.When = oneOf(t, "when", "", "{{= now() < date('2027-01-01T00:00:00Z') }}")
	number := func(label string) *int64 {
		return maybe(t, label, func() *int64 { return new(rapid.Int64Range(0, 9).Draw(t, label+" value")) })
	}
	r.StartingDeadline, r.KeepSucceeded, r.KeepFailed, r.MaxConcurrency = number("deadline"), number("succeeded"), number("failed"), number("most")
	r.Concurrency = oneOf(t, "concurrency", spec.Concurrencies...)
	return r
}

func TestRandomRecurringRunsAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		want := drawRecurring(rt)
		objects, err := compile.RecurringRun(want)
		if err != nil {
			rt.Fatal(err)
		}
		limit := limitOf(t, objects)
		for _, prior := range []spec.RecurringRun{want, {Pipeline: want.Pipeline}} {
			got, _, err := decompile.ReadRecurringRun(decoderOf(t, objects.Cron), limit, prior)
			if err != nil {
				rt.Fatal(err)
			}
			again, err := compile.RecurringRun(got)
			if err != nil {
				rt.Fatal(err)
			}
			if paths := compile.Differences(objects.Cron, again.Cron); len(paths) > 0 {
				rt.Fatalf("it is read as something else: %v", paths)
			}
			if prior.Name == "" {
				got.Parameters = want.Parameters // the spelling of expressions
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				rt.Fatalf("-want +got:\n%s", diff)
			}
		}
	})
}

// A field that the generator never sets is read back by nobody: this fails where one is new.
func TestTheGeneratorUsesEveryFieldOfRecurringRuns(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for seed := range 200 {
		markUsed(reflect.ValueOf(rapid.Custom(drawRecurring).Example(seed)), "RecurringRun", used)
	}
	for field := range reflect.TypeFor[spec.RecurringRun]().Fields() {
		if !used["RecurringRun."+field.Name] {
			t.Errorf("RecurringRun.%s is never set: add it to drawRecurring", field.Name)
		}
	}
}
