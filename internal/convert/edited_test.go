package convert

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"pgregory.net/rapid"
)

// A package that somebody has edited becomes HCL that can be read, or is refused with a reason, whatever has become of
// it.
func TestEditedPackages(t *testing.T) {
	t.Parallel()
	var all []string
	for _, file := range append(files(t, packages), squares) {
		all = append(all, read(t, file))
	}
	rapid.Check(t, func(r *rapid.T) {
		lines := strings.Split(rapid.SampledFrom(all).Draw(r, "package"), "\n")
		others := strings.Split(rapid.SampledFrom(all).Draw(r, "other"), "\n")
		for range rapid.IntRange(1, 3).Draw(r, "edits") {
			at := rapid.IntRange(0, len(lines)-1).Draw(r, "at")
			from := rapid.SampledFrom(lines).Draw(r, "from")
			switch rapid.IntRange(0, 3).Draw(r, "edit") {
			case 0:
				lines[at] = ""
			case 1:
				lines[at] = from
			case 2:
				lines[at] = rapid.SampledFrom(others).Draw(r, "line")
			default:
				words := strings.Fields(lines[at] + " x")
				word, by := rapid.SampledFrom(words).Draw(r, "word"), rapid.SampledFrom(strings.Fields(from+" y")).Draw(r, "by")
				lines[at] = strings.Replace(lines[at], word, by, 1)
			}
		}
		m, found := Package(t.Context(), strings.Join(lines, "\n"), "p.yaml", "")
		for _, p := range found {
			if !strings.HasPrefix(p.Detail, "p.yaml") || p.Title == "" {
				r.Errorf("no good problem: %+v", p)
			}
		}
		if found.HasError() == (len(m) > 0) {
			r.Errorf("neither converted nor refused, or both: %v", found)
		}
		for name, text := range m {
			if !strings.HasSuffix(name, ".tf") {
				continue
			}
			if _, diags := hclsyntax.ParseConfig(text, name, hcl.InitialPos); diags.HasErrors() {
				r.Errorf("%v\n%s", diags, text)
			}
		}
	})
}
