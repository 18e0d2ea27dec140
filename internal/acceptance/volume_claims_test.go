package acceptance_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// sharing is a pipeline whose tasks hand files on in a volume of the run, also in a group and in a pipeline inside.
const sharing = `
resource "kfp_component" "put" {
  name      = "put"
  inputs    = { text = { type = "string" } }
  outputs   = { done = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "echo $1 > /mnt/work/$1; echo yes > $2", "sh"], args = ["{{ inputs.text }}", "{{ outputs.done.path }}"] }
}
resource "kfp_component" "all" {
  name      = "all"
  inputs    = { code = { type = "integer" } }
  outputs   = { text = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "ls /mnt/work | grep -v lost | tr '\n' ' ' > $1; exit $2", "sh"], args = ["{{ outputs.text.path }}", "{{ inputs.code }}"] }
}
resource "kfp_pipeline" "inside" {
  name          = "inside"
  volume_claims = { shared = { size = "8Mi" } }
  defaults      = { security_context = { run_as_user = 0, run_as_non_root = false } }
  tasks         = { put = { component = kfp_component.put.ref, inputs = { text = "inside" }, volumes = { w = { mount_path = "/mnt/work", claim = "shared" } } } }
}
resource "kfp_pipeline" "sharing" {
  name          = "sharing"
  parameters    = { code = { type = "integer", default = "0" } }
  %s
  defaults = {
    volumes          = { w = { mount_path = "/mnt/work", claim = "shared" } }
    security_context = { run_as_user = 0, run_as_non_root = false } # the dev cluster's volumes are root's
  }
  groups = {
    put = {
      parameters = { text = { type = "string" } }
      tasks      = { put = { component = kfp_component.put.ref, inputs = { text = "{{ parameters.text }}" } } }
    }
  }
  tasks = {
    puts   = { group = "put", for_each = jsonencode(["a", "b"]), parallelism = 1, inputs = { text = "{{ each.value }}" } }
    inside = { component = kfp_pipeline.inside.ref, depends_on = ["puts"] }
    all    = { component = kfp_component.all.ref, depends_on = ["inside"], inputs = { code = "{{ parameters.code }}" } }
  }
  outputs = { text = "{{ tasks.all.output }}" }
}
`

// A claim is made for each run, every task can mount it, and it goes with the run.
func TestAccVolumeClaimsOfARun(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	run := func(code int) string {
		return fmt.Sprintf(sharing, `volume_claims = { shared = { size = "16Mi" } }`) + fmt.Sprintf(`
resource "kfp_run" "this" {
  pipeline   = kfp_pipeline.sharing.ref
  parameters = { code = %d }
  timeouts   = { create = "4m" }
}`, code)
	}
	claims := func(want int) func(*terraform.State) error {
		return func(*terraform.State) error {
			found, err := e.typed.CoreV1().PersistentVolumeClaims(e.Namespace).List(context.Background(), metav1.ListOptions{})
			if err != nil {
				return err
			}
			for _, claim := range found.Items {
				if claim.DeletionTimestamp == nil {
					want--
				}
			}
			if want != 0 {
				return fmt.Errorf("%d claims are left, %d fewer than wanted", len(found.Items), want)
			}
			return nil
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.factories(),
		CheckDestroy:             resource.ComposeTestCheckFunc(e.checkEmpty, claims(0)),
		Steps: []resource.TestStep{
			{Config: fmt.Sprintf(sharing, ""), ExpectError: regexp.MustCompile(`Claim that nobody makes`)},
			{
				Config: run(0),
				Check: resource.ComposeTestCheckFunc(
					resource.TestCheckResourceAttr("kfp_run.this", "outputs.text", "a b inside "), e.checkPods(4), claims(0),
				),
			},
			{Config: run(3), ExpectError: regexp.MustCompile(`exit code 3`)},
		},
	})
}
