package argo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// cluster runs what is compiled on the cluster of KUBE_CONFIG_PATH, in a namespace of its own, with kubectl; or in a
// directory of this machine.
type cluster struct {
	*testing.T
	namespace string
	objects   []any          // that a run needs, made before the first one
	directory *local.Backend // nil: it is a real cluster
}

// newDirectory is a directory of this machine. What is true of a cluster has to be true of it.
func newDirectory(t *testing.T) *cluster { return newDirectoryAt(t, t.TempDir()) }

func newDirectoryAt(t *testing.T, directory string) *cluster {
	config := local.Config{Directory: directory, Parallelism: 4, ConfigMaps: map[string]map[string]string{"limits": {"two": "2"}}}
	return &cluster{T: t, namespace: "here", directory: local.New(config)}
}

func newCluster(t *testing.T) *cluster {
	if os.Getenv("TF_ACC") == "" || os.Getenv("KUBE_CONFIG_PATH") == "" {
		t.Skip("TF_ACC and KUBE_CONFIG_PATH are not set")
	}
	c := &cluster{T: t, namespace: fmt.Sprintf("kfp-argo-%08x", rand.Uint32())}
	if out, err := exec.CommandContext(t.Context(), os.Getenv("KFP_TEST_DEVCLUSTER"), "namespace", c.namespace).CombinedOutput(); err != nil {
		t.Fatalf("preparing namespace %s: %v\n%s", c.namespace, err, out)
	}
	t.Cleanup(func() { c.kubectl("", "delete", "namespace", c.namespace, "--wait=false") })
	return c
}

func (c *cluster) kubectl(stdin string, args ...string) []byte {
	c.Helper()
	cmd := exec.Command("kubectl", args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+os.Getenv("KUBE_CONFIG_PATH"))
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		c.Fatalf("kubectl %v: %v: %s", args, err, stderr.String())
	}
	return out
}

// component compiles one and notes its objects.
func (c *cluster) component(name string, i spec.Interface, shell string, args ...string) spec.Ref {
	c.Helper()
	of := spec.Component{
		Namespace: c.namespace, Name: name, Interface: i,
		Container: &spec.Container{Image: "busybox:1.36", Command: []string{"sh", "-c", shell, "sh"}, Args: args},
	}
	o := mustComponent(c.T, of)
	c.objects = append(c.objects, o.Template)
	return o.Ref(of)
}

// pipeline compiles one and notes its object.
func (c *cluster) pipeline(p spec.Pipeline) spec.Ref {
	c.Helper()
	p.Namespace = c.namespace
	g, problems := graph.Check(p)
	if problems.HasError() {
		c.Fatalf("pipeline %s: %v", p.Name, problems)
	}
	o, err := compile.Pipeline(g)
	if err != nil {
		c.Fatal(err)
	}
	c.objects = append(c.objects, o.Template)
	return spec.Ref{
		Kind: spec.PipelineKind, Namespace: c.namespace, Name: p.Name, Version: o.Version,
		Interface: spec.Interface{Inputs: p.Parameters, Outputs: g.Outputs},
	}
}

// settle is how long the controller is given to see what was made, since it works from a copy.
const settle = 3 * time.Second

// start makes the objects that were compiled so far, and then runs.
func (c *cluster) start(pipelines ...spec.Ref) (runs []string) {
	c.Helper()
	if len(c.objects) > 0 {
		c.create(c.objects)
		c.objects = nil
		if c.directory == nil {
			time.Sleep(settle)
		}
	}
	var all []any
	for _, ref := range pipelines {
		run := compile.Run(spec.Run{
			Namespace: c.namespace, Pipeline: ref, Triggers: map[string]string{"n": fmt.Sprint(rand.Uint32())},
		})
		all = append(all, run)
		runs = append(runs, run.Name)
	}
	c.create(all)
	return runs
}

func (c *cluster) create(objects []any) {
	c.Helper()
	if c.directory != nil {
		c.keep(objects)
		return
	}
	doc, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": objects})
	if err != nil {
		c.Fatal(err)
	}
	c.kubectl(string(doc), "create", "-f", "-")
}

// keep makes the files of objects.
func (c *cluster) keep(objects []any) {
	c.Helper()
	for _, object := range objects {
		kind := backend.WorkflowTemplates
		if _, isRun := object.(*wfv1.Workflow); isRun {
			kind = backend.Workflows
		}
		if _, err := c.directory.Create(c.Context(), kind, object); err != nil {
			c.Fatal(err)
		}
	}
}

// run runs a workflow in the directory.
func (c *cluster) run(run string, limit time.Duration) *wfv1.Workflow {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), limit)
	defer cancel()
	var wf wfv1.Workflow
	err := c.directory.Follow(ctx, backend.Workflows, c.namespace, run, func(o *backend.Object) (bool, error) {
		return status.PhaseOf(o.Raw()).Ended(), o.Into(&wf)
	})
	if err != nil {
		c.Errorf("run %s is still %s: %v", run, wf.Status.Phase, err)
	}
	return &wf
}

// wait returns a run that has ended.
func (c *cluster) wait(run string, limit time.Duration) *wfv1.Workflow {
	c.Helper()
	if c.directory != nil {
		return c.run(run, limit)
	}
	for deadline := time.Now().Add(limit); ; time.Sleep(2 * time.Second) {
		var wf wfv1.Workflow
		if err := json.Unmarshal(c.kubectl("", "get", "workflow", run, "-n", c.namespace, "-o", "json"), &wf); err != nil {
			c.Fatal(err)
		}
		if wf.Status.Phase.Completed() {
			return &wf
		}
		if time.Now().After(deadline) {
			c.Errorf("run %s is still %s after %s", run, wf.Status.Phase, limit)
			return &wf
		}
	}
}

// status reads a run as users see it.
func (c *cluster) status(wf *wfv1.Workflow) spec.RunStatus {
	c.Helper()
	s, err := status.Status(wf, nil)
	if err != nil {
		c.Fatal(err)
	}
	return s
}
