package acceptance_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// failing is a pipeline of one task on busybox, with a shell command and settings.
func failing(command, settings, outputs string) string {
	return `
resource "kfp_component" "this" {
  name      = "step"
  outputs   = ` + outputs + `
  container = { image = "busybox:1.36", command = ["sh", "-c", <<-EOT
    ` + command + `
  EOT
  ] }
}
resource "kfp_pipeline" "this" {
  name  = "single"
  tasks = { load = { component = kfp_component.this.ref, ` + settings + ` } }
}
resource "kfp_run" "this" {
  pipeline = kfp_pipeline.this.ref
  timeouts = { create = "TIMEOUT" }
}
`
}

// Every way in which a run fails, or does not get on, is a diagnostic that a person understands at once.
func TestAccFailuresAreExplained(t *testing.T) {
	t.Parallel()
	const long = "5m"
	for _, test := range []struct {
		name    string
		config  string
		timeout string
		prepare func(*testing.T, *testEnv)
		role    bool // under the provider's Role without the right to read secrets
	}{
		{name: "exit-code", timeout: long, config: failing(`for i in $(seq 1 25); do echo line $i; done; exit 3`, "", "{}")},
		{name: "attempts", timeout: long, config: failing(`echo attempt; exit 1`, "retry = { limit = 2 }", "{}")},
		{
			name: "secret-masked", timeout: long, prepare: withSecret,
			config: failing(`echo "password is $PASSWORD, encoded $(printf %s "$PASSWORD" | base64)"; printf "no entry for $PASSWORD" > /dev/termination-log; exit 1`,
				`secret_env = { PASSWORD = { name = "db", key = "password" } }`, "{}"),
		},
		{
			name: "secret-unreadable", timeout: long, prepare: withSecret, role: true,
			config: failing(`echo "password is $PASSWORD"; printf "no entry for $PASSWORD" > /dev/termination-log; exit 1`,
				`secret_env = { PASSWORD = { name = "db", key = "password" } }`, "{}"),
		},
		{
			name: "out-of-memory", timeout: long,
			config: failing(
				`tail /dev/zero`, `resources = { requests = { memory = "16Mi" }, limits = { memory = "16Mi" } }`, "{}",
			),
		},
		{name: "output-not-written", timeout: long, config: failing(`true`, "", `{ report = { type = "string" } }`)},
		{name: "task-timeout", timeout: long, config: failing(`sleep 60`, `timeout = "5s"`, "{}")},
		{name: "unschedulable", timeout: "25s", config: failing(`true`, `node_selector = { zone = "nowhere" }`, "{}")},
		{
			name: "image-not-found", timeout: "40s",
			config: strings.Replace(failing(`true`, "", "{}"), "busybox:1.36", "10.200.0.1:5000/not/there:1", 1),
		},
		{
			name: "secret-missing", timeout: "40s",
			config: failing(`true`, `secret_env = { PASSWORD = { name = "nowhere", key = "password" } }`, "{}"),
		},
		{
			name: "name-refused", timeout: long,
			config: failing(`true`, `secret_env = { PASSWORD = { name = "{{ run.name }} of \"nobody\"", key = "password" } }`, "{}"),
		},
		{
			name: "claim-missing", timeout: "25s",
			config: failing(`true`, `volumes = { v = { mount_path = "/v", claim = "{{ run.name == '' ? nil : 'nowhere' }}" } }`, "{}"),
		},
		{
			name: "quota", timeout: "25s", config: failing(`true`, "", "{}"),
			prepare: func(t *testing.T, e *testEnv) {
				quota := &corev1.ResourceQuota{
					ObjectMeta: metav1.ObjectMeta{Name: "none"},
					Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}},
				}
				if _, err := e.typed.CoreV1().ResourceQuotas(e.Namespace).Create(t.Context(), quota, metav1.CreateOptions{}); err != nil {
					t.Fatal(err)
				}
			},
		},
		{
			name: "pod-security", timeout: "40s", config: failing(
				`true`, `security_context = { run_as_user = 0, run_as_non_root = false }`, "{}",
			),
			prepare: func(t *testing.T, e *testEnv) {
				namespace, err := e.typed.CoreV1().Namespaces().Get(t.Context(), e.Namespace, metav1.GetOptions{})
				if err != nil {
					t.Fatal(err)
				}
				namespace.Labels["pod-security.kubernetes.io/enforce"] = "restricted"
				if _, err := e.typed.CoreV1().Namespaces().Update(t.Context(), namespace, metav1.UpdateOptions{}); err != nil {
					t.Fatal(err)
				}
			},
		},
		{
			name: "results-forbidden", timeout: "60s",
			config: `
provider "kfp" { preflight = false }
` + strings.Replace(failing(`echo done`, "", "{}"), `pipeline = kfp`, `service_account = "nobody"
  pipeline = kfp`, 1),
			prepare: func(t *testing.T, e *testEnv) {
				account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "nobody"}}
				if _, err := e.typed.CoreV1().ServiceAccounts(e.Namespace).Create(t.Context(), account, metav1.CreateOptions{}); err != nil {
					t.Fatal(err)
				}
			},
		},
		{
			name: "no-account", timeout: "40s",
			config: `
provider "kfp" { preflight = false }
` + strings.Replace(failing(`echo done`, "", "{}"), `pipeline = kfp`, `service_account = "nobody"
  pipeline = kfp`, 1),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			if test.prepare != nil {
				test.prepare(t, env)
			}
			w := env.workspace(
				t, map[string]string{"main.tf": requiredProviders + strings.Replace(test.config, "TIMEOUT", test.timeout, 1)},
			)
			if test.role {
				env.grant(t, "provider.yaml", without("secrets", "get"))
				w.set = []string{"KUBE_CONFIG_PATH=" + env.kubeconfigOf(t, "terraform")}
			}
			got := env.normal(w.failure("apply", "-auto-approve", "-input=false"))
			golden := filepath.Join("testdata", "failures", test.name+".txt")
			if os.Getenv("KFP_TEST_UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the diagnostic is another one (-want +got):\n%s", diff)
			}
			if state, err := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate")); err == nil && strings.Contains(string(state)+got, password) {
				t.Error("the secret is in the state or in the diagnostic")
			}
			w.set = nil
			w.mustRun("destroy", "-auto-approve", "-input=false")
		})
	}
}

