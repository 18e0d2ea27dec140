// Package graph checks a pipeline as a whole: names, references, types, edges and cycles. It collects every mistake,
// each at its attribute path, and gives the edges that the compiler needs.
package graph
