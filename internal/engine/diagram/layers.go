package diagram

import "math"

// vertex is a node of the graph, or a lane: the place that an edge over several layers keeps free in one of them.
type vertex struct {
	node  int // index of the node, laneNode for a lane
	w, h  float64
	layer int
	x     float64 // the middle, once placed
}

const laneNode = -1

// layering is a graph in layers. Segments lead from one layer to the next one only.
type layering struct {
	vertices []vertex
	layers   [][]int // vertices, from left to right once ordered
	up, down [][]int // the vertices that segments lead from and to
	// chains holds, for each edge, its vertices from the upper to the lower end. Nil: the edge leads from a node to
	// itself.
	chains [][]int
	// reversed edges belong to a cycle and lead upwards.
	reversed []bool
}

// lane widths and gaps, in pixels.
const (
	laneWidth  = 2
	nodeGap    = 26 // between two boxes of a layer
	laneGap    = 14 // between two lanes
	mixedGap   = 18 // between a box and a lane
	loopMargin = 22 // beside a box with an edge to itself, on both sides
)

// size is what a node needs.
type size struct{ w, h float64 }

// newLayering assigns layers and makes lanes.
func newLayering(g *graph, sizes []size) *layering {
	l := &layering{reversed: cycleEdges(len(g.nodes), g.edges)}
	ranks := rank(g, l.reversed)
	for i := range g.nodes {
		l.add(vertex{node: i, w: sizes[i].w, h: sizes[i].h, layer: ranks[i]})
	}
	for _, e := range g.edges {
		if e.from == e.to {
			l.vertices[e.from].w += 2 * loopMargin
		}
	}
	l.addChains(g)
	return l
}

func (l *layering) add(v vertex) int {
	id := len(l.vertices)
	l.vertices = append(l.vertices, v)
	l.up, l.down = append(l.up, nil), append(l.down, nil)
	for len(l.layers) <= v.layer {
		l.layers = append(l.layers, nil)
	}
	l.layers[v.layer] = append(l.layers[v.layer], id)
	return id
}

// laneKey says which edges share lanes: those from one node that look alike run together and part where they must, like
// the branches of a tree, which keeps a picture calm.
type laneKey struct {
	from         int
	gated, order bool
	edge         int // of a reversed edge, which shares with none; else -1
	layer        int
}

func (l *layering) addChains(g *graph) {
	lanes := map[laneKey]int{}
	l.chains = make([][]int, len(g.edges))
	joined := map[[2]int]bool{}
	for i, e := range g.edges {
		from, to := e.from, e.to
		key := laneKey{from: from, gated: e.gated, order: e.order, edge: -1}
		if l.reversed[i] {
			from, to = to, from
			key.edge = i
		}
		if from == to {
			continue
		}
		chain := []int{from}
		for key.layer = l.vertices[from].layer + 1; key.layer < l.vertices[to].layer; key.layer++ {
			id, ok := lanes[key]
			if !ok {
				id = l.add(vertex{node: laneNode, w: laneWidth, layer: key.layer})
				lanes[key] = id
			}
			chain = append(chain, id)
		}
		chain = append(chain, to)
		for j := 1; j < len(chain); j++ {
			pair := [2]int{chain[j-1], chain[j]}
			if !joined[pair] {
				joined[pair] = true
				l.down[pair[0]] = append(l.down[pair[0]], pair[1])
				l.up[pair[1]] = append(l.up[pair[1]], pair[0])
			}
		}
		l.chains[i] = chain
	}
}

// cycleEdges finds edges without which the graph has no cycle, by a search in depth from the nodes without a
// predecessor on. Edges from a node to itself are none of them.
func cycleEdges(n int, edges []edge) []bool {
	out := make([][]int, n) // edges by source
	entered := make([]bool, n)
	for i, e := range edges {
		if e.from != e.to {
			out[e.from] = append(out[e.from], i)
			entered[e.to] = true
		}
	}
	reversed := make([]bool, len(edges))
	state := make([]byte, n) // 0: new, 1: on the path, 2: done
	var visit func(v int)
	visit = func(v int) {
		state[v] = 1
		for _, i := range out[v] {
			switch to := edges[i].to; state[to] {
			case 0:
				visit(to)
			case 1:
				reversed[i] = true
			}
		}
		state[v] = 2
	}
	for _, roots := range []bool{true, false} {
		for v := range n {
			if state[v] == 0 && entered[v] != roots {
				visit(v)
			}
		}
	}
	return reversed
}

// rank puts each node below all its predecessors, then moves nodes towards where most of their edges lead: a parameter
// stands just above the first task that reads it.
func rank(g *graph, reversed []bool) []int {
	n := len(g.nodes)
	up, down := make([][]int, n), make([][]int, n)
	for i, e := range g.edges {
		from, to := e.from, e.to
		if reversed[i] {
			from, to = to, from
		}
		if from != to {
			down[from], up[to] = append(down[from], to), append(up[to], from)
		}
	}
	ranks := make([]int, n)
	order := topological(up, down)
	for _, v := range order {
		for _, u := range up[v] {
			ranks[v] = max(ranks[v], ranks[u]+1)
		}
	}
	for range 3 {
		for i := n - 1; i >= 0; i-- {
			if v := order[i]; len(down[v]) > len(up[v]) {
				lowest := math.MaxInt
				for _, w := range down[v] {
					lowest = min(lowest, ranks[w]-1)
				}
				ranks[v] = lowest
			}
		}
		for _, v := range order {
			if len(up[v]) > len(down[v]) {
				ranks[v] = 0
				for _, u := range up[v] {
					ranks[v] = max(ranks[v], ranks[u]+1)
				}
			}
		}
	}
	spread(g, ranks, up, down)
	return ranks
}

// topological orders the nodes of a graph without cycles, those that come early in the list first.
func topological(up, down [][]int) []int {
	missing := make([]int, len(up))
	var order []int
	for v := range up {
		missing[v] = len(up[v])
		if missing[v] == 0 {
			order = append(order, v)
		}
	}
	for i := 0; i < len(order); i++ {
		for _, w := range down[order[i]] {
			if missing[w]--; missing[w] == 0 {
				order = append(order, w)
			}
		}
	}
	return order
}

// spread moves nodes without edges over the layers, so that many of them make a block and not one endless row.
func spread(g *graph, ranks []int, up, down [][]int) {
	counts := map[int]int{}
	var alone []int
	for v := range ranks {
		if len(up[v])+len(down[v]) == 0 && !g.nodes[v].terminal() {
			alone = append(alone, v)
		} else {
			counts[ranks[v]]++
		}
	}
	most := max(4, int(math.Ceil(math.Sqrt(float64(2*len(alone))))))
	layer := 0
	for _, v := range alone {
		for counts[layer] >= most {
			layer++
		}
		ranks[v] = layer
		counts[layer]++
	}
}