const password = "tiger-in-the-tank"

func withSecret(t *testing.T, e *testEnv) {
	e.writeSecret(t, "db", map[string]string{"password": password})
}

// failure runs terraform, which must fail, and returns its errors as they were before they are framed.
func (w *workspace) failure(args ...string) string {
	w.t.Helper()
	out, err := w.Command(append(args, "-json")...).Output()
	if err == nil {
		w.t.Fatalf("terraform %s did not fail", strings.Join(args, " "))
	}
	var b strings.Builder
	for line := range strings.Lines(string(out)) {
		var message struct {
			Diagnostic *struct{ Severity, Summary, Detail string }
		}
		if json.Unmarshal([]byte(line), &message) == nil && message.Diagnostic != nil && message.Diagnostic.Severity == "error" {
			b.WriteString(message.Diagnostic.Summary + "\n\n" + message.Diagnostic.Detail + "\n")
		}
	}
	return b.String()
}

// changing is what differs from one time to the next.
var changing = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`single-[a-z2-7]{10}-[a-z-]+-\d+`), "POD"},
	{regexp.MustCompile(`single-[a-z2-7]{10}`), "single-HASH"},
	{regexp.MustCompile(`(after|within) [\dms]+s`), "$1 TIME"},
}

func (e *testEnv) normal(text string) string {
	text = strings.ReplaceAll(text, e.Namespace, "NAMESPACE")
	for _, c := range changing {
		text = c.pattern.ReplaceAllString(text, c.text)
	}
	return text
}
