package acceptance_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// conforming are the packages of the corpus that every run of the tests tries; KFP_CONFORMANCE=all tries all that can
// run.
var conforming = []string{
	"probes/oneof_out.yaml", "probes/optional_inputs.yaml", "critical__collected_parameters.yaml",
	"parallel_and_nested__pipeline_in_pipeline_complex.yaml", "nested_return.yaml",
}

// elsewhere are packages that need what the dev cluster has not: other images, secrets, packages of an index, kfp itself
// in the image.
var elsewhere = []string{
	"secret", "pip_", "xgboost", "iris", "containerized", "gpu", "ray", "cabundle", "importer", "submit_request", "env_variable",
	"run_as_user", "k8s_only_methods", "long-running", "pod_metadata", "volume", "display_name", "machine_fields", "google", "caching", "metrics",
}

// better are packages at which KFP's own backend fails for a fault of its own, and which succeed here, as the plan says.
var better = map[string]bool{
	"probes/quote_fstring.yaml": true, "probes/nested_loop_same_param.yaml": true, "probes/nested_loop_sub.yaml": true,
	"probes/collect_with_condition.yaml": true, "pipeline_producer_consumer.yaml": true,
}

// recorded is what KFP itself gave for a package.
type recorded struct {
	Runnable      bool           `json:"runnable"`
	Deterministic bool           `json:"deterministic"`
	Arguments     map[string]any `json:"arguments"`
	State         string         `json:"pipeline_state"`
	Outputs       map[string]any `json:"outputs"`
}

// Compiled pipelines of KFP give here what they give there.
func TestAccConformance(t *testing.T) {
	t.Parallel()
	eachConforming(t, func(t *testing.T, file string, want recorded) {
		t.Helper()
		conforms(t, map[string]string{"main.tf": packageOf(file) + runConforming(t, "kfp_pipeline.this", want)}, want)
	})
}

// eachConforming tries the packages of the corpus that KFP's results are known of.
func eachConforming(t *testing.T, try func(t *testing.T, file string, want recorded)) {
	t.Helper()
	root := os.Getenv("KFP_CORPUS")
	if root == "" {
		t.Skip("KFP_CORPUS does not say where the compiled pipelines are")
	}
	text, err := os.ReadFile(filepath.Join(root, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var results map[string]recorded
	if err := json.Unmarshal(text, &results); err != nil {
		t.Fatal(err)
	}
	all := os.Getenv("KFP_CONFORMANCE") == "all"
	for name, want := range results {
		isElsewhere := slices.ContainsFunc(elsewhere, func(part string) bool { return strings.Contains(name, part) })
		if !want.Runnable || !want.Deterministic || want.State != "SUCCEEDED" && want.State != "FAILED" ||
			!slices.Contains(conforming, name) && (!all || isElsewhere) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if better[name] {
				want = recorded{Arguments: want.Arguments, State: "SUCCEEDED"}
			}
			try(t, filepath.Join(root, corpusFile(name)), want)
		})
	}
}

// corpusFile is where a package of the corpus is.
func corpusFile(name string) string {
	if strings.Contains(name, "/") {
		return name
	}
	return filepath.Join("valid", name)
}

// packageOf takes a package as it is, but for images that the dev cluster lacks.
func packageOf(file string) string {
	return `
terraform {
  required_providers { kfp = { source = "terraform-provider-kfp/kfp" } }
}
resource "kfp_pipeline" "this" {
  name    = provider::kfp::inspect_package(file("` + file + `")).name
  package = file("` + file + `")
  caching = false
  images = {
    for image, stand_in in {
      "python:3.11" = "python:3.11-slim", "python:3.9" = "python:3.11-slim", "alpine" = "busybox:1.36", "alpine:latest" = "busybox:1.36",
      "registry.access.redhat.com/ubi9/python-311:latest" = "python:3.11-slim"
    } : image => stand_in if strcontains(file("` + file + `"), "image: ${image}\n")
  }
}
`
}

// runConforming runs a pipeline with the arguments that KFP was given.
func runConforming(t *testing.T, pipeline string, want recorded) string {
	t.Helper()
	arguments, err := json.Marshal(valueTexts(want.Arguments))
	if err != nil {
		t.Fatal(err)
	}
	return `
resource "kfp_run" "this" {
  pipeline        = ` + pipeline + `.ref
  parameters      = jsondecode(` + fmt.Sprintf("%q", arguments) + `)
  service_account = "default"
  timeouts        = { create = "5m" }
}
output "outputs" { value = kfp_run.this.outputs }
`
}

func conforms(t *testing.T, files map[string]string, want recorded) {
	t.Helper()
	e := newTestEnv(t)
	w := e.workspace(t, files)
	out, err := w.Command("apply", "-auto-approve", "-input=false").CombinedOutput()
	if strings.Contains(string(out), "The run has not ended") {
		t.Fatalf("the run has not ended\n%s", out)
	}
	if failed := err != nil; failed != (want.State == "FAILED") {
		t.Fatalf("KFP gave %s, here %v\n%s", want.State, err, out)
	}
	pods, podsErr := e.pods()
	t.Logf("%s as in KFP, with %d pods (%v)", want.State, len(pods), podsErr)
	if err != nil {
		_, why, _ := strings.Cut(string(out), "Error: ")
		t.Log(why)
		return
	}
	got := w.outputsOfRun()
	for output, value := range want.Outputs {
		if isFile, ok := value.(map[string]any); ok && (isFile["content"] != nil || isFile["__missing__"] != nil) {
			continue // an artifact, or nothing
		}
		if text := got[strings.ReplaceAll(output, "-", "_")]; text != valueText(value) {
			t.Errorf("output %s is %s, and KFP's %s", output, text, valueText(value))
		}
	}
}

// valueText is a value as the outputs of a run have it.
func valueText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

func valueTexts(values map[string]any) map[string]string {
	texts := map[string]string{}
	for name, value := range values {
		texts[strings.ReplaceAll(name, "-", "_")] = valueText(value)
	}
	return texts
}
