package acceptance_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// squares is a compiled pipeline of KFP, taken as it is.
func squares(t *testing.T, more string) string {
	t.Helper()
	return `
resource "kfp_pipeline" "squares" {
  name    = "squares"
  package = file("` + packageFile(t, "pipeline.yaml") + `")
  images  = { "python:3.11" = "python:3.11-slim" }
  ` + more + `
}
`
}

const runSquares = `
resource "kfp_run" "squares" {
  pipeline   = kfp_pipeline.squares.ref
  parameters = { numbers = jsonencode([1, 2, 4]) }
  timeouts   = { create = "4m" }
}
`

// A compiled pipeline is one WorkflowTemplate with its code beside it; it runs, drifts, changes and goes as one.
func TestAccPackage(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	ctx := context.Background()
	lose := func() {
		maps, err := e.typed.CoreV1().ConfigMaps(e.Namespace).List(ctx, metav1.ListOptions{
			LabelSelector: "terraform-provider-kfp/kind=pipeline-code",
		})
		if err != nil || len(maps.Items) != 2 {
			t.Fatalf("%d config maps with code, %v", len(maps.Items), err)
		}
		if err := e.typed.CoreV1().ConfigMaps(e.Namespace).Delete(ctx, maps.Items[0].Name, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.dynamic.Resource(schema.GroupVersionResource(backend.WorkflowTemplates)).Namespace(e.Namespace).Patch(
			ctx, "squares", types.MergePatchType, []byte(`{"spec":{"parallelism":3}}`), metav1.PatchOptions{},
		); err != nil {
			t.Fatal(err)
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		CheckDestroy:             e.checkEmpty,
		Steps: []resource.TestStep{
			{
				Config:      squares(t, "tasks = {}") + runSquares,
				ExpectError: regexp.MustCompile(`Two pipelines`),
			},
			{
				Config: squares(t, "caching = false") + runSquares,
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr("kfp_run.squares", "outputs.sum_of_all", "14"),
					resource.TestCheckResourceAttr("kfp_run.squares", "outputs.said", "sum 14 --quiet"),
					resource.TestCheckResourceAttr("kfp_run.squares", "tasks.for_loop_1/double.phase", "Succeeded"),
					e.checkPods(5),
				),
			},
			{
				PreConfig: lose, Config: squares(t, "caching = false") + runSquares,
				Check: resource.TestCheckResourceAttr("kfp_pipeline.squares", "drift.#", "0"),
			},
			{Config: squares(t, "caching = true\n parallelism = 2") + runSquares},
		},
	})
}

// What is wrong with a package is told with its line, at the plan.
func TestAccPackageIsChecked(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	text, err := os.ReadFile("testdata/package/pipeline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	broken := regexp.MustCompile(`componentRef: \{name: comp-add\}`).ReplaceAllString(string(text), "componentRef: {name: comp-ad}")
	file := filepath.Join(t.TempDir(), "broken.yaml")
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		Steps: []resource.TestStep{{
			Config: `
resource "kfp_pipeline" "broken" {
  name    = "broken"
  package = file("` + file + `")
}`,
			ExpectError: regexp.MustCompile(`package: line \d+:`), PlanOnly: true,
		}},
	})
}
