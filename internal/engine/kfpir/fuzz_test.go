package kfpir_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/kfpir"
)

// A package that somebody has edited is read or refused, with a text at a place in it, whatever has become of it.
func FuzzRead(f *testing.F) {
	for _, text := range seeds(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { readsOrRefuses(t, text) })
}

func seeds(tb testing.TB) []string {
	tb.Helper()
	seeds := []string{minimal, v1, packageOf([]string{"sh", "-ec", run, module}, executor), "a: &a [*a]", "<<: {a: b}", "? [a]\n: b"}
	for _, name := range []string{"flow", "containers", "platform", "import", "names"} {
		seeds = append(seeds, read(tb, "testdata/packages/"+name+".yaml"))
	}
	return seeds
}

type reporter interface {
	Errorf(format string, args ...any)
}

func readsOrRefuses(t reporter, text string) {
	p, problems := check(text, "p")
	for _, one := range problems {
		if !strings.HasPrefix(one.Detail, "p:") || one.Title == "" || one.Path.String() != "package" {
			t.Errorf("no good problem: %+v", one)
		}
	}
	if problems.HasError() == (p.Pipeline.Name != "") && p.Pipeline.Name == "" {
		t.Errorf("neither read nor refused: %v", problems)
	}
	if _, problems := kfpir.ReadComponent(text, kfpir.Options{}); len(problems) > 0 && problems[0].Title == "" {
		t.Errorf("no good problem: %+v", problems[0])
	}
}

// Lines that are left out, repeated, swapped, or from elsewhere.
func TestEditedPackages(t *testing.T) {
	t.Parallel()
	all := seeds(t)
	rapid.Check(t, func(t *rapid.T) {
		lines := strings.Split(rapid.SampledFrom(all).Draw(t, "package"), "\n")
		others := strings.Split(rapid.SampledFrom(all).Draw(t, "other"), "\n")
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			at, from := rapid.IntRange(0, len(lines)-1).Draw(t, "at"), rapid.IntRange(0, len(lines)-1).Draw(t, "from")
			switch rapid.IntRange(0, 4).Draw(t, "edit") {
			case 0:
				lines = append(lines[:at:at], lines[at+1:]...)
			case 1:
				lines[at] = lines[from]
			case 2:
				lines[at], lines[from] = lines[from], lines[at]
			case 3:
				lines[at] = rapid.SampledFrom(others).Draw(t, "line")
			default:
				words := strings.Fields(lines[from])
				if len(words) > 0 {
					lines[at] = strings.Replace(lines[at], rapid.SampledFrom(strings.Fields(lines[at]+" x")).Draw(t, "word"), rapid.SampledFrom(words).Draw(t, "by"), 1)
				}
			}
			if len(lines) == 0 {
				lines = []string{""}
			}
		}
		readsOrRefuses(t, strings.Join(lines, "\n"))
	})
}
