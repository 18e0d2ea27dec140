package dockerfile

import (
	"slices"
	"strings"
	"testing"
)

// FuzzParse looks for panics: a Dockerfile is the user's, and a provider that panics takes the whole plan with it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"FROM a\n", "ARG A=${B:-x}\nFROM ${A}\nRUN --mount=type=secret,id=x,from=y z\n", "# escape=`\nFROM a\nCOPY <<E /x\nE\n", "FROM a\nRUN <<A <<B\nA\nB\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(_ *testing.T, text []byte) {
		if file, err := Parse(text, map[string]string{"A": "b"}); err == nil {
			file.HasStage("x")
		}
	})
}

// FuzzPython checks that nothing in a requirement or URL that passes the checks can add an instruction.
func FuzzPython(f *testing.F) {
	f.Add("numpy==2.1.0", "https://a/simple")
	f.Add("EOF\nRUN evil", "https://a/$(x)'\"")
	f.Add("a\\", "https://a/b\\")
	f.Fuzz(func(t *testing.T, text, url string) {
		lines := Lines(text)
		for _, l := range lines {
			if r, _ := CheckLine(l); r != "" {
				return
			}
		}
		plain, _, err := SplitLogins([]string{url})
		if err != nil || len(lines) == 0 || strings.ContainsAny(text, "\x00\r") {
			return
		}
		out := Python(Requirements{Base: "base:1", Lines: lines, IndexURLs: plain})
		file, err := Parse([]byte(out), nil)
		if err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		if !slices.Equal(file.Stages, []string{"requirements", ""}) || len(file.Images) != 1 || file.Images[0].Name != "base:1" || strings.Count(out, "\nRUN ") != 1+countLines(lines, "RUN ") {
			t.Fatalf("%+v of\n%s", file, out)
		}
	})
}

func countLines(lines []string, prefix string) int {
	n := 0
	for _, l := range lines {
		if strings.HasPrefix(l, prefix) {
			n++
		}
	}
	return n
}
