package diagram

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// diagram is what is drawn: the pipeline's graph, and the graph of its on_exit tasks.
type diagram struct {
	name string
	run  state // as a whole
	main *graph
	exit *graph // nil: none
}

// graph is a set of nodes and the edges between them.
type graph struct {
	nodes []*node
	edges []edge
}

// kind says what a node stands for.
type kind int

const (
	taskNode kind = iota
	nestedNode
	approvalNode
	parameterNode
	outputNode
)

// node is a box.
type node struct {
	kind     kind
	name     string // the key in its map
	title    string // the display name, or the name
	subtitle string // the component; may be empty
	loop     string // of for_each, one line; empty: no loop
	when     string // one line; empty: always
	runIf    string // in words; empty: the default
	group    *graph // the tasks of a nested pipeline that is known
	state    state  // what became of it in a run
}

func (n *node) terminal() bool { return n.kind == parameterNode || n.kind == outputNode }

// edge leads from one node to another, by index. Between two nodes there is at most one.
type edge struct {
	from, to int
	order    bool   // no data flows: depends_on, or a status alone
	gated    bool   // the task behind it has a run_if other than the default
	detail   string // what flows, for a tooltip
}

// build makes the model of a pipeline.
func build(p spec.Pipeline, o Options) *diagram {
	if o.Depth <= 0 {
		o.Depth = defaultDepth
	}
	b := builder{options: o}
	d := &diagram{name: oneLine(p.Name), main: b.graph(p, p.Tasks, p.Outputs, "", 1)}
	if o.Run != nil {
		d.run = o.Run.whole()
	}
	if len(p.OnExit) > 0 {
		d.exit = b.graph(p, p.OnExit, nil, exitPath, 1)
	}
	if len(p.OnExit) > 0 {
		inMain, inExit := d.main.usedParameters(), d.exit.usedParameters()
		// A parameter is drawn where it is read, and in the main graph if nothing reads it.
		d.exit.dropParameters(func(name string) bool { return !inExit[name] })
		d.main.dropParameters(func(name string) bool { return inExit[name] && !inMain[name] })
	}
	return d
}

type builder struct{ options Options }

// exitPath is before the names of on_exit tasks in the paths of a run.
const exitPath = "onExit/"

// graph makes a node for every parameter, task and output, in the order of their names. path is what comes before the
// names of the tasks in a run.
func (b *builder) graph(
	p spec.Pipeline, tasks map[string]spec.Task, outputs map[string]string, path string, depth int,
) *graph {
	g := &graph{}
	ids := map[string]int{}
	add := func(n *node) {
		ids[n.key()] = len(g.nodes)
		g.nodes = append(g.nodes, n)
	}
	if !b.options.NoTerminals {
		for _, name := range spec.Names(p.Parameters) {
			add(&node{kind: parameterNode, name: name, title: oneLine(name)})
		}
	}
	for _, name := range spec.Names(tasks) {
		add(b.task(p, path, name, tasks[name], depth))
	}
	links := links{}
	for _, name := range spec.Names(tasks) {
		collect(links, ids, name, tasks[name])
	}
	if !b.options.NoTerminals {
		for _, name := range spec.Names(outputs) {
			n := &node{kind: outputNode, name: name, title: oneLine(name)}
			add(n)
			links.addRefs(ids, ids[n.key()], templateRefs(known(outputs[name])), "")
		}
	}
	g.edges = links.edges(g.nodes)
	return g
}

// key tells nodes of the same name apart.
func (n *node) key() string {
	switch n.kind {
	case parameterNode:
		return "parameters." + n.name
	case outputNode:
		return "outputs." + n.name
	}
	return "tasks." + n.name
}

func (b *builder) task(p spec.Pipeline, path, name string, t spec.Task, depth int) *node {
	n := &node{kind: taskNode, name: name, title: oneLine(name), subtitle: oneLine(known(t.Component.Name))}
	if title := oneLine(known(t.DisplayName)); title != "" {
		n.title = title
	}
	n.loop = loopText(t.ForEach)
	n.when = oneLine(strings.TrimSpace(known(t.When)))
	if t.When == spec.Unknown {
		n.when = "…"
	}
	if t.RunIf != "" && t.RunIf != spec.AllSucceeded && t.RunIf != spec.Unknown {
		n.runIf = oneLine(strings.ReplaceAll(string(t.RunIf), "_", " "))
	}
	switch {
	case t.Approval != nil:
		n.kind, n.subtitle = approvalNode, "waits for approval"
		if timeout := oneLine(known(t.Approval.Timeout)); timeout != "" {
			n.subtitle = "approval, at most " + timeout
		}
	case t.Component.Kind == spec.ImportKind:
		n.subtitle = "import"
		if uri := oneLine(known(t.Inputs[spec.ImportURI])); uri != "" {
			n.subtitle = uri
		}
	case t.Component.Kind == spec.GroupKind:
		n.kind = nestedNode
		if group, ok := p.Groups[t.Component.Name]; ok && depth < b.options.Depth && len(group.Tasks) > 0 {
			inner := group.Pipeline(p)
			inner.Groups = p.Groups
			n.group = b.graph(inner, inner.Tasks, inner.Outputs, path+name+"/", depth+1)
		}
	case t.Component.Kind == spec.PipelineKind:
		n.kind = nestedNode
		if b.options.Resolve == nil || depth >= b.options.Depth {
			break
		}
		if inner, ok := b.options.Resolve(t.Component); ok && len(inner.Tasks) > 0 {
			n.group = b.graph(inner, inner.Tasks, inner.Outputs, path+name+"/", depth+1)
		}
	}
	n.state = b.options.Run.stateOf(path+name, n)
	return n
}

