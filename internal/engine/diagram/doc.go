// Package diagram draws a pipeline: as Mermaid text, for documents that render it, and as a standalone SVG with a
// layout of its own. It draws what it is given and judges nothing: a pipeline with cycles or unknown names is drawn
// too. Output depends on the input alone, byte for byte.
//
// The layout is Sugiyama's, for boxes of any size: layers by the longest path (layers.go), an order within each layer
// with few crossings (order.go), horizontal positions after Brandes and Köpf, in which long edges run straight
// (place.go), and curves that bend only between layers (route.go). An edge over several layers reserves a lane in each
// of them, so that no edge runs through a box. A nested pipeline that is known is laid out first, and is a box for the
// rest.
package diagram
