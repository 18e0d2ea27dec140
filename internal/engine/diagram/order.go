package diagram

import (
	"cmp"
	"slices"
)

// sweeps is how often the order of the layers is improved, down and up in turn.
const sweeps = 12

// order arranges each layer from left to right so that few segments cross: the barycentre heuristic with exchanges of
// neighbours. The best of all orders seen is kept.
func (l *layering) order() {
	l.initialOrder()
	pos := make([]int, len(l.vertices))
	l.positions(pos)
	best, crossings := l.snapshot(), l.crossings(pos)
	for i := 0; i < sweeps && crossings > 0; i++ {
		l.sweep(pos, i%2 == 0)
		l.exchange(pos)
		if n := l.crossings(pos); n < crossings {
			best, crossings = l.snapshot(), n
		}
	}
	l.layers = best
}

// initialOrder follows the edges in depth from the top, so that what hangs together stands together.
func (l *layering) initialOrder() {
	seen := make([]bool, len(l.vertices))
	ordered := make([][]int, len(l.layers))
	var visit func(v int)
	visit = func(v int) {
		seen[v] = true
		layer := l.vertices[v].layer
		ordered[layer] = append(ordered[layer], v)
		for _, w := range l.down[v] {
			if !seen[w] {
				visit(w)
			}
		}
	}
	for _, layer := range l.layers {
		for _, v := range layer {
			if !seen[v] {
				visit(v)
			}
		}
	}
	l.layers = ordered
}

func (l *layering) positions(pos []int) {
	for _, layer := range l.layers {
		for i, v := range layer {
			pos[v] = i
		}
	}
}

func (l *layering) snapshot() [][]int {
	layers := make([][]int, len(l.layers))
	for i, layer := range l.layers {
		layers[i] = slices.Clone(layer)
	}
	return layers
}

// sweep sorts each layer by the mean position of the neighbours in the layer before it.
func (l *layering) sweep(pos []int, downwards bool) {
	neighbours := l.up
	first, step := 1, 1
	if !downwards {
		neighbours = l.down
		first, step = len(l.layers)-2, -1
	}
	means := make([]float64, len(l.vertices))
	for i := first; i >= 0 && i < len(l.layers); i += step {
		layer := l.layers[i]
		for _, v := range layer {
			means[v] = float64(pos[v])
			if len(neighbours[v]) > 0 {
				sum := 0
				for _, u := range neighbours[v] {
					sum += pos[u]
				}
				means[v] = float64(sum) / float64(len(neighbours[v]))
			}
		}
		slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(means[a], means[b]) })
		for j, v := range layer {
			pos[v] = j
		}
	}
}

// exchange swaps neighbours within a layer as long as that saves crossings.
func (l *layering) exchange(pos []int) {
	for range 4 {
		improved := false
		for _, layer := range l.layers {
			for i := 1; i < len(layer); i++ {
				a, b := layer[i-1], layer[i]
				saved := crossed(l.up[a], l.up[b], pos) - crossed(l.up[b], l.up[a], pos) +
					crossed(l.down[a], l.down[b], pos) - crossed(l.down[b], l.down[a], pos)
				if saved > 0 {
					layer[i-1], layer[i] = b, a
					pos[a], pos[b] = i, i-1
					improved = true
				}
			}
		}
		if !improved {
			return
		}
	}
}

// crossed counts the crossings between the segments of two neighbours, the first of which is on the left.
func crossed(left, right []int, pos []int) int {
	n := 0
	for _, u := range left {
		for _, w := range right {
			if pos[u] > pos[w] {
				n++
			}
		}
	}
	return n
}

// crossings counts all crossings, layer by layer, with a Fenwick tree over the positions of the lower one.
func (l *layering) crossings(pos []int) int {
	total := 0
	var ends []int
	var tree []int
	for i := 1; i < len(l.layers); i++ {
		tree = append(tree[:0], make([]int, len(l.layers[i])+1)...)
		inserted := 0
		for _, v := range l.layers[i-1] {
			ends = ends[:0]
			for _, w := range l.down[v] {
				ends = append(ends, pos[w])
			}
			// Segments from the same vertex do not cross: count them all before any is entered.
			for _, end := range ends {
				before := 0
				for j := end + 1; j > 0; j -= j & -j {
					before += tree[j]
				}
				total += inserted - before
			}
			for _, end := range ends {
				for j := end + 1; j < len(tree); j += j & -j {
					tree[j]++
				}
				inserted++
			}
		}
	}
	return total
}
