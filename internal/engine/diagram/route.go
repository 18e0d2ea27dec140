package diagram

import (
	"cmp"
	"math"
	"slices"
)

// picture is a graph laid out: positions are relative to its upper left corner.
type picture struct {
	w, h  float64
	boxes []box
	wires []wire
}

// box is a node with its place.
type box struct {
	node  *node
	face  face
	x, y  float64  // the upper left corner of the whole, sheets included
	inner *picture // the inside of a group
}

// wire is an edge with its course.
type wire struct {
	edge     edge
	from, to *node
	points   []point // curves with vertical ends between them; the last one is the tip of the arrow
	upwards  bool    // of a cycle: the arrow points up
	loop     bool    // from a node to itself: three points, beside the box
}

type point struct{ x, y float64 }

const (
	layerGap    = 40.0
	maxLayerGap = 110.0
	portGap     = 13.0 // between two arrows that end at one box
	portMargin  = 12.0 // from a box's corner
	straighten  = 16.0 // how far from the middle an edge may leave to be straight
)

// layOut arranges a graph.
func layOut(g *graph) *picture {
	p := &picture{boxes: make([]box, len(g.nodes))}
	sizes := make([]size, len(g.nodes))
	for i, n := range g.nodes {
		b := box{node: n, face: newFace(n)}
		if n.group != nil {
			b.inner = layOut(n.group)
			b.face.contain(b.inner.w, b.inner.h)
		}
		p.boxes[i] = b
		// The sheets of a loop count on both sides, so that the middle of the front one is the middle of the whole.
		w, _ := b.face.front()
		sizes[i] = size{2*b.face.w - w, b.face.h}
	}
	l := newLayering(g, sizes)
	l.order()
	p.w = l.place()
	tops, bottoms := p.stackLayers(l)
	for _, v := range l.vertices {
		if v.node == laneNode {
			continue
		}
		b := &p.boxes[v.node]
		w, _ := b.face.front()
		b.x = v.x - w/2
		b.y = tops[v.layer] + (bottoms[v.layer]-tops[v.layer]-v.h)/2
	}
	p.route(g, l, tops, bottoms)
	return p
}

// stackLayers decides on the upper and lower border of each layer. Where edges run far to the side, more room keeps
// them from lying flat.
func (p *picture) stackLayers(l *layering) (tops, bottoms []float64) {
	tops, bottoms = make([]float64, len(l.layers)), make([]float64, len(l.layers))
	y := 0.0
	for i, layer := range l.layers {
		height, reach := 0.0, 0.0
		for _, v := range layer {
			height = max(height, l.vertices[v].h)
			for _, w := range l.down[v] {
				reach = max(reach, math.Abs(l.vertices[v].x-l.vertices[w].x))
			}
		}
		tops[i], bottoms[i] = y, y+height
		y += height + min(maxLayerGap, even(layerGap+math.Floor(reach/10)))
		p.h = bottoms[i]
	}
	return tops, bottoms
}

// route gives every edge its points: the port it leaves, the lanes it runs in, the port it arrives at.
func (p *picture) route(g *graph, l *layering, tops, bottoms []float64) {
	arrivals := p.arrivals(g, l)
	p.wires = make([]wire, len(g.edges))
	for i, e := range g.edges {
		w := wire{edge: e, from: g.nodes[e.from], to: g.nodes[e.to]}
		chain := l.chains[i]
		if chain == nil {
			w.loop = true
			w.points = p.boxes[e.from].besides()
			p.wires[i] = w
			continue
		}
		w.upwards = l.reversed[i]
		upper := &p.boxes[l.vertices[chain[0]].node]
		next := arrivals[i]
		if len(chain) > 2 {
			next = l.vertices[chain[1]].x
		}
		start := upper.departure(next)
		w.points = append(w.points, point{start, upper.y + upper.face.h}, point{start, bottoms[l.vertices[chain[0]].layer]})
		for _, v := range chain[1 : len(chain)-1] {
			layer := l.vertices[v].layer
			w.points = append(w.points, point{l.vertices[v].x, tops[layer]}, point{l.vertices[v].x, bottoms[layer]})
		}
		lower := &p.boxes[l.vertices[chain[len(chain)-1]].node]
		w.points = append(
			w.points, point{arrivals[i], tops[l.vertices[chain[len(chain)-1]].layer]}, point{arrivals[i], lower.y},
		)
		w.points = tidy(w.points)
		if w.upwards {
			slices.Reverse(w.points)
		}
		p.wires[i] = w
	}
}

