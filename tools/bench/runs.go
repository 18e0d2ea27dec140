package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Tasks that do nothing, so that what is left is what the engine needs for them.
const runConfiguration = `
terraform {
  required_providers {
    kfp = { source = "terraform-provider-kfp/kfp" }
  }
}

provider "kfp" {
  host      = %q
  namespace = %q
}

resource "kfp_component" "nothing" {
  name      = "nothing"
  container = { image = %q, command = ["true"] }
}

resource "kfp_component" "item" {
  name      = "item"
  inputs    = { item = { type = "integer" } }
  container = { image = %[3]q, command = ["true"], args = ["{{ inputs.item }}"] }
}

resource "kfp_pipeline" "chain" {
  name  = "chain"
  tasks = { for i in range(10) : "t${i}" => { component = kfp_component.nothing.ref, depends_on = i > 0 ? ["t${i - 1}"] : null } }
}

resource "kfp_pipeline" "fan" {
  name  = "fan"
  tasks = { each = { component = kfp_component.item.ref, for_each = jsonencode(range(50)), inputs = { item = "{{ each.value }}" } } }
}

resource "kfp_run" "this" {
  pipeline = kfp_pipeline.%[4]s.ref
  timeouts = { create = "20m" }
}

output "name" { value = kfp_run.this.name }
`

const image = "python:3.11-slim"

// measureRuns compares workflows with hand-written ones of the same tasks.
func measureRuns(ctx context.Context, o options, c *cluster) error {
	for _, kind := range []string{"chain", "fan"} {
		own, err := ownRun(ctx, o, c, kind)
		if err != nil {
			return err
		}
		hand, err := handWritten(ctx, c, kind)
		if err != nil {
			return err
		}
		what := map[string]string{
			"chain": "a chain of 10 tasks that do nothing", "fan": "a fan-out of 50 tasks that do nothing",
		}[kind]
		row(what+", against the same written by hand", own.seconds, hand.seconds, "s")
		row("its pods", own.pods, hand.pods, "")
	}
	return nil
}

type runFigures struct{ seconds, pods float64 }

func ownRun(ctx context.Context, o options, c *cluster, kind string) (f runFigures, err error) {
	w, err := newWorkspace(o, fmt.Sprintf(runConfiguration, c.proxy.URL, c.own, image, kind), nil)
	if err != nil {
		return f, err
	}
	defer w.remove()
	if _, err := w.terraform(ctx, "apply", "-auto-approve", "-input=false"); err != nil {
		return f, err
	}
	if _, err := w.terraform(ctx, "output", "-json"); err != nil {
		return f, err
	}
	var outputs struct{ Name struct{ Value string } }
	if err := json.Unmarshal(w.stdout.Bytes(), &outputs); err != nil {
		return f, err
	}
	if f, err = c.ended(ctx, c.own, outputs.Name.Value); err != nil {
		return f, err
	}
	_, err = w.terraform(ctx, "destroy", "-auto-approve", "-input=false")
	return f, err
}

// handWritten runs what somebody would write who knows Argo.
func handWritten(ctx context.Context, c *cluster, kind string) (runFigures, error) {
	var tasks []any
	if kind == "fan" {
		tasks = []any{map[string]any{
			"name": "each", "template": "item", "withSequence": map[string]any{"count": "50"},
			"arguments": map[string]any{"parameters": []any{map[string]any{"name": "item", "value": "{{item}}"}}},
		}}
	}
	for i := 0; kind == "chain" && i < 10; i++ {
		task := map[string]any{"name": fmt.Sprintf("t%d", i), "template": "nothing"}
		if i > 0 {
			task["depends"] = fmt.Sprintf("t%d", i-1)
		}
		tasks = append(tasks, task)
	}
	workflow := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow",
		"metadata": map[string]any{"name": "hand-" + kind, "namespace": c.peer},
		"spec": map[string]any{"entrypoint": "main", "templates": []any{
			map[string]any{"name": "main", "dag": map[string]any{"tasks": tasks}},
			map[string]any{"name": "nothing", "container": map[string]any{"image": image, "command": []any{"true"}}},
			map[string]any{
				"name": "item", "inputs": map[string]any{"parameters": []any{map[string]any{"name": "item"}}},
				"container": map[string]any{"image": image, "command": []any{"true"}, "args": []any{"{{inputs.parameters.item}}"}},
			},
		}},
	}}
	if _, err := c.dynamic.Resource(workflows).Namespace(c.peer).Create(ctx, workflow, metav1.CreateOptions{}); err != nil {
		return runFigures{}, err
	}
	return c.ended(ctx, c.peer, workflow.GetName())
}

// ended waits for a workflow, and returns how long it took by Argo's own account.
func (c *cluster) ended(ctx context.Context, namespace, name string) (f runFigures, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	for {
		w, err := c.dynamic.Resource(workflows).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return f, err
		}
		phase, _, _ := unstructured.NestedString(w.Object, "status", "phase")
		switch phase {
		case "Succeeded":
			return c.figures(ctx, w)
		case "Failed", "Error":
			return f, fmt.Errorf("workflow %s/%s ended as %s", namespace, name, phase)
		}
		time.Sleep(500 * time.Millisecond)
	}
}

func (c *cluster) figures(ctx context.Context, w *unstructured.Unstructured) (f runFigures, err error) {
	var times [2]time.Time
	for i, field := range []string{"startedAt", "finishedAt"} {
		text, _, _ := unstructured.NestedString(w.Object, "status", field)
		if times[i], err = time.Parse(time.RFC3339, text); err != nil {
			return f, err
		}
	}
	list, err := c.dynamic.Resource(pods).Namespace(w.GetNamespace()).List(
		ctx, metav1.ListOptions{LabelSelector: "workflows.argoproj.io/workflow=" + w.GetName()},
	)
	if err != nil {
		return f, err
	}
	return runFigures{seconds: times[1].Sub(times[0]).Seconds(), pods: float64(len(list.Items))}, nil
}
