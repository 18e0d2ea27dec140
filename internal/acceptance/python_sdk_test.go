package acceptance_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime/pypitest"
)

// ofTheSDK are functions that need what KFP's SDK has: an artifact of a class of one's own, a model of pydantic, files
// that come along, plain data for an artifact, and values as KFP reads them.
const ofTheSDK = `
resource "kfp_component" "score" {
  name = "score"
  python = {
    base_image    = "python:3.11-slim"
    packages      = ["pydantic"]
    index_urls    = ["http://%[1]s:%[2]d/simple"]
    trusted_hosts = ["%[1]s"]
    files         = { "rows.csv" = "1,{{=2}}\n" }
    source        = <<-EOT
      from kfp import dsl
      from pydantic import BaseModel

      class Person(BaseModel):
          name: str

      class Scorecard(dsl.Artifact):
          schema_title = "acme.Scorecard"

          def add(self, n):
              self.metadata["score"] = self.metadata.get("score", 0) + n

      def score(
          who: Person, rows: dsl.EmbeddedInput[dsl.Dataset], card: dsl.Output[Scorecard]
      ) -> NamedTuple("Scores", [("person", Person), ("model", Model)]):
          assert type(who) is Person and type(card) is Scorecard, (type(who), type(card))
          assert open(rows.path).read() == "1,{{=2}}\n"
          card.add(5)
          card.set_path("/tmp/card")
          with open(card.path, "w") as f:
              f.write("the card")
          return Person(name=who.name.upper()), "weights {{=1}}"
    EOT
  }
}

resource "kfp_component" "read" {
  name = "read"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      class Card(dsl.Artifact):
          schema_title = "acme.Scorecard"

          @property
          def score(self):
              return self.metadata["score"]

      def read(card: Input[Card], anything: Input[Artifact], model: Input[Model], person: dict) -> str:
          texts = [open(a.path).read() for a in (card, anything, model)]
          return f"{card.score + 1} {person['name']} {texts}"
    EOT
  }
}

resource "kfp_component" "lenient" {
  name = "lenient"
  python = {
    base_image = "python:3.11-slim"
    kfp        = %[3]s
    source     = <<-EOT
      def lenient(share: float, yes: OutputPath(bool), n: OutputPath(int), never: Output[Dataset]) -> str:
          for path, text in ((yes, "True"), (n, " 3\n")):
              with open(path, "w") as f:
                  f.write(text)
          return type(share).__name__
    EOT
  }
}

resource "kfp_component" "weigh" {
  name      = "weigh"
  inputs    = { card = { type = "acme.Scorecard" }, empty = { type = "system.Dataset" } }
  outputs   = { bytes = { type = "integer" } }
  container = {
    image   = "busybox:1.36"
    command = ["sh", "-c", "cat \"$0\" \"$1\" | wc -c > \"$2\"", "{{ inputs.card.path }}", "{{ inputs.empty.path }}", "{{ outputs.bytes.path }}"]
  }
}

resource "kfp_pipeline" "scores" {
  name = "scores"
  tasks = {
    score = { component = kfp_component.score.ref, inputs = { who = jsonencode({ name = "ada" }) } }
    read = {
      component = kfp_component.read.ref
      inputs = {
        card     = "{{ tasks.score.outputs.card }}"
        anything = "{{ tasks.score.outputs.card }}"
        model    = "{{ tasks.score.outputs.model }}"
        person   = "{{ tasks.score.outputs.person }}"
      }
    }
    lenient = { component = kfp_component.lenient.ref, inputs = { share = "2" } }
    weigh   = {
      component = kfp_component.weigh.ref
      inputs    = { card = "{{ tasks.score.outputs.card }}", empty = "{{ tasks.lenient.outputs.never }}" }
    }
  }
  outputs = {
    read  = "{{ tasks.read.output }}"
    kind  = "{{ tasks.lenient.outputs.Output }}"
    yes   = "{{ tasks.lenient.outputs.yes }}"
    n     = "{{ tasks.lenient.outputs.n }}"
    bytes = "{{ tasks.weigh.output }}"
  }
}
`

const runsScores = `
resource "kfp_run" "scores" {
  pipeline = kfp_pipeline.scores.ref
  timeouts = { create = "4m" }
}
`

// TestAccSDK runs them, imports two, and refuses an artifact of another title. pydantic is a small one.
func TestAccSDK(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	// It has of pydantic what the function uses.
	port := servePackages(t, map[string][]byte{"pydantic-2.0-py3-none-any.whl": pypitest.Wheel(t, "pydantic", "2.0", map[string]string{
		"pydantic.py": "class BaseModel:\n    def __init__(self, **fields): vars(self).update(fields)\n" +
			"    def model_dump(self, mode): return dict(vars(self))\n",
	})})
	config := fmt.Sprintf(ofTheSDK, machine, port, "true")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{
			{
				Config:      strings.Replace(config, "anything: Input[Artifact]", "anything: Input[Dataset]", 1),
				ExpectError: regexp.MustCompile(`acme\.Scorecard,\s+and\s+Dataset\s+is\s+wanted`),
			},
			{Config: config + runsScores, Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr("kfp_run.scores", "outputs.read", "6 ADA ['the card', 'the card', 'weights {{=1}}']"),
				resource.TestCheckResourceAttr("kfp_run.scores", "outputs.kind", "int"),
				resource.TestCheckResourceAttr("kfp_run.scores", "outputs.yes", "true"),
				resource.TestCheckResourceAttr("kfp_run.scores", "outputs.n", "3"),
				resource.TestCheckResourceAttr("kfp_run.scores", "outputs.bytes", "8"),
				resource.TestCheckResourceAttr("kfp_component.weigh", "inputs.empty.type", "system.Dataset"),
				resource.TestCheckResourceAttr("kfp_component.score", "outputs.card.type", "acme.Scorecard"),
				env.checkPods(4),
			)},
			{
				ResourceName: "kfp_component.lenient", ImportState: true, ImportStateId: env.Namespace + "/lenient",
				ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "name",
			},
			{
				ResourceName: "kfp_component.score", ImportState: true, ImportStateId: env.Namespace + "/score",
				ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "name",
				ImportStateVerifyIgnore: []string{"python.source"}, // the pod has what it needs of it
			},
			{ // Types are strict again: another version, whose text of a boolean is none.
				Config:      strings.Replace(config, "kfp        = true", "kfp        = false", 1) + runsScores,
				ExpectError: regexp.MustCompile(`(?s)exit\s+code\s+65.*output\s+"yes":\s+not\s+valid\s+JSON`),
			},
		},
	})
}
