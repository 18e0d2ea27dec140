package kfpir_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

func check(p kfpir.Package) problem.List {
	_, problems := graph.Check(p.Pipeline)
	for _, name := range spec.Names(p.Pipeline.Groups) {
		_, inner := graph.Check(p.Pipeline.Groups[name].Pipeline(p.Pipeline))
		for _, one := range inner {
			if len(one.Path) > 0 {
				one.Path = problem.At("groups").Key(name).Join(one.Path)
			}
			problems = append(problems, one)
		}
	}
	return p.Locate(problems)
}

func TestExplore(t *testing.T) {
	root := os.Getenv("KFP_CORPUS")
	files, _ := filepath.Glob(root + "/*/*.yaml")
	clean := 0
	for _, f := range files {
		raw, _ := os.ReadFile(f)
		p, problems := kfpir.Read(string(raw), kfpir.Options{Namespace: "ns", File: filepath.Base(f)})
		if !problems.HasError() {
			problems = append(problems, check(p)...)
		}
		if !problems.HasError() {
			clean++
		}
		for _, one := range problems {
			if one.Severity == problem.Error || os.Getenv("WARN") != "" {
				fmt.Printf("%d %s: %s\n", one.Severity, one.Title, strings.ReplaceAll(one.Detail, "\n", " "))
			}
		}
	}
	fmt.Println(clean, "of", len(files))
}
