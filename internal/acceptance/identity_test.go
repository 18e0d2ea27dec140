package acceptance_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// needTerraform skips an acceptance test where the CLI under test is an older Terraform, or OpenTofu.
func needTerraform(t *testing.T, least string) {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run only where TF_ACC is set: make testacc")
	}
	if olderThan(t, least) {
		t.Skipf("needs Terraform %s: make testacc-next", least)
	}
}

// olderThan tells whether the CLI under test is an older Terraform, or OpenTofu.
func olderThan(t *testing.T, least string) bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), terraformPath(t), "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`^Terraform v(\S+)`).FindSubmatch(out)
	return found == nil || version.Must(version.NewVersion(string(found[1]))).LessThan(version.Must(version.NewVersion(least)))
}

// identities are what the state holds beside each resource.
func (w *workspace) identities() map[string]map[string]string {
	w.t.Helper()
	text, err := os.ReadFile(w.dir + "/terraform.tfstate")
	if err != nil {
		w.t.Fatal(err)
	}
	var state struct {
		Resources []struct {
			Type, Name string
			Instances  []struct{ Identity map[string]string }
		}
	}
	if err := json.Unmarshal(text, &state); err != nil {
		w.t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			out[r.Type+"."+r.Name] = i.Identity
		}
	}
	return out
}

// forgetIdentities makes the state one of an older Terraform, or of an older version of the provider.
func (w *workspace) forgetIdentities() {
	w.t.Helper()
	text, err := os.ReadFile(w.dir + "/terraform.tfstate")
	if err != nil {
		w.t.Fatal(err)
	}
	var state map[string]any
	if err := json.Unmarshal(text, &state); err != nil {
		w.t.Fatal(err)
	}
	for _, r := range state["resources"].([]any) {
		for _, i := range r.(map[string]any)["instances"].([]any) {
			delete(i.(map[string]any), "identity")
			delete(i.(map[string]any), "identity_schema_version")
		}
	}
	if text, err = json.Marshal(state); err != nil {
		w.t.Fatal(err)
	}
	w.Write("terraform.tfstate", string(text))
}

const identityConfig = `
resource "kfp_component" "say" {
  name   = "say"
  python = { base_image = "python:3.11-slim", source = "def say(text: str) -> str:\n    return text\n" }
}
resource "kfp_pipeline" "quick" {
  name       = "quick"
  parameters = { text = { type = "string", default = "hello" } }
  tasks      = { say = { component = kfp_component.say.ref, inputs = { text = "{{ parameters.text }}" } } }
}
resource "kfp_recurring_run" "nightly" {
  name     = "nightly"
  pipeline = kfp_pipeline.quick.ref
  cron     = "0 2 * * *"
}
resource "kfp_run" "once" {
  pipeline = kfp_pipeline.quick.ref
}
`

// Every resource has an identity from its creation on, which outlives a new version of its content; by it alone another
// state takes it over, and a state that was written without identities has them after a refresh.
func TestAccIdentity(t *testing.T) {
	t.Parallel()
	needTerraform(t, "1.12.0")
	e := newTestEnv(t)
	first := e.workspace(t, map[string]string{"main.tf": requiredProviders + identityConfig})
	first.mustRun("apply", "-auto-approve", "-input=false")
	before := first.identities()
	for address, name := range map[string]string{"kfp_component.say": "say", "kfp_pipeline.quick": "quick", "kfp_recurring_run.nightly": "nightly"} {
		if got := before[address]; got["namespace"] != e.Namespace || got["name"] != name {
			t.Errorf("%s has the identity %v", address, got)
		}
	}
	if !strings.HasPrefix(before["kfp_run.once"]["name"], "quick-") {
		t.Errorf("the run has the identity %v", before["kfp_run.once"])
	}
	first.Write("main.tf", requiredProviders+strings.Replace(identityConfig, "return text", "return text.upper()", 1))
	first.mustRun("apply", "-auto-approve", "-input=false")
	after := first.identities()
	for _, address := range []string{"kfp_component.say", "kfp_pipeline.quick", "kfp_recurring_run.nightly"} {
		if fmt.Sprint(after[address]) != fmt.Sprint(before[address]) {
			t.Errorf("the identity of %s was %v and is %v", address, before[address], after[address])
		}
	}

	first.forgetIdentities()
	if got := first.identities()["kfp_component.say"]; got != nil {
		t.Fatalf("the test did not remove the identity: %v", got)
	}
	first.unchanged()
	first.mustRun("apply", "-auto-approve", "-input=false", "-refresh-only")
	if got := first.identities(); fmt.Sprint(got) != fmt.Sprint(after) {
		t.Errorf("after a refresh the identities are %v, and were %v", got, after)
	}

	var imports strings.Builder
	for address, identity := range after {
		// The namespace is the provider's where it is left out.
		namespace := ""
		if strings.HasPrefix(address, "kfp_run.") {
			namespace = "namespace = \"" + identity["namespace"] + "\", "
		}
		fmt.Fprintf(
			&imports, "import {\n  to       = %s\n  identity = { %sname = %q }\n}\n", address, namespace, identity["name"],
		)
	}
	second := e.workspace(t, map[string]string{"main.tf": providerOnly + imports.String()})
	out := second.mustRun("plan", "-input=false", "-generate-config-out=generated.tf")
	if !strings.Contains(out, "Plan: 4 to import, 0 to add, 0 to change, 0 to destroy.") {
		t.Errorf("the generated configuration has something to do:\n%s", out)
	}
	second.mustRun("apply", "-auto-approve", "-input=false")
	second.unchanged()
	if got := second.identities(); fmt.Sprint(got) != fmt.Sprint(after) {
		t.Errorf("imported by identity, the identities are %v, and were %v", got, after)
	}
	// What is gone is planned anew, also where the state has no identity.
	first.forgetIdentities()
	e.deleteAll(t, backend.WorkflowTemplates)
	e.deleteAll(t, backend.CronWorkflows)
	e.deleteAll(t, backend.ConfigMaps)
	if out := first.mustRun("plan", "-input=false"); !strings.Contains(out, "Plan: 3 to add, 0 to change, 0 to destroy.") {
		t.Errorf("what was deleted is not planned:\n%s", out)
	}
	first.mustRun("destroy", "-auto-approve", "-input=false")
	if err := e.checkEmpty(nil); err != nil {
		t.Error(err)
	}
}

// The same through the tests' own framework, which imports by identity and compares what it got.
func TestAccIdentityOfPipeline(t *testing.T) {
	t.Parallel()
	e := newTestEnv(t)
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: e.factories(),
		CheckDestroy:             e.checkEmpty,
		Steps: []resource.TestStep{
			{
				Config: identityConfig,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentityValueMatchesState("kfp_pipeline.quick", tfjsonpath.New("name")),
					statecheck.ExpectIdentity(
						"kfp_component.say",
						map[string]knownvalue.Check{
							"namespace": knownvalue.StringExact(e.Namespace), "name": knownvalue.StringExact("say"),
						},
					),
				},
			},
			{ResourceName: "kfp_pipeline.quick", ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
			{
				ResourceName: "kfp_recurring_run.nightly", ImportState: true,
				ImportStateKind: resource.ImportBlockWithResourceIdentity,
			},
		},
	})
}
