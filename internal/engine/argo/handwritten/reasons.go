package handwritten

import (
	"fmt"
	"maps"
	"strings"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// templateReasons say of fields of a template why they cannot be written, and what to do.
var templateReasons = map[string]string{
	"sidecars": "a component runs one container; put what the sidecar does into the image, or use " +
		"a service of its own",
	"initContainers": "a component runs one container; make what it prepares a task before",
	"daemon":         "a task ends before those after it begin; use a service of its own",
	"podSpecPatch":   "write what it patches as attributes of the task",
	"affinity":       "give the tasks affinity, as JSON, and take it out here",
	"memoize":        "give the tasks cache = { enabled = true } and take it out here",
	"metrics":        "metrics of Argo's controller cannot be written",
	"hooks":          "hooks cannot be written; use on_exit, or tasks with run_if",
	"retryStrategy": "it repeats without a limit, by nodes, or by a condition or pause that cannot be " +
		"written as retry; give it a limit",
	"activeDeadlineSeconds": "it is a text with tags; give the tasks timeout",
	"timeout":               "give the tasks timeout, of each attempt",
	"synchronization":       "only mutexes and semaphores of config maps in the same namespace can be written",
	"envFrom": "name the variables one by one, in env, or in secret_env and config_map_env of the " +
		"tasks",
	"volumeMounts": "its volume is not of a secret, config map, claim or empty directory that can be " +
		"written, or is mounted twice",
	"securityContext":              "this part of the security context cannot be written",
	"parallelism":                  "it bounds nothing in a template of one container",
	"failFast":                     "it says nothing in a template of one container",
	"hostAliases":                  "host aliases cannot be written; use DNS",
	"schedulerName":                "another scheduler cannot be chosen",
	"automountServiceAccountToken": "whether pods get the account's token is set at the service account",
	"executor": "the executor's account cannot be written; the token follows from the pod's " +
		"service account",
	"archiveLocation": "artifact_repository of the pipeline says where artifacts and logs are kept",
	"livenessProbe":   "probes are for services, and a task is none",
	"readinessProbe":  "probes are for services, and a task is none",
	"lifecycle":       "let the command do that",
	"workingDir":      "let the command change the directory, or set it in the image",
	"ports":           "nobody connects to a task; use a service of its own",
	"stdin":           "nobody types into a task",
	"tty":             "nobody types into a task",
	"globalName":      "outputs are known by their task; use {{ tasks.t.outputs.x }}",
	"archive":         "how an artifact is packed cannot be written",
	"mode":            "the mode of a file cannot be written; let the command set it",
	"recurseMode":     "the mode of files cannot be written; let the command set it",
	"s3": "where an artifact is cannot be part of a component; give the task's input its " +
		"address, or declare artifact_repository",
	"gcs": "where an artifact is cannot be part of a component; give the task's input its " +
		"address, or declare artifact_repository",
	"git":         "let a task clone the repository",
	"raw":         "give the text as a string input",
	"http":        "give the task's input the address",
	"artifactory": "this kind of store cannot be written",
	"hdfs":        "this kind of store cannot be written",
	"oss":         "this kind of store cannot be written",
	"azure":       "this kind of store cannot be written",
	"artifactGC":  "artifact_gc of the pipeline says that",
	"valueFrom": "only a file (valueFrom.path) is an output; a default for a missing file, or " +
		"another source, cannot be written",
	"inputs.valueFrom":       "an input gets its value from the task; a default is a constant",
	"env.valueFrom":          "only keys of secrets and config maps, and fields of the pod, can be written",
	"default":                "it holds tags; the task says what the input is",
	"value":                  "it holds tags; the task says what the input is",
	"plugin":                 "plugins cannot be written",
	"inline":                 "make the template a component",
	"resources":              "claims of devices cannot be written",
	"terminationMessagePath": "the kubelet's message of the end is not used",
}

// unreadBelow lists what is left of an object, each place with the reason of the innermost field that has one.
func unreadBelow(path string, left any, reasons map[string]string) []layout.Unread {
	var all []layout.Unread
	var visit func(path string, v any)
	visit = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, key := range spec.Names(v) {
				switch reason, known := reasonAt(reasons, path, key); {
				case isEmpty(v[key]):
				case known && !isList(v[key]):
					all = append(all, layout.Unread{Path: fieldPath(path, key), Reason: reason})
				case known:
					elements, _ := v[key].([]any)
					for i, at := range elementPaths(fieldPath(path, key), v[key]) {
						if !isEmpty(nameless(elements[i])) {
							all = append(all, layout.Unread{Path: at, Reason: reason})
						}
					}
				default:
					visit(fieldPath(path, key), v[key])
				}
			}
		case []any:
			paths := elementPaths(path, v)
			for i, element := range v {
				visit(paths[i], nameless(element))
			}
		default:
			all = append(all, layout.Unread{Path: path, Reason: "it cannot be written"})
		}
	}
	visit(path, left)
	return all
}

// fieldPath is the path of a field, or of an entry of a map whose keys people choose.
func fieldPath(path, key string) string {
	if strings.ContainsAny(key, `./"[] -`) || strings.HasSuffix(path, ".labels") || strings.HasSuffix(path, ".annotations") {
		return layout.Keyed(path, key)
	}
	return path + "." + key
}

