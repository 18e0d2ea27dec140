// Package convert writes HCL for what people have in Kubeflow Pipelines: a compiled pipeline becomes a kfp_pipeline
// with its tasks and a kfp_component for each thing that they run, with the sources in files beside; recurring runs, as
// KFP's API describes them, become kfp_recurring_run resources.
//
// A package goes the way that the provider takes it: kfpir reads it into spec. The components that spec has inside the
// pipeline become components of their own (components.go), analysed and checked as a kfp_component checks them; then
// the pipeline is compiled, as a plan does it, so that what cannot be said in HCL is told here and not there
// (pipeline.go), and made shorter where it stays the same (simplify.go, spelling.go). What is written is what the
// resources themselves would write of such a spec into a state (resource.go), so that nothing of it can be forgotten.
//
// Nothing here asks a cluster or a server.
package convert
