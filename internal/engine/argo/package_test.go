package argo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
)

// Whatever package is read, Argo's own validator takes what it becomes: those of the reader's tests, and those of the
// corpus where it is.
func TestArgoAcceptsPackages(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../kfpir/testdata/packages/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d packages, %v", len(files), err)
	}
	if root := os.Getenv("KFP_CORPUS"); root != "" {
		more, err := filepath.Glob(root + "/*/*.yaml")
		if err != nil || len(more) == 0 {
			t.Fatalf("%d packages in %s, %v", len(more), root, err)
		}
		files = append(files, more...)
	}
	accepted := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		read, problems := kfpir.Read(string(text), kfpir.Options{Namespace: "etl"})
		if problems.HasError() {
			continue // the reader's tests say which, and why
		}
		g, found := graph.Check(read.Pipeline)
		if found.HasError() {
			t.Errorf("%s is read and refused: %v", file, found)
			continue
		}
		object, err := compile.Pipeline(g)
		if err == nil {
			err = validated(getter{object.Template.Name: object.Template}, object.Template)
		}
		if err != nil && !needsArtifact(err) {
			t.Errorf("%s: %v", file, err)
			continue
		}
		accepted++
	}
	t.Logf("%d of %d packages", accepted, len(files))
}

// needsArtifact reports whether the validator only misses an artifact that a run has to give.
func needsArtifact(err error) bool { return strings.Contains(err.Error(), "was not supplied") }

// A package that somebody has edited is refused, or it compiles to what Argo takes.
func TestArgoAcceptsEditedPackages(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../kfpir/testdata/packages/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d packages, %v", len(files), err)
	}
	var texts []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	rapid.Check(t, func(t *rapid.T) {
		lines := strings.Split(rapid.SampledFrom(texts).Draw(t, "package"), "\n")
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			at, from := rapid.IntRange(0, len(lines)-1).Draw(t, "at"), rapid.IntRange(0, len(lines)-1).Draw(t, "from")
			switch rapid.IntRange(0, 2).Draw(t, "edit") {
			case 0:
				lines = append(lines[:at:at], lines[at+1:]...)
			case 1:
				lines[at], lines[from] = lines[from], lines[at]
			default:
				key, _, _ := strings.Cut(lines[at], ":")
				_, value, _ := strings.Cut(lines[from], ":")
				lines[at] = key + ":" + value
			}
		}
		read, problems := kfpir.Read(strings.Join(lines, "\n"), kfpir.Options{Namespace: "etl"})
		if problems.HasError() {
			return
		}
		g, found := graph.Check(read.Pipeline)
		if found.HasError() {
			return
		}
		object, err := compile.Pipeline(g)
		if err == nil {
			err = validated(getter{object.Template.Name: object.Template}, object.Template)
		}
		if err != nil && !needsArtifact(err) {
			t.Errorf("%v\n%s", err, strings.Join(lines, "\n"))
		}
	})
}
