// Package diagram draws a pipeline: as Mermaid text, for documents that render it, and as a standalone SVG with a layout
// of its own. It draws what it is given and judges nothing: a pipeline with cycles or unknown names is drawn too. Output
// depends on the input alone, byte for byte.
//
// The layout is Sugiyama's, for boxes of any size: layers by the longest path (layers.go), an order within each layer
// with few crossings (order.go), horizontal positions after Brandes and Köpf, in which long edges run straight
// (place.go), and curves that bend only between layers (route.go). An edge over several layers reserves a lane in each of
// them, so that no edge runs through a box. A nested pipeline that is known is laid out first, and is a box for the rest.
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
	// Theme of an SVG; Mermaid takes its page's.
	Theme Theme
}

// defaultDepth of expanded pipelines.
const defaultDepth = 4

// Mermaid returns the pipeline as a Mermaid flowchart, from top to bottom, without a code fence.
func Mermaid(p spec.Pipeline, o Options) string { return newMermaid(build(p, o)).String() }

// SVG returns the pipeline as a standalone SVG document, without scripts, fonts or links.
func SVG(p spec.Pipeline, o Options) []byte { return draw(build(p, o), o.Theme) }
