package acceptance_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

const queryConfig = `
list "kfp_component" "all" {
  provider         = kfp
  include_resource = true
}
list "kfp_pipeline" "all" {
  provider         = kfp
  include_resource = true
}
list "kfp_recurring_run" "all" {
  provider = kfp
  config { namespace = "NAMESPACE" }
}
list "kfp_run" "quick" {
  provider = kfp
  config { label_selector = "terraform-provider-kfp/pipeline=quick" }
}
`

// terraform query lists what is there, and writes a configuration that takes it over and plans empty. It asks the
// cluster once for each kind.
func TestAccQuery(t *testing.T) {
	t.Parallel()
	needTerraform(t, "1.14.0")
	e := newTestEnv(t)
	first := e.workspace(t, map[string]string{"main.tf": requiredProviders + identityConfig + `
resource "kfp_pipeline" "other" {
  name  = "other"
  tasks = { say = { component = kfp_component.say.ref, inputs = { text = "x" } } }
}
resource "kfp_recurring_run" "pinned" {
  name     = "pinned"
  pipeline = kfp_pipeline.other.ref
  pin      = true
  cron     = "0 3 * * *"
}
`})
	first.mustRun("apply", "-auto-approve", "-input=false")
	runs, err := e.List(t.Context(), backend.Workflows)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs: %v", len(runs), err)
	}
	var requests atomic.Int64
	w := e.workspace(
		t,
		map[string]string{
			"main.tf": providerOnly, "all.tfquery.hcl": strings.ReplaceAll(queryConfig, "NAMESPACE", e.Namespace),
		},
	)
	w.set = []string{"KUBE_CONFIG_PATH=" + e.countingProxy(t, &requests)}
	out := w.mustRun("query", "-generate-config-out=generated.tf")
	// One list of templates, schedules, runs and config maps each, for whatever is found of them.
	if n := requests.Load(); n == 0 || n > 4 {
		t.Errorf("the query made %d requests", n)
	}
	w.set = nil
	for _, pattern := range []string{
		`kfp_component\.all\s+name=say,namespace=\S+\s+say\n`, `kfp_pipeline\.all\s+name=other,\S+\s+other\n`, `kfp_pipeline\.all\s+name=quick,\S+\s+quick\n`,
		`kfp_recurring_run\.all\s+name=nightly,\S+\s+nightly\n`, `kfp_recurring_run\.all\s+name=pinned,\S+\s+pinned\n`, `kfp_run\.quick\s+name=` + runs[0].GetName() + `,\S+\s+\S+ \(Succeeded\)`,
	} {
		if !regexp.MustCompile(pattern).MatchString(out) {
			t.Errorf("nothing matches %s", pattern)
		}
	}
	if n := strings.Count(out, "name="); n != 6 || t.Failed() {
		t.Errorf("%d results:\n%s", n, out)
	}
	// The query's files are no part of a plan.
	plan := w.mustRun("plan", "-input=false")
	if !strings.Contains(plan, "Plan: 6 to import, 0 to add, 0 to change, 0 to destroy.") {
		generated, _ := os.ReadFile(w.dir + "/generated.tf")
		t.Errorf("what was found has something to do:\n%s\n%s", plan, generated)
	}
	w.mustRun("apply", "-auto-approve", "-input=false")
	w.unchanged()
	first.unchanged()

	for config, want := range map[string]int{`name = "o*"`: 1, `name = "*"`: 2, `label_selector = "terraform-provider-kfp/name in (quick, other)"`: 2, `namespace = "kube-public"`: 0} {
		w.Write(
			"all.tfquery.hcl",
			fmt.Sprintf("list \"kfp_pipeline\" \"x\" {\n  provider = kfp\n  config {\n    %s\n  }\n}\n", config),
		)
		if out := w.mustRun("query"); strings.Count(out, "name=") != want {
			t.Errorf("%s: want %d:\n%s", config, want, out)
		}
	}
	w.Write(
		"all.tfquery.hcl",
		"list \"kfp_pipeline\" \"x\" {\n  provider = kfp\n  config {\n    name           = \"[\"\n    label_selector = "+
			"\"a in\"\n  }\n}\n",
	)
	if out, err := w.Run("query"); err == nil || !strings.Contains(out, "Invalid pattern") || !strings.Contains(out, "Invalid label selector") {
		t.Errorf("bad filters: %v\n%s", err, out)
	}
	first.mustRun("destroy", "-auto-approve", "-input=false")
}
