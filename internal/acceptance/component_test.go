package acceptance_test

import (
	"fmt"
	"strings"
	"testing"
)

func pythonComponent(source string) string {
	return fmt.Sprintf(`
resource "kfp_component" "this" {
  name   = "step"
  python = {
    base_image = "python:3.12-slim"
    file       = "step.py"
    source     = <<-EOT
%s
    EOT
  }
}
`, indent(source))
}

// Text is a component in one line, its attributes separated by semicolons.
func one(attributes string) string {
	return "resource \"kfp_component\" \"this\" {\n" + strings.ReplaceAll(attributes, "; ", "\n") + "\n}"
}

func TestBadComponentsAreRefusedAtPlan(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		config string
		want   []string
	}{
		// The textbook's invalid component: both names are defined outside the function, which runs alone.
		"not self-contained": {
			pythonComponent(`
import math

radius = 10.0

def area() -> float:
    return math.pi * radius**2
`),
			[]string{"step.py:6:12:", "math", "step.py:6:22:", "radius"},
		},
		"no annotation": {pythonComponent("def step(a) -> int:\n    return 1"), []string{"step.py:1:10:"}},
		"syntax": {
			pythonComponent("def step() -> int:\n    return (1"), []string{"step.py:2:12:", "'(' was never closed"},
		},
		"unusable type": {pythonComponent("def step(a: set) -> int:\n    return 1"), []string{"step.py:1:13:"}},
		"no image":      {one(`name = "x"; python = { source = "def f() -> int: return 1" }`), []string{"Give base_image"}},
		"declared outputs that are not those of the function": {
			one(`name = "x"; outputs = { rate = { type = "float" } }; python = { base_image = "p"; source = "def f(a: int) -> float: return 1.0" }`),
			[]string{
				`outputs["rate"]: The function has no output "rate"; it has Output.`,
				`outputs: The function has the output "Output" (type float), which is not declared.`,
			},
		},
		"declared inputs that are not those of the function": {
			one(`name = "x"; inputs = { a = { type = "float" }, b = { type = "string", default = "y", description = "A b" } }; python = { base_image = "p"; source = "def f(a: int, b: str = 'x', c: bool = True): pass" }`),
			[]string{
				`inputs["a"]: Declared is type float, the function says type integer.`,
				`inputs["b"]: Declared is type string, default "y", description "A b", the function says type string, default "x".`,
				`inputs: The function has the input "c"`,
			},
		},
		"declared as if there were none": {
			one(`name = "x"; inputs = {}; outputs = {}; python = { base_image = "p"; source = "def f(a: int) -> float: return 1.0" }`),
			[]string{`inputs: The function has the input "a"`, `outputs: The function has the output "Output"`},
		},
		"file names": {
			one(`name = "x"; python = { base_image = "p"; source = "def f() -> int: return 1"; files = { "a/b.csv" = "", "component.py" = "" }; additional_sources = { "kfp_runtime.py" = "" } }`),
			[]string{
				`python.files["a/b.csv"]: "a/b.csv" cannot name a file`, `python.files["component.py"]: there is more than one file`,
				`python.additional_sources["kfp_runtime.py"]: there is more than one file`,
			},
		},
		"too large": {
			one(`name = "x"; python = { base_image = "p"; source = "def f() -> int: return 1"; files = { "big.txt" = join("", [for i in range(1024) : format("%01024d", i)]) } }`),
			[]string{"python: the files have", "more than the 1048576 of a config map; the largest are big.txt (1048576)"},
		},
		"invalid name": {
			one(`name = "X y"; container = { image = "busybox" }`), []string{`"X y" cannot name a component`},
		},
		"unknown reference": {
			one(`name = "x"; container = { image = "busybox", args = ["{{ inputs.a }}"] }`), []string{`inputs`},
		},
		"bad default": {
			one(`name = "x"; inputs = { a = { type = "integer", default = "x" } }; container = { image = "busybox" }`),
			[]string{`inputs["a"].default: `},
		},
		"unknown type": {
			one(`name = "x"; inputs = { a = { type = "number" } }; container = { image = "busybox" }`),
			[]string{`"number" is not a type`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectPlanErrors(t, tc.config, tc.want...)
		})
	}
}
