package diagram

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// mermaid writes a flowchart.
type mermaid struct {
	b       strings.Builder
	taken   map[string]bool
	classes map[string][]string // class → ids
	edges   int
	order   []string // the numbers of edges without data
}

// The classes of nodes. Fill and text colour go together, so that a node is readable on light and dark pages.
var mermaidClasses = []struct{ name, style string }{
	{"task", "fill:#eef3fe,stroke:#4c6fd0,color:#14213d"},
	{"nested", "fill:#f3effc,stroke:#7a5bc7,color:#2a1a52"},
	{"approval", "fill:#fff4de,stroke:#c58a1c,color:#4a3208"},
	{"group", "fill:none,stroke:#7a5bc7"},
	{"frame", "fill:none,stroke:#8a919c"},
	{"loop", "stroke-width:3px"},
	{"parameter", "fill:#e9f6ee,stroke:#4a9a68,color:#12361f"},
	{"output", "fill:#fdeef0,stroke:#c2566a,color:#4a121d"},
	{"succeeded", "fill:#d7efe3,stroke:#1f8f68,color:#0b3d2c"},
	{"failed", "fill:#fbdcd5,stroke:#c2361b,color:#5c1304,stroke-width:3px"},
	{"running", "fill:#d9e8fb,stroke:#1f6fc4,color:#0a2c54"},
	{"waiting", "fill:#eceef1,stroke:#7b8794,color:#2c343d"},
	{"idle", "fill:#f7f8f9,stroke:#7b8794,color:#4b5560,stroke-dasharray:4 3"},
	{"skipped", "fill:#f7f8f9,stroke:#7b8794,color:#4b5560,stroke-dasharray:4 3"},
}

// newMermaid writes the whole chart.
func newMermaid(d *diagram) *mermaid {
	m := &mermaid{taken: map[string]bool{}, classes: map[string][]string{}}
	m.b.WriteString("flowchart TB\n")
	if d.run.outcome != unseen {
		run := m.id("run")
		m.line(1, run+`("`+escapeMermaid(shorten(d.run.sign()+" "+d.run.text, 2*maxLine))+`")`)
		m.classes[d.run.class()] = []string{run}
	}
	if d.exit == nil {
		m.graph(d.main, "", 1)
	} else {
		main := m.id("pipeline")
		m.subgraph(main, d.name, d.main, "", 1)
		exit := m.id("on_exit")
		m.subgraph(exit, "on exit", d.exit, "exit_", 1)
		m.line(1, main+` -.->|"always"| `+exit)
		m.edges++
		m.classes["frame"] = []string{main, exit}
	}
	for _, c := range mermaidClasses {
		if ids := m.classes[c.name]; ids != nil {
			m.line(1, "classDef "+c.name+" "+c.style)
			m.line(1, "class "+strings.Join(ids, ",")+" "+c.name)
		}
	}
	if m.order != nil {
		m.line(1, "linkStyle "+strings.Join(m.order, ",")+" stroke:#8a919c,stroke-width:1px")
	}
	return m
}

// String returns the text.
func (m *mermaid) String() string { return m.b.String() }

func (m *mermaid) line(depth int, text string) {
	m.b.WriteString(strings.Repeat("  ", depth))
	m.b.WriteString(text)
	m.b.WriteByte('\n')
}

func (m *mermaid) subgraph(id, title string, g *graph, prefix string, depth int) {
	m.line(depth, "subgraph "+id+`["`+escapeMermaid(title)+`"]`)
	m.line(depth+1, "direction TB")
	m.graph(g, prefix, depth+1)
	m.line(depth, "end")
}

func (m *mermaid) graph(g *graph, prefix string, depth int) {
	ids := make([]string, len(g.nodes))
	for i, n := range g.nodes {
		ids[i] = m.id(prefix + n.kind.prefix() + "_" + n.name)
		m.node(n, ids[i], depth)
	}
	for _, e := range g.edges {
		arrow := " --> "
		if e.gated {
			arrow = ` -.->|"` + escapeMermaid(g.nodes[e.to].runIf) + `"| `
		} else if e.order {
			m.order = append(m.order, strconv.Itoa(m.edges))
		}
		m.line(depth, ids[e.from]+arrow+ids[e.to])
		m.edges++
	}
}

func (m *mermaid) node(n *node, id string, depth int) {
	class := n.kind.class()
	if n.group != nil {
		class = "group" // Without a fill, so that the edges inside are seen on dark pages too.
		m.subgraph(id, strings.Join(n.lines(), " · "), n.group, id+"_", depth)
	} else {
		lines := n.lines()
		for i := range lines {
			lines[i] = escapeMermaid(shorten(lines[i], maxLine))
		}
		if !n.terminal() {
			lines[0] = "<b>" + lines[0] + "</b>"
		}
		open, closing := n.kind.shape()
		m.line(depth, id+open+`"`+strings.Join(lines, "<br/>")+`"`+closing)
	}
	if n.state.outcome != unseen && n.group == nil {
		class = n.state.class()
	}
	m.classes[class] = append(m.classes[class], id)
	if n.loop != "" {
		m.classes["loop"] = append(m.classes["loop"], id)
	}
}

// lines are the lines of a node's label.
func (n *node) lines() []string {
	lines := []string{n.title}
	if n.subtitle != "" && n.subtitle != n.title {
		lines = append(lines, n.subtitle)
	}
	if n.when != "" {
		lines = append(lines, "◇ when "+n.when)
	}
	if n.loop != "" {
		lines = append(lines, "↻ "+n.loop)
	}
	if n.state.outcome != unseen {
		lines = append(lines, n.state.sign()+" "+n.state.text)
	}
	return lines
}

// class is the style of a box: its kind, and what became of it.
func (n *node) class() string {
	if n.state.outcome == unseen {
		return n.kind.class()
	}
	return n.kind.class() + " " + n.state.class()
}

// shape is the pair of brackets that draws a kind.
func (k kind) shape() (open, closing string) {
	switch k {
	case nestedNode:
		return "[[", "]]"
	case approvalNode:
		return "{{", "}}"
	case parameterNode, outputNode:
		return "([", "])"
	}
	return "(", ")"
}

func (k kind) class() string {
	return [...]string{
		taskNode: "task", nestedNode: "nested", approvalNode: "approval", parameterNode: "parameter", outputNode: "output",
	}[k]
}

// prefix keeps ids apart from Mermaid's words ("end") and from those of other kinds.
func (k kind) prefix() string {
	return [...]string{taskNode: "t", nestedNode: "t", approvalNode: "t", parameterNode: "p", outputNode: "o"}[k]
}

// maxID bounds an id; what is beyond, is numbered.
const maxID = 80

// id makes an identifier of a name, and a number where two names would share one.
func (m *mermaid) id(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r == '_' || r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, name)
	clean = clean[:min(len(clean), maxID)]
	id := clean
	for i := 2; m.taken[id]; i++ {
		id = fmt.Sprintf("%s_%d", clean, i)
	}
	m.taken[id] = true
	return id
}

// escapeMermaid writes everything as a character code that could mean something to Mermaid, to its comments and
// directives ("%%{"), to its style lines, or to HTML. Only what is known to be harmless stays as it is.
func escapeMermaid(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || slices.Contains([]rune(" _.,()+=!?'/-·…→↻◇○▶✓✗⊘"), r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString("#" + strconv.Itoa(int(r)) + ";")
	}
	return b.String()
}
