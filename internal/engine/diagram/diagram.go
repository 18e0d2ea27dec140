package diagram

import (
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// Theme chooses the colours of an SVG.
type Theme string

// The themes. Both have a background of their own, so a picture is readable on any page.
const (
	Auto  Theme = "" // light, or dark where the viewer prefers dark
	Light Theme = "light"
	Dark  Theme = "dark"
)

// Options say how much is drawn. The zero value draws parameters and outputs, and nested pipelines as one box each.
type Options struct {
	// Resolve returns the pipeline that a ref points to, for nested pipelines to be drawn with their tasks. Nil: none is
	// known.
	Resolve func(spec.Ref) (spec.Pipeline, bool)
	// Depth bounds how many pipelines are drawn inside each other; the innermost are then one box. Zero: 4.
	Depth int
	// NoTerminals leaves out parameters and outputs.
	NoTerminals bool
	// Run is drawn upon the pipeline: what became of each task. Nil: the pipeline alone.
	Run *Run
	// Theme of an SVG; Mermaid takes its page's.
	Theme Theme
}

// defaultDepth of expanded pipelines.
const defaultDepth = 4

// Mermaid returns the pipeline as a Mermaid flowchart, from top to bottom, without a code fence.
func Mermaid(p spec.Pipeline, o Options) string { return newMermaid(build(p, o)).String() }

// SVG returns the pipeline as a standalone SVG document, without scripts, fonts or links.
func SVG(p spec.Pipeline, o Options) []byte { return draw(build(p, o), o.Theme) }
