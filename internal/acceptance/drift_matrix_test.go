package acceptance

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/pipeline"
)

// server is an API server of a test's own, in which nothing runs.
type server struct {
	t          testing.TB
	home       string
	kubeconfig string
	site       string // the provider's ui_url; empty: none
	schema     *tfprotov6.GetProviderSchemaResponse
	objects    dynamic.Interface
}

func newServer(t *testing.T) *server {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run only where TF_ACC is set: make testacc")
	}
	s := &server{t: t, home: filepath.Join(t.TempDir(), "server")}
	s.kubeconfig = filepath.Join(s.home, "kubeconfig")
	t.Cleanup(func() {
		if _, err := os.Stat(s.home); err == nil {
			s.devcluster(context.WithoutCancel(t.Context()), "apiserver", "stop", "--home", s.home)
		}
	})
	return s
}

// start starts it with a flavour of the CRDs of a version of Argo, or changes them.
func (s *server) start(crds, version string) {
	s.t.Helper()
	s.devcluster(s.t.Context(), "apiserver", "start", "--home", s.home, "--crds", crds, "--argo", version)
	config, err := clientcmd.BuildConfigFromFlags("", s.kubeconfig)
	if err != nil {
		s.t.Fatal(err)
	}
	config.QPS = -1
	s.objects = dynamic.NewForConfigOrDie(config)
	s.devcluster(s.t.Context(), "namespace", "etl")
}

