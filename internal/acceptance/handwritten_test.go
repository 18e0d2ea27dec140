package acceptance_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/wire"
)

// attacks are texts that a container writes in the hope that Argo evaluates them: some add to the template of the task
// that takes them, in whose JSON Argo puts them. Each closes what is open where one kind of consumer has its values.
func attacks(secretFile string) []string {
	got := `"outputs":{"parameters":[{"name":"got","valueFrom":{"path":"` + secretFile + `"}}]},"z":{"y":["`
	fetched := `"inputs":{"artifacts":[{"name":"evil","path":"/tmp/evil","http":{"url":"http://127.0.0.1:1/evil"}}]},"z":{"y":["`
	rights := `"podSpecPatch":"{\"containers\":[{\"name\":\"main\",\"securityContext\":{\"privileged\":true}}]}",` +
		`"volumes":[{"name":"host","hostPath":{"path":"/"}}],"z":{"y":["`
	later := func(text string) string {
		return `{{=[inputs.parameters.x, sprig.b64dec('` + base64.StdEncoding.EncodeToString([]byte(text)) + `')][1]}}`
	}
	return []string{
		"{{workflow.name}} {{=1+1}}", "{{{{=1+1}}}}{", "{␛ x}", later(`"]},` + got), later(`"},` + got), later(`\"},{\"name\":\"admin\",\"value\":\"true`),
		later(`"]},` + fetched), later(`"},` + fetched), later(`"]},` + rights), later(`"},` + rights), later(`", "` + `"args":["id`),
	}
}

// verbatim is what arrives: of a text that nothing of ours has encoded, a mark behind a brace is lost.
func verbatim(text string) string { return wire.Decode(text) }

const secretFile = "/mnt/secret/key"

