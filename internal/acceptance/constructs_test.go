package acceptance_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
)

// steps are components that start fast, for pipelines in which only the flow matters.
const steps = `
resource "kfp_component" "say" {
  name      = "say"
  inputs    = { text = { type = "string" } }
  outputs   = { said = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "printf %s \"$1\" > \"$2\"", "sh"], args = ["{{ inputs.text }}", "{{ outputs.said.path }}"] }
}

resource "kfp_component" "list" {
  name      = "list"
  inputs    = { json = { type = "list" } }
  outputs   = { words = { type = "list(string)" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "printf %s \"$1\" > \"$2\"", "sh"], args = ["{{ inputs.json }}", "{{ outputs.words.path }}"] }
}

resource "kfp_component" "fail" {
  name      = "fail"
  inputs    = { text = { type = "string", default = "" } }
  outputs   = { said = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "echo failing on purpose; exit 3"] }
}

resource "kfp_component" "write" {
  name      = "write"
  inputs    = { text = { type = "string" } }
  outputs   = { file = { type = "Dataset" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "printf %s \"$1\" > \"$2\"", "sh"], args = ["{{ inputs.text }}", "{{ outputs.file.path }}"] }
}

resource "kfp_component" "read" {
  name      = "read"
  inputs    = { file = { type = "Artifact" } }
  outputs   = { text = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "cat {{ inputs.file.path }} > {{ outputs.text.path }}"] }
}
`

// construct is one pipeline, run once, with what it has to give.
type construct struct {
	name       string
	parameters string
	tasks      string
	extra      string // other attributes of the pipeline, and other resources after a line "---"
	outputs    map[string]string
	arguments  string            // of the run
	want       map[string]string // outputs of the run
	phases     map[string]string // of tasks
	attributes map[string]string // others of the run
	displayed  string            // a name that Argo's user interface shows
	pods       int
	fails      string // message of the failure that is expected
	cluster    string // why it needs a cluster; empty: a directory of this machine does as well
}

// anyNumber of pods is right where chance has a part in it.
const anyNumber = -1

func (c construct) config() string {
	extra, others, _ := strings.Cut(c.extra, "---")
	var outputs []string
	for name, text := range c.outputs {
		outputs = append(outputs, fmt.Sprintf("%s = %q", name, text))
	}
	c.tasks = strings.ReplaceAll(c.tasks, "${run}", c.name)
	return steps + fmt.Sprintf(`
resource "kfp_pipeline" "this" {
  name       = "construct"
  parameters = { %s }
  tasks      = {
%s
  }
  outputs = { %s }
  %s
}

resource "kfp_run" "this" {
  pipeline   = kfp_pipeline.this.ref
  parameters = { %s }
  timeouts   = { create = "4m" }
}
%s
`, c.parameters, c.tasks, strings.Join(outputs, ", "), extra, c.arguments, others)
}

func (c construct) Run(t *testing.T) {
	env := newAnyEnv(t)
	if env.isLocal() && c.cluster != "" {
		t.Skip(c.cluster)
	}
	step := resource.TestStep{Config: env.config(c.config())}
	if c.fails != "" {
		step.ExpectError = regexp.MustCompile(c.fails)
	} else {
		var checks []resource.TestCheckFunc
		for name, want := range c.want {
			checks = append(checks, resource.TestCheckResourceAttr("kfp_run.this", "outputs."+name, want))
		}
		for task, phase := range c.phases {
			checks = append(checks, resource.TestCheckResourceAttr("kfp_run.this", "tasks."+task+".phase", phase))
		}
		for name, want := range c.attributes {
			checks = append(checks, resource.TestCheckResourceAttr("kfp_run.this", name, want))
		}
		if c.pods != anyNumber {
			checks = append(checks, env.checkPods(c.pods))
		}
		checks = append(checks, env.checkDisplayed(c.displayed))
		step.Check = resource.ComposeAggregateTestCheckFunc(checks...)
	}
	resource.Test(t, resource.TestCase{
		IsUnitTest:               env.isLocal(),
		ProtoV6ProviderFactories: env.factories(),
		CheckDestroy: func(s *terraform.State) error {
			return env.checkEmpty(s)
		},
		Steps: []resource.TestStep{step},
	})
}

