package acceptance_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/convert"
)

const recurringSquares = `{"recurringRuns": [{
  "display_name": "Squares by night",
  "pipeline_version_reference": {"pipeline_id": "1b8c"},
  "runtime_config": {"parameters": {"numbers": [1, 2, 4]}},
  "max_concurrency": "1",
  "trigger": {"cron_schedule": {"cron": "0 30 2 * * *"}},
  "status": "DISABLED",
  "no_catchup": true
}]}`

// A pipeline that was applied as a package goes on as what the converter writes of it, in the same state: the same
// object, the same outputs, and nothing to do afterwards. KFP's recurring run of it comes along.
func TestAccConvert(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	text, err := os.ReadFile("testdata/package/pipeline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("python:3.11"), []byte("python:3.11-slim"))
	run := strings.Replace(runSquares, "1, 2, 4", "1, 2, 5", 1) + "output \"outputs\" { value = kfp_run.squares.outputs }\n"
	w := e.workspace(t, map[string]string{
		"versions.tf": providerOnly + "provider \"kfp\" {}\n", "pipeline.yaml": string(text), "run.tf": run,
		"pipeline.tf": "resource \"kfp_pipeline\" \"squares\" {\n  name    = \"squares\"\n  package = file(\"pipeline.yaml\")\n}\n",
	})
	w.mustRun("apply", "-auto-approve", "-input=false")
	want := w.outputsOfRun()
	if len(want) == 0 {
		t.Fatal("the package gave nothing")
	}
	for _, name := range []string{"versions.tf", "pipeline.tf"} {
		if err := os.Remove(filepath.Join(w.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	w.Write("recurring.json", recurringSquares)
	for _, args := range [][]string{
		{filepath.Join(w.dir, "pipeline.yaml"), "-o", w.dir},
		{"-o", w.dir, "-pipeline", "1b8c=squares", filepath.Join(w.dir, "recurring.json")},
	} {
		var told bytes.Buffer
		if code := convert.Main(t.Context(), args, &told, &told); code != 0 {
			t.Fatalf("%q: %d %s", args, code, &told)
		}
	}
	if out, err := w.Command("fmt", "-check", "-diff").CombinedOutput(); err != nil {
		t.Errorf("terraform fmt: %v\n%s", err, out)
	}
	out := w.mustRun("plan", "-input=false")
	for _, said := range []string{"kfp_pipeline.squares will be updated in-place", "kfp_run.squares must be replaced", "5 to add, 1 to change, 1 to destroy"} {
		if !strings.Contains(out, said) {
			t.Errorf("the plan does not say %q:\n%s", said, out)
		}
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	if got := w.outputsOfRun(); !maps.Equal(got, want) {
		t.Errorf("converted it gives %v, as a package %v", got, want)
	}
	w.unchanged()
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// outputsOfRun is the output "outputs".
func (w *workspace) outputsOfRun() map[string]string {
	w.t.Helper()
	said, err := w.Command("output", "-json", "outputs").Output()
	if err != nil {
		w.t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(said, &got); err != nil {
		w.t.Fatal(err)
	}
	return got
}

// Compiled pipelines of KFP give the same after they were converted.
func TestAccConvertedConformance(t *testing.T) {
	t.Parallel()
	eachConforming(t, func(t *testing.T, file string, want recorded) {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for image, standIn := range map[string]string{
			"python:3.11": "python:3.11-slim", "python:3.9": "python:3.11-slim", "alpine": "busybox:1.36", "alpine:latest": "busybox:1.36",
			"registry.access.redhat.com/ubi9/python-311:latest": "python:3.11-slim",
		} {
			text = bytes.ReplaceAll(text, []byte("image: "+image+"\n"), []byte("image: "+standIn+"\n"))
		}
		module, found := convert.Package(t.Context(), string(text), filepath.Base(file), "conformance")
		if found.HasError() {
			t.Fatal(found)
		}
		files := map[string]string{"run.tf": runConforming(t, "kfp_pipeline.conformance", want)}
		for name, text := range module {
			files[name] = string(text)
		}
		conforms(t, files, want)
	})
}
