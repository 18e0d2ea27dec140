package acceptance_test

import (
	"encoding/json"
	"strings"
	"testing"
)

const urlConfig = requiredProviders + `
resource "kfp_component" "say" {
  name      = "say"
  outputs   = { said = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "CODE; echo hello > {{ outputs.said.path }}"] }
}
resource "kfp_pipeline" "hello" {
  name  = "hello"
  tasks = { say = { component = kfp_component.say.ref } }
}
resource "kfp_run" "hello" {
  pipeline = kfp_pipeline.hello.ref
  TIMEOUT
}
resource "kfp_recurring_run" "yearly" {
  name     = "yearly"
  pipeline = kfp_pipeline.hello.ref
  cron     = "0 0 1 1 *"
}
data "kfp_runs" "all" {
  pipeline   = kfp_pipeline.hello.name
  depends_on = [kfp_run.hello]
}
output "urls" {
  value = [
    kfp_component.say.url, kfp_pipeline.hello.url, kfp_run.hello.url, kfp_recurring_run.yearly.url,
    data.kfp_runs.all.runs[0].url, kfp_component.say.version, kfp_run.hello.name,
  ]
}
`

// A state of before there was a ui_url learns the addresses without a change of anything, an error about a run shows
// its page, and a new version of a component has a page of its own.
func TestAccURLs(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	config := strings.NewReplacer("CODE", "true", "TIMEOUT", "").Replace(urlConfig)
	w := e.workspace(t, map[string]string{"main.tf": config})
	defer w.mustRun("destroy", "-auto-approve", "-input=false")
	w.mustRun("apply", "-auto-approve", "-input=false")
	if urls := w.urls(); urls[0] != nil || urls[4] != nil {
		t.Errorf("there are urls without a site: %v", urls)
	}
	w.Write("site.tf", `provider "kfp" { ui_url = "https://argo.example.com/ml/" }`)
	if out := w.mustRun("plan", "-input=false"); strings.Contains(out, "will be updated") || !strings.Contains(out, "without changing any real infrastructure") {
		t.Errorf("a ui_url changes resources:\n%s", out)
	}
	if out := w.mustRun("plan", "-input=false", "-refresh=false"); strings.Contains(out, "will be updated") {
		t.Errorf("a ui_url changes resources without a refresh:\n%s", out)
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	urls := w.urls()
	const site = "https://argo.example.com/ml/"
	for i, want := range []string{
		"workflow-templates/NS/say-" + urls[5].(string), "workflow-templates/NS/hello", "workflows/NS/" + urls[6].(string),
		"cron-workflows/NS/yearly", "workflows/NS/" + urls[6].(string),
	} {
		if want = site + strings.ReplaceAll(want, "NS", e.Namespace); urls[i] != want {
			t.Errorf("%v, want %v", urls[i], want)
		}
	}
	w.Write("main.tf", strings.NewReplacer("CODE", "exit 3", "TIMEOUT", "").Replace(urlConfig))
	if out := w.failure("apply", "-auto-approve", "-input=false"); !strings.Contains(out, "See "+site+"workflows/"+e.Namespace+"/hello-") {
		t.Errorf("the failure has no address:\n%s", out)
	}
	w.Write("main.tf", strings.NewReplacer("CODE", "sleep 60", "TIMEOUT", `timeouts = { create = "5s" }`).Replace(urlConfig))
	if out := w.failure("apply", "-auto-approve", "-input=false"); !strings.Contains(out, "See "+site+"workflows/"+e.Namespace+"/hello-") ||
		!strings.Contains(out, "argo watch -n "+e.Namespace+" hello-") {
		t.Errorf("the timeout has no address or no command:\n%s", out)
	}
	w.Write("main.tf", strings.NewReplacer("CODE", "true", "TIMEOUT", "").Replace(urlConfig))
}

func (w *workspace) urls() (urls []any) {
	if err := json.Unmarshal([]byte(w.mustRun("output", "-json", "urls")), &urls); err != nil {
		w.t.Fatal(err)
	}
	return urls
}
