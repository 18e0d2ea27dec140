package report

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/diagram"
)

// Markdown makes a page for a pull request or a wiki that knows GitHub's tables and Mermaid's pictures.
func Markdown(r Run) string {
	p := newPage(r)
	m := &markdown{}
	m.printf("## %s %s: %s", p.State.Sign, code(p.Title), p.State.Text)
	if p.Took != "" {
		m.printf(" after %s", p.Took)
	}
	m.printf("\n\n%s", code(p.Where))
	if p.Version != "" {
		m.printf(" at version %s", code(p.Version))
	}
	if p.Started != "" {
		m.printf(", %s", p.Started)
	}
	if p.URL != "" {
		m.printf(". [Open in Argo Workflows](<%s>)", strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "", "\r", "").Replace(p.URL))
	}
	m.printf("\n")
	if p.Message != "" {
		m.printf("\n%s\n", fence("", p.Message))
	}
	for _, f := range p.Failures {
		m.printf("\n### ✗ %s\n\n", code(f.Name))
		text := f.Message
		if text == "" {
			text = f.State.Text
		}
		m.printf("%s\n", fence("", text))
	}
	m.more(p.MoreFailures)
	m.pairs("Outputs", "Output", p.Outputs)
	if r.Pipeline != nil {
		picture := diagram.Mermaid(*r.Pipeline, diagram.Options{Run: &r.Run, Resolve: r.Resolve})
		m.printf("\n### Pipeline\n\n%s\n", fence("mermaid", strings.TrimSuffix(picture, "\n")))
	}
	m.metrics(p)
	m.tasks(p)
	m.artifacts(p)
	m.pairs("Parameters", "Parameter", p.Parameters)
	for _, d := range p.Documents {
		if d.IsHTML {
			m.printf("\n### %s\n\nHTML, which the report in HTML shows.\n", code(d.Title))
			continue
		}
		m.printf("\n### %s\n\n%s\n", code(d.Title), fence("", d.Text))
	}
	return m.b.String()
}

type markdown struct{ b strings.Builder }

func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(&m.b, format, args...) }

func (m *markdown) more(n int) {
	if n > 0 {
		m.printf("\n… and %d more.\n", n)
	}
}

func (m *markdown) pairs(heading, of string, all []pair) {
	if len(all) == 0 {
		return
	}
	m.printf("\n### %s\n\n| %s | Value |\n|---|---|\n", heading, of)
	for _, v := range all {
		m.printf("| %s | %s |\n", inTable(v.Name), inTable(v.Value))
	}
}

func (m *markdown) metrics(p page) {
	if len(p.Metrics) == 0 {
		return
	}
	m.printf("\n### Metrics\n\n| Task | Artifact | Metric | Value |\n|---|---|---|---|\n")
	row := func(of metric, name, value string) {
		m.printf("| %s | %s | %s | %s |\n", inTable(of.Task), inTable(of.Output), inTable(name), inTable(value))
	}
	for _, of := range p.Metrics {
		for _, v := range of.Values {
			row(of, v.Name, v.Value)
		}
		if of.Curve != nil {
			row(of, "area under the ROC curve", of.Curve.Area)
		}
	}
	m.more(p.MoreMetrics)
	for _, of := range p.Metrics {
		if of.Matrix != nil {
			m.matrix(of)
		}
	}
}

func (m *markdown) matrix(of metric) {
	m.printf("\nConfusion matrix of %s, a row for each true category:\n\n| |", code(of.Task+" "+of.Output))
	for _, name := range of.Matrix.Names {
		m.printf(" %s |", inTable(name))
	}
	m.printf("\n|---|%s\n", strings.Repeat("--:|", len(of.Matrix.Names)))
	for _, r := range of.Matrix.Rows {
		m.printf("| %s |", inTable(r.Name))
		for _, c := range r.Cells {
			m.printf(" %s |", inTable(c.Text))
		}
		m.printf("\n")
	}
	m.more(of.Matrix.More)
}

func (m *markdown) tasks(p page) {
	m.printf("\n<details><summary>Tasks</summary>\n\n| Task | State | Started | Took | Pods | Items |\n|---|---|---|---|--:|---|\n")
	for _, t := range p.Tasks {
		m.printf("| %s | %s %s | %s | %s | %s | %s |\n", inTable(t.Name), t.State.Sign, t.State.Text, t.Started, t.Took, t.Attempts, t.Items)
	}
	m.more(p.MoreTasks)
	m.printf("\n</details>\n")
}

func (m *markdown) artifacts(p page) {
	if len(p.Artifacts) == 0 {
		return
	}
	m.printf("\n<details><summary>Artifacts</summary>\n\n| Task | Output | Address |\n|---|---|---|\n")
	for _, a := range p.Artifacts {
		m.printf("| %s | %s | %s |\n", inTable(a.Task), inTable(a.Output), inTable(a.URI))
	}
	m.more(p.MoreArtifacts)
	m.printf("\n</details>\n")
}

// code is a text in a code span, which nothing in it can close: as it stands, without links, mentions and tags.
func code(text string) string {
	text = strings.Join(strings.Fields(cut(text, maxValue)), " ")
	if text == "" {
		return ""
	}
	ticks := strings.Repeat("`", longestRun(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return ticks + text + ticks
}

// inTable is code for a cell, which a bar would end even in code, and a backslash before the one that hides it.
func inTable(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(code(text), `\|`, `\ |`), "|", `\|`)
}

// fence is a block of code that nothing in it can close.
func fence(language, text string) string {
	ticks := strings.Repeat("`", max(3, longestRun(text)+1))
	return ticks + language + "\n" + cut(text, maxDocument) + "\n" + ticks
}

// longestRun is the length of the longest run of backticks.
func longestRun(text string) int {
	longest, now := 0, 0
	for _, r := range text {
		if now++; r != '`' {
			now = 0
		}
		longest = max(longest, now)
	}
	return longest
}
