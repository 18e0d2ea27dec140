package compile

import (
	"fmt"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// What Argo sets on every pod.
var (
	unusedLabel      = [2]string{layout.CompletedLabel, "false"}
	unusedAnnotation = [2]string{"kubectl.kubernetes.io/default-container", "main"}
)

// metadataPlace is a key and a value of the metadata of all pods, the i-th of the labels (list 0) or annotations (1).
func metadataPlace(list, i int, unused [2]string) (key, value string) {
	place := func(at int, unused string) string {
		return fmt.Sprintf(
			`{{=get(fromJSON(inputs.parameters["%s"])[%d],%d)??"%s"}}`, layout.MetadataParameter, list, at, unused,
		)
	}
	return place(2*i, unused[0]), place(2*i+1, unused[1])
}

// isPlace reports whether a key of the metadata of all pods is a place for those of tasks.
func isPlace(key string) bool { return strings.HasPrefix(key, "{{=") }

// podMetadata is that of all pods of a run: the defaults, and places for what tasks have of their own.
func (c *pipelineCompiler) podMetadata() *wfv1.Metadata {
	d := c.pipeline.Defaults
	labels, annotations := c.places()
	if len(d.Labels)+len(d.Annotations)+labels+annotations == 0 {
		return nil
	}
	return &wfv1.Metadata{
		Labels:      withPlaces(d.Labels, 0, labels, unusedLabel),
		Annotations: withPlaces(d.Annotations, 1, annotations, unusedAnnotation),
	}
}

// places counts what the tasks need. What a nested pipeline needs is not known here.
func (c *pipelineCompiler) places() (labels, annotations int) {
	for _, tasks := range everyTask(c.pipeline) {
		for _, t := range tasks {
			if t.Component.Kind == spec.PipelineKind {
				return settings.MaxTaskMetadata, settings.MaxTaskMetadata
			}
			labels, annotations = max(labels, len(t.Labels)), max(annotations, len(t.Annotations))
		}
	}
	return labels, annotations
}

func withPlaces(given map[string]string, list, places int, unused [2]string) map[string]string {
	var all map[string]string
	for key, value := range given {
		layout.Set(&all, key, value)
	}
	for i := range places {
		key, value := metadataPlace(list, i, unused)
		layout.Set(&all, key, value)
	}
	return all
}

// WithoutPlaces undoes withPlaces.
func WithoutPlaces(all map[string]string) map[string]string {
	var given map[string]string
	for key, value := range all {
		if !isPlace(key) {
			layout.Set(&given, key, value)
		}
	}
	return given
}

// metadataText is the argument of a task; empty: it has none of its own.
func metadataText(s spec.Settings, of Texts) (string, error) {
	if len(s.Labels)+len(s.Annotations) == 0 {
		return "", nil
	}
	var lists []string
	for _, given := range []map[string]string{s.Labels, s.Annotations} {
		var list []string
		for _, key := range spec.Names(given) {
			t, err := of.text(given[key])
			if err != nil {
				return "", err
			}
			value, err := t.CompileJSONString()
			if err != nil {
				return "", err
			}
			name, err := wire.Marshal(key)
			if err != nil {
				return "", err
			}
			list = append(list, name, value)
		}
		lists = append(lists, "["+strings.Join(list, ",")+"]")
	}
	return "[" + strings.Join(lists, ",") + "]", nil
}
