// Package wire is how values travel through Argo Workflows unchanged.
//
// Argo substitutes {{tags}} several times over the same text, in what users pass as data too, so a value that holds
// "{{workflow.name}}" would arrive as something else. Encode breaks up every "{{" with a mark after each brace, and
// the receiver (the Python runtime in the pod, the arguments of a container, the provider when it reads outputs)
// takes the marks out again. Texts without "{{" travel as they are. kfp_runtime.py holds the same two rules.
package wire
