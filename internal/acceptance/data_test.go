package acceptance_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// hostileTexts are what a template engine, a shell, JSON or YAML could take for something else than data.
func hostileTexts(n int) map[string]string {
	texts := map[string]string{}
	add := func(text string) { texts[fmt.Sprintf("s%02d", len(texts))] = text }
	for _, text := range []string{
		"", " ", "{{", "}}", "{{workflow.name}}", "{{=1+1}}", "{{item}}", "{{inputs.parameters.s00}}", "{{{{a}}}}", "{", "{{ x", "$HOME $(HOME) $$ ${HOME}",
		`"quoted" 'single' \back\slash \n \u007b`, "line\nline\r\n\ttab", "null", "true", "12345678901234567890", "- a: b # c", "%s %d", "ünïcödé 漢字 🦄",
		"\u2028\u2029\ufeff", "\x01\x1b[31m\x7f", "<&>", "`x` {%y%}",
	} {
		add(text)
	}
	pieces := []string{
		"{", "{{", "}}", "=", "$", "$(", ")", "\\", "\"", "'", "\n", "workflow.name", "item", " ", "ä", "🦄", "%", "`", "#",
	}
	for len(texts) < n {
		var b strings.Builder
		for range 1 + rand.IntN(12) {
			b.WriteString(pieces[rand.IntN(len(pieces))])
		}
		add(b.String())
	}
	return texts
}

// Constants arrive unchanged: in a Python function, in the arguments and the environment of a container, and back in
// Terraform.
func TestAccConstantsArriveUnchanged(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	texts := hostileTexts(48)
	encoded, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	var names, arguments []string
	for i := range len(texts) {
		names = append(names, fmt.Sprintf("s%02d", i))
		arguments = append(arguments, fmt.Sprintf("s%02d: str", i))
	}
	w := env.workspace(t, map[string]string{
		"strings.json": strings.ReplaceAll(string(encoded), "\ufeff", `\ufeff`),
		"echo.py":      "def echo(" + strings.Join(arguments, ", ") + ") -> list:\n    return [" + strings.Join(names, ", ") + "]\n",
		"main.tf": requiredProviders + `
locals {
  texts   = jsondecode(file("strings.json"))
  escaped = { for name, text in local.texts : name => strcontains(text, "{{") ? "{{ ${jsonencode(text)} }}" : text }
}

resource "kfp_component" "python" {
  name   = "echo-python"
  python = { source = file("echo.py"), base_image = "python:3.11-slim" }
}

resource "kfp_component" "container" {
  name    = "echo-container"
  inputs  = { for name, _ in local.texts : name => { type = "string" } }
  outputs = { all = { type = "list" } }
  container = {
    image   = "python:3.11-slim"
    command = ["python3", "-c", "import json, sys; json.dump(sys.argv[2:], open(sys.argv[1], 'w'))"]
    args    = concat(["{{ outputs.all.path }}"], [for name in sort(keys(local.texts)) : "{{ inputs.${name} }}"])
  }
}

resource "kfp_component" "environment" {
  name      = "echo-environment"
  outputs   = { all = { type = "list" } }
  container = {
    image   = "python:3.11-slim"
    command = ["python3", "-c", "import json, os, sys; json.dump([os.environ[n] for n in sorted(os.environ) if n.startswith('TEXT_')], open(sys.argv[1], 'w'))"]
    args    = ["{{ outputs.all.path }}"]
  }
}

resource "kfp_pipeline" "echo" {
  name       = "echo"
  parameters = { for name, _ in local.texts : name => { type = "string" } }
  tasks = {
    # Constants of a run, through the pipeline's parameters, and constants of a task, escaped as the language has it.
    python    = { component = kfp_component.python.ref, inputs = { for name, _ in local.texts : name => "{{ parameters.${name} }}" } }
    container = { component = kfp_component.container.ref, inputs = local.escaped }
    constant  = { component = kfp_component.environment.ref, env = { for name, text in local.escaped : "TEXT_${name}" => text } }
    value     = { component = kfp_component.environment.ref, env = { for name, _ in local.texts : "TEXT_${name}" => "{{ parameters.${name} }}" } }
  }
  outputs = {
    constant = "{{ tasks.constant.output }}", value = "{{ tasks.value.output }}", python = "{{ tasks.python.output }}", container = "{{ tasks.container.outputs.all }}"
  }
}

resource "kfp_run" "echo" {
  pipeline   = kfp_pipeline.echo.ref
  parameters = local.texts
  timeouts   = { create = "4m" }
}

output "result" { value = kfp_run.echo.outputs }
`,
	})
	w.mustRun("apply", "-auto-approve", "-input=false")
	var result struct {
		Result struct{ Value map[string]string }
	}
	if err := json.Unmarshal([]byte(w.mustRun("output", "-json")), &result); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"python", "container", "constant", "value"} {
		var got []string
		if err := json.Unmarshal([]byte(result.Result.Value[kind]), &got); err != nil || len(got) != len(texts) {
			t.Fatalf("%s gave %s: %v", kind, result.Result.Value[kind], err)
		}
		for i, text := range got {
			if want := texts[fmt.Sprintf("s%02d", i)]; text != want {
				t.Errorf("%s got %q, want %q", kind, text, want)
			}
		}
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
}
