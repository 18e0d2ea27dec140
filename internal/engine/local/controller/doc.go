// Package controller runs Workflows as Argo's controller does, on this machine: graphs, steps, loops, conditions,
// repetitions, hooks, caches, locks. It reads what engine/argo/compile writes and leaves the nodes that
// engine/argo/status reads. Tags and expressions are filled in by Argo's own packages; what runs in pods is left to a
// Pods. Where Argo reconciles again and again, here a goroutine waits for each thing that is going on.
//
// A node that has ended is never run again: a run that was interrupted, or whose failed nodes were removed, goes on
// from what there is.
package controller
