package argo_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// everySettingOfPods is each setting that ends up in the pod, in a way that this cluster takes.
func everySettingOfPods() spec.Settings {
	return spec.Settings{
		Retry: &spec.Retry{Limit: 1, Policy: "Always"}, Timeout: "5m",
		Resources: &spec.Resources{
			Requests: map[string]string{"cpu": "{{ parameters.n * 2 }}m"}, Limits: map[string]string{"memory": "64Mi"},
		},
		Env:       map[string]string{"A": "{{ parameters.n }}{{ tasks.first.outputs.said }}", "B": "$x {{ \"{{\" }}x}}"},
		SecretEnv: map[string]spec.KeyRef{"S": {Name: "none", Key: "k", Optional: true}},
		ConfigMapEnv: map[string]spec.KeyRef{
			"C": {Name: "none", Key: "k", Optional: true},
		}, FieldEnv: map[string]string{"F": "metadata.uid"},
		Volumes: map[string]spec.Volume{"scratch": {MountPath: "/scratch", EmptyDir: &spec.EmptyDir{}}},
		NodeSelector: map[string]string{
			"kubernetes.io/os": "linux",
		}, Tolerations: []spec.Toleration{{Key: "gpu", Operator: "Exists"}},
		Affinity: `{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"x","operator":"Exists"}]}}]}}`,
		Image:    "busybox:1.36", ServiceAccount: "default", ImagePullPolicy: "IfNotPresent", ImagePullSecrets: []string{"none"},
		SecurityContext: &spec.SecurityContext{RunAsUser: new(int64(1234))},
		Labels: map[string]string{
			"shard": "{{ parameters.n }}",
		}, Annotations: map[string]string{"example.com/note": "{{ tasks.first.outputs.said }}"},
	}
}

// notInPods lists the settings that the pods do not show, with where they are tried.
var notInPods = map[string]string{
	"Cache": "TestClusterVariants", "Synchronization": "the wrapper itself", "PriorityClass": "a namespace may use " +
		"none that exists",
}

func TestEverySettingIsTriedInBothForms(t *testing.T) {
	t.Parallel()
	v := reflect.ValueOf(everySettingOfPods())
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if v.Field(i).IsZero() && notInPods[name] == "" {
			t.Errorf("%s is not set in everySettingOfPods", name)
		}
	}
}

