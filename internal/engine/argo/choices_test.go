package argo_test

import (
	"encoding/json"
	"strings"
	"testing"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// choosing is a pipeline whose task takes everything that it can from values.
func choosing(t *testing.T) spec.Pipeline {
	const name = "{{ parameters.name }}"
	return spec.Pipeline{
		Namespace: "etl", Name: "choosing",
		Parameters: map[string]spec.Input{
			"name": {Type: spec.String, Optional: true}, "one": {Type: spec.Struct, Optional: true},
		},
		Tasks: map[string]spec.Task{"step": {Component: mustComponent(t, step()).Ref(step()), Settings: spec.Settings{
			Image: "{{ parameters.name ?? 'none' }}", ServiceAccount: "{{ parameters.name ?? 'none' }}",
			PriorityClass: "{{ parameters.name ?? 'none' }}",
			SecretEnv:     map[string]spec.KeyRef{"S": {Name: name, Key: "{{ parameters.name ?? 'none' }}"}},
			ConfigMapEnv:  map[string]spec.KeyRef{"C": {Name: name, Key: "k"}},
			Volumes: map[string]spec.Volume{
				"s": {MountPath: "/s", Secret: name}, "c": {MountPath: "/c", ConfigMap: name}, "p": {MountPath: "/p", Claim: name},
			},
			ImagePullSecrets: []string{name}, NodeSelector: map[string]string{"zone": name},
			Tolerations: []spec.Toleration{{Key: "gpu", Operator: "Exists"}, {JSON: "{{ parameters.one }}"}},
			Affinity:    "{{ parameters.one }}",
			Resources:   &spec.Resources{Limits: map[string]string{name: "1", "memory": "{{ last_retry.attempts + 1 }}Gi"}},
			Retry:       &spec.Retry{Limit: 2},
			Env:         map[string]string{"A": "{{ last_retry.exit_code }}/{{ parameters.name ?? 'none' }}"},
		}}},
	}
}

func TestChoosingPipelineIsGolden(t *testing.T) {
	t.Parallel()
	o := mustPipeline(t, choosing(t))
	compare(t, "pipeline-choosing", o.Template)
	accepted(t, mustComponent(t, step()).Template, o.Template)
	checkInverse(t, choosing(t))
}

// patched is the pod that Argo makes of the task at an attempt, with the name and the struct as they travel.
func patched(t *testing.T, name, one, attempt string) (corev1.PodSpec, error) {
	t.Helper()
	main := mustPipeline(t, choosing(t)).Template.Spec.Templates[0]
	given := wfv1.Arguments{Parameters: []wfv1.Parameter{
		{Name: "name", Value: wfv1.AnyStringPtr(name)}, {Name: "one", Value: wfv1.AnyStringPtr(one)},
	}}
	global := common.Parameters{"workflow.name": "run", "workflow.uid": "u"}
	dag, err := common.ProcessArgs(&main, &given, global, nil, false, "etl", nil)
	if err != nil {
		return corev1.PodSpec{}, err
	}
	component := mustComponent(t, step()).Template.GetTemplateByName("main-retry")
	task, err := common.ProcessArgs(component, &dag.DAG.Tasks[0].Arguments, global, nil, false, "etl", nil)
	if err != nil {
		return corev1.PodSpec{}, err
	}
	task, err = common.SubstituteParams(task, global, common.Parameters{
		"retries": attempt, "lastRetry.exitCode": "7", "lastRetry.status": "Failed", "lastRetry.duration": "1.5",
		"lastRetry.message": "",
	})
	if err != nil {
		return corev1.PodSpec{}, err
	}
	return merged(corev1.PodSpec{Containers: []corev1.Container{{Name: "wait"}, {Name: "main", Image: "i"}}}, task.PodSpecPatch)
}

// merged does what Argo does with the patch of a pod.
func merged(pod corev1.PodSpec, patch string) (corev1.PodSpec, error) {
	if err := json.Unmarshal([]byte(patch), &corev1.PodSpec{}); err != nil {
		return pod, err
	}
	before, err := json.Marshal(pod)
	if err != nil {
		return pod, err
	}
	after, err := strategicpatch.StrategicMergePatch(before, []byte(patch), corev1.PodSpec{})
	if err != nil {
		return pod, err
	}
	var whole corev1.PodSpec
	err = json.Unmarshal(after, &whole)
	return whole, err
}

// Whatever the name is, it stands where a name does, and nothing else differs.
func TestNamesStayNames(t *testing.T) {
	t.Parallel()
	const plain = "PLAIN"
	benign, err := patched(t, plain, `{"key":"PLAIN","operator":"Exists"}`, "0")
	if err != nil {
		t.Fatal(err)
	}
	for _, hostile := range []string{
		`x"}],"hostNetwork":true,"volumes":[{"name":"y`, "x\nhostNetwork: true\n", "{{=workflow.name}}", "{{workflow.name}}", "{",
		"}}", `\u007b{"`, "$(HOME)$$", `"`, `\`, "kfp-none", "null", "ä\u2028<&>'", "{{=retries}}", `,"$patch":"delete"`,
	} {
		quoted, err := json.Marshal(map[string]string{"key": hostile, "operator": "Exists"})
		if err != nil {
			t.Fatal(err)
		}
		one, err := wire.EncodeJSON(string(quoted))
		if err != nil {
			t.Fatal(err)
		}
		got, err := patched(t, wire.Encode(hostile), one, "0")
		if err != nil {
			t.Errorf("%q: %v", hostile, err)
			continue
		}
		if diff := cmp.Diff(renamed(t, benign, plain, hostile), renamed(t, got, plain, hostile)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", hostile, diff)
		}
	}
}

// renamed is a pod as an object in which every text has another part.
func renamed(t *testing.T, pod corev1.PodSpec, part, by string) any {
	t.Helper()
	data, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	var object any
	if err := json.Unmarshal(data, &object); err != nil {
		t.Fatal(err)
	}
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			if strings.HasPrefix(v, "7/") || strings.HasPrefix(v, "0/") {
				return strings.ReplaceAll(v, part, strings.ReplaceAll(by, "$", "$$")) // for the kubelet
			}
			return strings.ReplaceAll(v, part, by)
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case map[string]any:
			walked := map[string]any{}
			for key, value := range v {
				walked[strings.ReplaceAll(key, part, by)] = walk(value)
			}
			return walked
		}
		return v
	}
	return walk(object)
}

// Nil leaves everything out that an element names, and keeps what has to be there.
func TestNilLeavesOut(t *testing.T) {
	t.Parallel()
	pod, err := patched(t, wire.Absent, "null", "2")
	if err != nil {
		t.Fatal(err)
	}
	main := pod.Containers[0]
	if main.Name != "main" {
		main = pod.Containers[1]
	}
	left := len(pod.Volumes) + len(main.VolumeMounts) + len(pod.ImagePullSecrets) + len(pod.NodeSelector)
	if left > 0 || pod.Affinity != nil {
		t.Errorf("something is left: %+v", pod)
	}
	if len(pod.Tolerations) != 1 || len(main.Resources.Limits) != 1 || main.Resources.Limits.Memory().String() != "3Gi" {
		t.Errorf("tolerations %v, limits %v", pod.Tolerations, main.Resources.Limits)
	}
	if main.Image != "none" || pod.ServiceAccountName != "none" || pod.PriorityClassName != "none" {
		t.Errorf("image %q, account %q, priority %q", main.Image, pod.ServiceAccountName, pod.PriorityClassName)
	}
	for _, v := range main.Env {
		if v.Name == "S" || v.Name == "C" || v.Name == "A" && v.Value != "7/none" {
			t.Errorf("variable %+v is left", v)
		}
	}
}

// What cannot be in the place of a name, or beside an attempt, is told at its attribute.
func TestWrongChoicesAreTold(t *testing.T) {
	t.Parallel()
	ref := mustComponent(t, step()).Ref(step())
	p := spec.Pipeline{
		Namespace: "etl", Name: "p", Defaults: spec.Settings{ServiceAccount: "{{ run.name }}", NodeSelector: map[string]string{"a": "{{ run.name }}"}},
		Parameters: map[string]spec.Input{"n": {Type: spec.Integer}, "s": {Type: spec.String, Optional: true}},
		Tasks: map[string]spec.Task{
			"a": {Component: ref, Settings: spec.Settings{
				Image: "{{ parameters.s }}", PriorityClass: "{{ parameters.n }}", ImagePullSecrets: []string{"{{ parameters.x }}"},
				SecretEnv: map[string]spec.KeyRef{"S": {Name: "{{ parameters.n }}", Key: "{{ parameters.s }}"}},
				Affinity:  "{{ parameters.s }}", Tolerations: []spec.Toleration{{JSON: "{{ parameters.n }}"}},
				Env:       map[string]string{"A": "{{ last_retry.attempts }}x"},
				Resources: &spec.Resources{Limits: map[string]string{"{{ parameters.n }}": "1"}},
			}},
			"b": {Component: ref, Settings: spec.Settings{
				Retry: &spec.Retry{Limit: 1}, ServiceAccount: "{{ last_retry.status }}",
				Env: map[string]string{
					"A": "{{ last_retry.attempts > 1 ? 'a' : 'b' }}", "B": "{{ last_retry.status + parameters.s }}",
					"C": "{{ last_retry.message }}", "D": "{{ last_retry.status == '{' ? 'a' : 'b' }}",
				},
			}},
		},
	}
	_, problems := graph.Check(p)
	problems.Sort()
	var got []string
	for _, found := range problems {
		got = append(got, found.Path.String()+": "+found.Title)
	}
	want := []string{
		"defaults.node_selector[\"a\"]: Expression in defaults", "defaults.service_account: Expression in defaults",
		`tasks["a"].affinity: Invalid expression`, `tasks["a"].env["A"]: Invalid expression`, `tasks["a"].image: Invalid expression`,
		`tasks["a"].image_pull_secrets: Invalid expression`, `tasks["a"].priority_class: Invalid expression`,
		`tasks["a"].resources.limits["{{ parameters.n }}"]: Invalid expression`, `tasks["a"].secret_env["S"].key: Invalid expression`,
		`tasks["a"].secret_env["S"].name: Invalid expression`, `tasks["a"].tolerations[0].json: Wrong type`,
		`tasks["b"].env["A"]: Invalid expression`, `tasks["b"].env["B"]: Invalid expression`, `tasks["b"].env["C"]: Invalid expression`,
		`tasks["b"].env["D"]: Invalid expression`, `tasks["b"].service_account: Invalid expression`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s\n%v", diff, problems)
	}
}