// middle of the front sheet.
func (b *box) middle() float64 {
	w, _ := b.face.front()
	return b.x + w/2
}

// departure is where an edge to x leaves a box: in the middle, or a little beside it if the edge is then straight.
func (b *box) departure(x float64) float64 {
	if w, _ := b.face.front(); math.Abs(x-b.middle()) <= min(straighten, w/2-portMargin) {
		return x
	}
	return b.middle()
}

// besides are the ends and the outermost point of an edge from a box to itself.
func (b *box) besides() []point {
	w, h := b.face.front()
	x, y := b.x+w, b.y+h/2
	return []point{{x, y - 9}, {x + loopMargin - 4, y}, {x, y + 9}}
}

// tidy drops points that repeat, and those on a straight way down.
func tidy(points []point) []point {
	kept := points[:0]
	for i, p := range points {
		n := len(kept)
		switch {
		case n > 0 && kept[n-1] == p:
		case n > 0 && kept[n-1].x == p.x && i+1 < len(points) && points[i+1].x == p.x:
		default:
			kept = append(kept, p)
		}
	}
	return kept
}

// arrivals spreads the edges that end at one box along its upper border, in the order in which they come, each as near
// as possible to where it comes from.
func (p *picture) arrivals(g *graph, l *layering) []float64 {
	xs := make([]float64, len(g.edges))
	byTarget := make([][]int, len(g.nodes))
	for i, chain := range l.chains {
		if chain != nil {
			target := l.vertices[chain[len(chain)-1]].node
			byTarget[target] = append(byTarget[target], i)
		}
	}
	for target, list := range byTarget {
		b := &p.boxes[target]
		w, _ := b.face.front()
		origin := func(i int) float64 {
			chain := l.chains[i]
			v := l.vertices[chain[len(chain)-2]]
			if v.node != laneNode {
				return p.boxes[v.node].middle()
			}
			return v.x
		}
		slices.SortStableFunc(list, func(a, b int) int { return cmp.Compare(origin(a), origin(b)) })
		margin := min(portMargin, w/4)
		gap := min(portGap, (w-2*margin)/float64(max(1, len(list)-1)))
		wanted := make([]float64, len(list))
		for j, i := range list {
			wanted[j] = b.port(origin(i), margin, len(list))
		}
		for j, x := range separate(wanted, gap, b.x+margin, b.x+w-margin) {
			xs[list[j]] = x
		}
	}
	return xs
}

// port is where an edge from x would like to end: straight below, or at a quarter of the width if it comes from beside
// the box. An edge that comes alone ends in the middle.
func (b *box) port(x, margin float64, edges int) float64 {
	w, _ := b.face.front()
	switch {
	case b.inner == nil && edges == 1:
		return b.middle()
	case x < b.x+margin:
		return b.x + w/4
	case x > b.x+w-margin:
		return b.x + w - w/4
	}
	return x
}

// separate moves sorted values as little as possible so that neighbours are at least gap apart and all lie between low
// and high: the pool-adjacent-violators algorithm. The room must suffice. (Conversions keep the compiler from fusing
// operations, which would make pictures depend on the processor.)
func separate(wanted []float64, gap, low, high float64) []float64 {
	type pool struct {
		sum   float64 // of the wanted places of the first element
		count int
	}
	var pools []pool
	mean := func(p pool) float64 { return p.sum / float64(p.count) }
	for i, x := range wanted {
		pools = append(pools, pool{x - float64(gap*float64(i)), 1})
		for len(pools) > 1 && mean(pools[len(pools)-2]) > mean(pools[len(pools)-1]) {
			last := pools[len(pools)-1]
			pools = pools[:len(pools)-1]
			pools[len(pools)-1].sum += last.sum
			pools[len(pools)-1].count += last.count
		}
	}
	xs := make([]float64, 0, len(wanted))
	room := high - low - float64(gap*float64(len(wanted)-1))
	for _, p := range pools {
		first := min(max(mean(p), low), low+max(0, room))
		for range p.count {
			xs = append(xs, math.Round(2*(first+float64(gap*float64(len(xs)))))/2)
		}
	}
	return xs
}
