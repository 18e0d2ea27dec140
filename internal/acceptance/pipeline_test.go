package acceptance_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider"
)

// offline serves the provider without a cluster: planning needs none.
var offline = map[string]func() (tfprotov6.ProviderServer, error){
	"kfp": func() (tfprotov6.ProviderServer, error) {
		return provider.NewServer(provider.NewInNamespace("etl", nil)()), nil
	},
}

const twoComponents = `
resource "kfp_component" "make" {
  name      = "make"
  inputs    = { size = { type = "integer" }, label = { type = "string", default = "x" } }
  outputs   = { number = { type = "integer" }, file = { type = "Dataset" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "echo {{ inputs.size }} {{ inputs.label }} > {{ outputs.number.path }}; touch {{ outputs.file.path }}"] }
}

resource "kfp_component" "use" {
  name      = "use"
  inputs    = { number = { type = "float" }, file = { type = "Artifact", optional = true }, flags = { type = "list(boolean)", default = "[]" } }
  outputs   = { done = { type = "boolean" } }
  container = { image = "busybox:1.36", args = ["{{ inputs.number }}"] }
}
`

// expectPlanErrors plans a configuration and wants every one of the messages, whatever their order.
func expectPlanErrors(t *testing.T, config string, want ...string) {
	t.Helper()
	var all []string
	for _, w := range want {
		// Terraform wraps long lines.
		words := strings.Fields(w)
		for i := range words {
			words[i] = regexp.QuoteMeta(words[i])
		}
		all = append(all, strings.Join(words, `[\s│]+`))
	}
	for _, pattern := range all {
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: offline,
			Steps: []resource.TestStep{
				{Config: config, PlanOnly: true, ExpectError: regexp.MustCompile(pattern)},
			},
		})
	}
}

func pipelineWith(tasks string) string {
	return twoComponents + fmt.Sprintf(`
resource "kfp_pipeline" "this" {
  name       = "p"
  parameters = { size = { type = "integer", default = "3" }, word = { type = "string" } }
  tasks      = {
%s
  }
}
`, tasks)
}

func TestBadPipelinesAreRefusedAtPlan(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		tasks string
		want  []string
	}{
		"unknown input": {
			`a = { component = kfp_component.make.ref, inputs = { size = 1, lable = "y" } }`,
			[]string{`tasks["a"].inputs["lable"]: Component "make" has no input "lable". Did you mean "label"?`},
		},
		"missing input": {
			`a = { component = kfp_component.make.ref }`,
			[]string{`tasks["a"].inputs: Component "make" needs input "size" (integer), which has no default.`},
		},
		"unknown task": {
			`a = { component = kfp_component.use.ref, inputs = { number = "{{ tasks.mak.outputs.number }}" } }
			 make = { component = kfp_component.make.ref, inputs = { size = 1 } }`,
			[]string{`tasks["a"].inputs["number"]: tasks has no mak`},
		},
		"unknown parameter": {
			`a = { component = kfp_component.make.ref, inputs = { size = "{{ parameters.sise }}" } }`,
			[]string{`parameters has no sise`},
		},
		"self-reference": {
			`a = { component = kfp_component.make.ref, inputs = { size = "{{ tasks.a.outputs.number }}" } }`,
			[]string{`Task "a" refers to its own outputs`},
		},
		"two cycles, both told": {
			`a = { component = kfp_component.make.ref, inputs = { size = "{{ tasks.b.outputs.number }}" } }
			 b = { component = kfp_component.make.ref, inputs = { size = "{{ tasks.a.outputs.number }}" } }
			 c = { component = kfp_component.make.ref, inputs = { size = 1 }, depends_on = ["d"] }
			 d = { component = kfp_component.make.ref, inputs = { size = 1 }, depends_on = ["c"] }`,
			[]string{`a → b → a`, `c → d → c`},
		},
		"wrong constant": {
			`a = { component = kfp_component.make.ref, inputs = { size = "many" } }`,
			[]string{`tasks["a"].inputs["size"]: "many"`},
		},
		"wrong type on an edge": {
			`a = { component = kfp_component.make.ref, inputs = { size = "{{ parameters.word }}" } }`,
			[]string{`gives string, and integer is wanted`},
		},
		"float for integer": {
			`a = { component = kfp_component.make.ref, inputs = { size = 1.5 } }`,
			[]string{`not written as an integer`},
		},
		"parameter for artifact": {
			`a = { component = kfp_component.make.ref, inputs = { size = 1 } }
			 b = { component = kfp_component.use.ref, inputs = { number = 1, file = "{{ tasks.a.outputs.number }}" } }`,
			[]string{`gives integer, and Artifact is wanted`},
		},
		"element types": {
			`b = { component = kfp_component.use.ref, inputs = { number = 1, flags = jsonencode([true, 1]) } }`,
			[]string{`element 1 is`},
		},
		"names that collide in Argo are impossible, bad ones are refused": {
			`"2nd" = { component = kfp_component.make.ref, inputs = { size = 1 } }`,
			[]string{`"2nd" cannot name a task`},
		},
		"unknown depends_on": {
			`a = { component = kfp_component.make.ref, inputs = { size = 1 }, depends_on = ["zz"] }`,
			[]string{`There is no task "zz" here`},
		},
		"unclosed": {
			`a = { component = kfp_component.make.ref, inputs = { size = 1, label = "{{ x" } }`,
			[]string{`no "}}" closes`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectPlanErrors(t, pipelineWith(tc.tasks), tc.want...)
		})
	}
}

func TestGoodPipelineIsPlannedWithoutACluster(t *testing.T) {
	t.Parallel()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: offline,
		Steps: []resource.TestStep{{
			Config: pipelineWith(`
    a = { component = kfp_component.make.ref, inputs = { size = "{{ parameters.size }}" } }
    b = { component = kfp_component.use.ref, inputs = { number = "{{ tasks.a.outputs.number }}", file = "{{ tasks.a.outputs.file }}" } }
`),
			PlanOnly:           true,
			ExpectNonEmptyPlan: true,
		}},
	})
}