// loopText says what a loop goes over: "each of 3 items" for a list, or the expression.
func loopText(forEach string) string {
	if forEach == spec.Unknown {
		return "for each …"
	}
	text := strings.TrimSpace(forEach)
	if text == "" {
		return ""
	}
	if n, ok := listLength(text); ok {
		if n == 1 {
			return "for the only item"
		}
		return "for each of " + strconv.Itoa(n) + " items"
	}
	if inner, ok := strings.CutPrefix(text, "{{"); ok {
		if end := expressionEnd(inner); end >= 0 && end == len(inner)-2 {
			text = inner[:end]
		}
	}
	return "for each of " + oneLine(strings.TrimSpace(text))
}

// links collects what leads from one node to another.
type links map[[2]int]*edge

func (l links) add(from, to int, order bool, detail string) {
	key := [2]int{from, to}
	e := l[key]
	if e == nil {
		e = &edge{from: from, to: to, order: true}
		l[key] = e
	}
	e.order = e.order && order
	if detail != "" && !slices.Contains(strings.Split(e.detail, "\n"), detail) {
		e.detail = strings.TrimPrefix(e.detail+"\n"+detail, "\n")
	}
}

// addRefs adds an edge for each reference to a node that is there; what else a text refers to is for others to refuse.
func (l links) addRefs(ids map[string]int, to int, refs []reference, target string) {
	for _, r := range refs {
		from, ok := ids[r.root+"."+r.name]
		if !ok {
			continue
		}
		detail := r.name
		if r.member != "" {
			detail += "." + r.member
		}
		if target != "" {
			detail += " → " + target
		}
		l.add(from, to, r.member == "status", oneLine(detail))
	}
}

// collect adds the edges that lead to a task.
func collect(l links, ids map[string]int, name string, t spec.Task) {
	to := ids["tasks."+name]
	texts := func(prefix string, m map[string]string) {
		for _, key := range spec.Names(m) {
			l.addRefs(ids, to, templateRefs(known(m[key])), prefix+key)
		}
	}
	texts("", t.Inputs)
	l.addRefs(ids, to, expressionRefs(known(t.When)), "when")
	l.addRefs(ids, to, templateRefs(known(t.ForEach)), "for_each")
	texts("env.", t.Env)
	if t.Cache != nil {
		l.addRefs(ids, to, templateRefs(known(t.Cache.Key)), "cache.key")
	}
	if t.Resources != nil {
		texts("resources.requests.", t.Resources.Requests)
		texts("resources.limits.", t.Resources.Limits)
	}
	for _, other := range t.DependsOn {
		if from, ok := ids["tasks."+other]; ok {
			l.add(from, to, true, "")
		}
	}
}

// edges lists the links, sorted, marked where the task behind them has a run_if. A condition is about tasks: a
// parameter's edge never has one.
func (l links) edges(nodes []*node) []edge {
	list := make([]edge, 0, len(l))
	for _, e := range l {
		e.gated = nodes[e.to].runIf != "" && nodes[e.from].kind != parameterNode
		list = append(list, *e)
	}
	slices.SortFunc(list, func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	return list
}

// usedParameters names the parameters from which an edge leads.
func (g *graph) usedParameters() map[string]bool {
	used := map[string]bool{}
	for _, e := range g.edges {
		if n := g.nodes[e.from]; n.kind == parameterNode {
			used[n.name] = true
		}
	}
	return used
}

// dropParameters removes parameters, none of which may have an edge.
func (g *graph) dropParameters(drop func(name string) bool) {
	index := make([]int, len(g.nodes))
	var kept []*node
	for i, n := range g.nodes {
		if n.kind == parameterNode && drop(n.name) {
			continue
		}
		index[i] = len(kept)
		kept = append(kept, n)
	}
	for i := range g.edges {
		g.edges[i].from, g.edges[i].to = index[g.edges[i].from], index[g.edges[i].to]
	}
	g.nodes = kept
}

// known turns a text that Terraform does not know yet into an empty one.
func known(text string) string {
	if text == spec.Unknown {
		return ""
	}
	return text
}
