package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
)

// quoteLines are what the carousel of radius 12 at 3.5 a square metre costs in Ohio.
var quoteLines = []string{
	`Material cost:   \$1583\.36`,
	`Final price:     \$1674\.41`,
	`Unicorns:        4`,
	`Carriages:       1`,
	`Music boxes:     1`,
	`Rainbow paint:   20 gallons`,
	`Stardust:        50 pounds`,
}

func TestAccCarousel(t *testing.T) {
	t.Parallel()
	dir, err := filepath.Abs("../../examples/carousel")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	env := newTestEnv(t)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{
			{
				ConfigDirectory: config.StaticDirectory(dir),
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestMatchOutput("quote", regexp.MustCompile(strings.Join(quoteLines, `(?s:.*)`))),
					resource.TestCheckResourceAttr("kfp_run.first", "phase", "Succeeded"),
					resource.TestCheckResourceAttr("kfp_run.first", "tasks.cost.phase", "Succeeded"),
					resource.TestCheckResourceAttr("kfp_run.first", "tasks.quote.attempts", "1"),
					env.checkPods(3),
				),
			},
			{
				ConfigDirectory: config.StaticDirectory(dir),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}
