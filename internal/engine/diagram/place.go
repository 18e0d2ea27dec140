package diagram

import (
	"math"
	"slices"
)

// placer computes horizontal positions: Brandes and Köpf, "Fast and simple horizontal coordinate assignment", with the
// compaction by a graph of blocks, since boxes differ in width. Each of four runs lines vertices up with the median of
// their neighbours, above or below, preferring the left or the right; a vertex ends at the mean of the middle two.
type placer struct {
	*layering
	pos      []int
	conflict map[[2]int]bool // segments that cross a long edge and give way to it
}

// place sets the middle of each vertex, the leftmost border being zero. It returns the width.
func (l *layering) place() float64 {
	p := &placer{layering: l, pos: make([]int, len(l.vertices))}
	l.positions(p.pos)
	l.sortNeighbours(p.pos)
	p.findConflicts()
	runs := make([][]float64, 0, 4)
	for _, fromAbove := range []bool{true, false} {
		for _, toLeft := range []bool{true, false} {
			runs = append(runs, p.run(fromAbove, toLeft))
		}
	}
	p.balance(runs)
	p.relax()
	left, right := math.Inf(1), math.Inf(-1)
	for _, v := range l.vertices {
		left, right = min(left, v.x-v.w/2), max(right, v.x+v.w/2)
	}
	if len(l.vertices) == 0 {
		return 0
	}
	for i := range l.vertices {
		l.vertices[i].x -= left
	}
	return right - left
}

func (l *layering) sortNeighbours(pos []int) {
	byPosition := func(a, b int) int { return pos[a] - pos[b] }
	for v := range l.vertices {
		slices.SortFunc(l.up[v], byPosition)
		slices.SortFunc(l.down[v], byPosition)
	}
}

func (l *layering) lane(v int) bool { return l.vertices[v].node == laneNode }

// laneAbove returns the lane over a lane, or -1.
func (l *layering) laneAbove(v int) int {
	if l.lane(v) {
		for _, u := range l.up[v] {
			if l.lane(u) {
				return u
			}
		}
	}
	return -1
}

// findConflicts marks the segments that cross an inner one, which is between two lanes: long edges stay straight.
func (p *placer) findConflicts() {
	p.conflict = map[[2]int]bool{}
	for i := 1; i < len(p.layers); i++ {
		layer := p.layers[i]
		low, scanned := 0, 0
		for j, v := range layer {
			above := p.laneAbove(v)
			if above < 0 && j < len(layer)-1 {
				continue
			}
			high := len(p.layers[i-1])
			if above >= 0 {
				high = p.pos[above]
			}
			for ; scanned <= j; scanned++ {
				w := layer[scanned]
				for _, u := range p.up[w] {
					if (p.pos[u] < low || p.pos[u] > high) && (!p.lane(u) || !p.lane(w)) {
						p.conflict[[2]int{u, w}] = true
					}
				}
			}
			low = high
		}
	}
}

// run makes one of the four placements.
func (p *placer) run(fromAbove, toLeft bool) []float64 {
	layers := make([][]int, len(p.layers))
	pos := make([]int, len(p.pos))
	for i, layer := range p.layers {
		layers[i] = slices.Clone(layer)
		if !toLeft {
			slices.Reverse(layers[i])
		}
		for j, v := range layers[i] {
			pos[v] = j
		}
	}
	root := p.align(layers, pos, fromAbove, toLeft)
	xs := p.compact(layers, root)
	if !toLeft {
		for v := range xs {
			xs[v] = -xs[v]
		}
	}
	return xs
}

// align groups the vertices into vertical blocks, each named by one of its vertices.
func (p *placer) align(layers [][]int, pos []int, fromAbove, toLeft bool) (root []int) {
	root = make([]int, len(p.vertices))
	for v := range root {
		root[v] = v
	}
	neighbours := p.up
	order := layers
	if !fromAbove {
		neighbours = p.down
		order = slices.Clone(layers)
		slices.Reverse(order)
	}
	for _, layer := range order {
		last := -1
		for _, v := range layer {
			for _, u := range p.medians(v, neighbours[v], toLeft) {
				if pos[u] <= last || p.conflict[[2]int{u, v}] || p.conflict[[2]int{v, u}] {
					continue
				}
				root[v] = root[u]
				last = pos[u]
				break
			}
		}
	}
	return root
}

