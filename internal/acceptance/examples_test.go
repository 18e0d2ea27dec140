package acceptance_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// Every example of the documents is planned, and those that need no other images than the dev cluster has are applied.
func TestExamplesArePlanned(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../examples/resources/*/resource.tf")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		if strings.Contains(file, "kfp_image") {
			continue // needs a registry: TestExampleImageIsPlanned
		}
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: offline,
				Steps:                    []resource.TestStep{{Config: example(t, file), PlanOnly: true, ExpectNonEmptyPlan: true}},
			})
		})
	}
}

func TestAccExampleRun(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.applies(t, example(t, "../../examples/resources/kfp_run/resource.tf"),
		resource.TestCheckOutput("said", "Hello"),
	)
}

func TestAccExamplePipeline(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.applies(t, example(t, "../../examples/resources/kfp_pipeline/resource.tf")+`
resource "kfp_run" "greetings" {
  pipeline = kfp_pipeline.greetings.ref
}`,
		resource.TestCheckResourceAttr("kfp_run.greetings", "outputs.greetings", `["Hello, Ada!","Hello, Grace!"]`),
		resource.TestMatchResourceAttr("kfp_run.greetings", "tasks.greet.attempts", regexp.MustCompile("^2$")),
		env.checkPods(3),
	)
}

func example(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