func isList(v any) bool {
	_, ok := v.([]any)
	return ok
}

func elementPaths(path string, list any) []string {
	var paths []string
	elements, _ := list.([]any)
	_, named := layout.ByName(elements)
	for i, element := range elements {
		at := fmt.Sprintf("%s[%d]", path, i)
		if o, ok := element.(map[string]any); ok && named {
			name, _ := o["name"].(string)
			at = layout.Keyed(path, name)
		}
		paths = append(paths, at)
	}
	return paths
}

// reasonAt is the reason for a field, which may depend on the place.
func reasonAt(reasons map[string]string, path, key string) (string, bool) {
	for _, place := range []string{"inputs", "env"} {
		if reason, ok := reasons[place+"."+key]; ok && strings.Contains(path, "."+place) {
			return reason, true
		}
	}
	reason, ok := reasons[key]
	return reason, ok
}

// nameless is an element of a list without its name: that much is left of elements that are understood.
func nameless(element any) any {
	o, ok := element.(map[string]any)
	if !ok {
		return element
	}
	rest := maps.Clone(o)
	delete(rest, "name")
	return rest
}

// isEmpty reports whether nothing is said: also by objects and lists of such.
func isEmpty(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			if !isEmpty(inner) {
				return false
			}
		}
		return true
	case []any:
		for _, inner := range v {
			if !isEmpty(nameless(inner)) {
				return false
			}
		}
		return true
	case string:
		return v == ""
	case bool:
		return !v
	}
	return v == nil
}

// left tells what of the template is not understood.
func (r *reader) left() {
	left, err := layout.AsJSON(r.rest)
	if err != nil {
		r.miss("", err.Error())
		return
	}
	settings.TakeTemplate(left, &r.Settings)
	r.Unread = append(r.Unread, unreadBelow(r.at, left, templateReasons)...)
}

// podReasons are the fields of a workflow that its pods get; the others are those of a run, and a component has none.
var podReasons = map[string]string{
	"templateDefaults":             "write what it says into the template",
	"podSpecPatch":                 templateReasons["podSpecPatch"],
	"hostAliases":                  templateReasons["hostAliases"],
	"hostNetwork":                  "the host's network cannot be used",
	"dnsPolicy":                    "DNS of pods cannot be set",
	"dnsConfig":                    "DNS of pods cannot be set",
	"schedulerName":                templateReasons["schedulerName"],
	"automountServiceAccountToken": templateReasons["automountServiceAccountToken"],
	"executor":                     templateReasons["executor"],
}

// podFields tells what the workflow around the template says of its pods. The component does not have it.
func (f *Reading) podFields(s *wfv1.WorkflowSpec) []layout.Unread {
	fields, err := layout.AsJSON(s)
	if err != nil {
		return []layout.Unread{{Path: "spec", Reason: err.Error()}}
	}
	var unread []layout.Unread
	for _, key := range spec.Names(fields) {
		if reason, ok := podReasons[key]; ok && !isEmpty(fields[key]) {
			unread = append(unread, layout.Unread{Path: "spec." + key, Reason: reason})
		}
	}
	for _, note := range settings.WorkflowNotes(fields) {
		f.Notes = append(f.Notes, layout.Unread{Path: "spec." + note.Field, Reason: note.Text})
	}
	for _, note := range []struct {
		path, reason string
		given        bool
	}{
		{"spec.podMetadata", "give it to defaults of the pipeline as labels and annotations", s.PodMetadata != nil},
		{"spec.activeDeadlineSeconds", "it is the run's; timeout of the pipeline", s.ActiveDeadlineSeconds != nil},
		{"spec.ttlStrategy", "it is the run's; ttl of the pipeline", s.TTLStrategy != nil},
		{"spec.podGC", "it is the run's; pod_gc of the pipeline", s.PodGC != nil},
		{"spec.archiveLogs", "it is the run's; archive_logs of the pipeline", s.ArchiveLogs != nil},
		{"spec.parallelism", "it is the run's; parallelism of the pipeline", s.Parallelism != nil},
		{"spec.synchronization", "it is the run's; synchronization of the pipeline", s.Synchronization != nil},
		{"spec.artifactGC", "it is the run's; artifact_gc of the pipeline", s.ArtifactGC != nil},
		{
			"spec.artifactRepositoryRef", "it is the run's; artifact_repository of the pipeline", s.ArtifactRepositoryRef != nil,
		},
		{"spec.workflowMetadata", "it is the run's; labels of the pipeline", s.WorkflowMetadata != nil},
		{"spec.volumeClaimTemplates", "they are the run's; volume_claims of the pipeline", len(s.VolumeClaimTemplates) > 0},
		{"spec.onExit", "it is the run's; on_exit of the pipeline", s.OnExit != ""},
		{"spec.hooks", "it is the run's, and cannot be written; on_exit of the pipeline", len(s.Hooks) > 0},
		{"spec.metrics", "it is the run's, and cannot be written", s.Metrics != nil},
		{"spec.retryStrategy", "it is the run's; give the tasks retry", s.RetryStrategy != nil},
	} {
		if note.given {
			f.Notes = append(f.Notes, layout.Unread{Path: note.path, Reason: note.reason})
		}
	}
	return unread
}
