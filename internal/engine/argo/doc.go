// Package argo has no code: its folders turn specs into Argo Workflows objects and back.
//
//	layout       names, labels and hidden parameters: what all of the others agree on
//	compile      a spec becomes objects
//	decompile    objects that this provider made become a spec
//	handwritten  objects that people wrote become a spec
//	status       what became of a run
//	diff         what a live object is not that it should be
//
// The tests here look at several of them: what is compiled is read back, accepted by Argo and run by it.
package argo
