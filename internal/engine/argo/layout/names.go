package layout

import (
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"strings"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// The labels and annotations of the objects that the provider makes.
const (
	ManagedByLabel  = "app.kubernetes.io/managed-by"
	ManagedBy       = "terraform-provider-kfp"
	Prefix          = "terraform-provider-kfp/"
	KindLabel       = Prefix + "kind"    // component, pipeline, run, schedule
	NameLabel       = Prefix + "name"    // of the component, pipeline or schedule
	VersionLabel    = Prefix + "version" // content hash
	PipelineLabel   = Prefix + "pipeline"
	PipelineVersion = Prefix + "pipeline-version"
	TaskLabel       = Prefix + "task" // of each pod, so that kubectl logs -l finds it
	RecurringLabel  = Prefix + "recurring-run"
	BackfillLabel   = Prefix + "backfill"
	HistoryLabel    = Prefix + "history" // of an ended run in whose place its resource has another one
	OwnerAnnotation = Prefix + "owner"   // the resource in whose state the run is
	RunAnnotation   = Prefix + "run"     // hash of what a run does, by which an interrupted apply knows it again
	TypesAnnotation = Prefix + "types"   // what Argo has no field for: the types of inputs and outputs
	// DefaultsAnnotation holds a pipeline's defaults, which in the object are part of each task. It is not part of the
	// version.
	DefaultsAnnotation = Prefix + "defaults"
	DescribeKey        = "workflows.argoproj.io/description"
	NestedAnnotation   = Prefix + "pipelines" // versions of the pipelines that a pipeline's tasks use, by name
	MainTemplate       = "main"
	APIVersion         = "argoproj.io/v1alpha1"
	TemplateKind       = "WorkflowTemplate"
	WorkflowKind       = "Workflow"
	CodeDirectory      = graph.FilesDirectory
)

// CompletedLabel is Argo's own, of runs that have ended.
const CompletedLabel = "workflows.argoproj.io/completed"

// BackfillKind is the value of KindLabel of a backfill.
const BackfillKind = "backfill"

// SpecName is the name that a task has in the spec: it undoes TaskName.
func SpecName(argo string) string {
	if word := strings.TrimSuffix(argo, "-"); expr.IsWord(word) {
		return word
	}
	return strings.ReplaceAll(argo, "-", "_")
}

var (
	TaskState = regexp.MustCompile(`([A-Za-z0-9_-]+)\.(Succeeded|Failed|Errored|Skipped|Omitted|Daemoned|AnySucceeded|AllFailed)\b`)
	TaskWord  = regexp.MustCompile(`[A-Za-z0-9_-]+`)
)

// Where files are in a component's pod.
func OutputPath(name string) string { return graph.OutputsDirectory + "/" + name }

// InputPath is where an input's file is.
func InputPath(name string) string { return graph.InputsDirectory + "/" + name }

// versionLength is how much of the content hash a version shows: 50 bits, so that versions of one component do not
// collide by accident.
const versionLength = 10

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ContentHash is the short hash of a value's canonical JSON.
func ContentHash(v any) string {
	text, err := wire.Marshal(v)
	if err != nil {
		// Only specs and Argo objects come here; they always encode.
		panic(err)
	}
	return TextHash(text)
}

// TextHash is the short hash of a text in pieces.
func TextHash(pieces ...string) string {
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

// TaskName is a task's name in Argo.
func TaskName(name string) string { return graph.TaskName(name) }

// RunKind is the value of KindLabel of a run.
const RunKind = "run"
