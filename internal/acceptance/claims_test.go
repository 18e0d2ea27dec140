package acceptance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// twins are two resources that are the same in all that names an object.
func twins(kind, attributes string) string {
	return fmt.Sprintf("resource %q \"twin\" {\n  count = 2\n%s\n}\n", kind, attributes)
}

// Two resources that stand for one object are refused at plan, of every kind.
func TestTwinsAreRefusedAtPlan(t *testing.T) {
	t.Parallel()
	base := recurringWith("  parameters = { word = \"x\" }\n  cron = \"30 2 * * *\"")
	const once = `parameters = { word = "x" }`
	for kind, tc := range map[string]struct{ attributes, want string }{
		"kfp_component": {
			`name = "c"` + "\n" + `container = { image = "busybox:1.36" }`, "stands for etl/c already. Each would overwrite",
		},
		"kfp_pipeline": {
			`name = "q"` + "\n" + `tasks = { a = { component = kfp_component.make.ref, inputs = { size = 1 } } }`,
			"stands for etl/q already",
		},
		"kfp_recurring_run": {
			`name = "r"` + "\n" + `cron = "0 1 * * *"` + "\n" + `pipeline = kfp_pipeline.this.ref` + "\n" + once,
			"stands for etl/r already",
		},
		"kfp_backfill": {`name = "b"` + "\n" + `recurring_run = kfp_recurring_run.this.ref` + "\n" + `from = "2026-03-01T00:00:00Z"` + "\n" + `to = "2026-03-03T00:00:00Z"`,
			"stands for etl/b already"},
		"kfp_run": {
			`pipeline = kfp_pipeline.this.ref` + "\n" + once,
			"Tell the two apart by triggers, such as triggers = { number = count.index }",
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			expectPlanErrors(t, base+twins(kind, tc.attributes), tc.want)
		})
	}
}

// What tells two resources apart is enough.
func TestWhatIsNoTwinIsPlanned(t *testing.T) {
	t.Parallel()
	base := recurringWith("  parameters = { word = \"x\" }\n  cron = \"30 2 * * *\"")
	runs := twins("kfp_run", `pipeline = kfp_pipeline.this.ref
  parameters = { word = "x" }
  triggers   = { number = count.index }`)
	named := strings.Replace(twins("kfp_component", `name = "c${count.index}"
  container = { image = "busybox:1.36" }`), "twin", "named", 1)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{
			{Config: base + runs + named, PlanOnly: true, ExpectNonEmptyPlan: true},
		},
	})
}
