package report

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/diagram"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/golden"
)

var begin = time.Date(2026, 1, 31, 14, 3, 0, 0, time.UTC)

func task(phase spec.Phase, start, seconds int) spec.TaskStatus {
	started := begin.Add(time.Duration(start) * time.Second)
	return spec.TaskStatus{
		Phase: phase, Attempts: 1, StartedAt: started, FinishedAt: started.Add(time.Duration(seconds) * time.Second),
	}
}

// training is a run with all that a report can show.
func training() Run {
	component := func(name string) spec.Ref { return spec.Ref{Kind: spec.ComponentKind, Name: name} }
	pipeline := spec.Pipeline{
		Namespace: "ml", Name: "train", Parameters: map[string]spec.Input{"rate": {}},
		Tasks: map[string]spec.Task{
			"load":  {Component: component("load-table")},
			"train": {Component: component("train"), Inputs: map[string]string{"rows": "{{ tasks.load.output }}", "rate": "{{ parameters.rate }}"}},
			"folds": {Component: component("score"), ForEach: "[1,2,3]", Inputs: map[string]string{"model": "{{ tasks.train.output }}"}},
			"tell":  {Component: component("mail"), When: "tasks.train.output > 3"},
			"push":  {Component: component("push"), DependsOn: []string{"folds"}},
			"check": {Component: component("check"), DependsOn: []string{"train"}},
		},
	}
	train, folds, check, load := task(spec.PhaseSucceeded, 30, 200), task(spec.PhaseSucceeded, 230, 90), task(spec.PhaseFailed, 230, 12), task(spec.PhaseSucceeded, 0, 30)
	load.Cached, load.Attempts = true, 0
	train.Attempts = 2
	var curve []string
	for i := range 21 {
		x := float64(i) / 20
		curve = append(curve, fmt.Sprintf(`{"confidenceThreshold":%g,"falsePositiveRate":%g,"recall":%g}`, 1-x, x*x, x))
	}
	train.Artifacts = map[string]string{
		"metrics": `{"accuracy":0.93125,"rows":12000,"optimizer":"adam","nothing":null}`,
		"classes": `{"confidenceMetrics":[` + strings.Join(curve, ",") + `],"confusionMatrix":{"annotationSpecs":[{"displayName":"cat"},{"displayName":"dog"}],"rows":[{"row":[40,2]},{"row":[5,53]}]}}`,
	}
	train.URIs = map[string]string{"metrics": "s3://models/train/metrics.tgz"}
	folds.Items, folds.ItemsDone, folds.Attempts = 3, 3, 3
	folds.Artifacts = map[string]string{"metrics": `[{"accuracy":0.9},{"accuracy":0.91},{"accuracy":0.95}]`}
	check.Message = "Error (exit code 1): AssertionError: 12 rows have no label\n  row 7: <b>{{x}}</b> | `a`"
	return Run{
		Run: diagram.Run{Name: "train-1f2e3d", RunStatus: spec.RunStatus{
			Phase: spec.PhaseFailed, StartedAt: begin, FinishedAt: begin.Add(330 * time.Second),
			Outputs: map[string]string{"model": "s3://models/1", "note": "a | b `c` <i>"},
			Tasks: map[string]spec.TaskStatus{
				"load": load, "train": train, "folds": folds, "check": check, "tell": {Phase: spec.PhaseSkipped, Message: "when '1 > 3' evaluated false"},
			},
		}},
		Namespace: "ml", URL: "https://argo.example.com/workflows/ml/train-1f2e3d", Parameters: map[string]string{"rate": "0.1"},
		Ran: spec.Ref{Kind: spec.PipelineKind, Namespace: "ml", Name: "train", Version: "0123456789"}, Pipeline: &pipeline,
		Documents: []Document{
			{Title: "plot", Text: `<h1 style="color:#246">A plot</h1><script>document.title = "ran"</script>`, IsHTML: true},
			{Title: "notes", Text: "# Notes\n\n* good"},
		},
	}
}

