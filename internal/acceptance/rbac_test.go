package acceptance_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// The resources that the files of examples/rbac make.
var rbacResources = map[string]backend.Kind{
	"ServiceAccount": {Version: "v1", Resource: "serviceaccounts"},
	"Role":           {Group: rbacv1.GroupName, Version: "v1", Resource: "roles"},
	"RoleBinding":    {Group: rbacv1.GroupName, Version: "v1", Resource: "rolebindings"},
}

// grant makes what a file of examples/rbac holds, in the test's namespace. change may alter an object before.
func (e *testEnv) grant(t *testing.T, file string, change func(*unstructured.Unstructured)) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "rbac", file))
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(object)
		}
		if _, err := e.dynamic.Resource(schema.GroupVersionResource(rbacResources[object.GetKind()])).Namespace(e.Namespace).Create(t.Context(), object, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

// without takes verbs on a resource out of a Role.
func without(resource string, verbs ...string) func(*unstructured.Unstructured) {
	return func(o *unstructured.Unstructured) {
		rules, _, _ := unstructured.NestedSlice(o.Object, "rules")
		var kept []any
		for _, r := range rules {
			rule, _ := r.(map[string]any)
			resources, _, _ := unstructured.NestedStringSlice(rule, "resources")
			allowed, _, _ := unstructured.NestedStringSlice(rule, "verbs")
			for _, name := range resources {
				var left []any
				for _, verb := range allowed {
					if name != resource || !slices.Contains(verbs, verb) {
						left = append(left, verb)
					}
				}
				if len(left) > 0 {
					kept = append(kept, map[string]any{"apiGroups": rule["apiGroups"], "resources": []any{name}, "verbs": left})
				}
			}
		}
		if rules != nil {
			o.Object["rules"] = kept
		}
	}
}

// kubeconfigOf writes a kubeconfig with a token of a service account.
func (e *testEnv) kubeconfigOf(t *testing.T, account string) string {
	t.Helper()
	token, err := e.typed.CoreV1().ServiceAccounts(e.Namespace).CreateToken(
		t.Context(), account, &authenticationv1.TokenRequest{}, metav1.CreateOptions{},
	)
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", e.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	ca := config.CAData
	if len(ca) == 0 {
		if ca, err = os.ReadFile(config.CAFile); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: %q, certificate-authority-data: %s}}]
users: [{name: u, user: {token: %s}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`, config.Host, base64.StdEncoding.EncodeToString(ca), token.Status.Token)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The main job under exactly the Roles of the guide "Installation and RBAC", and nothing more.
func TestAccCarouselUnderTheDocumentedRoles(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	env.grant(t, "provider.yaml", nil)
	env.grant(t, "runs.yaml", nil)
	files := exampleFiles(t, "carousel")
	files["terraform.tfvars"] = "docker_hub_mirror = \"127.0.0.1:5000\"\n"
	w := env.workspace(t, files)
	w.set = []string{"KUBE_CONFIG_PATH=" + env.kubeconfigOf(t, "terraform"), "KFP_SERVICE_ACCOUNT=pipeline-runner"}
	w.mustRun("apply", "-auto-approve", "-input=false")
	if got := w.mustRun("output", "-raw", "quote"); strings.TrimSpace(got) != quoteLines {
		t.Errorf("got the quote\n%s", got)
	}
	w.mustRun("plan", "-detailed-exitcode", "-input=false")
	w.mustRun("destroy", "-auto-approve", "-input=false")
	if err := env.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// Each right that is missing is one diagnostic before anything is made.
func TestAccPreflightNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	const single = "def step() -> int:\n    return 42\n"
	for _, test := range []struct {
		name           string
		provider, runs func(*unstructured.Unstructured)
		account        string
		extra          string
		want           string
	}{
		{
			name: "right of the provider", provider: without("workflowtemplates", "create", "patch"), account: "pipeline-runner",
			want: "In namespace NAMESPACE the provider's user lacks the right to: " +
				`create, patch workflowtemplates.argoproj.io Grant it the Role of the guide "Installation and RBAC" there.`,
		},
		{
			name: "right of runs", runs: without("workflowtaskresults", "patch"), account: "pipeline-runner",
			want: `In namespace NAMESPACE service account "pipeline-runner" lacks the right to: patch workflowtaskresults.argoproj.io Without it Argo never learns what a task returned`,
		},
		{
			name: "service account", account: "nobody",
			want: `Runs in namespace NAMESPACE are to work as service account "nobody", which is not there, so no pod could start.`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := newTestEnv(t)
			env.grant(t, "provider.yaml", test.provider)
			env.grant(t, "runs.yaml", test.runs)
			w := env.workspace(t, map[string]string{"main.tf": requiredProviders + pipelineOf(single, "{}", "")})
			w.set = []string{"KUBE_CONFIG_PATH=" + env.kubeconfigOf(t, "terraform"), "KFP_SERVICE_ACCOUNT=" + test.account}
			out, err := w.Run("apply", "-auto-approve", "-input=false")
			if err == nil || !strings.Contains(unframed(out), strings.ReplaceAll(test.want, "NAMESPACE", env.Namespace)) {
				t.Errorf("got %v\n%s\nwant\n%s", err, unframed(out), test.want)
			}
			if runs, err := env.List(t.Context(), backend.Workflows); err != nil || len(runs) > 0 {
				t.Errorf("there are %d runs (%v)", len(runs), err)
			}
		})
	}
}

// unframed joins the lines that Terraform wraps, and takes its frames away.
func unframed(out string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(out)), " ")
}