// handwrittenPipeline has every kind of source, and every kind of consumer for what they write. %s are the inputs,
// arguments and values of the consumers that take all attacks at once.
const handwrittenPipeline = `
locals {
  attacks = jsondecode(base64decode("%s"))
  names   = [for i, _ in local.attacks : format("t%%02d", i)]
  secret  = { secret = { secret = "keys", mount_path = "/mnt/secret" } }
}

resource "kfp_component" "write" {
  name   = "write"
  inputs = { attacks = { type = "list(string)" } }
  outputs = merge({ for name in local.names : name => { type = "string" } }, {
    words = { type = "list(string)" }, escaped = { type = "list(string)" }, cfg = { type = "struct" }, file = { type = "Dataset" },
    number = { type = "integer" }, ratio = { type = "float" }, flag = { type = "boolean" }, numbers = { type = "list(integer)" }, hidden = { type = "list(float)" }
  })
  container = {
    image   = "python:3.11-slim"
    command = ["python3", "-c", <<-EOT
      import json, os, sys
      attacks, to = json.loads(sys.argv[1]), os.path.dirname(sys.argv[2])
      def write(name, text):
          with open(to + "/" + name, "w") as file:
              file.write(text)
      for i, attack in enumerate(attacks):
          write("t%%02d" %% i, attack)
      plain = json.dumps(attacks, ensure_ascii=False)
      escaped = plain.replace("{", "\\u007b")
      write("words", plain); write("escaped", escaped); write("cfg", json.dumps({"k": attacks})); write("file", "x")
      write("kfp-artifact-file", json.dumps({"metadata": {"k": attacks}}))
      write("number", attacks[3]); write("ratio", attacks[3]); write("flag", attacks[3]); write("numbers", escaped); write("hidden", escaped)
    EOT
    ]
    args = ["{{ inputs.attacks }}", "{{ outputs.words.path }}"]
  }
}

# A Python function that goes round the runtime.
resource "kfp_component" "sly" {
  name   = "sly"
  python = {
    base_image = "python:3.11-slim"
    source     = <<-EOT
      def sly(text: str) -> str:
          import os
          with open("/kfp/outputs/Output", "w") as file:
              file.write(text)
          os._exit(0)
    EOT
  }
}

resource "kfp_component" "see" {
  name   = "see"
  python = {
    base_image = "python:3.11-slim"
    source     = "def see(%s, words: list = [], cfg: dict = {}, data: Optional[Input[Dataset]] = None, admin: str = 'false') -> dict:\n    import os\n    return {'all': [%s], 'words': words, 'cfg': cfg, 'metadata': data.metadata if data else {}, 'admin': admin, 'env': os.environ.get('E', '')}\n"
  }
}

resource "kfp_component" "show" {
  name    = "show"
  inputs  = { for name in local.names : name => { type = "string", default = "" } }
  outputs = { all = { type = "list" } }
  container = {
    image   = "python:3.11-slim"
    command = ["python3", "-c", "import json, sys; json.dump(sys.argv[2:], open(sys.argv[1], 'w'))"]
    args    = concat(["{{ outputs.all.path }}"], [for name in local.names : "{{ inputs.${name} }}"])
  }
}

resource "kfp_component" "count" {
  name   = "count"
  python = { source = "def count(n: int = 0, f: float = 0.0, b: bool = False):\n    pass\n", base_image = "python:3.11-slim" }
}

resource "kfp_pipeline" "inner" {
  name       = "inner"
  parameters = { t00 = { type = "string" }, words = { type = "list(string)" } }
  tasks = {
    see = { component = kfp_component.see.ref, volumes = local.secret, for_each = "{{ parameters.words }}", inputs = { t00 = "{{ each.value }}", t01 = "{{ parameters.t00 }}" } }
  }
  outputs = { all = "{{ tasks.see.output }}" }
}

resource "kfp_pipeline" "foreign" {
  name = "foreign"
  tasks = {
    write = { component = kfp_component.write.ref, inputs = { attacks = "{{ ${jsonencode(local.attacks)} }}" }, cache = { enabled = true } }
    never = { component = kfp_component.sly.ref, inputs = { text = "never" }, when = "tasks.write.outputs.t00 == ''" }
    sly   = { component = kfp_component.sly.ref, inputs = { text = "{{ tasks.write.outputs.t04 }}" } }
    see = {
      component = kfp_component.see.ref
      volumes   = local.secret
      inputs = merge({ for name in local.names : name => "{{ tasks.write.outputs.${name} }}" }, {
        words = "{{ tasks.write.outputs.words }}", cfg = "{{ tasks.write.outputs.cfg }}", data = "{{ tasks.write.outputs.file }}"
      })
      env         = { E = "{{ tasks.write.outputs.t04 }}" }
      annotations = { note = "{{ tasks.write.outputs.t04 }}" }
    }
    show   = { component = kfp_component.show.ref, volumes = local.secret, inputs = { for name in local.names : name => "{{ tasks.write.outputs.${name} }}" } }
    loop   = { component = kfp_component.see.ref, volumes = local.secret, for_each = "{{ tasks.write.outputs.escaped[3:5] }}", inputs = { t00 = "{{ each.value }}" } }
    nested = { component = kfp_pipeline.inner.ref, inputs = { t00 = "{{ tasks.write.outputs.t04 }}", words = "{{ tasks.write.outputs.escaped[4:6] }}" } }
    locked = {
      component       = kfp_component.see.ref
      volumes         = local.secret
      synchronization = { mutexes = ["foreign"] }
      inputs          = { t00 = "{{ tasks.write.outputs.t04 }}", t01 = "{{ tasks.never.output ?? tasks.write.outputs.t04 }}", words = "{{ tasks.write.outputs.escaped }}" }
    }
    retried = {
      component = kfp_component.show.ref
      volumes   = local.secret
      retry     = { limit = 1 }
      inputs    = { t00 = "{{ tasks.sly.output }}", t01 = "<{{ tasks.write.outputs.t03 }}{{ tasks.write.outputs.t03 }}>" }
    }
    number  = { component = kfp_component.count.ref, allow_failure = true, inputs = { n = "{{ tasks.write.outputs.number }}" } }
    ratio   = { component = kfp_component.count.ref, allow_failure = true, inputs = { f = "{{ tasks.write.outputs.ratio }}" } }
    flag    = { component = kfp_component.count.ref, allow_failure = true, inputs = { b = "{{ tasks.write.outputs.flag }}" } }
    when    = { component = kfp_component.count.ref, allow_failure = true, when = "tasks.write.outputs.flag" }
    each    = { component = kfp_component.count.ref, allow_failure = true, for_each = "{{ tasks.write.outputs.numbers }}", inputs = { n = "{{ each.value }}" } }
    hidden  = { component = kfp_component.count.ref, allow_failure = true, inputs = { f = "{{ tasks.write.outputs.hidden[0] }}" } }
  }
  outputs = {
    see = "{{ tasks.see.output }}", show = "{{ tasks.show.output }}", loop = "{{ tasks.loop.output }}", nested = "{{ tasks.nested.output }}"
    locked = "{{ tasks.locked.output }}", retried = "{{ tasks.retried.output }}", sly = "{{ tasks.sly.output }}", text = "{{ tasks.write.outputs.t04 }}"
  }
}

resource "kfp_run" "foreign" {
  pipeline = kfp_pipeline.foreign.ref
  timeouts = { create = "6m" }
}
`