// medians returns the one or two middle neighbours; of a lane, the next lane of the same edge.
func (p *placer) medians(v int, neighbours []int, toLeft bool) []int {
	if p.lane(v) {
		for _, u := range neighbours {
			if p.lane(u) {
				return []int{u}
			}
		}
	}
	n := len(neighbours)
	if n == 0 {
		return nil
	}
	middle := []int{neighbours[(n-1)/2], neighbours[n/2]}
	if n%2 == 1 {
		middle = middle[:1]
	} else if !toLeft {
		slices.Reverse(middle)
	}
	return middle
}

// compact places blocks as far left as their neighbours let them, then moves each to the right where there is room.
func (p *placer) compact(layers [][]int, root []int) []float64 {
	type link struct {
		to  int
		gap float64
	}
	n := len(p.vertices)
	right, left := make([][]link, n), make([][]link, n)
	missing := make([]int, n)
	for _, layer := range layers {
		for i := 1; i < len(layer); i++ {
			a, b := layer[i-1], layer[i]
			gap := p.separation(a, b)
			right[root[a]] = append(right[root[a]], link{root[b], gap})
			left[root[b]] = append(left[root[b]], link{root[a], gap})
			missing[root[b]]++
		}
	}
	var order []int
	for v := range n {
		if root[v] == v && missing[v] == 0 {
			order = append(order, v)
		}
	}
	xs := make([]float64, n)
	for i := 0; i < len(order); i++ {
		v := order[i]
		for _, to := range left[v] {
			xs[v] = max(xs[v], xs[to.to]+to.gap)
		}
		for _, to := range right[v] {
			if missing[to.to]--; missing[to.to] == 0 {
				order = append(order, to.to)
			}
		}
	}
	for _, v := range slices.Backward(order) {
		room := math.Inf(1)
		for _, to := range right[v] {
			room = min(room, xs[to.to]-to.gap)
		}
		if !math.IsInf(room, 1) {
			xs[v] = max(xs[v], room)
		}
	}
	for v := range n {
		xs[v] = xs[root[v]]
	}
	return xs
}

// separation is the least distance between the middles of two neighbours.
func (p *placer) separation(a, b int) float64 {
	gap := float64(nodeGap)
	switch {
	case p.lane(a) && p.lane(b):
		gap = laneGap
	case p.lane(a) || p.lane(b):
		gap = mixedGap
	}
	return p.vertices[a].w/2 + gap + p.vertices[b].w/2
}

// balance aligns the four placements with the narrowest and takes, for each vertex, the mean of the middle two.
func (p *placer) balance(runs [][]float64) {
	type span struct{ left, right float64 }
	spans := make([]span, len(runs))
	narrowest := 0
	for i, xs := range runs {
		s := span{math.Inf(1), math.Inf(-1)}
		for v := range xs {
			s.left, s.right = min(s.left, xs[v]-p.vertices[v].w/2), max(s.right, xs[v]+p.vertices[v].w/2)
		}
		spans[i] = s
		if s.right-s.left < spans[narrowest].right-spans[narrowest].left {
			narrowest = i
		}
	}
	for i, xs := range runs {
		shift := spans[narrowest].left - spans[i].left
		if i%2 == 1 { // to the right
			shift = spans[narrowest].right - spans[i].right
		}
		for v := range xs {
			xs[v] += shift
		}
	}
	var four [4]float64
	for v := range p.vertices {
		for i := range runs {
			four[i] = runs[i][v]
		}
		slices.Sort(four[:])
		p.vertices[v].x = math.Round(four[1]+four[2]) / 2
	}
}

// relax moves boxes, in a few rounds, to where the way to their neighbours is shortest, as far as those beside them
// leave room. Lanes stay, since they are straight.
func (p *placer) relax() {
	var xs []float64
	for round := range 6 {
		moved := false
		for i := range p.layers {
			if round%2 == 1 {
				i = len(p.layers) - 1 - i
			}
			layer := p.layers[i]
			for j, v := range layer {
				if p.lane(v) {
					continue
				}
				xs = xs[:0]
				for _, u := range p.up[v] {
					xs = append(xs, p.vertices[u].x)
				}
				for _, w := range p.down[v] {
					xs = append(xs, p.vertices[w].x)
				}
				if len(xs) == 0 {
					continue
				}
				slices.Sort(xs)
				x := p.vertices[v].x
				x = min(max(x, xs[(len(xs)-1)/2]), xs[len(xs)/2])
				if j+1 < len(layer) {
					x = min(x, p.vertices[layer[j+1]].x-p.separation(v, layer[j+1]))
				}
				if j > 0 {
					x = max(x, p.vertices[layer[j-1]].x+p.separation(layer[j-1], v))
				}
				if x != p.vertices[v].x {
					p.vertices[v].x = x
					moved = true
				}
			}
		}
		if !moved {
			return
		}
	}
}
