package acceptance_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// controller runs one more workflow controller of the cluster's version, for the test's namespace alone.
func (e *testEnv) controller(t *testing.T, settings map[string]string, env ...corev1.EnvVar) {
	t.Helper()
	ctx := t.Context()
	own, err := e.typed.AppsV1().Deployments("argo").Get(ctx, "workflow-controller", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	pod := own.Spec.Template
	pod.Labels = map[string]string{"app": "own-controller"}
	pod.Spec.ServiceAccountName, pod.Spec.DeprecatedServiceAccount, pod.Spec.PriorityClassName = "default", "default", ""
	c := &pod.Spec.Containers[0]
	c.Args = []string{"--namespaced", "--configmap", "own-controller"}
	c.Env = append(append(c.Env, corev1.EnvVar{Name: "LEADER_ELECTION_DISABLE", Value: "true"}), env...)
	name := metav1.ObjectMeta{Name: "own-controller"}
	_, err = e.typed.CoreV1().ConfigMaps(e.Namespace).Create(
		ctx, &corev1.ConfigMap{ObjectMeta: name, Data: settings}, metav1.CreateOptions{},
	)
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.typed.RbacV1().RoleBindings(e.Namespace).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: name, RoleRef: rbacv1.RoleRef{
			APIGroup: "rbac.authorization.k8s.io", Kind: "ClusterRole", Name: "argo-cluster-role",
		},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: "default", Namespace: e.Namespace}},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	deployments := e.typed.AppsV1().Deployments(e.Namespace)
	_, err = deployments.Create(ctx, &appsv1.Deployment{
		ObjectMeta: name, Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: pod.Labels}, Template: pod,
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for range 120 {
		if d, err := deployments.Get(ctx, name.Name, metav1.GetOptions{}); err == nil && d.Status.ReadyReplicas > 0 {
			return
		}
		time.Sleep(time.Second)
	}
	t.Fatal("the controller does not get ready")
}

// A controller with an instance id runs what carries it, and nothing else; one that is restricted to templates runs
// what sets nothing beside its pipeline.
func TestAccInstanceID(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.controller(t, map[string]string{"instanceID": "blue", "workflowRestrictions": "templateReferencing: Secure\n"})
	instance := func(id string) string { return fmt.Sprintf("provider \"kfp\" {\n  instance_id = %q\n}\n", id) }
	run := func(extra string) string { return pipelineOf("def step() -> int:\n    return 42\n", "{}", extra) }
	schedule := func(extra string) string {
		return "resource \"kfp_recurring_run\" \"this\" {\n  name = \"yearly\"\n  pipeline = kfp_pipeline.this.ref\n  " +
			"cron = \"0 0 1 1 *\"\n" + extra + "}\n"
	}
	forbids := func(field string) *regexp.Regexp {
		return regexp.MustCompile(`(?s)does not let runs set this.*templateReferencing:\s+Secure.*may\s+not\s+set\s+` + field)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{
			{
				Config:      instance("green") + run(""),
				ExpectError: regexp.MustCompile(`(?s)No workflow controller serves.*instance\s+id\s+"green".*instance\s+id\s+"blue"`),
			},
			{Config: instance("blue") + run(`service_account = "default"`), ExpectError: forbids("serviceAccountName")},
			{Config: instance("blue") + run("") + schedule("max_concurrency = 1\n"), ExpectError: forbids("synchronization")},
			{
				Config: instance("blue") + run("") + schedule(""),
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr("kfp_run.this", "phase", "Succeeded"),
					env.carriesInstance(t, backend.Workflows, "blue"), env.carriesInstance(t, backend.CronWorkflows, "blue"),
				),
			},
			{Config: run("") + schedule(""), Check: env.carriesInstance(t, backend.CronWorkflows, "")},
		},
	})
}

// carriesInstance fails unless every object of a kind is given to this controller.
func (e *testEnv) carriesInstance(t *testing.T, r backend.Kind, id string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		objects, err := e.List(t.Context(), r)
		if err != nil || len(objects) == 0 {
			return fmt.Errorf("%d %s, %w", len(objects), r.Resource, err)
		}
		for _, o := range objects {
			if got := o.GetLabels()[compile.InstanceLabel]; got != id {
				return fmt.Errorf("%s %s is for instance %q, want %q", r.Resource, o.GetName(), got, id)
			}
		}
		return nil
	}
}
