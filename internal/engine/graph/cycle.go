package graph

import (
	"maps"
	"slices"
	"strings"
)

// maxCycles bounds how many cycles are told: a dense graph has more than anyone reads.
const maxCycles = 20

// edges maps a node to the nodes that it needs.
type edges map[string][]string

// cycles returns the elementary cycles, each written from its smallest node on, in a stable order, at most maxCycles.
// The search stays inside one strongly connected component and only visits nodes larger than its root, so that each
// cycle is found once.
func (e edges) cycles() [][]string {
	var found [][]string
	for _, component := range e.components() {
		inside := map[string]bool{}
		for _, n := range component {
			inside[n] = true
		}
		for _, root := range component {
			s := cycleSearch{edges: e, inside: inside, root: root, budget: 10_000, onPath: map[string]bool{}}
			s.from(root)
			found = append(found, s.found...)
			if len(found) >= maxCycles {
				return found[:maxCycles]
			}
		}
	}
	return found
}

type cycleSearch struct {
	edges  edges
	inside map[string]bool
	root   string
	path   []string
	onPath map[string]bool
	budget int // steps left, so that a dense graph cannot take for ever
	found  [][]string
}

func (s *cycleSearch) from(node string) {
	s.path = append(s.path, node)
	s.onPath[node] = true
	for _, next := range s.edges[node] {
		if s.budget--; s.budget < 0 || len(s.found) >= maxCycles {
			break
		}
		switch {
		case next == s.root:
			s.found = append(s.found, slices.Clone(s.path))
		case s.inside[next] && next > s.root && !s.onPath[next]:
			s.from(next)
		}
	}
	s.onPath[node] = false
	s.path = s.path[:len(s.path)-1]
}

// components returns the strongly connected components that hold a cycle (Tarjan), their nodes sorted.
func (e edges) components() [][]string {
	t := tarjan{edges: e, index: map[string]int{}, low: map[string]int{}, on: map[string]bool{}}
	for _, n := range slices.Sorted(maps.Keys(e)) {
		if _, seen := t.index[n]; !seen {
			t.visit(n)
		}
	}
	slices.SortFunc(t.found, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return t.found
}

type tarjan struct {
	edges      edges
	index, low map[string]int
	stack      []string
	on         map[string]bool
	found      [][]string
}

// visit is iterative: a chain of ten thousand tasks must not exhaust the stack.
func (t *tarjan) visit(root string) {
	type frame struct {
		node string
		next int
	}
	work := []frame{{node: root}}
	for len(work) > 0 {
		f := &work[len(work)-1]
		if f.next == 0 {
			t.index[f.node] = len(t.index)
			t.low[f.node] = t.index[f.node]
			t.stack = append(t.stack, f.node)
			t.on[f.node] = true
		}
		if f.next < len(t.edges[f.node]) {
			to := t.edges[f.node][f.next]
			f.next++
			if _, seen := t.index[to]; !seen {
				work = append(work, frame{node: to})
			} else if t.on[to] {
				t.low[f.node] = min(t.low[f.node], t.index[to])
			}
			continue
		}
		node := f.node
		work = work[:len(work)-1]
		if len(work) > 0 {
			parent := work[len(work)-1].node
			t.low[parent] = min(t.low[parent], t.low[node])
		}
		if t.low[node] == t.index[node] {
			t.pop(node)
		}
	}
}

// pop takes a finished component off the stack and keeps it if it holds a cycle.
func (t *tarjan) pop(root string) {
	var component []string
	for {
		n := t.stack[len(t.stack)-1]
		t.stack = t.stack[:len(t.stack)-1]
		t.on[n] = false
		component = append(component, n)
		if n == root {
			break
		}
	}
	if len(component) > 1 || slices.Contains(t.edges[root], root) {
		slices.Sort(component)
		t.found = append(t.found, component)
	}
}

// order returns the nodes so that each comes after those it needs; nodes on cycles come last. Among nodes that are
// free, the order is alphabetical.
func (e edges) order() []string {
	nodes := slices.Sorted(maps.Keys(e))
	waiting := map[string]int{}
	users := edges{}
	var ready []string
	for _, n := range nodes {
		for _, need := range e[n] {
			if _, known := e[need]; known {
				waiting[n]++
				users[need] = append(users[need], n)
			}
		}
		if waiting[n] == 0 {
			ready = append(ready, n)
		}
	}
	var sorted []string
	for len(ready) > 0 {
		n := ready[0]
		ready = ready[1:]
		sorted = append(sorted, n)
		for _, u := range users[n] {
			if waiting[u]--; waiting[u] == 0 {
				ready = append(ready, u)
			}
		}
	}
	for _, n := range nodes {
		if waiting[n] > 0 {
			sorted = append(sorted, n)
		}
	}
	return sorted
}
