package acceptance_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

const largeValues = `
resource "kfp_component" "produce" {
  name = "produce"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def produce() -> NamedTuple("Values", [("text", str), ("rows", list[int])]):
          return ("é{{x}}\n" + "x" * 200 * 1024, list(range(10_000_000, 10_000_000 + 22_000)))
    EOT
  }
}

resource "kfp_component" "consume" {
  name = "consume"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def consume(text: str, rows: Optional[list[int]] = None) -> str:
          assert text == "é{{x}}\n" + "x" * 200 * 1024, len(text)
          assert rows is None or rows == list(range(10_000_000, 10_000_000 + 22_000)), len(rows)
          return f"{len(text)} characters, {len(rows or [])} rows"
    EOT
  }
}

resource "kfp_pipeline" "large" {
  name = "large"
  tasks = {
    produce = { component = kfp_component.produce.ref }
    text    = { component = kfp_component.consume.ref, inputs = { text = "{{ tasks.produce.outputs.text }}" } }
    both    = { component = kfp_component.consume.ref, inputs = { for name in ["text", "rows"] : name => "{{ tasks.produce.outputs.${name} }}" } }
  }
  outputs = { text = "{{ tasks.text.output }}", both = "{{ tasks.both.output }}" }
}

resource "kfp_run" "large" {
  pipeline = kfp_pipeline.large.ref
  timeouts = { create = "4m" }
}
`

// Values of 200 KiB go through with the right that the guide tells of, and without it the error names the guide.
func TestAccLargeValues(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{
			{
				Config:      largeValues,
				ExpectError: regexp.MustCompile(`(?s)configmaps\s+is\s+forbidden.*guide\s+"Writing\s+components"`),
			},
			{
				PreConfig: func() { env.grantFromGuide(t, "argo-large-values") },
				Config:    largeValues,
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr("kfp_run.large", "outputs.text", "204807 characters, 0 rows"),
					resource.TestCheckResourceAttr("kfp_run.large", "outputs.both", "204807 characters, 22000 rows"),
				),
			},
		},
	})
}

// grantFromGuide creates the Role and the RoleBinding of this name that the guide on components shows.
func (e *testEnv) grantFromGuide(t *testing.T, name string) {
	t.Helper()
	guide, err := os.ReadFile("../../templates/guides/writing-components.md")
	if err != nil {
		t.Fatal(err)
	}
	created := 0
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(guide), -1) {
		for text := range strings.SplitSeq(block[1], "---\n") {
			var role rbacv1.Role
			var binding rbacv1.RoleBinding
			roleErr, bindingErr := yaml.UnmarshalStrict([]byte(text), &role), yaml.UnmarshalStrict([]byte(text), &binding)
			switch {
			case roleErr == nil && role.Kind == "Role" && role.Name == name:
				_, err = e.typed.RbacV1().Roles(e.Namespace).Create(t.Context(), &role, metav1.CreateOptions{})
			case bindingErr == nil && binding.Kind == "RoleBinding" && binding.Name == name:
				_, err = e.typed.RbacV1().RoleBindings(e.Namespace).Create(t.Context(), &binding, metav1.CreateOptions{})
			default:
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			created++
		}
	}
	if created != 2 {
		t.Fatalf("the guide has %d objects named %s, want a Role and a RoleBinding", created, name)
	}
}

// helpersAndFiles is a function with a helper and a data file, whose container cannot write but to its volumes.
const helpersAndFiles = `
resource "kfp_component" "prices" {
  name = "prices"
  python = {
    base_image         = "python:3.11-slim"
    additional_sources = { "money.py" = <<-EOT
      import decimal

      class Money(decimal.Decimal):
          def shown(self):
              return f"{self:.2f} EUR"

      def total(rows):
          return Money(sum(decimal.Decimal(row["price"]) for row in rows))
    EOT
    }
    files  = { "prices.csv" = "name,price\ncoach,12.50\nhorse,{{=1}}7\n", "rate.txt" = "é $HOME $(X)" }
    source = <<-EOT
      def prices(report: Output[Artifact]) -> NamedTuple("Prices", [("total", str), ("who", str), ("rate", str)]):
          import csv, os, pathlib, tempfile

          with open("/kfp/component/prices.csv") as f:
              rows = list(csv.DictReader(f))
          assert rows[1]["price"] == "{{=1}}7"
          rows[1]["price"] = "7"
          rate = pathlib.Path(os.environ["KFP_COMPONENT_DIR"], "rate.txt").read_text()
          with open(report.path, "w") as f:
              f.write(total(rows).shown())
          with tempfile.NamedTemporaryFile("w") as f:
              f.write("scratch")
          for path in ("/", "/etc", "/kfp/component"):
              try:
                  open(os.path.join(path, "probe"), "w")
                  raise SystemExit(path + " can be written")
              except OSError:
                  pass
          return total(rows).shown(), f"{os.getuid() != 0}", rate
    EOT
  }
}

resource "kfp_pipeline" "prices" {
  name = "prices"
  tasks = {
    prices = {
      component        = kfp_component.prices.ref
      security_context = { read_only_root_filesystem = true, run_as_user = 12345 }
    }
  }
  outputs = { for name in ["total", "who", "rate"] : name => "{{ tasks.prices.outputs.${name} }}" }
}

resource "kfp_run" "prices" {
  pipeline = kfp_pipeline.prices.ref
  timeouts = { create = "4m" }
}
`

func TestAccHelpersAndFilesOnAReadOnlyRoot(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.applies(t, helpersAndFiles,
		resource.TestCheckResourceAttr("kfp_run.prices", "outputs.total", "19.50 EUR"),
		resource.TestCheckResourceAttr("kfp_run.prices", "outputs.who", "True"),
		resource.TestCheckResourceAttr("kfp_run.prices", "outputs.rate", "é $HOME $(X)"),
	)
}
