package acceptance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// choices are settings that values of a run give: names of what there is in the cluster.
const choices = `
    image              = "{{ parameters.image }}"
    secret_env         = { S = { name = "{{ parameters.secret }}", key = "{{ parameters.key ?? 'password' }}" } }
    config_map_env     = { C = { name = "{{ parameters.config_map }}", key = "greeting" } }
    volumes = {
      s = { mount_path = "/mnt/s", secret = "{{ parameters.secret }}", items = { password = "in/pw" }, default_mode = "0440" }
      c = { mount_path = "/mnt/c", config_map = "{{ parameters.config_map }}" }
      p = { mount_path = "/mnt/p", claim = "{{ parameters.claim }}" }
      o = { mount_path = "/mnt/o", secret = "missing", optional = true }
    }
    image_pull_secrets = ["pull", "{{ parameters.pull }}"]
    node_selector      = { "kubernetes.io/arch" = "{{ parameters.arch }}", "kubernetes.io/os" = "linux" }
    tolerations        = [{ key = "gpu", operator = "Exists" }, { json = "{{ parameters.toleration }}" }]
    affinity           = "{{ parameters.affinity }}"
    resources          = { limits = { "{{ parameters.resource }}" = "64Mi", cpu = "1" } }
    service_account    = "{{ parameters.account ?? 'default' }}"
    priority_class     = "{{ parameters.priority ?? 'workflow-controller' }}"
`

const choosing = `
resource "kfp_component" "show" {
  name      = "show"
  outputs   = { text = { type = "string" } }
  container = { image = "not.there/%s:1", command = ["sh", "-c", <<-EOT
    (echo "$S $C"; ls /mnt /mnt/s/in /mnt/c /mnt/o; cat /mnt/s/in/pw) 2>/dev/null | tr '\n' ' ' > "$1"
  EOT
  , "sh"], args = ["{{ outputs.text.path }}"] }
}
resource "kfp_pipeline" "choose" {
  name       = "choose"
  parameters = merge({
    for name in ["secret", "key", "config_map", "claim", "pull", "arch", "resource", "account", "priority"] :
    name => { type = "string", optional = true }
  }, { toleration = { type = "struct", optional = true }, affinity = { type = "struct", optional = true },
    image = { type = "string" } })
  tasks = { show = { component = kfp_component.show.ref, %s } }
  outputs = { text = "{{ tasks.show.output }}" }
}
resource "kfp_run" "given" {
  pipeline   = kfp_pipeline.choose.ref
  parameters = {
    secret = "db", config_map = "conf", claim = "work", pull = "mine", arch = "amd64", resource = "memory", image = "busybox:1.36"
    toleration = jsonencode({ key = "pool", operator = "Equal", value = "a", effect = "NoSchedule" })
    affinity   = jsonencode({ nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution = [{ weight = 7, preference = {
      matchExpressions = [{ key = "zone", operator = "In", values = ["{{=1+1}}"] }] } }] } })
  }
  timeouts   = { create = "4m" }
}
resource "kfp_run" "none" {
  pipeline   = kfp_pipeline.choose.ref
  parameters = { image = "busybox:1.36" }
  timeouts   = { create = "4m" }
}
`

// TestAccNamesFromValues lets the values of a run choose the secrets, the volumes and the nodes of a task; nil leaves
// each of them out.
func TestAccNamesFromValues(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.makeChoices(t)
	config := fmt.Sprintf(choosing, strings.ToLower(env.Namespace), choices)
	env.applies(t, config,
		resource.TestCheckResourceAttr("kfp_run.given", "outputs.text", "tiger hello /mnt: c o p s  /mnt/c: greeting  /mnt/o:  /mnt/s/in: pw tiger"),
		resource.TestCheckResourceAttr("kfp_run.none", "outputs.text", "  /mnt: o  /mnt/o: "),
		func(*terraformState) error { return env.checkChoices(t) },
	)
}

func (e *testEnv) makeChoices(t *testing.T) {
	t.Helper()
	e.writeSecret(t, "db", map[string]string{"password": "tiger"})
	core := e.typed.CoreV1()
	_, err := core.ConfigMaps(e.Namespace).Create(t.Context(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "conf"}, Data: map[string]string{"greeting": "hello"},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = core.PersistentVolumeClaims(e.Namespace).Create(t.Context(), &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: "work"},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources: corev1.VolumeResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceStorage: apiresource.MustParse("1Mi")},
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

// checkChoices looks at the two pods: one has all, the other nothing of it.
func (e *testEnv) checkChoices(t *testing.T) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pods, err := e.typed.CoreV1().Pods(e.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "workflows.argoproj.io/workflow"})
	if err != nil || len(pods.Items) != 2 {
		return fmt.Errorf("there are %d pods, not 2: %w", len(pods.Items), err)
	}
	seen := map[bool]bool{}
	for _, p := range pods.Items {
		given := len(p.Spec.NodeSelector) == 2
		seen[given] = true
		got := chosenOf(p)
		want := chosen{
			Image: "busybox:1.36", Account: "default", Priority: "workflow-controller", Pull: []string{"pull"}, Tolerations: []string{"gpu"},
			Volumes: []string{"user-o"}, Limits: []string{"cpu"},
		}
		if given {
			want.Pull, want.Tolerations = []string{"pull", "mine"}, []string{"gpu", "pool"}
			want.Volumes, want.Limits = []string{"user-c", "user-o", "user-p", "user-s"}, []string{"cpu", "memory"}
			want.Zone = "{{=1+1}}"
		}
		if diff := cmp.Diff(want, got, cmpopts.SortSlices(strings.Compare), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("given is %v (-want +got):\n%s", given, diff)
		}
	}
	if len(seen) != 2 {
		return fmt.Errorf("the pods are alike: %v", seen)
	}
	return nil
}

