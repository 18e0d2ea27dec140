package acceptance_test

import (
	"maps"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
)

// Each pod has the name of its task as a label, whatever surrounds it, and whatever the items of its loop hold.
func TestAccPodsAreFoundByTheirTask(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	w := e.workspace(t, map[string]string{"main.tf": requiredProviders + steps + `
locals {
  say   = { component = kfp_component.say.ref, inputs = { text = "x" } }
  items = jsonencode(["a.b(c) = 1", "two\nlines", "-"])
}
resource "kfp_pipeline" "inner" {
  name    = "inner"
  tasks   = { within = local.say, tried = merge(local.say, { retry = { limit = 1 } }) }
  on_exit = { bye_bye = local.say }
}
resource "kfp_pipeline" "p" {
  name  = "p"
  tasks = {
    plain    = local.say
    in       = local.say
    two_word = merge(local.say, { retry = { limit = 1 } })
    each     = merge(local.say, { for_each = local.items, inputs = { text = "{{ each.value }}" } })
    bounded  = merge(local.say, { for_each = local.items, inputs = { text = "{{ each.value }}" }, parallelism = 2, retry = { limit = 1 } })
    locked   = merge(local.say, { synchronization = { mutexes = ["task-label"] } })
    cached   = merge(local.say, { cache = { enabled = true }, retry = { limit = 1 } })
    nested   = { component = kfp_pipeline.inner.ref }
    many     = { component = kfp_pipeline.inner.ref, for_each = jsonencode([1, 2]) }
  }
  on_exit = { bye = local.say }
}
resource "kfp_run" "r" { pipeline = kfp_pipeline.p.ref }
`})
	w.mustRun("apply", "-auto-approve", "-input=false")
	want := map[string]int{
		"plain": 1, "in": 1, "two_word": 1, "each": 3, "bounded": 3, "locked": 1, "cached": 1, "bye": 1,
		"within": 1, "tried": 1, "bye_bye": 1, "many": 6, // of a loop over pipelines, the label is the loop's
	}
	pods, err := e.typed.CoreV1().Pods(e.Namespace).List(t.Context(), metav1.ListOptions{LabelSelector: layout.TaskLabel})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, pod := range pods.Items {
		got[pod.Labels[layout.TaskLabel]]++
		node := pod.Annotations["workflows.argoproj.io/node-name"]
		if task := pod.Labels[layout.TaskLabel]; !strings.Contains(strings.ReplaceAll(node, "-", "_"), "."+task) {
			t.Errorf("the pod of %s is labelled %q", node, task)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
}
