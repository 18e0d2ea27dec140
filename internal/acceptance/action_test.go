package acceptance_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
)

// The action is invoked through the protocol, as Terraform 1.14 does it: the CLI of these tests may be older.
func TestAccActionRunsAPipelineNow(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders + `
resource "kfp_component" "double" {
  name   = "double"
  python = { base_image = "python:3.11-slim", source = "def double(n: int) -> int:\n    return 84 // (42 // n) if n else 1 // n\n" }
}
resource "kfp_pipeline" "this" {
  name       = "double"
  parameters = { n = { type = "integer" } }
  tasks      = { double = { component = kfp_component.double.ref, inputs = { n = "{{ parameters.n }}" } } }
  outputs    = { result = "{{ tasks.double.output }}" }
}
output "ref" { value = kfp_pipeline.this.ref }
`})
	w.mustRun("apply", "-auto-approve", "-input=false")
	ref := w.mustRun("output", "-json", "ref")
	server, err := env.factories()["kfp"]()
	if err != nil {
		t.Fatal(err)
	}
	action := newActionCaller(t, server, "kfp_run")

	messages, problems := action.invoke(t, fmt.Sprintf(`{"pipeline": %s, "parameters": {"n": "21"}}`, ref))
	if len(problems) > 0 {
		t.Fatalf("got %v", problems)
	}
	want := []string{
		`^Started run \S+/double-\S+\.$`, `^Task double: Succeeded after \d+s\.$`, `^The run is Succeeded\.$`,
		`^Output result: 42$`,
	}
	for _, pattern := range want {
		if !matchesAny(messages, pattern) {
			t.Errorf("no message matches %s in\n%s", pattern, strings.Join(messages, "\n"))
		}
	}

	// Every invocation is a new run; a failure is explained as that of the resource.
	_, problems = action.invoke(t, fmt.Sprintf(`{"pipeline": %s, "parameters": {"n": "0"}}`, ref))
	if len(problems) != 1 || !strings.Contains(problems[0], `Task "double": Failed`) || !strings.Contains(problems[0], "ZeroDivisionError") {
		t.Errorf("got %v", problems)
	}
	messages, problems = action.invoke(t, fmt.Sprintf(`{"pipeline": %s, "parameters": {"n": "21"}, "wait": false}`, ref))
	if len(problems) > 0 || len(messages) != 1 {
		t.Errorf("without wait: %v, %v", messages, problems)
	}
	if runs, err := env.List(t.Context(), backend.Workflows); err != nil || len(runs) != 3 {
		t.Errorf("there are %d runs (%v)", len(runs), err)
	}
	if problems := action.plan(t, fmt.Sprintf(`{"pipeline": %s, "parameters": {"n": "many"}}`, ref)); len(problems) == 0 {
		t.Error("a wrong parameter is not refused at plan")
	}
}

// The same through the CLI: by a change of the pipeline, and by name.
func TestAccActionThroughTerraform(t *testing.T) {
	t.Parallel()
	needTerraform(t, "1.14.0")
	env := newTestEnv(t)
	text, err := os.ReadFile("../../examples/actions/kfp_run/action.tf")
	if err != nil {
		t.Fatal(err)
	}
	w := env.workspace(t, map[string]string{"main.tf": requiredProviders + string(text)})
	for _, args := range [][]string{{"apply", "-auto-approve", "-input=false"}, {"apply", "-auto-approve", "-input=false", "-invoke=action.kfp_run.now"}} {
		out := w.mustRun(args...)
		lines := regexp.MustCompile(`Action action\.kfp_run\.now \(triggered by [^)]*\): (.*)`).FindAllStringSubmatch(out, -1)
		var messages []string
		for _, line := range lines {
			messages = append(messages, line[1])
		}
		for _, pattern := range []string{`^Started run \S+/echo-\S+\.$`, `^Task say: Succeeded after \d+s\.$`, `^The run is Succeeded\.$`, `^Output said: hello$`} {
			if !matchesAny(messages, pattern) {
				t.Errorf("no message matches %s in\n%s", pattern, out)
			}
		}
		if slices.ContainsFunc(messages, func(m string) bool { return strings.Contains(m, "PodInitializing") }) || !strings.Contains(out, "Actions: 1 invoked.") {
			t.Errorf("got\n%s", out)
		}
	}
	w.Write("main.tf", requiredProviders+strings.Replace(string(text), `text = "hello"`, `text = 1, txt = "x"`, 1))
	if out, err := w.Run("plan", "-input=false", "-invoke=action.kfp_run.now"); err == nil || !strings.Contains(out, `parameters["txt"]`) {
		t.Errorf("a wrong parameter is not refused at plan: %v\n%s", err, out)
	}
	w.Write("main.tf", requiredProviders+strings.Replace(string(text), `printf %s`, `exit 3; printf %s`, 1))
	if out, err := w.Run("apply", "-auto-approve", "-input=false"); err == nil || !strings.Contains(out, `Task "say": Failed, exit code 3`) || !strings.Contains(out, "Mend the cause and invoke the action again.") {
		t.Errorf("a failed run: %v\n%s", err, out)
	}
	w.mustRun("destroy", "-auto-approve", "-input=false")
}