// chosen is what a value may choose of a pod.
type chosen struct {
	Image, Account, Priority, Zone     string
	Pull, Tolerations, Volumes, Limits []string
}

func chosenOf(p corev1.Pod) chosen {
	c := chosen{Account: p.Spec.ServiceAccountName, Priority: p.Spec.PriorityClassName}
	for _, s := range p.Spec.ImagePullSecrets {
		c.Pull = append(c.Pull, s.Name)
	}
	for _, t := range p.Spec.Tolerations {
		if !strings.HasPrefix(t.Key, "node.kubernetes.io/") {
			c.Tolerations = append(c.Tolerations, t.Key)
		}
	}
	for _, v := range p.Spec.Volumes {
		if strings.HasPrefix(v.Name, "user-") {
			c.Volumes = append(c.Volumes, v.Name)
		}
	}
	if a := p.Spec.Affinity; a != nil && a.NodeAffinity != nil {
		c.Zone = a.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].Preference.MatchExpressions[0].Values[0]
	}
	for _, container := range p.Spec.Containers {
		if container.Name == "main" {
			c.Image = container.Image
			for name := range container.Resources.Limits {
				c.Limits = append(c.Limits, string(name))
			}
		}
	}
	return c
}

// breakouts try to become something else than the name that they stand for.
var breakouts = []string{
	`x"}],"hostNetwork":true,"volumes":[{"name":"y`, "x\nhostNetwork: true", "{{=workflow.name}}", "{{workflow.name}}", `\u007b{"`, "$(HOME)",
}

// placesOfNames are places in which names may come from values. A claim is none of them: its pod would wait for ever.
var placesOfNames = map[string]string{
	"image":       `image = "NAME"`,
	"secret":      `secret_env = { S = { name = "NAME", key = "k" } }`,
	"key":         `secret_env = { S = { name = "s", key = "NAME" } }`,
	"config":      `config_map_env = { S = { name = "NAME", key = "k" } }`,
	"volume":      `volumes = { v = { mount_path = "/v", secret = "NAME" } }`,
	"map":         `volumes = { v = { mount_path = "/v", config_map = "NAME" } }`,
	"pull":        `image_pull_secrets = ["NAME"]`,
	"node":        `node_selector = { zone = "NAME" }`,
	"account":     `service_account = "NAME"`,
	"priority":    `priority_class = "NAME"`,
	"resource":    `resources = { limits = { "NAME" = "1" } }`,
	"tolerations": `tolerations = [{ json = "{{ {'key': 'a', 'operator': 'Equal', 'value': each.value} }}" }]`,
	"affinity":    `affinity = "{{ {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': [{'matchExpressions': [{'key': each.value, 'operator': 'Exists'}]}]}}} }}"`,
}

// TestAccNamesStayNames gives every place a name that would like to be more: no pod gets anything else than the name, and
// the run ends.
func TestAccNamesStayNames(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	values, err := json.Marshal(breakouts)
	if err != nil {
		t.Fatal(err)
	}
	var tasks strings.Builder
	for place, setting := range placesOfNames {
		fmt.Fprintf(&tasks, "    %s = { component = kfp_component.c.ref, for_each = \"{{ parameters.values }}\", "+
			"allow_failure = true, timeout = \"15s\", %s }\n", place, strings.ReplaceAll(setting, "NAME", "{{ each.value }}"))
	}
	env.applies(t, fmt.Sprintf(`
resource "kfp_component" "c" {
  name      = "c"
  container = { image = "busybox:1.36", command = ["true"] }
}
resource "kfp_pipeline" "p" {
  name       = "p"
  parameters = { values = { type = "list(string)" } }
  tasks = {
%s  }
}
resource "kfp_run" "r" {
  pipeline   = kfp_pipeline.p.ref
  parameters = { values = jsonencode(jsondecode(%q)) }
  timeouts   = { create = "8m" }
}
`, tasks.String(), strings.ReplaceAll(string(values), "${", "$${")),
		resource.TestCheckResourceAttr("kfp_run.r", "phase", "Succeeded"),
		func(*terraformState) error { return env.checkOnlyNames() },
	)
}

// checkOnlyNames looks at all pods that Kubernetes took: those whose image, or pull secret, is what the value says.
func (e *testEnv) checkOnlyNames() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pods, err := e.typed.CoreV1().Pods(e.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, p := range pods.Items {
		if p.Spec.HostNetwork || len(p.Spec.Containers) != 2 {
			return fmt.Errorf("pod %s has more than a name: %+v", p.Name, p.Spec)
		}
		names := []string{p.Spec.Containers[1].Image}
		for _, s := range p.Spec.ImagePullSecrets {
			names = append(names, s.Name)
		}
		for _, name := range names {
			if known := name == "busybox:1.36" || strings.Contains(name, "argoexec"); !known && !isBreakout(name) {
				return fmt.Errorf("pod %s has the name %q, which no value is", p.Name, name)
			}
		}
	}
	return nil
}

func isBreakout(name string) bool {
	return slices.Contains(breakouts, name)
}
