package diagram

import (
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/golden"
)

type sample struct {
	name     string
	pipeline spec.Pipeline
	options  Options
}

func samples() []sample {
	nested, resolve := loops()
	return []sample{
		{"carousel", carousel(), Options{}},
		{"coin_flip", coinFlip(), Options{}},
		{"etl", etl(), Options{}},
		{"etl_bare", etl(), Options{NoTerminals: true, Theme: Light}},
		{"loops", nested, Options{Resolve: resolve, Theme: Dark}},
		{"loops_one_deep", nested, Options{Resolve: resolve, Depth: 2, Theme: Light}},
		{"loops_closed", nested, Options{Theme: Light}},
		{"large", large(), Options{Theme: Light}},
		{"hostile", hostile(), Options{Theme: Light}},
		{"empty", spec.Pipeline{Name: "empty"}, Options{Theme: Light}},
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			golden.Compare(t, s.name+".svg", string(SVG(s.pipeline, s.options)))
			golden.Compare(t, s.name+".mmd", Mermaid(s.pipeline, s.options))
		})
	}
}

func TestOutputDependsOnTheInputAlone(t *testing.T) {
	t.Parallel()
	for range 20 {
		p, q := large(), large()
		if string(SVG(p, Options{})) != string(SVG(q, Options{})) || Mermaid(p, Options{}) != Mermaid(q, Options{}) {
			t.Fatal("two drawings of one pipeline differ")
		}
	}
}