func mustHTML(t interface{ Fatal(args ...any) }, r Run) string {
	text, err := HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestGolden(t *testing.T) {
	t.Parallel()
	golden.Compare(t, "training.html", mustHTML(t, training()))
	golden.Compare(t, "training.md", Markdown(training()))
	young := Run{Run: diagram.Run{Name: "young", RunStatus: spec.RunStatus{Phase: spec.PhasePending}}, Namespace: "ml"}
	golden.Compare(t, "pending.html", mustHTML(t, young))
	golden.Compare(t, "pending.md", Markdown(young))
}

// The same run gives the same page, whatever order maps have.
func TestPagesDependOnTheRunAlone(t *testing.T) {
	t.Parallel()
	page, text := mustHTML(t, training()), Markdown(training())
	for range 20 {
		if mustHTML(t, training()) != page || Markdown(training()) != text {
			t.Fatal("two pages of one run differ")
		}
	}
}

// A page of 100 tasks can be mailed, and one of anything can be opened.
func TestSizesAreBounded(t *testing.T) {
	t.Parallel()
	many := func(n int, message string) Run {
		r := Run{Run: diagram.Run{Name: "r", RunStatus: spec.RunStatus{
			Phase: spec.PhaseFailed, StartedAt: begin, FinishedAt: begin.Add(time.Hour), Tasks: map[string]spec.TaskStatus{}, Outputs: map[string]string{},
		}}, Pipeline: &spec.Pipeline{Name: "p", Tasks: map[string]spec.Task{}}}
		for i := range n {
			name := fmt.Sprintf("task_%d", i)
			s := task(spec.PhaseFailed, i, 10)
			s.Message, s.Artifacts = message, map[string]string{"metrics": `{"accuracy":0.5,"text":` + asJSON(message) + `}`}
			r.Tasks[name] = s
			r.Outputs[name] = message
			r.Pipeline.Tasks[name] = spec.Task{Component: spec.Ref{Kind: spec.ComponentKind, Name: "fit"}, DependsOn: []string{fmt.Sprintf("task_%d", i/2)}}
		}
		return r
	}
	for _, c := range []struct {
		run  Run
		most int
	}{{many(100, "no such table"), 300_000}, {many(100, strings.Repeat("<&>\x00", 1<<13)), 700_000}} {
		for name, text := range map[string]string{"HTML": mustHTML(t, c.run), "Markdown": Markdown(c.run)} {
			if len(text) > c.most {
				t.Errorf("the %s of 100 tasks has %d bytes", name, len(text))
			}
		}
	}
}

func asJSON(text string) string {
	out, _ := json.Marshal(text)
	return string(out)
}

// anyText draws texts that mean something to HTML, to Markdown, to Mermaid or to JSON.
func anyText() *rapid.Generator[string] {
	pieces := []string{
		"<script>alert(1)</script>", "</title>", "</style>", "-->", "]]>", `" onload="alert(1)`, "' srcdoc='", "javascript:alert(1)", "&lt;", "`", "```", "|", `\`, `\|`,
		"\n", "\n\n", "# ", "[a](javascript:x)", "![](http://x.org/a)", "@team", "<details>", "~~~", "%%{init:{}}%%", "\u202e", "\x00", "\xff", "{{", "}}", "a", "</iframe>", "<img src=x onerror=alert(1)>",
	}
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.String()), 0, 6).Draw(t, "pieces"), "")
	})
}

func anyRun(t *rapid.T) Run {
	text := anyText()
	r := Run{Run: diagram.Run{Name: text.Draw(t, "name"), RunStatus: spec.RunStatus{
		Phase: spec.Phase(rapid.OneOf(rapid.Just("Failed"), rapid.Just("Succeeded"), text).Draw(t, "phase")), Message: text.Draw(t, "message"), StartedAt: begin,
		Outputs: map[string]string{text.Draw(t, "output"): text.Draw(t, "value")}, Tasks: map[string]spec.TaskStatus{},
	}}, Namespace: text.Draw(t, "namespace"), URL: rapid.OneOf(text, rapid.Map(text, func(s string) string { return "https://x.org/" + s })).Draw(t, "url")}
	p := spec.Pipeline{Name: text.Draw(t, "pipeline"), Tasks: map[string]spec.Task{}}
	for range rapid.IntRange(0, 4).Draw(t, "tasks") {
		name := text.Draw(t, "task")
		s := task(spec.Phase(rapid.OneOf(rapid.Just("Failed"), text).Draw(t, "phase")), 1, 2)
		s.Message = text.Draw(t, "message")
		s.Artifacts = map[string]string{text.Draw(t, "artifact"): rapid.OneOf(text, rapid.Just(
			fmt.Sprintf(`{%s:%s,"confusionMatrix":{"annotationSpecs":[{"displayName":%s}],"rows":[{"row":[%s]}]}}`, asJSON(name), asJSON(name), asJSON(name), asJSON(name)),
		)).Draw(t, "metadata")}
		r.Tasks[name] = s
		s.URIs = map[string]string{text.Draw(t, "artifact"): text.Draw(t, "uri")}
		r.Tasks[name] = s
		p.Tasks[name] = spec.Task{When: text.Draw(t, "when"), Component: spec.Ref{Name: text.Draw(t, "component")}}
	}
	r.Pipeline = &p
	r.Documents = []Document{{Title: text.Draw(t, "title"), Text: text.Draw(t, "html"), IsHTML: true}, {Title: text.Draw(t, "title"), Text: text.Draw(t, "markdown")}}
	return r
}

// elements are all that a page of ours consists of.
var elements = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq("html head meta title style body header main h1 h2 h3 p a span bdi pre code table caption thead tbody tr th td " +
		"section div iframe svg g rect path text polyline") {
		elements[name] = true
	}
}

// Whatever a run is called and has written is text in the page, as a browser reads it.
func TestPagesAreInert(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		page := mustHTML(t, anyRun(t))
		tokens := html.NewTokenizer(strings.NewReader(page))
		for {
			kind := tokens.Next()
			if kind == html.ErrorToken {
				return
			}
			token := tokens.Token()
			if kind == html.CommentToken {
				t.Fatalf("a comment: %q", token.Data)
			}
			if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
				continue
			}
			if !elements[token.Data] {
				t.Fatalf("an element that is not ours: %s", token.Data)
			}
			sandboxed := false
			for _, a := range token.Attr {
				sandboxed = sandboxed || a.Key == "sandbox" && a.Val == ""
				if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") {
					t.Fatalf("an attribute that is not ours: %s=%q", a.Key, a.Val)
				}
			}
			if token.Data == "iframe" && !sandboxed {
				t.Fatal("a document may do as it likes")
			}
		}
	})
}

var (
	// ours is what a line of ours consists of once code is taken out.
	ours = regexp.MustCompile(`^(#{2,3} )?([\w ,.:…✓✗▶⊘|\\-]|\[Open in Argo Workflows\]\(<https?://[^<>\n]*>\)|CODE|</?details>|</?summary>)*$`)
)

// In Markdown everything that is not ours is in code that it cannot close.
func TestMarkdownIsInert(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		closing := ""
		for line := range strings.SplitSeq(Markdown(anyRun(t)), "\n") {
			ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
			switch rest := line[len(ticks):]; {
			case closing != "" && len(ticks) >= len(closing) && strings.TrimSpace(rest) == "":
				closing = ""
			case closing != "":
			case len(ticks) >= 3 && (rest == "" || rest == "mermaid"):
				closing = ticks
			default:
				if plain := withoutSpans(line); !ours.MatchString(plain) {
					t.Fatalf("%q\nis not ours: %q", line, plain)
				}
			}
		}
		if closing != "" {
			t.Fatal("a fence is not closed")
		}
	})
}

// withoutSpans takes code spans out as a reader of Markdown does: a run of backticks up to the next of the same length.
func withoutSpans(line string) string {
	runs := regexp.MustCompile("`+").FindAllStringIndex(line, -1)
	var b strings.Builder
	at := 0
	for i := 0; i < len(runs); i++ {
		open := runs[i]
		for j := i + 1; j < len(runs); j++ {
			if runs[j][1]-runs[j][0] == open[1]-open[0] {
				b.WriteString(line[at:open[0]] + "CODE")
				at, i = runs[j][1], j
				break
			}
		}
	}
	return b.String() + line[at:]
}

func TestCurves(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"confidenceMetrics":[{"falsePositiveRate":0,"recall":0},{"falsePositiveRate":1,"recall":1}]}`:                                    "0.500",
		`{"confidenceMetrics":[{"falsePositiveRate":1,"recall":1},{"falsePositiveRate":0,"recall":1},{"falsePositiveRate":0,"recall":0}]}`: "1.000",
		`{"confidenceMetrics":[{"falsePositiveRate":2,"recall":0},{"falsePositiveRate":"x","recall":1}]}`:                                  "",
		`{"confidenceMetrics":[1,null,[]]}`: "", `{"confidenceMetrics":3}`: "",
	} {
		got := ""
		for _, m := range metricsOf("t", map[string]string{"m": text}) {
			if m.Curve != nil {
				got = m.Curve.Area
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
