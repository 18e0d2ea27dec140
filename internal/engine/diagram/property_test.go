package diagram

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// drawn is a random pipeline and what must be seen of it.
type drawn struct {
	pipeline spec.Pipeline
	options  Options
	nodes    []string
	edges    []string
}

// anyPipeline draws a pipeline with and without cycles, with all kinds of tasks and conditions, and with names of any
// characters. Expected nodes and edges are noted while it is made, not taken from the code under test.
func anyPipeline(t *rapid.T, most int) drawn {
	names := rapid.SliceOfNDistinct(
		rapid.OneOf(rapid.StringMatching(`[a-z_]{1,12}`), rapid.String()), 1, most, rapid.ID[string],
	).Draw(t, "names")
	parameters := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,9}`), 0, 4, rapid.ID[string]).Draw(t, "parameters")
	d := drawn{
		pipeline: spec.Pipeline{
			Name: rapid.String().Draw(t, "name"), Parameters: map[string]spec.Input{}, Tasks: tasks{},
			Outputs: map[string]string{},
		},
	}
	edges := map[string]bool{}
	for _, p := range parameters {
		d.pipeline.Parameters[p] = spec.Input{}
		d.nodes = append(d.nodes, "parameters."+p)
	}
	cyclic := rapid.IntRange(0, 4).Draw(t, "cyclic") == 0
	for i, name := range names {
		task := anyTask(t)
		task.Inputs = inputs{}
		for j := range rapid.IntRange(0, 3).Draw(t, "edges") {
			k := rapid.IntRange(0, len(names)-1).Draw(t, "from")
			if !cyclic && k >= i {
				continue
			}
			reference := "tasks[" + strconv.Quote(names[k]) + "].output"
			// Only names that need no escapes in a string can be referred to; others are linked by depends_on.
			switch quotable := strconv.Quote(names[k]) == `"`+names[k]+`"`; {
			case quotable && j == 0:
				task.Inputs["x"] = "{{ " + reference + " }}"
			case quotable && j == 1:
				task.When = reference + " == 1"
			default:
				task.DependsOn = append(task.DependsOn, names[k])
			}
			edges["tasks."+names[k]+"→tasks."+name] = true
		}
		if len(parameters) > 0 && rapid.Bool().Draw(t, "reads") {
			p := rapid.SampledFrom(parameters).Draw(t, "parameter")
			task.ForEach = "{{ parameters." + p + " }}"
			edges["parameters."+p+"→tasks."+name] = true
		}
		d.pipeline.Tasks[name] = task
		d.nodes = append(d.nodes, "tasks."+name)
	}
	d.options = Options{Resolve: resolveNested}
	d.edges = slices.Collect(maps.Keys(edges))
	return d
}

func anyTask(t *rapid.T) spec.Task {
	task := spec.Task{
		Component: spec.Ref{Kind: rapid.SampledFrom([]spec.Kind{spec.ComponentKind, spec.PipelineKind}).Draw(t, "kind"),
			Name: rapid.SampledFrom([]string{
				"a", "", "nested", "b-component-with-a-long-name-and-more", spec.Unknown, "</g>",
			}).Draw(t, "component")},
		DisplayName: rapid.OneOf(rapid.Just(""), rapid.String()).Draw(t, "display"),
		RunIf:       rapid.SampledFrom(append([]spec.RunIf{""}, spec.RunIfs...)).Draw(t, "run_if"),
	}
	if rapid.IntRange(0, 5).Draw(t, "approval") == 0 {
		task.Approval = &spec.Approval{Timeout: rapid.SampledFrom([]string{"", "24h"}).Draw(t, "timeout")}
	}
	return task
}

// resolveNested knows one pipeline, whose nodes are not counted: their keys begin with "inner".
func resolveNested(r spec.Ref) (spec.Pipeline, bool) {
	return spec.Pipeline{
		Tasks: tasks{"inner": {Component: component("c")}, "inner2": {DependsOn: []string{"inner"}}},
	}, r.Name == "nested"
}

func TestEveryNodeAndEdgeIsDrawnOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := anyPipeline(t, 14)
		svg := SVG(d.pipeline, d.options)
		nodes, edges := svgParts(t, svg)
		compare(t, "nodes", d.nodes, nodes)
		compare(t, "edges", d.edges, edges)
		checkMermaid(t, Mermaid(d.pipeline, d.options), d)
	})
}

func compare(t *rapid.T, what string, want, got []string) {
	want, got = slices.Clone(want), slices.Clone(got)
	for i := range want {
		want[i] = inXML(want[i])
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// inXML is what a reader of XML gets back: characters that XML cannot hold are replaced, line ends and tabs in
// attributes survive as they are escaped.
func inXML(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == 0x9 || r == 0xA || r == 0xD || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 {
			b.WriteRune(r)
		} else {
			b.WriteRune('\uFFFD')
		}
	}
	return b.String()
}

// svgParts reads a document strictly and lists its nodes and edges, those inside nested pipelines left out.
func svgParts(t interface{ Fatal(args ...any) }, svg []byte) (nodes, edges []string) {
	decoder := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nodes, edges
		}
		if err != nil {
			t.Fatal("not XML: ", err, "\n", string(svg))
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		at := map[string]string{}
		for _, a := range element.Attr {
			at[a.Name.Local] = a.Value
		}
		if !slices.Contains([]string{"svg", "title", "style", "g", "rect", "path", "text"}, element.Name.Local) {
			t.Fatal("an element that is not ours: ", element.Name.Local)
		}
		if key, ok := at["data-node"]; ok && !strings.HasPrefix(key, "tasks.inner") {
			nodes = append(nodes, key)
		}
		if _, ok := at["data-edge"]; ok && at["data-from"] != "" && !strings.HasPrefix(at["data-from"], "tasks.inner") {
			edges = append(edges, at["data-from"]+"→"+at["data-to"])
		}
	}
}

// mermaidLines is all that a flowchart of ours may consist of.
var mermaidLines = []*regexp.Regexp{
	regexp.MustCompile(`^flowchart TB$`),
	regexp.MustCompile(`^ +(direction TB|end)$`),
	regexp.MustCompile(`^ +subgraph \w+\["` + safe + `"\]$`),
	regexp.MustCompile(`^ +\w+(\(\[|\(|\[\[|\{\{)"` + safe + `"(\]\)|\)|\]\]|\}\})$`),
	regexp.MustCompile(`^ +\w+ (-->|-\.->\|"` + safe + `"\|) \w+$`),
	regexp.MustCompile(`^ +classDef \w+ [\w:#, -]+$`),
	regexp.MustCompile(`^ +class [\w,]+ \w+$`),
	regexp.MustCompile(`^ +linkStyle [\d,]+ [\w:#,-]+$`),
}

