package graph

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCycles(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   edges
		want []string
	}{
		"none":          {edges{"a": nil, "b": {"a"}}, nil},
		"self":          {edges{"a": {"a"}}, []string{"a"}},
		"two":           {edges{"a": {"b"}, "b": {"a"}}, []string{"a b"}},
		"stable start":  {edges{"c": {"b"}, "b": {"d"}, "d": {"c"}}, []string{"b d c"}},
		"separate ones": {edges{"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}, []string{"a b", "c d"}},
		"sharing nodes": {edges{"a": {"b", "c"}, "b": {"a"}, "c": {"a"}}, []string{"a b", "a c"}},
		"beside a tail": {edges{"a": {"b"}, "b": {"c"}, "c": {"b"}}, []string{"b c"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, c := range tc.in.cycles() {
				got = append(got, strings.Join(c, " "))
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestManyCyclesAreBounded(t *testing.T) {
	t.Parallel()
	dense := edges{}
	for i := range 30 {
		for j := range 30 {
			dense[fmt.Sprintf("t%02d", i)] = append(dense[fmt.Sprintf("t%02d", i)], fmt.Sprintf("t%02d", j))
		}
	}
	if got := len(dense.cycles()); got != maxCycles {
		t.Errorf("got %d cycles, want %d", got, maxCycles)
	}
}

func TestLongChainsNeedNoStack(t *testing.T) {
	t.Parallel()
	chain := edges{}
	for i := range 100_000 {
		chain[fmt.Sprintf("t%06d", i)] = []string{fmt.Sprintf("t%06d", (i+1)%100_000)}
	}
	if got := len(chain.components()); got != 1 {
		t.Errorf("got %d components, want 1", got)
	}
}

// A graph whose edges lead to smaller nodes only has no cycle, and every node follows those it needs.
func TestOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(t, "n")
		e := edges{}
		for i := range n {
			name := fmt.Sprintf("t%02d", i)
			e[name] = nil
			for j := range i {
				if rapid.Bool().Draw(t, "edge") {
					e[name] = append(e[name], fmt.Sprintf("t%02d", j))
				}
			}
		}
		if c := e.cycles(); len(c) > 0 {
			t.Fatalf("found a cycle %v in %v", c, e)
		}
		order := e.order()
		if len(order) != n {
			t.Fatalf("order has %d nodes, want %d", len(order), n)
		}
		for i, node := range order {
			for _, need := range e[node] {
				if slices.Index(order, need) > i {
					t.Fatalf("%s comes before %s, which it needs", node, need)
				}
			}
		}
	})
}
