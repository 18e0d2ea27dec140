package kfpir_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

// The corpus is packages of other people's: all are read but those that the golden file names, with the reason.
func TestCorpus(t *testing.T) {
	t.Parallel()
	root := os.Getenv("KFP_CORPUS")
	if root == "" {
		t.Skip("KFP_CORPUS does not say where the compiled pipelines are")
	}
	refused := map[string]any{}
	for _, file := range files(t, root+"/*/*.yaml") {
		name := filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file)
		_, problems := check(read(t, file), name)
		var why []string
		for _, p := range problems {
			t.Logf("%d %s: %s", p.Severity, p.Title, p.Detail)
			if p.Severity == problem.Error {
				why = append(why, p.Title)
			}
		}
		if slices.Sort(why); len(why) > 0 {
			refused[name] = strings.Join(slices.Compact(why), ", ")
		}
	}
	golden(t, "testdata/corpus.yaml", refused)
}
