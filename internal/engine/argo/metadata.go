package argo

import (
	"encoding/json"
	"fmt"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// Argo has labels and annotations of pods on templates and for a whole run, not on tasks, and no patch reaches them. But
// the last thing that it does to a pod is to replace tags in all of it, with the inputs of the pod's template. So the
// metadata of a run's pods holds places whose keys and values are tags, and a task gives what stands there as a hidden
// argument. A place that a task does not use repeats what Argo has set itself. Only the run's own pipeline counts: what
// it nests uses its places.

// metadataParameter holds a task's labels and annotations, each as a list of keys and values: [["team","etl"],[]].
const (
	metadataParameter = hiddenPrefix + "metadata"
	noMetadata        = "[[],[]]"
)

// taskOfNode is the name of a pod's task, which is the last of the names in that of its node. What an item of a loop adds
// may be any text, and is no part of it; nor is what the compiler adds. The names of tasks have no hyphens: those are
// Argo's, for underscores.
const taskOfNode = `{{=sprig.replace("-", "_", sprig.trunc(63, sprig.regexReplaceAll("^.*[.]|-+$", ` +
	`sprig.regexReplaceAll("(?s)[(].*|[[][0-9]+[]]|[.]kfp-[a-z]+", node.name, ""), "")))}}`

// What Argo sets on every pod.
var (
	unusedLabel      = [2]string{completedLabel, "false"}
	unusedAnnotation = [2]string{"kubectl.kubernetes.io/default-container", "main"}
)

// metadataPlace is a key and a value of the metadata of all pods, the i-th of the labels (list 0) or annotations (1).
func metadataPlace(list, i int, unused [2]string) (key, value string) {
	place := func(at int, unused string) string {
		return fmt.Sprintf(`{{=get(fromJSON(inputs.parameters["%s"])[%d],%d)??"%s"}}`, metadataParameter, list, at, unused)
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
	for _, tasks := range []map[string]spec.Task{c.pipeline.Tasks, c.pipeline.OnExit} {
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
		set(&all, key, value)
	}
	for i := range places {
		key, value := metadataPlace(list, i, unused)
		set(&all, key, value)
	}
	return all
}

// withoutPlaces undoes withPlaces.
func withoutPlaces(all map[string]string) map[string]string {
	var given map[string]string
	for key, value := range all {
		if !isPlace(key) {
			set(&given, key, value)
		}
	}
	return given
}

// metadataText is the argument of a task; empty: it has none of its own.
func metadataText(s spec.Settings, of texts) (string, error) {
	if len(s.Labels)+len(s.Annotations) == 0 {
		return "", nil
	}
	var lists []string
	for _, given := range []map[string]string{s.Labels, s.Annotations} {
		var list []string
		for _, key := range sortedKeys(given) {
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

// metadata undoes metadataText.
func (r *taskReader) metadata(argo string) {
	text, tags := settings.SplitTags(argo)
	var lists [2][]json.RawMessage
	if err := json.Unmarshal([]byte(text), &lists); err != nil || len(lists[0])%2+len(lists[1])%2 > 0 {
		r.d.miss(r.path+".labels", abbreviated(argo)+" is not how this provider writes labels and annotations")
		r.merged.Labels, r.merged.Annotations = r.prior.Labels, r.prior.Annotations
		return
	}
	r.pairs(".labels", lists[0], tags, r.prior.Labels, &r.merged.Labels)
	r.pairs(".annotations", lists[1], tags, r.prior.Annotations, &r.merged.Annotations)
}

func (r *taskReader) pairs(at string, list []json.RawMessage, tags []string, before map[string]string, to *map[string]string) {
	for i := 0; i < len(list); i += 2 {
		var key string
		if err := json.Unmarshal(list[i], &key); err != nil {
			r.d.miss(r.path+at, abbreviated(string(list[i]))+" is not a key")
			continue
		}
		text := settings.TagOf(list[i+1], tags)
		r.text(keyed(at, key), text, before[key],
			func(d *expr.Decompiler, _ expr.Env) (string, bool) { return d.JSONString(text) },
			func(text string) { set(to, key, text) })
	}
}