// TestClusterWrappedIsLikePlain runs a task with all its settings as it is, and in each form that puts templates of the
// pipeline's own around it. The pods must be the same.
func TestClusterWrappedIsLikePlain(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	say := c.component("say", spec.Interface{
		Inputs: map[string]spec.Input{
			"text": {Type: spec.String, Default: new("")}, "file": {Type: spec.Dataset, Optional: true},
		},
		Outputs: map[string]spec.Output{"said": {Type: spec.String}, "copy": {Type: spec.Dataset}},
	}, `printf v > "$1"; printf "<%s>" "$(cat "$2" 2>/dev/null)" > "$3"`, "{{ outputs.said.path }}", "{{ inputs.file.path }}", "{{ outputs.copy.path }}")
	lock := &spec.Synchronization{Mutexes: []string{"wrapped"}}
	forms := map[string]func(*spec.Task){
		"plain":       func(*spec.Task) {},
		"locked":      func(t *spec.Task) { t.Synchronization = lock },
		"looped":      func(t *spec.Task) { t.ForEach = "[1, 2, 3]" },
		"looped_lock": func(t *spec.Task) { t.ForEach, t.Synchronization = "[1, 2, 3]", lock },
		"bounded":     func(t *spec.Task) { t.ForEach, t.Parallelism = "{{ parameters.items }}", new(int64(1)) },
		"bounded_lock": func(t *spec.Task) {
			t.ForEach, t.Parallelism, t.Synchronization = "[1, 2, 3]", new(int64(2)), lock
		},
	}
	p := spec.Pipeline{
		Name: "wrapped", Parameters: map[string]spec.Input{
			"n": {Type: spec.Integer, Default: new("3")}, "items": {Type: spec.ListOf(spec.Integer), Default: new("[1, 2, 3]")},
		},
		Tasks: map[string]spec.Task{
			"first": {Component: say},
			"left":  {Component: say, When: "parameters.n > 5"},
		},
		Outputs: map[string]string{},
	}
	for name, form := range forms {
		task := spec.Task{
			Component: say, Settings: everySettingOfPods(), DisplayName: "Shown",
			Inputs: map[string]string{
				"text": "{{ tasks.first.outputs.said }} {{ parameters.n }}",
				"file": "{{ tasks.left.outputs.copy ?? tasks.first.outputs.copy }}",
			},
		}
		form(&task)
		if task.ForEach != "" {
			task.When = "each.value > parameters.n - 2" // 2 and 3
			task.Env["I"] = "{{ each.value }}{{ parameters.n }}"
			p.Outputs[name] = "{{ toJSON(tasks." + name + ".outputs.said) }}"
		} else {
			p.Outputs[name] = "{{ tasks." + name + ".outputs.said }}"
		}
		p.Tasks[name] = task
	}
	wf := c.wait(c.start(c.pipeline(p))[0], 6*time.Minute)
	status := c.status(wf)
	if status.Phase != spec.PhaseSucceeded {
		t.Fatalf("the run is %s: %s\n%+v", status.Phase, status.Message, status.Tasks)
	}
	pods := c.pods(wf)
	want := pods["plain"]
	for name := range forms {
		number, output := 1, "v"
		if p.Tasks[name].ForEach != "" {
			number, output = 2, `["v","v"]`
		}
		if got := status.Outputs[name]; got != output {
			t.Errorf("%s gives %s, want %s", name, got, output)
		}
		if len(pods[name]) != number {
			t.Errorf("%s has %d pods, want %d", name, len(pods[name]), number)
		}
		for i, pod := range pods[name] {
			expected := *want[0].DeepCopy()
			if number == 2 {
				expected.Env = append(expected.Env, corev1.EnvVar{Name: "I", Value: fmt.Sprintf("%d3", i+2)})
			}
			slices.SortFunc(expected.Env, func(a, b corev1.EnvVar) int { return strings.Compare(a.Name, b.Name) })
			if diff := cmp.Diff(expected, pod); diff != "" {
				t.Errorf("%s has another pod than plain (-plain +%s):\n%s", name, name, diff)
			}
		}
	}
}

// podForm is what settings make of a pod.
type podForm struct {
	Spec        corev1.PodSpec
	Env         []corev1.EnvVar // of the main container
	Container   corev1.Container
	Labels      map[string]string
	Annotations map[string]string
	Inputs      string
	Artifact    string // the key of the artifact that it takes
}

func (p podForm) DeepCopy() *podForm {
	c := p
	c.Env = slices.Clone(p.Env)
	return &c
}

// pods are those of each task of a run, in order.
func (c *cluster) pods(wf *wfv1.Workflow) map[string][]podForm {
	c.Helper()
	var list corev1.PodList
	if err := json.Unmarshal(c.kubectl("", "get", "pods", "-n", c.namespace, "-l", "workflows.argoproj.io/workflow="+wf.Name, "-o", "json"), &list); err != nil {
		c.Fatal(err)
	}
	slices.SortFunc(list.Items, func(a, b corev1.Pod) int {
		return strings.Compare(
			a.Annotations["workflows.argoproj.io/node-name"], b.Annotations["workflows.argoproj.io/node-name"],
		)
	})
	all := map[string][]podForm{}
	for _, pod := range list.Items {
		node := wf.Status.Nodes[pod.Annotations["workflows.argoproj.io/node-id"]]
		f := podForm{
			Spec: *pod.Spec.DeepCopy(), Labels: map[string]string{"shard": pod.Labels["shard"]},
			Annotations: map[string]string{"note": pod.Annotations["example.com/note"]},
		}
		for _, container := range pod.Spec.Containers {
			if container.Name == "main" {
				f.Container = container
			}
		}
		for _, e := range f.Container.Env {
			if !strings.HasPrefix(e.Name, "ARGO_") && !strings.HasPrefix(e.Name, "GODEBUG") {
				f.Env = append(f.Env, e)
			}
		}
		slices.SortFunc(f.Env, func(a, b corev1.EnvVar) int { return strings.Compare(a.Name, b.Name) })
		f.Container.Env, f.Container.VolumeMounts = nil, nil
		f.Spec.Containers, f.Spec.InitContainers, f.Spec.Volumes = nil, nil, nil
		if node.Inputs != nil {
			if p := node.Inputs.GetParameterByName("text"); p != nil && p.Value != nil {
				f.Inputs = p.Value.String()
			}
			if a := node.Inputs.GetArtifactByName("file"); a != nil && a.S3 != nil {
				f.Artifact = a.S3.Key
			}
		}
		task := strings.ReplaceAll(taskOf(wf.Name, node.Name), "-", "_")
		all[task] = append(all[task], f)
	}
	return all
}