// actionCaller speaks to an action as Terraform does.
type actionCaller struct {
	server tfprotov6.ProviderServerWithActions //nolint:staticcheck // the only name that actions have in this version
	name   string
	typ    tftypes.Type
}

func newActionCaller(t *testing.T, server tfprotov6.ProviderServer, name string) *actionCaller {
	t.Helper()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	actions, ok := server.(tfprotov6.ProviderServerWithActions) //nolint:staticcheck // as above
	if !ok {
		t.Fatal("the provider has no actions")
	}
	providerType := schemas.Provider.ValueType()
	c := &actionCaller{server: actions, name: name, typ: schemas.ActionSchemas[name].Schema.ValueType()}
	configured, err := server.ConfigureProvider(
		t.Context(), &tfprotov6.ConfigureProviderRequest{Config: dynamicValue(t, `{}`, providerType)},
	)
	if err != nil || len(configured.Diagnostics) > 0 {
		t.Fatalf("configuring the provider: %v, %v", err, configured)
	}
	return c
}

func (c *actionCaller) plan(t *testing.T, config string) []string {
	t.Helper()
	planned, err := c.server.PlanAction(
		t.Context(), &tfprotov6.PlanActionRequest{ActionType: c.name, Config: dynamicValue(t, config, c.typ)},
	)
	if err != nil {
		t.Fatal(err)
	}
	return details(planned.Diagnostics)
}

func (c *actionCaller) invoke(t *testing.T, config string) (messages, problems []string) {
	t.Helper()
	if problems := c.plan(t, config); len(problems) > 0 {
		t.Fatalf("planning the action: %v", problems)
	}
	stream, err := c.server.InvokeAction(
		t.Context(), &tfprotov6.InvokeActionRequest{ActionType: c.name, Config: dynamicValue(t, config, c.typ)},
	)
	if err != nil {
		t.Fatal(err)
	}
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			messages = append(messages, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			problems = details(e.Diagnostics)
		}
	}
	return messages, problems
}

func details(diagnostics []*tfprotov6.Diagnostic) []string {
	var texts []string
	for _, d := range diagnostics {
		texts = append(texts, d.Summary+": "+d.Detail)
	}
	return texts
}

// dynamicValue reads an object from JSON; attributes that are not given are null.
func dynamicValue(t *testing.T, text string, typ tftypes.Type) *tfprotov6.DynamicValue {
	t.Helper()
	object, ok := typ.(tftypes.Object)
	if !ok {
		t.Fatalf("%s is no object", typ)
	}
	given := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(text), &given); err != nil {
		t.Fatal(err)
	}
	values := map[string]tftypes.Value{}
	for name, attribute := range object.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
		if raw, ok := given[name]; ok {
			v, err := tftypes.ValueFromJSON(raw, attribute) //nolint:staticcheck // a ref as a value, as Terraform sends it
			if err != nil {
				t.Fatal(err)
			}
			values[name] = v
		}
	}
	dynamic, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, values))
	if err != nil {
		t.Fatal(err)
	}
	return &dynamic
}

func matchesAny(messages []string, pattern string) bool {
	return slices.ContainsFunc(messages, regexp.MustCompile(pattern).MatchString)
}