func TestAccConstructs(t *testing.T) {
	t.Parallel()
	for _, c := range []construct{
		{
			name: "condition and one of",
			tasks: `
    flip  = { component = kfp_component.say.ref, inputs = { text = "heads" } }
    heads = { component = kfp_component.say.ref, inputs = { text = "it is heads" }, when = "tasks.flip.output == 'heads'" }
    tails = { component = kfp_component.say.ref, inputs = { text = "it is tails" }, when = "tasks.flip.output != 'heads'" }
    after = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.heads.output ?? tasks.tails.output }}!" } }
    behind_tails  = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.tails.output }}" } }
    after_skipped = { component = kfp_component.say.ref, inputs = { text = "x" }, depends_on = ["tails"] }
    after_omitted = { component = kfp_component.say.ref, inputs = { text = "x" }, depends_on = ["behind_tails"] }
    fallback      = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.behind_tails.output ?? 'fallback' }}" } }`,
			outputs: map[string]string{
				"one": "{{ tasks.tails.output ?? tasks.heads.output }}", "after": "{{ tasks.after.output }}",
				"fallback": "{{ tasks.fallback.output }}",
			},
			want: map[string]string{"one": "it is heads", "after": "it is heads!", "fallback": "fallback"},
			phases: map[string]string{
				"tails": "Skipped", "behind_tails": "Omitted", "heads": "Succeeded", "after_skipped": "Succeeded", "after_omitted": "Omitted",
			},
			pods: 5,
		},
		{
			name:       "loops",
			parameters: `words = { type = "list(string)" }, rows = { type = "list", default = "[{\"k\":\"x\",\"n\":1},{\"k\":\"y\",\"n\":2}]" }`,
			arguments:  `words = jsonencode(["a", "{{workflow.name}}", "c d"])`,
			tasks: `
    param  = { component = kfp_component.say.ref, for_each = "{{ parameters.words }}", inputs = { text = "<{{ each.value }}>" } }
    row    = { component = kfp_component.say.ref, for_each = "{{ parameters.rows }}", parallelism = 1, inputs = { text = "{{ each.value.k }}={{ each.value.n + 1 }}" } }
    make   = { component = kfp_component.list.ref, inputs = { json = jsonencode(["u", "v"]) } }
    output = { component = kfp_component.say.ref, for_each = "{{ tasks.make.output }}", inputs = { text = "{{ each.index }}:{{ each.value }}" } }
    all    = { component = kfp_component.list.ref, inputs = { json = "{{ tasks.row.output }}" } }`,
			outputs: map[string]string{
				"param": "{{ tasks.param.output }}", "row": "{{ tasks.row.output }}", "output": "{{ tasks.output.output }}",
				"all": "{{ tasks.all.output }}",
			},
			want: map[string]string{
				"param": `["<a>","<{{workflow.name}}>","<c d>"]`, "row": `["x=2","y=3"]`, "output": `["0:u","1:v"]`,
				"all": `["x=2","y=3"]`,
			},
			pods: 9,
		},
		{
			name:       "if elif else, nested",
			parameters: `side = { type = "string" }`,
			arguments:  `side = "edge"`,
			tasks: `
    flip  = { component = kfp_component.say.ref, inputs = { text = "{{ parameters.side }}" } }
    heads = { component = kfp_component.say.ref, inputs = { text = "heads" }, when = "tasks.flip.output == 'heads'" }
    tails = { component = kfp_component.say.ref, inputs = { text = "tails" }, when = "tasks.flip.output == 'tails'" }
    other = { component = kfp_pipeline.inner.ref, inputs = { side = "{{ tasks.flip.output }}" }, when = "not (tasks.flip.output in ['heads', 'tails'])" }
    after = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.heads.output ?? tasks.tails.output ?? tasks.other.output }}" } }`,
			extra: `
---
resource "kfp_pipeline" "inner" {
  name       = "inner"
  parameters = { side = { type = "string" } }
  tasks = {
    edge = { component = kfp_component.say.ref, inputs = { text = "on edge" }, when = "parameters.side == 'edge'" }
    lost = { component = kfp_component.say.ref, inputs = { text = "lost" }, when = "parameters.side != 'edge'" }
  }
  outputs = { found = "{{ tasks.edge.output ?? tasks.lost.output }}" }
}`,
			outputs: map[string]string{"after": "{{ tasks.after.output }}"},
			want:    map[string]string{"after": "on edge"},
			phases:  map[string]string{"heads": "Skipped", "other": "Succeeded", "other/lost": "Skipped"},
			pods:    3,
		},
		{
			name:       "loops in loops",
			parameters: `rows = { type = "list(list(string))" }`,
			arguments:  `rows = jsonencode([["a", "b"], [], ["c"]])`,
			tasks: `
    rows = { component = kfp_pipeline.row.ref, for_each = "{{ parameters.rows }}", inputs = { cells = "{{ each.value }}", row = "{{ each.index }}" } }
    all  = { component = kfp_component.list.ref, inputs = { json = "{{ tasks.rows.output }}" } }`,
			extra: `
---
resource "kfp_pipeline" "row" {
  name       = "row"
  parameters = { cells = { type = "list(string)" }, row = { type = "integer" } }
  tasks = {
    cell = { component = kfp_component.say.ref, for_each = "{{ parameters.cells }}", inputs = { text = "{{ parameters.row }}{{ each.value }}" }, when = "each.value != 'b'" }
  }
  outputs = { cells = "{{ tasks.cell.output }}" }
}`,
			outputs: map[string]string{"all": "{{ tasks.all.output }}", "rows": "{{ tasks.rows.output }}"},
			want:    map[string]string{"all": `[["0a"],[],["2c"]]`, "rows": `[["0a"],[],["2c"]]`},
			pods:    3,
		},
		{
			name: "success on the third attempt",
			tasks: `
    flaky = {
      component = kfp_component.flaky.ref
      field_env = { NODE = "metadata.annotations['workflows.argoproj.io/node-name']" }
      retry     = { limit = 3, backoff = { duration = "1s" } }
    }`,
			extra: `
---
resource "kfp_component" "flaky" {
  name      = "flaky"
  outputs   = { node = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "case $NODE in *'(2)') printf third > {{ outputs.node.path }};; *) exit 1;; esac"] }
}`,
			outputs:    map[string]string{"node": "{{ tasks.flaky.output }}"},
			want:       map[string]string{"node": "third"},
			attributes: map[string]string{"tasks.flaky.attempts": "3"},
			pods:       3,
		},
		{
			name: "artifacts and retry",
			tasks: `
    write = { component = kfp_component.write.ref, inputs = { text = "rows" } }
    read  = { component = kfp_component.read.ref, inputs = { file = "{{ tasks.write.output }}" }, retry = { limit = 2, backoff = { duration = "1s" } } }`,
			outputs: map[string]string{"text": "{{ tasks.read.output }}"},
			want:    map[string]string{"text": "rows"},
			pods:    2,
		},
		{
			name: "allowed failure",
			tasks: `
    bad   = { component = kfp_component.fail.ref, allow_failure = true }
    leaf  = { component = kfp_component.fail.ref, allow_failure = true }
    after = { component = kfp_component.say.ref, inputs = { text = "went on" }, depends_on = ["bad"] }
    mend  = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.bad.status }}" }, depends_on = ["bad"], run_if = "any_failed" }
    fallback = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.bad.output ?? 'nothing' }}" } }`,
			outputs: map[string]string{
				"after": "{{ tasks.after.output }}", "mend": "{{ tasks.mend.output }}", "fallback": "{{ tasks.fallback.output }}",
			},
			want:   map[string]string{"after": "went on", "mend": "Failed", "fallback": "nothing"},
			phases: map[string]string{"bad": "Failed", "leaf": "Failed"},
			pods:   5,
		},
		{
			name:       "pipeline in pipeline",
			parameters: `word = { type = "string" }`,
			arguments:  `word = "deep"`,
			tasks: `
    inner = { component = kfp_pipeline.inner.ref, inputs = { word = "{{ parameters.word }}" } }
    each  = { component = kfp_pipeline.inner.ref, for_each = jsonencode(["p", "q"]), inputs = { word = "{{ each.value }}" } }
    after = { component = kfp_component.say.ref, inputs = { text = "{{ tasks.inner.outputs.shout }}" } }`,
			extra: `
---
resource "kfp_pipeline" "inner" {
  name       = "inner"
  parameters = { word = { type = "string" }, mark = { type = "string", default = "!" } }
  tasks      = { shout = { component = kfp_component.say.ref, inputs = { text = "{{ parameters.word }}{{ parameters.mark }}" } } }
  outputs    = { shout = "{{ tasks.shout.output }}" }
}`,
			outputs: map[string]string{"after": "{{ tasks.after.output }}", "each": "{{ tasks.each.outputs.shout }}"},
			want:    map[string]string{"after": "deep!", "each": `["p!","q!"]`},
			pods:    4,
		},
		{
			name: "exit tasks after a failure",
			tasks: `
    bad = { component = kfp_component.fail.ref }`,
			extra: `on_exit = { tell = { component = kfp_component.say.ref, inputs = { text = "{{ run.status }} {{ len(run.failures) }}" } } }`,
			fails: `(?s)Task "bad": Failed.*failing on purpose`,
		},
		{
			name: "run if",
			tasks: `
    good = { component = kfp_component.say.ref, inputs = { text = "x" } }
    bad  = { component = kfp_component.fail.ref }
    any_succeeded = { component = kfp_component.say.ref, inputs = { text = "a" }, depends_on = ["good", "bad"], run_if = "any_succeeded" }
    all_failed    = { component = kfp_component.say.ref, inputs = { text = "b" }, depends_on = ["bad"], run_if = "all_failed" }
    no_failure    = { component = kfp_component.say.ref, inputs = { text = "b" }, depends_on = ["good"], run_if = "any_failed" }
    any_failed    = { component = kfp_component.say.ref, inputs = { text = "c" }, depends_on = ["good", "bad"], run_if = "any_failed" }
    all_done      = { component = kfp_component.say.ref, inputs = { text = "d" }, depends_on = ["good", "bad"], run_if = "all_done" }`,
			extra:   `fail_fast = false`,
			outputs: map[string]string{"done": "{{ tasks.all_done.output }}"},
			want:    map[string]string{"done": "d"},
			phases: map[string]string{
				"any_succeeded": "Succeeded", "any_failed": "Succeeded", "all_failed": "Succeeded", "no_failure": "Omitted",
			},
			pods: 6,
		},
		{
			name: "cache",
			tasks: `
    one = { component = kfp_component.say.ref, inputs = { text = "once ${run}" }, cache = { enabled = true } }
    two = { component = kfp_component.say.ref, inputs = { text = "once ${run}" }, cache = { enabled = true, max_age = "1h" }, depends_on = ["one"] }`,
			outputs: map[string]string{"two": "{{ tasks.two.output }}"},
			want:    map[string]string{"two": "once cache"},
			pods:    1,
		},
		{
			name: "approval",
			tasks: `
    gate  = { approval = { timeout = "2s" } }
    after = { component = kfp_component.say.ref, inputs = { text = "approved" }, depends_on = ["gate"] }`,
			outputs: map[string]string{"after": "{{ tasks.after.output }}"},
			want:    map[string]string{"after": "approved"},
			pods:    1,
		},
		{
			name:    "settings",
			cluster: "a directory is mounted",
			tasks: `
    say = {
      component    = kfp_component.say.ref
      display_name = "Say-it"
      inputs    = { text = "x" }
      timeout   = "2m"
      env       = { A = "1 $HOME {{ run.name }}", B = "{{ \"{{workflow.name}}\" }}" }
      resources = { limits = { memory = "64Mi" }, requests = { cpu = "{{ 5 + 5 }}m" } }
      volumes   = { scratch = { mount_path = "/scratch", empty_dir = { size_limit = "1Mi" } } }
      field_env = { POD = "metadata.name" }
    }`,
			extra:     `defaults = { labels = { team = "etl" }, retry = { limit = 1 } }`,
			displayed: "Say-it",
			outputs:   map[string]string{"said": "{{ tasks.say.output }}"},
			want:      map[string]string{"said": "x"},
			pods:      1,
		},
		{
			name:       "labels and annotations of tasks",
			parameters: `word = { type = "string" }`,
			arguments:  `word = "w0rd"`,
			tasks: `
    plain  = { component = kfp_component.labels.ref, field_env = local.seen }
    own    = { component = kfp_component.labels.ref, field_env = local.seen, labels = { team = "ml", shard = "{{ parameters.word }}-1" }, annotations = { note = "\"{{ parameters.word }}\" $HOME {{ \"{{workflow.name}}\" }} <ä>\n." }, retry = { limit = 1 } }
    each   = { component = kfp_component.labels.ref, field_env = local.seen, labels = { shard = "{{ each.index }}" }, for_each = jsonencode(["a", "b"]), parallelism = 1, annotations = { note = "{{ each.value }}" } }
    nested = { component = kfp_pipeline.nested.ref, inputs = { word = "inner" } }
    first  = { component = kfp_component.labels.ref, field_env = local.seen, labels = { shard = "first" }, cache = { enabled = true, key = "${run} {{ run.name }}" } }
    cached = { component = kfp_component.labels.ref, field_env = local.seen, labels = { shard = "other" }, cache = { enabled = true, key = "${run} {{ run.name }}" }, depends_on = ["first"] }`,
			extra: `defaults = { labels = { team = "etl", app = "test" }, annotations = { note = "all" } }
---
locals {
  seen = { TEAM = "metadata.labels['team']", APP = "metadata.labels['app']", SHARD = "metadata.labels['shard']", NOTE = "metadata.annotations['note']" }
}
resource "kfp_component" "labels" {
  name      = "labels"
  outputs   = { seen = { type = "string" } }
  container = { image = "busybox:1.36", command = ["sh", "-c", "printf %s \"$TEAM|$APP|$SHARD|$NOTE\" > {{ outputs.seen.path }}"] }
}
resource "kfp_pipeline" "nested" {
  name       = "nested"
  parameters = { word = { type = "string" } }
  tasks      = { see = { component = kfp_component.labels.ref, field_env = local.seen, labels = { shard = "{{ parameters.word }}" } } }
  outputs    = { seen = "{{ tasks.see.output }}" }
}`,
			outputs: map[string]string{
				"plain": "{{ tasks.plain.output }}", "own": "{{ tasks.own.output }}", "each": "{{ tasks.each.output }}",
				"nested": "{{ tasks.nested.output }}", "cached": "{{ tasks.cached.output }}",
			},
			want: map[string]string{
				"plain": "etl|test||all", "own": "ml|test|w0rd-1|\"w0rd\" $HOME {{workflow.name}} <ä>\n.", "each": `["etl|test|0|a","etl|test|1|b"]`,
				"nested": "etl|test|inner|all", "cached": "etl|test|first|all",
			},
			pods: 6,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.Run(t)
		})
	}
}
