package compile

import (
	"maps"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Run compiles a run. A run without a name gets one from its content: the same pipeline version, parameters and
// triggers give the same name, so that an apply that died and is repeated finds the run that it had started.
func Run(r spec.Run) *wfv1.Workflow {
	if r.Name == "" {
		r.Name = RunName(r)
	}
	labels := map[string]string{}
	maps.Copy(labels, r.Labels)
	maps.Copy(labels, map[string]string{
		layout.ManagedByLabel: layout.ManagedBy, layout.KindLabel: layout.RunKind,
		layout.PipelineLabel: r.Pipeline.Name, layout.PipelineVersion: r.Pipeline.Version,
	})
	return &wfv1.Workflow{
		TypeMeta: metav1.TypeMeta{APIVersion: layout.APIVersion, Kind: layout.WorkflowKind},
		ObjectMeta: metav1.ObjectMeta{
			Name: r.Name, Namespace: r.Namespace, Labels: labels,
			Annotations: map[string]string{layout.RunAnnotation: runIdentity(r)},
		},
		Spec: wfv1.WorkflowSpec{
			WorkflowTemplateRef: &wfv1.WorkflowTemplateRef{Name: layout.ObjectName(r.Pipeline)},
			ServiceAccountName:  r.ServiceAccount,
			Arguments:           wfv1.Arguments{Parameters: runArguments(r), Artifacts: runArtifacts(r)},
		},
	}
}

// RunName is the name of a run that has none of its own.
func RunName(r spec.Run) string {
	return r.Pipeline.Name + "-" + runIdentity(r)
}

func runArguments(r spec.Run) []wfv1.Parameter {
	var arguments []wfv1.Parameter
	for _, name := range spec.Names(r.Parameters) {
		if r.Pipeline.Inputs[name].Type.IsArtifact() {
			metadata := wfv1.AnyStringPtr(importedMetadata(r.Parameters[name]))
			arguments = append(arguments, wfv1.Parameter{Name: layout.ArtifactParameter(name), Value: metadata})
			continue
		}
		value := layout.EncodeValue(r.Parameters[name], r.Pipeline.Inputs[name].Type)
		arguments = append(arguments, wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)})
	}
	return arguments
}

// runArtifacts are those that the run is given by their addresses.
func runArtifacts(r spec.Run) wfv1.Artifacts {
	var given wfv1.Artifacts
	for _, name := range spec.Names(r.Parameters) {
		if !r.Pipeline.Inputs[name].Type.IsArtifact() {
			continue
		}
		if a, err := importedArtifact(name, r.Parameters[name], expr.Env{}); err == nil { // it has been checked
			given = append(given, a)
		}
	}
	return given
}

// importedMetadata is what travels beside an artifact of which nothing but a constant address is known.
func importedMetadata(uri string) string {
	text, err := wire.Marshal(map[string]string{"uri": wire.Encode(uri)})
	if err != nil {
		return ""
	}
	return text
}

// SameRun reports whether a workflow with these labels and annotations is the run that r describes.
func SameRun(labels, annotations map[string]string, r spec.Run) bool {
	return labels[layout.KindLabel] == layout.RunKind && annotations[layout.RunAnnotation] == runIdentity(r)
}

func runIdentity(r spec.Run) string {
	return layout.ContentHash([]any{r.Pipeline, r.Parameters, r.Triggers, r.ServiceAccount})
}

// StopPatch ends a run as argo stop does: running pods end, on_exit tasks run. (Terminate would skip those.)
func StopPatch() map[string]any {
	return map[string]any{"spec": map[string]any{"shutdown": string(wfv1.ShutdownStrategyStop)}}
}

// OwnerOf says which resource's state holds a run; empty: none does, as far as its maker could tell.
func OwnerOf(annotations map[string]string) string { return annotations[layout.OwnerAnnotation] }

// OwnerPatch notes in whose state a run is. It fails where the run is not at that resource version any more.
func OwnerPatch(owner, resourceVersion string) map[string]any {
	return map[string]any{"metadata": map[string]any{
		"resourceVersion": resourceVersion, "annotations": map[string]any{layout.OwnerAnnotation: owner},
	}}
}

// HistoryPatch marks a run that another one has replaced, and that stays to be looked at.
func HistoryPatch() map[string]any {
	return map[string]any{"metadata": map[string]any{"labels": map[string]any{layout.HistoryLabel: "true"}}}
}

// IsHistory reports whether a run is marked so.
func IsHistory(labels map[string]string) bool { return labels[layout.HistoryLabel] == "true" }

// HistorySelector finds the marked runs of a pipeline.
func HistorySelector(pipeline string) string {
	return layout.HistoryLabel + "=true," + layout.PipelineLabel + "=" + pipeline
}