// failingPipeline fails with a message that holds an attack, which an exit task gets.
const failingPipeline = `
resource "kfp_component" "fail" {
  name      = "fail"
  inputs    = { text = { type = "string" } }
  container = { image = "python:3.11-slim", command = ["sh", "-c", "printf %s \"$1\" > /dev/termination-log; exit 1", "fail"], args = ["{{ inputs.text }}"] }
}

resource "kfp_component" "report" {
  name   = "report"
  python = { source = "def report(failures: list, text: str) -> dict:\n    return {'messages': [f['message'] for f in failures], 'text': text}\n", base_image = "python:3.11-slim" }
}

resource "kfp_pipeline" "failing" {
  name    = "failing"
  tasks   = {
    write = { component = kfp_component.write.ref, inputs = { attacks = "{{ ${jsonencode(local.attacks)} }}" }, cache = { enabled = true } }
    fail  = { component = kfp_component.fail.ref, inputs = { text = "{{ tasks.write.outputs.t04 }}" } }
  }
  on_exit = {
    report = { component = kfp_component.report.ref, volumes = local.secret, inputs = { failures = "{{ run.failures }}", text = "{{ run.failures[0].message }}" } }
  }
}

resource "kfp_run" "failing" {
  pipeline = kfp_pipeline.failing.ref
  timeouts = { create = "4m" }
}
`

// seen is what the component see tells.
type seen struct {
	All, Words []string
	Cfg        struct{ K []string }
	Metadata   struct{ K []string }
	Admin, Env string
}

// Nothing that a task wrote is evaluated, whatever takes it: it arrives as it is, or it is refused.
func TestAccNothingThatATaskWroteIsEvaluated(t *testing.T) {
	t.Parallel()
	env := newTestEnv(t)
	const secret = "s3cr3t-7c1f"
	_, err := env.typed.CoreV1().Secrets(env.Namespace).Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "keys"}, StringData: map[string]string{"key": secret},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	all := attacks(secretFile)
	encoded, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	var arguments, names []string
	for i := range all {
		names = append(names, fmt.Sprintf("t%02d", i))
		arguments = append(arguments, fmt.Sprintf("t%02d: str = ''", i))
	}
	config := fmt.Sprintf(
		handwrittenPipeline, base64.StdEncoding.EncodeToString(encoded), strings.Join(arguments, ", "), strings.Join(names, ", "),
	)
	f := handwrittenCheck{env: env, attacks: all, secret: secret}
	checks := []resource.TestCheckFunc{f.arrived, f.nothingAdded}
	for task, message := range map[string]string{
		"number": "outputs.parameters.number", "ratio": "outputs.parameters.ratio", "flag": "outputs.parameters.flag",
		"when": "outputs.parameters.flag", "each": "outputs.parameters.numbers", "hidden": "outputs.parameters.hidden",
	} {
		checks = append(checks,
			resource.TestCheckResourceAttr("kfp_run.foreign", "tasks."+task+".phase", "Error"),
			resource.TestMatchResourceAttr(
				"kfp_run.foreign", "tasks."+task+".message", regexp.MustCompile(regexp.QuoteMeta(message)),
			))
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy:             env.checkEmpty,
		Steps: []resource.TestStep{
			{Config: config, Check: resource.ComposeAggregateTestCheckFunc(checks...)},
			{Config: config + failingPipeline, ExpectError: regexp.MustCompile(`(?s)fail.*Failed`)},
			{Config: config, PreConfig: func() { f.messageArrived(t) }, Check: f.nothingAdded},
		},
	})
}

type handwrittenCheck struct {
	env     *testEnv
	attacks []string
	secret  string
}

