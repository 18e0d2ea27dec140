package acceptance_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/golden"
)

// planOutputs plans a configuration and checks its outputs.
func planOutputs(t *testing.T, configuration string, checks ...plancheck.PlanCheck) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		Steps: []resource.TestStep{{
			Config: configuration, PlanOnly: true, ExpectNonEmptyPlan: true,
			ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPreRefresh: checks},
		}},
	})
}

// The picture is known at the first plan, though versions are not: it can be written to a file beside the pipeline.
func TestMermaidOfThePlannedPipeline(t *testing.T) {
	t.Parallel()
	planOutputs(t, example(t, "../../examples/functions/mermaid/function.tf"),
		plancheck.ExpectKnownOutputValue(
			"picture",
			knownvalue.StringRegexp(regexp.MustCompile(`(?s)^flowchart TB\n.*t_again.*when tasks\.clean\.output #62; 3.*p_day --> t_clean.*t_clean --> t_again`)),
		))
}

func TestSVGDrawsNestedPipelines(t *testing.T) {
	t.Parallel()
	planOutputs(t, example(t, "../../examples/functions/svg/function.tf")+`
output "closed" { value = strcontains(provider::kfp::svg(kfp_pipeline.sweep), ">train<") }
output "open" { value = strcontains(provider::kfp::svg(kfp_pipeline.sweep, kfp_pipeline.one), ">train<") }
`,
		plancheck.ExpectKnownOutputValue("closed", knownvalue.Bool(false)),
		plancheck.ExpectKnownOutputValue("open", knownvalue.Bool(true)),
		plancheck.ExpectKnownValue(
			"terraform_data.picture", tfjsonpath.New("input"), knownvalue.StringRegexp(regexp.MustCompile("^<svg ")),
		))
}

// A value that is drawn and not known yet makes the picture unknown, never wrong.
func TestDiagramOfUnknownValuesIsUnknown(t *testing.T) {
	t.Parallel()
	planOutputs(t, `
resource "terraform_data" "later" { input = "x" }
output "when" { value = provider::kfp::mermaid({ name = "p", tasks = { a = { component = { signature = "n/c() -> ()" }, when = terraform_data.later.output } } }) }
output "all" { value = provider::kfp::mermaid(terraform_data.later.output) }
output "version" { value = provider::kfp::mermaid({ name = "p", tasks = { a = { component = { signature = "n/c() -> ()", version = terraform_data.later.output } } } }) }
`,
		plancheck.ExpectUnknownOutputValue("when"),
		plancheck.ExpectUnknownOutputValue("all"),
		plancheck.ExpectKnownOutputValue("version", knownvalue.StringRegexp(regexp.MustCompile("<b>a</b><br/>c"))))
}

func TestDiagramOfSomethingElse(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{
		`mermaid("x")`:            `this has to be an object`,
		`mermaid({ name = "p" })`: `it has no tasks. Give the resource itself`,
		`svg({ name = "p", tasks = { a = { inputs = ["x"] } } })`:                  `tasks["a"].inputs has to be an object`,
		`svg({ name = "p", tasks = { a = { component = { signature = "c" } } } })`: `tasks["a"].component.signature: "c" is no signature`,
		`svg({ name = "p", tasks = {} }, { name = "q" })`:                          `it has no tasks`,
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			expectPlanErrors(t, "output \"x\" { value = provider::kfp::"+call+" }", want)
		})
	}
}

// The picture in the documents is what the function makes of the example.
func TestPictureOfTheCarousel(t *testing.T) {
	t.Parallel()
	const file = "../../docs/images/carousel.svg"
	directory, err := filepath.Abs("../../examples/carousel")
	if err != nil {
		t.Fatal(err)
	}
	// The test says which provider it is, and has no files beside its configuration.
	main := regexp.MustCompile(`(?s)terraform \{.*?\n\}\n`).ReplaceAllString(example(t, directory+"/main.tf"), "")
	registry, _ := hub(t, "python:3.11-slim", "r-base:4.2.2")
	main = strings.NewReplacer(
		"${path.module}", directory, "var.docker_hub_mirror", strconv.Quote(registry.Host), "var.repository",
		strconv.Quote(registry.Host),
	).
		Replace(main + example(t, directory+"/variables.tf"))
	want := knownvalue.StringFunc(func(got string) error {
		if *golden.Update {
			return os.WriteFile(file, []byte(got), 0o600)
		}
		text, err := os.ReadFile(file)
		if err == nil && string(text) != got {
			err = errors.New("the example has changed; run this test with -update")
		}
		return err
	})
	planOutputs(t, main+`
output "picture" { value = provider::kfp::svg(kfp_pipeline.carousel) }
`, plancheck.ExpectKnownOutputValue("picture", want))
}