func (s *server) devcluster(ctx context.Context, args ...string) {
	s.t.Helper()
	c := exec.CommandContext(ctx, os.Getenv("KFP_TEST_DEVCLUSTER"), args...)
	c.Env = os.Environ()
	if args[0] == "namespace" {
		c.Env = append(c.Env, "DEVCLUSTER_HOME="+s.home)
	}
	if out, err := c.CombinedOutput(); err != nil {
		s.t.Fatalf("devcluster %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// account makes a service account that a schedule of subjects names, with every right.
func (s *server) account(name string) {
	s.t.Helper()
	for _, o := range []struct {
		kind    backend.Kind
		content map[string]any
	}{
		{
			backend.Kind{Version: "v1", Resource: "serviceaccounts"},
			map[string]any{"apiVersion": "v1", "kind": "ServiceAccount"},
		},
		{backend.Kind{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "rolebindings"}, map[string]any{
			"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
			"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
			"subjects": []any{map[string]any{"kind": "ServiceAccount", "name": name, "namespace": "etl"}},
		}},
	} {
		o.content["metadata"] = map[string]any{"name": name}
		if _, err := s.objects.Resource(schema.GroupVersionResource(o.kind)).Namespace("etl").Create(s.t.Context(), &unstructured.Unstructured{Object: o.content}, metav1.CreateOptions{}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// subject is an object whose changes a resource must tell.
type subject struct {
	resource, id string // of the resource
	kind         backend.Kind
	object       any
	immutable    bool // its changes are a deletion and a creation
}

// subjects are objects of every kind that use everything, made in the server as the provider makes them.
func (s *server) subjects() []subject {
	t, ctx := s.t, s.t.Context()
	t.Helper()
	d := &kit.Session{
		Operator: &operate.Operator{
			Backend: cluster.New(cluster.Config{ConfigPaths: []string{s.kubeconfig}}), ForceConflicts: true,
		},
	}
	all := compiledSubjects(t)
	for _, sub := range all {
		var err error
		if code, ok := sub.object.(*corev1.ConfigMap); ok {
			err = d.PutCode(ctx, code, "etl", code.Name)
		} else {
			err = d.Put(ctx, sub.kind, sub.object)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func compiledSubjects(t testing.TB) []subject {
	t.Helper()
	var all []subject
	p, components := everyPart(t)
	for _, c := range components {
		o, err := compile.Component(c)
		if err != nil {
			t.Fatal(err)
		}
		id := "etl/" + o.Template.Name
		if o.Code != nil {
			all = append(all, subject{"kfp_component", id, backend.ConfigMaps, o.Code, true})
		}
		all = append(all, subject{"kfp_component", id, backend.WorkflowTemplates, o.Template, false})
	}
	o, g, problems := pipeline.CompilePipeline(p)
	if problems.HasError() {
		t.Fatal(problems)
	}
	all = append(
		all, subject{"kfp_pipeline", "etl/every", backend.ConfigMaps, o.Root, true},
		subject{"kfp_pipeline", "etl/every", backend.WorkflowTemplates, o.Template, false},
	)
	p.Parameters["word"] = spec.Input{Type: spec.String}
	nightly := spec.RecurringRun{
		Namespace: "etl", Name: "nightly", Description: "Every night.", ServiceAccount: "robot",
		Pipeline: spec.Ref{
			Kind: spec.PipelineKind, Namespace: "etl", Name: "every", Version: o.Version,
			Interface: spec.Interface{Inputs: p.Parameters, Outputs: g.Outputs},
		},
		Parameters: map[string]string{
			"word": "{{ schedule.time }}", "list": `["b"]`,
		}, Lines: []string{"0 4 * * *", "30 5 * * 1"}, Timezone: "America/New_York",
		StartingDeadline: new(int64(600)), Concurrency: spec.ConcurrencyForbid, Disabled: true, KeepSucceeded: new(int64(5)), KeepFailed: new(int64(7)), When: schedule.When(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}),
	}
	if problems := graph.CheckRecurringRun(nightly); problems.HasError() {
		t.Fatal(problems)
	}
	cron, err := compile.RecurringRun(nightly)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, subject{"kfp_recurring_run", "etl/nightly", backend.CronWorkflows, cron.Cron, false})
}

// replace makes an object's content another one, as somebody with an editor does.
func (s *server) replace(sub subject, content map[string]any) error {
	ctx := s.t.Context()
	meta := content["metadata"].(map[string]any)
	name := meta["name"].(string)
	objects := s.objects.Resource(schema.GroupVersionResource(sub.kind)).Namespace("etl")
	if sub.immutable {
		if err := objects.Delete(ctx, name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
		_, err := objects.Create(
			ctx, &unstructured.Unstructured{Object: content}, metav1.CreateOptions{FieldManager: "kubectl-edit"},
		)
		return err
	}
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	patch := []operation{{"add", "/spec", content["spec"]}}
	for _, key := range []string{"labels", "annotations"} {
		value := meta[key]
		if value == nil {
			value = map[string]any{}
		}
		patch = append(patch, operation{"add", "/metadata/" + key, value})
	}
	data, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	_, err = objects.Patch(ctx, name, types.JSONPatchType, data, metav1.PatchOptions{FieldManager: "kubectl-edit"})
	return err
}

// Whatever field somebody changes of what the provider has written, of every kind and with either flavour of Argo's
// CRDs, the next plan tells; once it is put back, the plan is empty. Objects that use everything plan empty too right
// after they are made, with the CRDs of the oldest Argo that is supported as well.
func TestAccDriftMatrix(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.start("minimal", "v3.6.10")
	s.settled("minimal CRDs of Argo 3.6", s.subjects())
	for _, crds := range []string{"minimal", "full"} {
		s.start(crds, "v3.7.18")
		subjects := s.subjects()
		s.settled(crds+" CRDs", subjects)
		for _, sub := range subjects {
			s.matrix(crds+" CRDs", sub)
		}
	}
}

// settled fails unless every subject plans empty as soon as it is imported.
func (s *server) settled(flavour string, subjects []subject) {
	s.t.Helper()
	for _, sub := range subjects {
		f := s.terraform() // of its own: a component's template and its code are one resource, which may be planned once
		state := f.adopt(sub.resource, sub.id)
		if changed := f.plan(sub.resource, f.configOf(sub.resource, state), state); len(changed) > 0 {
			s.t.Errorf("%s: %s plans changes of %v, though nobody changed it", flavour, sub.id, changed)
		}
	}
	s.t.Logf("%s: %d objects plan empty", flavour, len(subjects))
}

// serverStride is stride for so many fields of an object in a server: a change takes longer there.
func serverStride(fields int) int {
	if fields < 40 {
		return 1
	}
	return oneOf(40, 10)
}

func (s *server) matrix(flavour string, sub subject) {
	t := s.t
	t.Helper()
	content, all := written(t, sub.object)
	if sub.immutable {
		all = leaves(content["data"], []any{"data"}, "data")
	}
	f := s.terraform()
	state := f.adopt(sub.resource, sub.id)
	config := f.configOf(sub.resource, state)
	began := time.Now()
	tried, refused, gone, found := 0, 0, 0, map[string]int{}
	what := flavour + ": " + sub.kind.Resource + " of " + sub.resource + " " + sub.id
	restored := func() {
		t.Helper()
		if err := s.replace(sub, content); err != nil {
			t.Fatal(err)
		}
		f := s.terraform()
		again, problem := f.Refresh(sub.resource, state)
		if problem != "" || again == nil {
			t.Fatalf("%s, put back: %s", what, problem)
		}
		if changed := f.plan(sub.resource, config, again); len(changed) > 0 {
			t.Errorf("%s, put back, plans changes of %v: %v", what, changed, again["drift"])
		}
	}
	step := serverStride(len(all))
	for i, l := range all {
		if i%step > 0 {
			continue
		}
		value := valueAt(content, l.keys)
		for _, to := range changes(value) {
			err := s.replace(sub, with(t, content, l.keys, to))
			if apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) {
				refused++ // nobody can make this change
				if sub.immutable {
					restored()
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s: %s: %v", what, l.path, err)
			}
			tried++
			f := s.terraform()
			after, problem := f.Refresh(sub.resource, state)
			switch {
			case problem != "":
				t.Errorf("%s: %s changed from %v to %v: %s", what, l.path, value, to, problem)
			case after == nil:
				gone++
			default:
				changed := f.plan(sub.resource, config, after)
				if len(changed) == 0 {
					t.Errorf("%s: %s changed from %v to %v, and the plan is empty", what, l.path, value, to)
				}
				key := strings.Join(slices.DeleteFunc(
					changed, func(name string) bool { return name == "version" || name == "ref" },
				), "+")
				found[cmp.Or(key, "nothing")]++
			}
		}
		if i%(25*step) == 0 {
			restored()
		}
	}
	restored()
	t.Logf(
		"%s: %d fields, %d changes tried, %d refused by the server, %d shown as gone; shown at %v (%s)", what, len(all), tried,
		refused, gone, found, time.Since(began).Round(time.Second),
	)
}