// safe is a label: letters, digits, codes, harmless signs, and the two tags that we write.
const safe = `(?:[\p{L}\p{Nd} _.,()+=!?'/·…→↻◇○▶✓✗⊘-]|#\d+;|<b>|</b>|<br/>)*`

func isOurs(line string) bool {
	return slices.ContainsFunc(mermaidLines, func(r *regexp.Regexp) bool { return r.MatchString(line) })
}

var mermaidEdge = regexp.MustCompile(`^ +\w+ (-->|-\.->)`)

func checkMermaid(t *rapid.T, text string, d drawn) {
	edges, inner := 0, 0
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if !isOurs(line) {
			t.Fatalf("not a line of ours: %q", line)
		}
		if mermaidEdge.MatchString(line) {
			edges++
		}
		if strings.Contains(line, "_t_inner -->") {
			inner++
		}
	}
	if edges-inner != len(d.edges) {
		t.Fatalf("%d edges, want %d:\n%s", edges-inner, len(d.edges), text)
	}
}

func FuzzNames(f *testing.F) {
	for _, seed := range []string{"load", "end", "</text>", "]]>", `"]`, "%%{init", "#quot;", "\x00\xff", "a\nb", "\u202e", "style a:#b;", "`md`", "&amp;"} {
		f.Add(seed, seed, seed)
	}
	f.Fuzz(func(t *testing.T, name, component, text string) {
		p := spec.Pipeline{Name: name, Parameters: map[string]spec.Input{name: {}}, Outputs: map[string]string{name: text}, Tasks: tasks{
			name: {
				Component: spec.Ref{Name: component, Kind: spec.Kind(text)}, When: text, ForEach: text, Inputs: inputs{name: text},
			},
			name + "2": {
				DisplayName: text, DependsOn: []string{name, text}, RunIf: spec.RunIf(text), Approval: &spec.Approval{Timeout: text},
			},
		}, OnExit: tasks{component: {ForEach: text, When: text, DependsOn: []string{component}}}}
		svgParts(t, SVG(p, Options{}))
		for line := range strings.SplitSeq(strings.TrimSuffix(Mermaid(p, Options{}), "\n"), "\n") {
			if !isOurs(line) {
				t.Fatalf("not a line of ours: %q", line)
			}
		}
	})
}

func BenchmarkSVG(b *testing.B) {
	for _, n := range []int{20, 100, 500, 2000} {
		p := layered(n)
		b.Run(fmt.Sprintf("%d_tasks", n), func(b *testing.B) {
			for b.Loop() {
				SVG(p, Options{})
			}
		})
	}
}

func BenchmarkMermaid(b *testing.B) {
	p := layered(500)
	for b.Loop() {
		Mermaid(p, Options{})
	}
}

// layered is a pipeline of n tasks in rows of eight, in which each task needs two of the row above and every fifth one
// from further up.
func layered(n int) spec.Pipeline {
	p := spec.Pipeline{Name: "layered", Parameters: map[string]spec.Input{"day": {}}, Tasks: tasks{}}
	for i := range n {
		task := spec.Task{Component: component("component"), Inputs: inputs{}}
		for k, distance := range []int{8, 7} {
			if i >= 8 {
				task.Inputs[fmt.Sprint(k)] = fmt.Sprintf("{{ tasks.t%04d.output }}", i-distance)
			}
		}
		if i%5 == 0 && i >= 40 {
			task.DependsOn = []string{fmt.Sprintf("t%04d", i-33)}
		}
		if i < 8 {
			task.Inputs["day"] = "{{ parameters.day }}"
		}
		p.Tasks[fmt.Sprintf("t%04d", i)] = task
	}
	return p
}
