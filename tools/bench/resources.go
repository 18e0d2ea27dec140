package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// measureResources applies components, and the very objects that they became by kubernetes_manifest, and plans again
// when nothing has changed.
func measureResources(ctx context.Context, o options, crds string, peers counts) error {
	return withLightCluster(ctx, o, crds, func(c *cluster) error {
		for _, n := range o.sizes {
			own, objects, err := measureOwn(ctx, o, c, n)
			if err != nil {
				return err
			}
			peer := figures{-1, -1, -1, -1, -1}
			if o.peer != "" && slices.Contains(peers, n) {
				if peer, err = measurePeer(ctx, o, c, objects); err != nil {
					return err
				}
			}
			for i, what := range []string{"first apply", "requests of it", "plan without changes", "requests of it", "peak memory of it (terraform or provider)"} {
				row(
					fmt.Sprintf("%d components, %s CRDs: %s", n, crds, what), own[i], peer[i], [...]string{"s", "", "s", "", "MB"}[i],
				)
			}
		}
		return nil
	})
}

// figures are seconds and requests of an apply, seconds and requests of a plan, and the memory of the plan.
type figures [5]float64

const ownConfiguration = `
terraform {
  required_providers {
    kfp = { source = "terraform-provider-kfp/kfp" }
  }
}

provider "kfp" {
  host      = %q
  namespace = %q
}

resource "kfp_component" "c" {
  count   = %d
  name    = "component-${count.index}"
  inputs  = { text = { type = "string" }, number = { type = "integer", default = "1" } }
  outputs = { lines = { type = "integer" } }
  container = {
    image   = "busybox@sha256:9ae97d36d26566ff84e8893c64a6dc4fe8ca6d1144bf5b87b2b85a32def253c7"
    command = ["sh", "-c", "echo \"$1\" | wc -l > \"$2\"", "count"]
    args    = ["{{ inputs.text }}", "{{ outputs.lines.path }}"]
  }
}
`

func measureOwn(ctx context.Context, o options, c *cluster, n int) (f figures, objects []map[string]any, err error) {
	w, err := newWorkspace(o, fmt.Sprintf(ownConfiguration, c.proxy.URL, c.own, n), nil)
	if err != nil {
		return f, nil, err
	}
	defer w.remove()
	if f, err = w.measure(ctx, c); err != nil {
		return f, nil, err
	}
	list, err := c.dynamic.Resource(templates).Namespace(c.own).List(ctx, metav1.ListOptions{})
	if err != nil {
		return f, nil, err
	}
	for _, item := range list.Items {
		objects = append(objects, map[string]any{
			"apiVersion": item.GetAPIVersion(), "kind": item.GetKind(), "spec": item.Object["spec"],
			"metadata": map[string]any{
				"name": item.GetName(), "namespace": c.peer, "labels": item.GetLabels(), "annotations": item.GetAnnotations(),
			},
		})
	}
	_, err = w.terraform(ctx, "destroy", "-auto-approve", "-input=false")
	return f, objects, err
}

const peerConfiguration = `
provider "kubernetes" {
  host = %q
}

resource "kubernetes_manifest" "m" {
  for_each = fileset(path.module, "object-*.json")
  manifest = jsondecode(file(each.value))
}
`

func measurePeer(ctx context.Context, o options, c *cluster, objects []map[string]any) (f figures, err error) {
	files := map[string]string{}
	for i, object := range objects {
		text, err := json.Marshal(object)
		if err != nil {
			return f, err
		}
		files[fmt.Sprintf("object-%04d.json", i)] = string(text)
	}
	w, err := newWorkspace(o, fmt.Sprintf(peerConfiguration, c.proxy.URL), files)
	if err != nil {
		return f, err
	}
	defer w.remove()
	if f, err = w.measure(ctx, c); err != nil {
		return f, err
	}
	// Faster than to let the peer destroy them.
	return f, c.dynamic.Resource(templates).Namespace(c.peer).DeleteCollection(
		ctx, metav1.DeleteOptions{}, metav1.ListOptions{},
	)
}

// measure applies and then plans.
func (w *workspace) measure(ctx context.Context, c *cluster) (f figures, err error) {
	if f[1], err = c.counted(func() (err error) {
		f[0], err = w.terraform(ctx, "apply", "-auto-approve", "-input=false")
		return err
	}); err != nil {
		return f, err
	}
	f[3], err = c.counted(func() (err error) {
		f[2], err = w.terraform(ctx, "plan", "-detailed-exitcode", "-input=false")
		return err
	})
	f[4] = w.peak
	return f, err
}

// programs lays out what terraform's dev_overrides want: a directory for each provider.
func programs(dir string, o options) (string, error) {
	var overrides strings.Builder
	for name, binary := range map[string]string{"terraform-provider-kfp/kfp": o.provider, "hashicorp/kubernetes": o.peer} {
		if binary == "" {
			continue
		}
		place := filepath.Join(dir, "bin", filepath.Base(name))
		if err := os.MkdirAll(place, 0o700); err != nil {
			return "", err
		}
		if err := os.Symlink(binary, filepath.Join(place, "terraform-provider-"+filepath.Base(name))); err != nil {
			return "", err
		}
		fmt.Fprintf(&overrides, "    %q = %q\n", name, place)
	}
	return "provider_installation {\n  dev_overrides {\n" + overrides.String() + "  }\n  direct {}\n}\n", nil
}
