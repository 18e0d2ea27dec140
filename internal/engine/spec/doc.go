// Package spec holds what a component, a pipeline, a task, a run and a schedule are: pure values without behaviour
// that depends on Terraform, Argo or the network.
package spec
