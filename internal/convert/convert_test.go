package convert

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var update = flag.Bool("update", false, "write the golden files")

const packages = "../engine/kfpir/testdata/packages/*.yaml"

// Each package becomes what stands in a folder of its name, and tells what is not as in KFP.
func TestPackages(t *testing.T) {
	t.Parallel()
	for _, file := range append(files(t, packages), "../acceptance/testdata/package/pipeline.yaml", "testdata/component.yaml") {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, found := Package(t.Context(), read(t, file), filepath.Base(file), "")
			if found.HasError() {
				t.Fatalf("it is refused: %v", found)
			}
			isFormatted(t, m)
			golden(t, filepath.Join("testdata", "golden", name), m)
		})
	}
}

func isFormatted(t *testing.T, m Module) {
	t.Helper()
	for name, text := range m {
		if strings.HasSuffix(name, ".tf") && string(hclwrite.Format(text)) != string(text) {
			t.Errorf("%s is not formatted", name)
		}
	}
}

// golden compares a module with the files of a folder.
func golden(t *testing.T, dir string, m Module) {
	t.Helper()
	if *update {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o750); err != nil {
			t.Fatal(err)
		}
		for name, text := range m {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	var there []string
	for _, file := range files(t, dir+"/*") {
		there = append(there, filepath.Base(file))
	}
	if diff := cmp.Diff(there, m.names()); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", dir, diff)
		return
	}
	for name, text := range m {
		if diff := cmp.Diff(read(t, filepath.Join(dir, name)), string(text)); diff != "" {
			t.Errorf("%s/%s (-want +got; -update writes it):\n%s", dir, name, diff)
		}
	}
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", pattern, err)
	}
	return files
}

func read(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The corpus is packages of other people's: all of them become HCL that plans, but for those that the golden file names
// with the reason.
func TestCorpus(t *testing.T) {
	t.Parallel()
	root := os.Getenv("KFP_CORPUS")
	if root == "" {
		t.Skip("KFP_CORPUS does not say where the compiled pipelines are")
	}
	refused := map[string]string{}
	for _, file := range files(t, root+"/*/*.yaml") {
		name := filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file)
		c, found := pipelineOf(t.Context(), read(t, file), name, "")
		if found.HasError() {
			refused[name] = reasons(t, found)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newPlanner(t).says(t, c)
		})
	}
	const file = "testdata/corpus.yaml"
	got, err := yaml.Marshal(refused)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(read(t, file), string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", file, diff)
	}
}

// reasons are the titles of errors. Each of these says where it stands and what to do.
func reasons(t *testing.T, found problem.List) string {
	t.Helper()
	var why []string
	for _, p := range found {
		if p.Severity != problem.Error {
			continue
		}
		if !strings.Contains(p.Detail, ".yaml:") || !strings.HasSuffix(p.Detail, ".") {
			t.Errorf("no good problem: %s", p.Detail)
		}
		why = append(why, p.Title)
	}
	slices.Sort(why)
	return strings.Join(slices.Compact(why), ", ")
}

// What is written says what the converter has made of the package, to the last byte of what the cluster gets.
func TestHCLSaysThePipeline(t *testing.T) {
	t.Parallel()
	for _, file := range files(t, packages) {
		c, found := pipelineOf(t.Context(), read(t, file), filepath.Base(file), "")
		if found.HasError() {
			t.Fatalf("%s is refused: %v", file, found)
		}
		newPlanner(t).says(t, c)
	}
}

// The source of a function says its defaults, and the package may say others.
func TestDefaultsThatDiffer(t *testing.T) {
	t.Parallel()
	text := read(t, squares)
	text = strings.Replace(text, "number: {parameterType: NUMBER_INTEGER}", "number: {parameterType: NUMBER_INTEGER, defaultValue: 4.0}", 1)
	m, found := Package(t.Context(), text, "p.yaml", "")
	const want = `The package says that the default of "number" is "4", and the source says none, which counts here.`
	if found.HasError() || !slices.ContainsFunc(found, func(p problem.Problem) bool { return strings.HasSuffix(p.Detail, want) }) {
		t.Fatal(found)
	}
	if !strings.Contains(strings.ReplaceAll(string(m["squares.tf"]), "\n# ", " "), want) {
		t.Errorf("no comment says so:\n%s", m["squares.tf"])
	}
}

// A task under a condition or in a loop needs no group, unless the group is more than it.
func TestGroupsOfOneTask(t *testing.T) {
	t.Parallel()
	c, found := pipelineOf(t.Context(), read(t, "../acceptance/testdata/package/pipeline.yaml"), "p.yaml", "")
	if found.HasError() || len(c.pipeline.Groups) > 0 {
		t.Fatalf("%v %v", found, c.pipeline.Groups)
	}
	tasks := c.pipeline.Tasks
	if diff := cmp.Diff([]string{
		tasks["double"].ForEach, tasks["double"].Inputs["number"], tasks["add"].Inputs["numbers"], tasks["say"].When,
		tasks["say"].Inputs["text"], c.pipeline.Outputs["said"],
	}, []string{
		"{{ parameters.numbers }}", "{{ each.value }}", "{{ tasks.double.output }}", "int(tasks.add.output) > 5",
		"sum {{ tasks.add.output }}", "{{ tasks.say.output }}",
	}); diff != "" {
		t.Error(diff)
	}
	flow, found := pipelineOf(t.Context(), read(t, "../engine/kfpir/testdata/packages/flow.yaml"), "flow.yaml", "")
	want := []string{"condition_3", "condition_branches_1", "exit_handler_1", "for_loop_1", "for_loop_2", "inner"}
	if diff := cmp.Diff(want, spec.Names(flow.pipeline.Groups)); diff != "" || found.HasError() {
		t.Errorf("%v %s", found, diff)
	}
}
