package acceptance_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// rooted keeps artifacts of all kinds in a bucket that its first task makes: those of Argo's own keys, those whose
// addresses a container or a function knows, and those of loops.
const rooted = artifacts + store + `
resource "kfp_component" "bucket" {
  name      = "bucket"
  outputs   = { name = { type = "string" } }
  container = {
    image   = "python:3.11-slim"
    command = ["python3", "-c", "${local.s3}\nimport urllib.error\ntry: send('PUT', 's3://roots', b'')\nexcept urllib.error.HTTPError as e: assert e.code == 409, e.read()\nopen(sys.argv[1], 'w').write('roots')"]
    args    = ["{{ outputs.name.path }}"]
  }
}

resource "kfp_component" "address" {
  name   = "address"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from kfp import dsl

    def address(file: dsl.Output[dsl.Dataset]) -> str:
        with open(file.path, "w") as f:
            f.write("x")
        return "/".join(file.uri.split("/")[:5])
  PY
  }
}

resource "kfp_pipeline" "this" {
  name  = "rooted"
  # the place
  tasks = {
    bucket  = { component = kfp_component.bucket.ref, secret_env = local.credentials }
    upload  = { component = kfp_component.upload.ref, depends_on = ["bucket"], inputs = { text = "up" }, secret_env = local.credentials, env = { RUN = "{{ run.name }}" } }
    load    = { component = kfp_component.download.ref, inputs = { model = "{{ tasks.upload.outputs.model }}" }, secret_env = local.credentials, env = { RUN = "" } }
    loop    = { component = kfp_component.make.ref, depends_on = ["bucket"], for_each = jsonencode(["a", "b"]), inputs = { name = "{{ each.value }}" } }
    join    = { component = kfp_component.join.ref, inputs = { files = "{{ tasks.loop.output }}" } }
    address = { component = kfp_component.address.ref, depends_on = ["bucket"] }
  }
  outputs = {
    place = "{{ tasks.upload.outputs.said }}", text = "{{ tasks.load.output }}", join = "{{ tasks.join.output }}"
    address = "{{ tasks.address.outputs.Output }}"
  }
}
`

const atRoots = `pipeline_root = "s3://roots/team/a?endpoint=10.200.0.1:9000&insecure=true&region=us-east-1&secret=s3-credentials"`

// withPlace says where the artifacts are kept.
func withPlace(text string) string { return strings.Replace(rooted, "# the place", text, 1) }

// Artifacts lie below the pipeline's root, wherever it is. The provider tells and takes back what others change of the
// place, and leaves nothing behind.
func TestAccPipelineRoot(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	ctx := context.Background()
	maps := env.typed.CoreV1().ConfigMaps(env.Namespace)
	const run = `
resource "kfp_run" "this" {
  pipeline = kfp_pipeline.this.ref
  timeouts = { create = "4m" }
}`
	updated := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
		plancheck.ExpectResourceAction("kfp_pipeline.this", plancheck.ResourceActionUpdate),
	}}
	const selector = "terraform-provider-kfp/kind=pipeline-code,terraform-provider-kfp/name=rooted"
	described := func(contains ...string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			found, err := maps.List(ctx, metav1.ListOptions{LabelSelector: selector})
			if err == nil && len(found.Items) != len(contains) {
				err = fmt.Errorf("there are %d config maps, not %d", len(found.Items), len(contains))
			}
			if err == nil && len(contains) > 0 && !strings.Contains(found.Items[0].Data["root"], contains[0]) {
				err = fmt.Errorf("the config map says %s", found.Items[0].Data["root"])
			}
			return err
		}
	}
	gone := described()
	// replaced makes the config map another one; nil: none.
	replaced := func(data map[string]string) {
		found, err := maps.List(ctx, metav1.ListOptions{LabelSelector: selector})
		if err != nil || len(found.Items) != 1 {
			t.Fatalf("%d config maps, %v", len(found.Items), err)
		}
		old := found.Items[0]
		if err := maps.Delete(ctx, old.Name, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		other := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: old.Name, Labels: old.Labels}, Data: data}
		if data != nil {
			if _, err := maps.Create(ctx, other, metav1.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	at := withPlace(atRoots)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             resource.ComposeAggregateTestCheckFunc(gone, env.checkEmpty),
		Steps: []resource.TestStep{
			{
				Config: at + run,
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr("kfp_run.this", "outputs.place", "s3://roots/team/a/rooted/upload/model"),
					resource.TestCheckResourceAttr("kfp_run.this", "outputs.text", "up=up"),
					resource.TestCheckResourceAttr("kfp_run.this", "outputs.join", "0=a;1=b;"),
					resource.TestCheckResourceAttr("kfp_run.this", "outputs.address", "s3://roots/team/a"),
					env.checkKeysBelow("team/a/"),
				),
			},
			{ResourceName: "kfp_pipeline.this", ImportState: true, ImportStateId: env.Namespace + "/rooted", ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "name"},
			{PreConfig: func() { replaced(nil) }, Config: at, ConfigPlanChecks: updated, Check: described(`"bucket":"roots"`)},
			{
				PreConfig: func() { replaced(map[string]string{"root": "{}", "more": "x"}) },
				Config:    at, ConfigPlanChecks: updated, Check: described(`"bucket":"roots"`),
			},
			{Config: withPlace(`pipeline_root = "s3://other"`), ConfigPlanChecks: updated, Check: described(`"bucket":"other"`)},
			{Config: withPlace(""), ConfigPlanChecks: updated, Check: gone},
			{Config: at, ConfigPlanChecks: updated, Check: described(`"bucket":"roots"`)},
		},
	})
}

// checkKeysBelow looks where every artifact of every run lies.
func (e *testEnv) checkKeysBelow(prefix string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		runs, err := e.List(context.Background(), backend.Workflows)
		if err != nil {
			return err
		}
		found := 0
		for _, run := range runs {
			nodes, _, err := unstructured.NestedMap(run.Object, "status", "nodes")
			if err != nil {
				return err
			}
			for name, node := range nodes {
				outputs, _, err := unstructured.NestedSlice(node.(map[string]any), "outputs", "artifacts")
				if err != nil {
					return err
				}
				for _, a := range outputs {
					key, _, _ := unstructured.NestedString(a.(map[string]any), "s3", "key")
					if found++; !strings.HasPrefix(key, prefix) {
						return fmt.Errorf("an artifact of %s has the key %q", name, key)
					}
				}
			}
		}
		if found < 4 {
			return fmt.Errorf("only %d artifacts", found)
		}
		return nil
	}
}
