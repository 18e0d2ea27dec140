package acceptance_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/terraform"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

type terraformState = terraform.State

// regexpOf matches a text however Terraform wraps and frames its lines.
func regexpOf(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	return regexp.MustCompile(strings.Join(words, `[\s│]+`))
}

// failFor makes the config map that tells the pipeline of flaky which item fails.
func (e *testEnv) failFor(t *testing.T, item string) {
	t.Helper()
	maps := e.typed.CoreV1().ConfigMaps(e.Namespace)
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "flaky"}, Data: map[string]string{"fail": item}}
	_, err := maps.Create(t.Context(), object, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		_, err = maps.Update(t.Context(), object, metav1.UpdateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (e *testEnv) writeSecret(t *testing.T, name string, values map[string]string) {
	t.Helper()
	_, err := e.typed.CoreV1().Secrets(e.Namespace).Create(
		t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, StringData: values}, metav1.CreateOptions{},
	)
	if err != nil {
		t.Fatal(err)
	}
}

// sameRun fails unless the only run of the namespace is the one with this UID.
func (e *testEnv) sameRun(uid string) error { return e.compareRun(uid, true) }

// otherRun fails unless the only run of the namespace is another one.
func (e *testEnv) otherRun(uid string) error { return e.compareRun(uid, false) }

func (e *testEnv) compareRun(uid string, same bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	runs, err := e.List(ctx, backend.Workflows)
	if err != nil {
		return err
	}
	if len(runs) != 1 || (string(runs[0].GetUID()) == uid) != same {
		return fmt.Errorf("there are %d runs; the first is %s, the earlier one was %s", len(runs), runs[0].GetUID(), uid)
	}
	return nil
}

// awaitPod waits until a container of a component with this name runs.
func (e *testEnv) awaitPod(t *testing.T, component string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		pods, err := e.typed.CoreV1().Pods(e.Namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pods.Items {
			if ofComponent(p, component) && p.Status.Phase == corev1.PodRunning {
				return
			}
		}
		select {
		case <-ctx.Done():
			t.Fatalf("no pod of %s runs", component)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func ofComponent(p corev1.Pod, component string) bool {
	return strings.Contains(p.Annotations["workflows.argoproj.io/node-name"]+".", "."+component+".")
}

// podWatch notes which pods were there at any time.
type podWatch struct {
	mu    sync.Mutex
	nodes []string
}

func (e *testEnv) watchPods(t *testing.T) *podWatch {
	t.Helper()
	w := &podWatch{}
	watching, err := e.typed.CoreV1().Pods(e.Namespace).Watch(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(watching.Stop)
	go func() {
		for event := range watching.ResultChan() {
			if p, ok := event.Object.(*corev1.Pod); ok {
				w.mu.Lock()
				if name := p.Annotations["workflows.argoproj.io/node-name"]; !slices.Contains(w.nodes, name) {
					w.nodes = append(w.nodes, name)
				}
				w.mu.Unlock()
			}
		}
	}()
	return w
}

func (w *podWatch) saw(component string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.nodes, func(name string) bool { return strings.Contains(name+".", "."+component+".") })
}

func (w *podWatch) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.nodes, ", ")
}

// checkDisplayed fails unless a node of the only run has the name; an empty one is not looked for.
func (e *testEnv) checkDisplayed(want string) func(*terraform.State) error {
	return func(*terraform.State) error {
		if want == "" {
			return nil
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		runs, err := e.List(ctx, backend.Workflows)
		if err != nil {
			return err
		}
		for _, run := range runs {
			nodes, _, _ := unstructured.NestedMap(run.Object, "status", "nodes")
			for _, n := range nodes {
				if n.(map[string]any)["displayName"] == want {
					return nil
				}
			}
		}
		return fmt.Errorf("no node is called %q", want)
	}
}
