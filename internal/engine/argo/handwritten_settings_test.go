package argo_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	kjson "sigs.k8s.io/json"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/handwritten"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/settings"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// sayingOf is how Kubernetes says the one setting that is given: what the patch of the pod says, or what the spec does.
func sayingOf(t *testing.T, setting settings.Setting, s spec.Settings) any {
	t.Helper()
	patch, err := settings.PodPatch(s, func(text string) (*expr.Typed, error) { return compile.TypedText(text, expr.Env{}) })
	if err != nil {
		return nil // an expression, which nobody writes by hand
	}
	if patch == "" {
		return asObject(t, s)[setting.Name()]
	}
	fields := map[string]any{}
	if err := json.Unmarshal([]byte(patch), &fields); err != nil {
		t.Fatal(err)
	}
	if containers, ok := fields["containers"].([]any); ok {
		fields, _ = containers[0].(map[string]any)
		delete(fields, "name")
	}
	for _, value := range fields {
		return value
	}
	return nil
}

func asObject(t *testing.T, v any) map[string]any {
	t.Helper()
	data, err := json.Marshal(v)
	fields := map[string]any{}
	if err != nil || json.Unmarshal(data, &fields) != nil {
		t.Fatal(err)
	}
	return fields
}

// put puts a value into nested objects.
func put(fields map[string]any, path string, value any) {
	parts := strings.Split(path, ".")
	for _, part := range parts[:len(parts)-1] {
		inner, ok := fields[part].(map[string]any)
		if !ok {
			inner = map[string]any{}
			fields[part] = inner
		}
		fields = inner
	}
	fields[parts[len(parts)-1]] = value
}

// byHand is a workflow with one template of one container, which people might have written.
func byHand(change func(workflow, template map[string]any)) layout.Decoder {
	template := map[string]any{
		"name": "main", "container": map[string]any{"image": "busybox:1.36", "command": []any{"true"}},
	}
	workflow := map[string]any{"entrypoint": "main"}
	change(workflow, template)
	workflow["templates"] = []any{template}
	return func(into any) error {
		data, err := json.Marshal(map[string]any{
			"metadata": map[string]any{"name": "hand", "namespace": "etl"}, "spec": workflow,
		})
		if err != nil {
			return err
		}
		strict, err := kjson.UnmarshalStrict(data, into)
		for _, unknown := range strict {
			err = unknown
		}
		return err
	}
}

// What a row says of templates is a field of Argo's, and is read from there.
func TestSettingsOfTemplatesAreRead(t *testing.T) {
	t.Parallel()
	for _, setting := range settings.All {
		path := setting.Places().Template
		if path == "" {
			continue
		}
		for _, want := range setting.Examples() {
			value := sayingOf(t, setting, want)
			if value == nil {
				continue // [] says something beside defaults alone
			}
			f, err := handwritten.Component(
				byHand(func(_, template map[string]any) { put(template, path, value) }), "",
			)
			if err != nil || len(f.Unread) > 0 {
				t.Errorf("%s at %s: %v, unread %v", setting.Name(), path, err, f.Unread)
			}
			if got := asObject(t, f.Settings); !cmp.Equal(sayingOf(t, setting, f.Settings), value) || len(got) != 1 {
				t.Errorf("%s: got %v, want %v", setting.Name(), got, asObject(t, want))
			}
		}
	}
}

// What a row says of workflows is a field of Argo's, and becomes one of the defaults.
func TestSettingsOfWorkflowsAreRead(t *testing.T) {
	t.Parallel()
	for _, setting := range settings.All {
		path := setting.Places().Workflow
		if path == "" {
			continue
		}
		want := setting.Examples()[0]
		value := sayingOf(t, setting, want)
		object := byHand(func(workflow, template map[string]any) {
			put(workflow, path, value)
			workflow["entrypoint"], template["name"] = "all", "all"
			delete(template, "container")
			put(
				template, "dag.tasks",
				[]any{map[string]any{"name": "gate", "templateRef": map[string]any{"name": "step", "template": "main"}}},
			)
		})
		around := handwritten.Around{
			Refs: func(string) (spec.Ref, bool) {
				return spec.Ref{Kind: spec.ComponentKind, Namespace: "etl", Name: "step", Version: "v"}, true
			},
			Component: func(string, string) (spec.Ref, bool) { return spec.Ref{}, false },
			Template:  func(string) (layout.Decoder, bool) { return nil, false },
		}
		p, unread, err := handwritten.Pipeline(object, around)
		if err != nil || len(unread) > 0 {
			t.Errorf("%s at %s: %v, unread %v", setting.Name(), path, err, unread)
		}
		if diff := cmp.Diff(want, p.Defaults); diff != "" {
			t.Errorf("%s (-want +got):\n%s", setting.Name(), diff)
		}
		f, err := handwritten.Component(
			byHand(func(workflow, _ map[string]any) { put(workflow, path, value) }), "",
		)
		if err != nil || len(f.Notes) != 1 || !strings.HasPrefix("spec."+path, f.Notes[0].Path) {
			t.Errorf("%s at %s: a component alone notes %v, %v", setting.Name(), path, f.Notes, err)
		}
	}
}

// settingsByHand are read in ways of their own.
func settingsByHand() wfv1.Template {
	ref := corev1.LocalObjectReference{Name: "x"}
	return wfv1.Template{
		RetryStrategy:   &wfv1.RetryStrategy{Limit: new(intstr.FromInt32(2))},
		Synchronization: &wfv1.Synchronization{Mutexes: []*wfv1.Mutex{{Name: "m"}}},
		SecurityContext: &corev1.PodSecurityContext{RunAsUser: new(int64(7))},
		Volumes: []corev1.Volume{
			{Name: "v", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		},
		Container: &corev1.Container{
			Image: "busybox:1.36", Command: []string{"true"},
			VolumeMounts: []corev1.VolumeMount{{Name: "v", MountPath: "/v"}},
			Env: []corev1.EnvVar{
				{
					Name:      "S",
					ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: ref, Key: "k"}},
				},
				{
					Name: "C",
					ValueFrom: &corev1.EnvVarSource{
						ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: ref, Key: "k"},
					},
				},
				{Name: "F", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}},
			},
		},
	}
}

// Every setting is read from what people write, or it is said here why not.
func TestEverySettingIsReadByHand(t *testing.T) {
	t.Parallel()
	notRead := []string{
		"cache",                     // memoize cannot be read: its key is a text of Argo's
		"image", "env", "resources", // constants are the component's
		"affinity",           // a template's is told, with what to do
		"image_pull_secrets", // templates have none; those of the workflow are read
	}
	f, err := handwritten.Component(byHand(func(_, template map[string]any) {
		maps.Copy(template, asObject(t, settingsByHand()))
		template["name"] = "main"
	}), "")
	if err != nil || len(f.Unread) > 0 {
		t.Fatalf("%v, unread %v", err, f.Unread)
	}
	for _, setting := range settings.All {
		read := setting.Given(&f.Settings) || setting.Places().Template != ""
		if read == slices.Contains(notRead, setting.Name()) {
			t.Errorf(
				"%s: read from a template is %v; add it to settingsByHand, or to notRead with the reason", setting.Name(), read,
			)
		}
	}
}