// TestClusterVariants runs every combination of settings that share a template of the component: attempts, cache,
// loops, bounds and locks, in a run that fills the cache and in one that it answers.
func TestClusterVariants(t *testing.T) {
	t.Parallel()
	testVariants(newCluster(t))
}

func TestLocalVariants(t *testing.T) {
	t.Parallel()
	testVariants(newDirectory(t))
}

func testVariants(c *cluster) {
	t := c.T
	say := c.component("say", spec.Interface{
		Inputs: map[string]spec.Input{
			"text": {Type: spec.String, Default: new("")}, "file": {Type: spec.Dataset, Optional: true},
		},
		Outputs: map[string]spec.Output{"said": {Type: spec.String}, "copy": {Type: spec.Dataset}},
	}, `printf v > "$1"; printf c > "$2"`, "{{ outputs.said.path }}", "{{ outputs.copy.path }}")
	cached := func(key string) spec.Settings { return spec.Settings{Cache: &spec.Cache{Enabled: true, Key: key}} }
	p := spec.Pipeline{
		Name: "variants", Tasks: map[string]spec.Task{"warm": {Component: say, Settings: cached("behind")}},
		Outputs: map[string]string{},
	}
	want := map[string]string{}
	for i, retry := range []*spec.Retry{nil, {Limit: 1}, {Limit: 1, Policy: "OnTransientError"}} {
		for j, forEach := range []string{"", `["p"]`} {
			for k, locks := range []*spec.Synchronization{nil, {Mutexes: []string{fmt.Sprintf("variants-%d%d", i, j)}}} {
				for l, bound := range []*int64{nil, new(int64(1))} {
					if forEach == "" && bound != nil {
						continue
					}
					name := fmt.Sprintf("t%d%d%d%d", i, j, k, l)
					settings := cached(name)
					settings.Retry, settings.Synchronization = retry, locks
					p.Tasks[name] = spec.Task{Component: say, ForEach: forEach, Parallelism: bound, Settings: settings}
					text, value := "tasks."+name+".outputs.said", "v"
					behind := spec.Task{
						Component: say, DependsOn: []string{"warm"}, Settings: cached("behind"),
						Inputs: map[string]string{"text": "{{ " + text + " }}"},
					}
					if forEach == "" {
						behind.Inputs["file"] = "{{ tasks." + name + ".outputs.copy }}"
					} else {
						text, value = "toJSON("+text+")", `["v"]`
						behind.Inputs["text"] = "{{ " + text + " }}"
					}
					p.Tasks["behind_"+name] = behind
					p.Outputs[name], want[name] = "{{ "+text+" }}", value
					p.Outputs["behind_"+name], want["behind_"+name] = "{{ tasks.behind_"+name+".outputs.said }}", "v"
				}
			}
		}
	}
	ref := c.pipeline(p)
	for n := range 2 {
		status := c.status(c.wait(c.start(ref)[0], 6*time.Minute))
		if status.Phase != spec.PhaseSucceeded {
			t.Fatalf("run %d is %s: %s: %+v", n, status.Phase, status.Message, status.Tasks)
		}
		if diff := cmp.Diff(want, status.Outputs); diff != "" {
			t.Errorf("outputs of run %d (-want +got):\n%s", n, diff)
		}
		for name, task := range status.Tasks {
			if n == 1 && (!task.Cached || task.Attempts > 0) {
				t.Errorf("%s was not taken from the cache: %+v", name, task)
			}
		}
	}
}
