package operate

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
)

func TestControllerProblem(t *testing.T) {
	t.Parallel()
	good := backend.Controller{
		Namespace: "argo", Name: "workflow-controller", Image: "quay.io/argoproj/workflow-controller:v3.7.18", Wanted: 1,
		Ready: 1,
	}
	with := func(change func(*backend.Controller)) backend.Controller {
		c := good
		change(&c)
		return c
	}
	for _, test := range []struct {
		name       string
		found      []backend.Controller
		everywhere bool
		instance   string
		title      string
		text       string
		certain    bool
	}{
		{name: "one that works", found: []backend.Controller{good}, everywhere: true},
		{name: "none, looked for everywhere", everywhere: true, title: "No workflow controller was found"},
		{name: "none where they usually are"},
		{
			name: "switched off", found: []backend.Controller{
				with(func(c *backend.Controller) { c.Wanted, c.Ready = 0, 0 }),
			}, everywhere: true, certain: true,
			title: "The workflow controller is switched off", text: "kubectl scale -n argo deployment/workflow-controller " +
				"--replicas=1",
		},
		{
			name: "not ready", found: []backend.Controller{with(func(c *backend.Controller) { c.Ready = 0 })}, everywhere: true,
			title: "The workflow controller is not ready", text: "No replica of deployment argo/workflow-controller is ready",
		},
		{
			name: "too old", found: []backend.Controller{
				with(func(c *backend.Controller) { c.Image = "argoproj/workflow-controller:v3.5.8" }),
			}, everywhere: true, certain: true,
			title: "The workflow controller is too old", text: "Loops over objects and each.index fail there",
		},
		{name: "one with a lesser fault", found: []backend.Controller{
			with(func(c *backend.Controller) { c.Image = "argoproj/workflow-controller:v4.0.7" }),
		}, everywhere: true},
		{name: "a registry with a port and no tag", found: []backend.Controller{
			with(func(c *backend.Controller) { c.Image = "localhost:5000/workflow-controller" }),
		}, everywhere: true},
		{name: "by digest", found: []backend.Controller{
			with(func(c *backend.Controller) { c.Image = "x/workflow-controller:v4.1.0-rc1@sha256:1234" }),
		}, everywhere: true},
		{
			name: "for another namespace", found: []backend.Controller{
				with(func(c *backend.Controller) { c.Managed = "ml" }),
			}, everywhere: true, certain: true,
			title: "No workflow controller serves the namespace", text: "argo/workflow-controller serves only namespace ml",
		},
		{
			name: "for an instance id", found: []backend.Controller{
				with(func(c *backend.Controller) { c.InstanceID = "blue" }),
			}, everywhere: true, certain: true,
			title: "No workflow controller serves the namespace", text: `serves only workflows with instance id "blue"`,
		},
		{name: "with the instance id", found: []backend.Controller{
			with(func(c *backend.Controller) { c.InstanceID = "blue" }),
		}, everywhere: true, instance: "blue"},
		{name: "with settings that may not be read", found: []backend.Controller{
			with(func(c *backend.Controller) { c.Closed = true }),
		}, everywhere: true, instance: "blue"},
		{
			name: "without instance id", found: []backend.Controller{good}, everywhere: true, instance: "blue", certain: true,
			title: "No workflow controller serves the namespace",
			text: "Runs in namespace etl with instance id \"blue\" would stay pending for ever:\n\n  " +
				"argo/workflow-controller serves only workflows without instance id",
		},
		{name: "for another namespace, and perhaps others", found: []backend.Controller{
			with(func(c *backend.Controller) { c.Managed = "ml" }),
		}},
		{name: "a broken one beside one that works", found: []backend.Controller{
			with(func(c *backend.Controller) { c.Wanted = 0 }), good,
		}, everywhere: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			title, text, certain := controllerProblem(test.found, test.everywhere, "etl", test.instance)
			if title != test.title || !strings.Contains(text, test.text) || certain != test.certain {
				t.Errorf("got %q, certain %v: %s", title, certain, text)
			}
		})
	}
}

func TestLesserFaultsAreTold(t *testing.T) {
	t.Parallel()
	faulty, good := backend.Controller{
		Image: "argoproj/workflow-controller:v4.0.7",
	}, backend.Controller{Image: "argoproj/workflow-controller:v4.0.8"}
	const remedy = "Upgrade to Argo Workflows 3.7.17, 4.0.8, 4.1 or later."
	if text := faultOf([]backend.Controller{faulty}, "etl", ""); !strings.Contains(text, "cut short") || !strings.Contains(text, remedy) {
		t.Errorf("got %q", text)
	}
	for _, found := range [][]backend.Controller{nil, {good}, {faulty, good}} {
		if text := faultOf(found, "etl", ""); text != "" {
			t.Errorf("%v: %s", found, text)
		}
	}
}

func TestOverrideProblem(t *testing.T) {
	t.Parallel()
	free, strict := backend.Controller{
		Namespace: "argo", Name: "a",
	}, backend.Controller{Namespace: "argo", Name: "b", Referencing: "Strict"}
	both := overrides("runner", true)
	for name, test := range map[string]struct {
		found  []backend.Controller
		fields []string
		text   string
	}{
		"free":             {found: []backend.Controller{free}, fields: both},
		"one of them free": {found: []backend.Controller{strict, free}, fields: both},
		"nothing is set":   {found: []backend.Controller{strict}, fields: overrides("", false)},
		"both are set": {
			found: []backend.Controller{strict}, fields: both,
			text: "runs may not set serviceAccountName and synchronization beside their pipeline",
		},
		"an account is set": {
			found: []backend.Controller{strict}, fields: overrides("runner", false),
			text: "set it in the defaults of the pipeline",
		},
	} {
		title, text := overrideProblem(test.found, "etl", "", test.fields)
		if (title != "") != (test.text != "") || !strings.Contains(text, test.text) {
			t.Errorf("%s: %s: %s", name, title, text)
		}
	}
}

// A cluster without Argo is one clear error, and the objects after the first are told so shortly.
func TestPreflightWithoutArgo(t *testing.T) {
	t.Parallel()
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`))
	}))
	defer server.Close()
	d := &Operator{Backend: cluster.New(cluster.Config{Host: server.URL}), Preflight: true}
	var first, second problem.List
	if d.ReadyForTemplates(t.Context(), "etl", &first) || d.ReadyForRuns(t.Context(), "etl", "", &second) {
		t.Fatal("a cluster without Argo is said to be ready")
	}
	if len(first) != 1 || first[0].Title != "Argo Workflows is not installed in this cluster" || !strings.Contains(first[0].Detail, "serves no workflows, workflowtemplates, cronworkflows, workflowtaskresults of argoproj.io/v1alpha1") {
		t.Errorf("got %v", first)
	}
	if len(second) != 1 || second[0].Title != "Not attempted" {
		t.Errorf("got %v", second)
	}
	if requests != 1 {
		t.Errorf("%d requests", requests)
	}
}

func TestPreflightCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	d := &Operator{Backend: cluster.New(cluster.Config{Host: "http://127.0.0.1:1"})}
	var problems problem.List
	if !d.ReadyForRuns(t.Context(), "etl", "", &problems) || len(problems) > 0 {
		t.Errorf("got %v", problems)
	}
}
