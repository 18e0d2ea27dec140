package kfpir_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

var update = flag.Bool("update", false, "write the golden files")

// check finds all that is wrong with a package, as whoever compiles it does.
func check(text, file string) (kfpir.Package, problem.List) {
	p, problems := kfpir.Read(text, kfpir.Options{File: file, Namespace: "ml"})
	if !problems.HasError() {
		_, more := graph.Check(p.Pipeline)
		problems = append(problems, p.Locate(more)...)
	}
	return p, problems
}

// The packages of testdata each have something that no other one has; what they become is beside them.
func TestPackages(t *testing.T) {
	t.Parallel()
	for _, file := range files(t, "testdata/packages/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			p, problems := check(read(t, file), filepath.Base(file))
			if problems.HasError() {
				t.Errorf("it is refused: %v", problems)
			}
			golden(t, strings.Replace(strings.TrimSuffix(file, ".yaml"), "packages", "golden", 1)+".yaml", map[string]any{
				"Pipeline": p.Pipeline, "DisplayName": p.DisplayName, "Parameters": p.Parameters, "Outputs": p.Outputs,
				"Problems": texts(problems),
			})
		})
	}
}

func texts(problems problem.List) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.Title+": "+p.Detail)
	}
	return all
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

// golden compares what something becomes with a file.
func golden(t *testing.T, file string, v any) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		t.Fatal(err)
	}
	got, err := yaml.Marshal(said(plain))
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

// said leaves out what is empty, and what tasks only repeat of their components.
func said(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = said(v[i])
		}
	case map[string]any:
		if v["kind"] != nil && v["namespace"] != nil {
			return v["kind"].(string) + " " + v["name"].(string)
		}
		for key, e := range v {
			e = said(e)
			v[key] = e
			if e == nil || e == "" || e == false {
				delete(v, key)
			}
			if m, ok := e.(map[string]any); ok && len(m) == 0 {
				delete(v, key)
			}
		}
	}
	return v
}