// arrived compares what the consumers tell.
func (f handwrittenCheck) arrived(s *terraform.State) error {
	outputs := s.RootModule().Resources["kfp_run.foreign"].Primary.Attributes
	var want []string
	for _, text := range f.attacks {
		want = append(want, verbatim(text))
	}
	empty := make([]string, len(want))
	with := func(texts ...string) []string { return append(slices.Clone(texts), empty[len(texts):]...) }
	var problems []string
	expect := func(what string, got, want any) {
		if g, w := asText(got), asText(want); g != w {
			problems = append(problems, fmt.Sprintf("%s got %s, want %s", what, g, w))
		}
	}
	var see, locked seen
	var show, retried []string
	var loop, nested []seen
	for name, to := range map[string]any{"see": &see, "locked": &locked, "show": &show, "retried": &retried, "loop": &loop, "nested": &nested} {
		if err := json.Unmarshal([]byte(outputs["outputs."+name]), to); err != nil {
			problems = append(problems, fmt.Sprintf("%s gave %q: %v", name, outputs["outputs."+name], err))
		}
	}
	expect("see", see.All, want)
	expect("see, list", see.Words, want)
	expect("see, struct", see.Cfg.K, want)
	expect("see, metadata", see.Metadata.K, want)
	expect("see, environment", see.Env, want[4])
	expect("show", show, want)
	expect("locked", locked.All, with(want[4], want[4]))
	expect("locked, list", locked.Words, want)
	expect("retried", retried, with(want[4], "<"+want[3]+want[3]+">"))
	expect("an output of the run", outputs["outputs.text"], want[4])
	expect("an output of the run by code that goes round the runtime", outputs["outputs.sly"], want[4])
	for i, one := range loop {
		expect("loop", one.All, with(want[3+i]))
	}
	for i, one := range nested {
		expect("nested", one.All, with(want[4+i], want[4]))
	}
	for _, one := range slices.Concat([]seen{see, locked}, loop, nested) {
		expect("admin", one.Admin, "false")
	}
	expect("items", []int{len(loop), len(nested)}, []int{2, 2})
	if len(problems) > 0 {
		return fmt.Errorf("%s", strings.Join(problems, "\n"))
	}
	return nil
}

// messageArrived compares what the exit task of the run that failed tells.
func (f handwrittenCheck) messageArrived(t *testing.T) {
	runs, err := f.env.List(t.Context(), backend.Workflows)
	if err != nil {
		t.Fatal(err)
	}
	var reports []string
	for _, run := range runs {
		nodes, _, _ := unstructured.NestedMap(run.Object, "status", "nodes")
		for _, n := range nodes {
			node, _ := n.(map[string]any)
			parameters, _, _ := unstructured.NestedSlice(node, "outputs", "parameters")
			if name, _ := node["name"].(string); strings.HasSuffix(name, ".onExit.report") && len(parameters) == 1 {
				value, _ := parameters[0].(map[string]any)["value"].(string)
				reports = append(reports, wire.Decode(value))
			}
		}
	}
	if len(reports) != 1 {
		t.Fatalf("%d reports", len(reports))
	}
	var report struct {
		Messages []string
		Text     string
	}
	if err := json.Unmarshal([]byte(reports[0]), &report); err != nil {
		t.Fatalf("%s: %v", reports[0], err)
	}
	for _, got := range append(report.Messages, report.Text) {
		if strings.Contains(got, f.attacks[4]) {
			return
		}
	}
	t.Errorf("the message is not in %s", reports[0])
}

func asText(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// nothingAdded looks for what the attacks would have added: to nodes, and to pods.
func (f handwrittenCheck) nothingAdded(*terraform.State) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	runs, err := f.env.List(ctx, backend.Workflows)
	if err != nil {
		return err
	}
	for _, run := range runs {
		text := asText(run.Object)
		for _, sign := range []string{f.secret, base64.StdEncoding.EncodeToString([]byte(f.secret)), `"name":"got"`, `"name":"evil"`, `"privileged":true`} {
			if strings.Contains(text, sign) {
				return fmt.Errorf("run %s holds %s", run.GetName(), sign)
			}
		}
	}
	pods, err := f.env.typed.CoreV1().Pods(f.env.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	var notes []string
	for _, pod := range pods.Items {
		notes = append(notes, slices.Collect(maps.Values(pod.Annotations))...)
		if problem := added(pod); problem != "" {
			return fmt.Errorf("pod %s has %s", pod.Name, problem)
		}
	}
	if !slices.Contains(notes, f.attacks[4]) {
		return fmt.Errorf("no pod has the attack as its annotation")
	}
	return nil
}

func added(pod corev1.Pod) string {
	for _, v := range pod.Spec.Volumes {
		if v.HostPath != nil {
			return "a directory of the node"
		}
	}
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		if c.SecurityContext != nil && c.SecurityContext.Privileged != nil && *c.SecurityContext.Privileged {
			return "privileges"
		}
		for _, e := range c.Env {
			if strings.Contains(e.Value, `"name":"got"`) || strings.Contains(e.Value, `"name":"evil"`) {
				return "an addition to its template"
			}
		}
	}
	return ""
}
