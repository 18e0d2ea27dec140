// Package argo compiles specs to Argo Workflows objects and reads such objects back. It is the only package, beside
// cluster, that knows Argo's types. Compiling is pure: no clock, no network, the same bytes for the same spec.
package argo

import (
	"crypto/sha256"
	"encoding/base32"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// The labels and annotations of the objects that the provider makes.
const (
	ManagedByLabel = "app.kubernetes.io/managed-by"
	ManagedBy      = "terraform-provider-kfp"

	prefix          = "terraform-provider-kfp/"
	KindLabel       = prefix + "kind"    // component, pipeline, run, schedule
	NameLabel       = prefix + "name"    // of the component, pipeline or schedule
	VersionLabel    = prefix + "version" // content hash
	PipelineLabel   = prefix + "pipeline"
	PipelineVersion = prefix + "pipeline-version"
	TaskLabel       = prefix + "task" // of each pod, so that kubectl logs -l finds it
	RecurringLabel  = prefix + "recurring-run"
	BackfillLabel   = prefix + "backfill"
	HistoryLabel    = prefix + "history" // of an ended run in whose place its resource has another one
	OwnerAnnotation = prefix + "owner"   // the resource in whose state the run is
	RunAnnotation   = prefix + "run"     // hash of what a run does, by which an interrupted apply knows it again
	TypesAnnotation = prefix + "types"   // what Argo has no field for: the types of inputs and outputs
	// DefaultsAnnotation holds a pipeline's defaults, which in the object are part of each task. It is not part of the version.
	DefaultsAnnotation = prefix + "defaults"
	DescribeKey        = "workflows.argoproj.io/description"
	NestedAnnotation   = prefix + "pipelines" // versions of the pipelines that a pipeline's tasks use, by name
	hiddenPrefix       = "kfp-"               // of parameters that users do not see
	MainTemplate       = "main"
	apiVersion         = "argoproj.io/v1alpha1"
	templateKind       = "WorkflowTemplate"
	workflowKind       = "Workflow"
	codeDirectory      = "/kfp/component"
)

// Where files are in a component's pod.
func outputPath(name string) string { return graph.OutputsDirectory + "/" + name }
func inputPath(name string) string  { return graph.InputsDirectory + "/" + name }

// versionLength is how much of the content hash a version shows: 50 bits, so that versions of one component do not
// collide by accident.
const versionLength = 10

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// contentHash is the short hash of a value's canonical JSON.
func contentHash(v any) string {
	text, err := wire.Marshal(v)
	if err != nil {
		// Only specs and Argo objects come here; they always encode.
		panic(err)
	}
	return textHash(text)
}

// textHash is the short hash of a text in pieces.
func textHash(pieces ...string) string {
	hash := sha256.New()
	for _, piece := range pieces {
		hash.Write([]byte(piece)) // a hash never fails
	}
	return lowerBase32.EncodeToString(hash.Sum(nil))[:versionLength]
}

// ObjectName is the name of the object that a ref points to.
func ObjectName(r spec.Ref) string {
	if r.Kind == spec.PipelineKind {
		return r.Name
	}
	return r.Name + "-" + r.Version
}

// taskName is a task's name in Argo.
func taskName(name string) string { return graph.TaskName(name) }
