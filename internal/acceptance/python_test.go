package acceptance_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

const everyType = `
resource "kfp_component" "produce" {
  name = "produce"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def produce(seed: int, file: Output[Dataset], scores: Output[Metrics]) -> NamedTuple("Values", [
          ("empty", str), ("text", str), ("large", str), ("big", int), ("small", float), ("yes", bool),
          ("words", list[str]), ("rows", list), ("config", dict)]):
          with open(file.path, "w") as f:
              f.write("row 1")
          file.metadata["rows"] = 1
          scores.log_metric("accuracy", 0.5)
          return ("", "ünïcödé {{workflow.name}} 🦄\n\x01", "x" * 40 * 1024, seed + 2**60, 1.5, True,
                  ["a", "{{b}}"], [1, 2.5, None, {"k": []}], {"nested": {"deep": [1, {"x": "{{y}}"}]}})
    EOT
  }
}

resource "kfp_component" "consume" {
  name = "consume"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def consume(empty: str, text: str, large: str, big: int, small: float, yes: bool, words: list[str], rows: list,
                  config: dict, file: Input[Dataset], absent: Optional[str] = None) -> str:
          assert empty == "" and text == "ünïcödé {{workflow.name}} 🦄\n\x01" and large == "x" * 40 * 1024
          assert big == 3 + 2**60 and type(big) is int and small == 1.5 and type(small) is float and yes is True
          assert words == ["a", "{{b}}"] and rows == [1, 2.5, None, {"k": []}]
          assert config == {"nested": {"deep": [1, {"x": "{{y}}"}]}} and absent is None
          assert open(file.path).read() == "row 1" and file.metadata["rows"] == 1, file.metadata
          return "all as it was"
    EOT
  }
}

resource "kfp_pipeline" "types" {
  name = "types"
  tasks = {
    produce = { component = kfp_component.produce.ref, inputs = { seed = 3 } }
    consume = {
      component = kfp_component.consume.ref
      inputs    = { for name in ["empty", "text", "large", "big", "small", "yes", "words", "rows", "config", "file"] : name => "{{ tasks.produce.outputs.${name} }}" }
    }
  }
  outputs = { result = "{{ tasks.consume.output }}", big = "{{ tasks.produce.outputs.big }}", text = "{{ tasks.produce.outputs.text }}" }
}

resource "kfp_run" "types" {
  pipeline = kfp_pipeline.types.ref
  timeouts = { create = "4m" }
}
`

func TestAccEveryTypeRoundTrips(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.applies(t, everyType,
		resource.TestCheckResourceAttr("kfp_run.types", "outputs.result", "all as it was"),
		resource.TestCheckResourceAttr("kfp_run.types", "outputs.big", "1152921504606846979"),
		resource.TestCheckResourceAttr("kfp_run.types", "outputs.text", "ünïcödé {{workflow.name}} 🦄\n\x01"),
		env.checkPods(2),
	)
}

func TestAccPythonFailures(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ source, want string }{
		"raises": {
			"def step() -> int:\n    return int('x')", `(?s)exit\s+code\s+1.*component\.py.*line\s+2.*invalid\s+literal`,
		},
		"wrong type": {"def step() -> int:\n    return 'x'", `(?s)exit\s+code\s+65.*expected\s+int.*str`},
		"not a number": {
			"def step() -> float:\n    return float('nan')", `(?s)exit\s+code\s+65.*expected\s+a\s+finite\s+float`,
		},
		"exits": {"def step() -> int:\n    import sys\n    sys.exit(3)", `(?s)exit\s+code\s+3`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: env.factories(),
				CheckDestroy:             env.checkEmpty,
				Steps: []resource.TestStep{
					{Config: pipelineOf(tc.source, "{}", ""), ExpectError: regexp.MustCompile(tc.want)},
				},
			})
		})
	}
}
