package acceptance_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// packageFile is the path of a package for tests.
func packageFile(t *testing.T, name string) string {
	t.Helper()
	file, err := filepath.Abs("testdata/package/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// changed is a file with something else in it.
func changed(t *testing.T, file, from, to string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		t.Fatalf("%s has no %q", file, from)
	}
	other := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(other, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return other
}

// join is a component of KFP's first version, and a pipeline that uses it.
func join(file, more string) string {
	return `
resource "kfp_component" "join" {
  name    = "join"
  package = file("` + file + `")
  images  = { "alpine" = "busybox:1.36" }
  ` + more + `
}

resource "kfp_pipeline" "lines" {
  name  = "lines"
  tasks = {
    one = {
      component        = kfp_component.join.ref
      inputs           = { first_word = "hello", times = "3", mark = "?" }
      security_context = { run_as_user = 1234, run_as_non_root = true }
    }
    two = { component = kfp_component.join.ref, inputs = { first_word = "{{ tasks.one.outputs.line }}" } }
  }
  outputs = { line = "{{ tasks.two.outputs.line }}", count = "{{ tasks.one.outputs.count }}" }
}
`
}

const runLines = `
resource "kfp_run" "lines" {
  pipeline = kfp_pipeline.lines.ref
  timeouts = { create = "3m" }
}
`

// A component of KFP is one like any other: with an interface that is known at plan, used by tasks, run, with drift, and
// imported.
func TestAccPackageOfAComponent(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	ctx := context.Background()
	file := packageFile(t, "component.yaml")
	edit := func() {
		templates := e.dynamic.Resource(schema.GroupVersionResource(backend.WorkflowTemplates)).Namespace(e.Namespace)
		all, err := templates.List(ctx, metav1.ListOptions{LabelSelector: "terraform-provider-kfp/kind=component"})
		if err != nil || len(all.Items) != 1 {
			t.Fatalf("%v, %v", all, err)
		}
		if _, err := templates.Patch(ctx, all.Items[0].GetName(), types.MergePatchType, []byte(`{"spec":{"parallelism":3}}`),
			metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		CheckDestroy:             e.checkEmpty,
		Steps: []resource.TestStep{
			{
				Config: join(file, "") + runLines,
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr("kfp_component.join", "description", "Writes the words into one line."),
					resource.TestCheckResourceAttr("kfp_component.join", "inputs.second_word.default", "world"),
					resource.TestCheckResourceAttr("kfp_component.join", "inputs.times.type", "integer"),
					resource.TestCheckResourceAttr("kfp_component.join", "outputs.user_file.type", "Dataset"),
					resource.TestCheckResourceAttr("kfp_run.lines", "outputs.line", "hello world!<?> world!"),
					resource.TestCheckResourceAttr("kfp_run.lines", "outputs.count", "3"),
					e.checkPods(2),
				),
			},
			{
				PreConfig: edit, Config: join(file, "") + runLines,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("kfp_component.join", plancheck.ResourceActionUpdate),
				}},
				Check: resource.TestCheckResourceAttr("kfp_component.join", "drift.#", "0"),
			},
			{
				Config: join(changed(t, file, "'!'", "'.'"), `env = { OTHER = "1" }`) + runLines,
				Check:  resource.TestCheckResourceAttr("kfp_run.lines", "outputs.line", "hello world.<?> world."),
			},
		},
	})
}

// What was made from a package is imported, and the package beside it changes nothing.
func TestAccPackageOfAComponentIsImported(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	config := func(to string) string {
		return to + `
resource "kfp_component" "join" {
  name    = "join"
  package = file("` + packageFile(t, "component.yaml") + `")
}
`
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		Steps: []resource.TestStep{
			{Config: config("")},
			{Config: `
removed {
  from = kfp_component.join
  lifecycle { destroy = false }
}
`},
			{
				Config: config(`
import {
  to = kfp_component.join
  id = "` + e.Namespace + `/join"
}
`),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("kfp_component.join", plancheck.ResourceActionUpdate),
				}},
			},
			{Config: config(""), PlanOnly: true},
		},
	})
}

func TestBadPackagesOfComponentsAreRefusedAtPlan(t *testing.T) {
	t.Parallel()
	file := packageFile(t, "component.yaml")
	component := func(file, more string) string {
		return `
resource "kfp_component" "this" {
  name    = "x"
  package = file("` + file + `")
  ` + more + `
}
`
	}
	for name, tc := range map[string]struct {
		config string
		want   []string
	}{
		"two things":  {component(file, `container = { image = "busybox" }`), []string{"has both container and package"}},
		"not one":     {component(packageFile(t, "pipeline.yaml"), ""), []string{"package: line 107: The package is a pipeline of 3 tasks. Give it to a kfp_pipeline."}},
		"with a line": {component(changed(t, file, "outputPath: Line", "outputPath: Lines"), ""), []string{"package: line 16: The component has no such artifact as in {{$.outputs.artifacts['lines'].path}}"}},
		"no yaml":     {component(changed(t, file, "name: Join words", "name: [Join words"), ""), []string{"package: line "}},
		"other inputs": {component(file, `inputs = { first_word = { type = "integer" } }`), []string{
			`inputs["first_word"]: Declared is type integer, the package says type string.`, `inputs: The package has the input "times"`,
		}},
		"other outputs": {component(file, `outputs = { other = { type = "string" } }`), []string{
			`outputs["other"]: The package has no output "other"`,
		}},
		"a wrong wire": {join(changed(t, file, "{name: Line, type: Text}", "{name: Line, type: Integer}"), ""), []string{
			`tasks["two"].inputs["first_word"]`,
		}},
		"a wrong variable": {component(file, `env = { "A B" = "1" }`), []string{`env["A B"]`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectPlanErrors(t, tc.config, tc.want...)
		})
	}
}

// An image that is still to be built leaves the interface known.
func TestPackageOfAComponentWithAnUnknownImage(t *testing.T) {
	t.Parallel()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{{
			Config: `
resource "terraform_data" "image" { input = "busybox:1.36" }
` + strings.Replace(join(packageFile(t, "component.yaml"), ""), `"busybox:1.36"`, "terraform_data.image.output", 1),
			PlanOnly: true, ExpectNonEmptyPlan: true,
		}, {
			Config: `
resource "terraform_data" "image" { input = "busybox:1.36" }
` + strings.Replace(strings.Replace(join(packageFile(t, "component.yaml"), ""), `"busybox:1.36"`, "terraform_data.image.output", 1), "first_word = \"hello\"", "first = \"hello\"", 1),
			PlanOnly: true, ExpectError: regexp.MustCompile(`first_word`),
		}},
	})
}
