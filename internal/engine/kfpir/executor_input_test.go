package kfpir_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The program that stands before one of KFP's launcher writes what that one gives to the files that are wanted.
func TestLaunch(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	p, problems := check(packageOf([]string{"python3", "-m", "kfp.dsl.executor_main"}, executor), "p.json")
	if problems.HasError() {
		t.Fatal(problems)
	}
	script := p.Pipeline.Components["double"].Container.Command[2]
	for program, want := range map[string]map[string]string{
		`{"parameterValues": {"text": "a {{b}}\n", "list": [1, "x"], "number": 1.5}}`: {"text": "a {{b}}\n", "list": `[1, "x"]`, "number": "1.5"},
		`{"artifacts": {}}`: {},
		``:                  {},
		`exit 7`:            nil,
	} {
		dir := t.TempDir()
		outputs := map[string]any{}
		for _, name := range []string{"text", "list", "number"} {
			outputs[name] = map[string]any{"outputFile": filepath.Join(dir, "outputs", name)}
		}
		given, _ := json.Marshal(map[string]any{"outputs": map[string]any{
			"parameters": outputs, "outputFile": filepath.Join(dir, "meta", "all.json"),
		}})
		shell := `test -z "$0" || printf %s "$0" > "$1"`
		if strings.HasPrefix(program, "exit") {
			shell = program
		}
		err := exec.Command(python, "-c", script, string(given), "sh", "-c", shell, program, filepath.Join(dir, "meta", "all.json")).Run()
		if failed := err != nil; failed != (want == nil) {
			t.Errorf("%s: %v", program, err)
		}
		got := map[string]string{}
		written, _ := filepath.Glob(filepath.Join(dir, "outputs", "*"))
		for _, file := range written {
			text, _ := os.ReadFile(file)
			got[filepath.Base(file)] = string(text)
		}
		if diff := cmp.Diff(want, got); want != nil && diff != "" {
			t.Errorf("%s (-want +got):\n%s", program, diff)
		}
	}
}
