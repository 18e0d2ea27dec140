package acceptance_test

import (
	"fmt"
	"strings"
)

// validComponents are what the mistakes use.
const validComponents = `
resource "kfp_component" "add" {
  name = "add"
  python = {
    base_image = "python:3.12-slim"
    source     = "def add(a: int, b: int = 1) -> int:\n    return a + b\n"
  }
}

resource "kfp_component" "join" {
  name = "join"
  python = {
    base_image = "python:3.12-slim"
    source     = "def join(words: list[str], sep: str = '-') -> str:\n    return sep.join(words)\n"
  }
}

resource "kfp_pipeline" "fine" {
  name       = "fine"
  parameters = { n = { type = "integer", default = 1 } }
  tasks      = { x = { component = kfp_component.add.ref, inputs = { a = "{{ parameters.n }}" } } }
}
`

// tasksWith is a pipeline of one task per line; the first is the wrong one.
func tasksWith(name string, tasks ...string) string {
	var b strings.Builder
	fmt.Fprintf(
		&b,
		"resource \"kfp_pipeline\" \"%s\" {\n  name = \"p\"\n  parameters = { n = { type = \"integer\" }, s = { type = "+
			"\"string\" }, b = { type = \"boolean\" } }\n  tasks = {\n",
		name,
	)
	for i, t := range tasks {
		mark := ""
		if i == 0 {
			mark = " # <-"
		}
		fmt.Fprintf(&b, "    %s%s\n", t, mark)
	}
	b.WriteString("  }\n}")
	return b.String()
}

// when is a pipeline whose task has a condition.
func when(name, condition string, want ...string) mistake {
	task := fmt.Sprintf(`x = { component = kfp_component.add.ref, inputs = { a = 1 }, when = %q }`, condition)
	return mistake{name, tasksWith(name, task), append([]string{`tasks["x"].when`}, want...)}
}

// given is a pipeline whose task gets a text for an input.
func given(name, text string, want ...string) mistake {
	task := fmt.Sprintf(`x = { component = kfp_component.add.ref, inputs = { a = %q } }`, text)
	return mistake{name, tasksWith(name, task), append([]string{`tasks["x"].inputs["a"]`}, want...)}
}

// setting is a pipeline whose task has a setting.
func setting(name, attribute, value string, want ...string) mistake {
	task := fmt.Sprintf(`x = { component = kfp_component.add.ref, inputs = { a = 1 }, %s }`, value)
	return mistake{name, tasksWith(name, task), append([]string{`tasks["x"].` + attribute}, want...)}
}

func python(name, source string, want ...string) mistake {
	config := fmt.Sprintf(
		"resource \"kfp_component\" \"%s\" {\n  name = \"c\"\n  python = { # <-\n    base_image = \"python:3.12-slim\"\n  "+
			"  source = %q\n  }\n}",
		name, source,
	)
	return mistake{name, config, append([]string{"python.source"}, want...)}
}

func cron(name, lines string, want ...string) mistake {
	config := fmt.Sprintf(
		"resource \"kfp_recurring_run\" \"%s\" {\n  name = \"r\"\n  pipeline = kfp_pipeline.fine.ref\n%s\n}", name, lines,
	)
	return mistake{name, config, want}
}

var mistakes = []mistake{
	{"unknown_type", "resource \"kfp_component\" \"unknown_type\" {\n  name = \"c\"\n  inputs = { a = { type = \"int\" " +
		"} } # <-\n  container = { image = \"busybox:1.36\", command = [\"true\"] }\n}",
		[]string{`inputs["a"].type: "int" is not a type. Did you mean "integer"?`}},
	{"unknown_parameter_type", "resource \"kfp_pipeline\" \"unknown_parameter_type\" {\n  name = \"p\"\n  parameters = " +
		"{ a = { type = \"List[str]\" } } # <-\n  tasks = { x = { component = kfp_component.add.ref } }\n}",
		[]string{`parameters["a"].type: "List[str]" is not a type. Did you mean "list(string)"?`}},
	{"unknown_type_in_a_group", "resource \"kfp_pipeline\" \"unknown_type_in_a_group\" {\n  name = \"p\"\n  groups = {\n    " +
		"g = { parameters = { a = { type = \"str\" } }, tasks = { x = { component = kfp_component.add.ref } } } # <-\n  }\n" +
		"  tasks = { x = { group = \"g\", inputs = { a = \"x\" } } }\n}",
		[]string{`groups["g"].parameters["a"].type: "str" is not a type. Did you mean "string"?`}},
	{
		"nothing_to_run", "resource \"kfp_component\" \"nothing_to_run\" { # <-\n  name = \"c\"\n}",
		[]string{"neither python nor container", "python = {"},
	},
	{"two_images", "resource \"kfp_component\" \"two_images\" {\n  name = \"c\"\n  python = { # <-\n    base_image = " +
		"\"python:3.12\"\n    image = \"x:1\"\n    source = \"def f(): pass\"\n  }\n}",
		[]string{"python.base_image: Both base_image and image"}},
	{
		"component_name",
		"resource \"kfp_component\" \"component_name\" {\n  name = \"My_C\" # <-\n  container = { image = " +
			"\"busybox:1.36\", command = [\"true\"] }\n}",
		[]string{`name: "My_C" cannot name a component`, "lower-case"},
	},
	{
		"image_spaces",
		"resource \"kfp_component\" \"image_spaces\" {\n  name = \"c\"\n  container = { image = \"busybox 1.36\", command " +
			"= [\"true\"] } # <-\n}",
		[]string{`container.image: "busybox 1.36" holds white space`},
	},
	{"image_expression", "resource \"kfp_component\" \"image_expression\" {\n  name = \"c\"\n  container = { image = " +
		"\"busybox:{{ parameters.tag }}\", command = [\"true\"] } # <-\n}",
		[]string{"container.image", "Expressions are not possible here"}},
	{"argo_names", "resource \"kfp_component\" \"argo_names\" {\n  name = \"c\"\n  inputs = { a = { type = \"string\" " +
		"} }\n  container = { image = \"busybox:1.36\", command = [\"echo\", \"{{ inputs.parameters.a }}\"] } # <-\n}",
		[]string{"container.command[1]", "Argo's inputs.parameters.x is inputs.x here"}},
	{"pipeline_names_in_a_component", "resource \"kfp_component\" \"pipeline_names_in_a_component\" {\n  name = " +
		"\"c\"\n  container = { image = \"busybox:1.36\", command = [\"echo\", \"{{ parameters.a }}\"] } # <-\n}",
		[]string{"container.command[1]", "There is no name parameters", "Declare an input"}},

	python("path_for_source", "add.py", `"add.py" looks like a path`, `source = file("${path.module}/add.py")`),
	python("tabs", "def f(a: int):\n    if a:\n\treturn 1\n", "TabError"),
	python("syntax", "def f(a: int)\n    return a\n", "SyntaxError"),
	python("untyped_output", "def f(d: any) -> int:\n    return 1\n", "f"),
	python("no_title", "class Card(dsl.Artifact):\n    schema_title = 'Card'\ndef f(a: Input[Card]): pass\n",
		"The schema_title of the class Card", `schema_title = "acme.Card"`),
	python("nothing_embedded", "def f(a: dsl.EmbeddedInput[Dataset]): pass\n", "brings along, and there are none", "files = {"),
	python("imported_class", "from acme import Card\ndef f(a: Input[Card]): pass\n", "class MyCard(Card): schema_title"),
	python("named_tuple_class", "from typing import NamedTuple\nclass Result(NamedTuple):\n    a: int\ndef f() -> "+
		"Result:\n    return Result(1)\n",
		"Result", "NamedTuple('Outputs', [('a', int), ('b', str)])"),

	given("argo_workflow", "{{workflow.name}}", "Argo's workflow.name is run.name here"),
	given("argo_item", "{{item}}", "Argo's item is each.value here"),
	given("argo_expression", "{{=workflow.name}}", "{{=x}} is {{ x }} here"),
	given("terraform_variable", "{{ var.n }}", "That is Terraform's"),
	given("dbt_ref", "{{ ref('t') }}", "There is no function ref", "tasks.t.output"),
	given("airflow_date", "{{ ds }}", "schedule.time"),
	given("each_without_loop", "{{ each.value }}", "each exists in a task with for_each alone"),
	given("python_none", "{{ None }}", "Write nil"),
	given("unclosed", "{{ parameters.n", `no "}}" closes`),
	given("misspelt", "{{ parametres.n }}", `Did you mean "parameters"?`),
	given("unknown_function", "{{ strftime(parameters.s, '%Y') }}", "There is no function strftime", "format_time"),
	given("method", "{{ parameters.s.upper() }}", "Write upper(parameters.s)"),
	given("jinja_default", "{{ parameters.s | default('a') }}", `Write x ?? "fallback"`),
	{"each_key", tasksWith(
		"each_key", `x = { component = kfp_component.add.ref, for_each = jsonencode([1]), inputs = { a = "{{ each.key }}" } }`,
	),
		[]string{`tasks["x"].inputs["a"]: each has no key`, "each.index its place"}},
	{"for_each_map", tasksWith(
		"for_each_map",
		`x = { component = kfp_component.add.ref, for_each = jsonencode({ a = 1 }), inputs = { a = "{{ each.value }}" } }`,
	),
		[]string{`tasks["x"].for_each`, "jsonencode([for k, v in"}},

	when("single_equals", "parameters.n = 1", `"=" cannot stand here`, "Compare with =="),
	when("sql_and", "parameters.n == 1 AND parameters.b", `"AND" cannot stand here`, "Write &&", "^"),
	when("python_true", "parameters.b == True", "Write true"),
	when("python_is", "parameters.s is not None", "x != nil"),
	when("boolean_as_text", "parameters.b == 'true'", "mismatched types boolean and string", "without quotes"),
	when("python_if", "1 if parameters.b else 0", "condition ? a : b"),
	when("not_equal", "parameters.n <> 1", "Write !="),
	when("unclosed_quote", "parameters.s == 'a", "The string that starts with ' here is not closed. Close it."),
	when("no_boolean", "parameters.n", "This gives integer, and boolean is wanted"),

	setting("timeout_days", "timeout", `timeout = "1d"`, `"1d" is not a duration`, `"24h"`),
	setting(
		"memory_gb", `resources.limits["memory"]`, `resources = { limits = { memory = "4GB" } }`, `"4GB" is not a quantity`,
		`"4G" or "4Gi"`,
	),
	setting(
		"cores", `resources.limits["cpu"]`, `resources = { limits = { cpu = "2 cores" } }`, `"2 cores" is not a quantity`,
		`"2"`,
	),
	setting("run_if", "run_if", `run_if = "sometimes", depends_on = []`, `"sometimes" is not possible here`, "all_done"),
	setting("secret_list", `secret_env["A"].name`, `secret_env = { A = { name = "{{ [parameters.s] }}", key = "k" } }`, "list"),
	setting("selector_number", `node_selector["a"]`, `node_selector = { a = "{{ parameters.n }}" }`,
		"This gives integer, and string is wanted"),
	setting("account_misspelt", "service_account", `service_account = "{{ parameters.acount }}"`, "acount"),
	setting("claim_of_braces", `volumes["v"].claim`, `volumes = { v = { mount_path = "/v", claim = "{{ }}" } }`, "empty"),
	setting("mount_expression", `volumes["v"].mount_path`, `volumes = { v = { mount_path = "/v/{{ parameters.s }}", claim = "c" } }`,
		"Expressions are not possible here"),
	setting("unknown_task", "depends_on", `depends_on = ["y"]`, `There is no task "y" here`),
	{"suggests_another", tasksWith(
		"suggests_another", `load = { component = kfp_component.add.ref, inputs = { a = "{{ tasks.laod.output }}" } }`,
		`read = { component = kfp_component.add.ref, inputs = { a = 1 } }`,
	),
		[]string{`tasks["load"].inputs["a"]: tasks has no laod`, `There is "tasks.read"`}},

	{"cycle", tasksWith(
		"cycle", `a = { component = kfp_component.add.ref, inputs = { a = "{{ tasks.b.output }}" } }`,
		`b = { component = kfp_component.add.ref, inputs = { a = "{{ tasks.a.output }}" } }`,
	),
		[]string{"Cycle of tasks", `tasks["a"]`, "a → b → a", "Remove one of the references"}},
	{
		"itself", tasksWith("itself", `x = { component = kfp_component.add.ref, inputs = { a = "{{ tasks.x.output }}" } }`),
		[]string{`Task "x" refers to its own outputs`},
	},
	{
		"hyphen", tasksWith("hyphen", `"load-data" = { component = kfp_component.add.ref, inputs = { a = 1 } }`),
		[]string{`"load-data" cannot name a task`, `"load_data"`},
	},
	{
		"component_missing", tasksWith("component_missing", `x = { inputs = { a = 1 } }`),
		[]string{`tasks["x"].component`, "neither component nor group nor import"},
	},
	{"exit_reads_output", "resource \"kfp_pipeline\" \"exit_reads_output\" {\n  name = \"p\"\n  tasks = { make = { " +
		"component = kfp_component.add.ref, inputs = { a = 1 } } }\n  on_exit = {\n    bye = { component = " +
		"kfp_component.add.ref, inputs = { a = \"{{ tasks.make.output }}\" } } # <-\n  }\n}",
		[]string{
			`on_exit["bye"].inputs["a"]: tasks has no make`, "cannot read outputs", "run.status and run.failures",
			`run_if = "always"`,
		}},
	{"output_as_text", "resource \"kfp_pipeline\" \"output_as_text\" {\n  name = \"p\"\n  tasks = { x = { component = " +
		"kfp_component.add.ref, inputs = { a = 1 } } }\n  outputs = {\n    r = \"tasks.x.output\" # <-\n  }\n}",
		[]string{`outputs["r"]`, "looks like an expression", `"{{ tasks.x.output }}"`}},
	{
		"input_as_text",
		tasksWith("input_as_text", `x = { component = kfp_component.add.ref, inputs = { a = "parameters.n" } }`),
		[]string{`tasks["x"].inputs["a"]`, "looks like an expression"},
	},
	setting("password_in_env", `env["DB_PASSWORD"]`, `env = { DB_PASSWORD = "hunter2" }`, "secret_env"),
	{"password_parameter", "resource \"kfp_pipeline\" \"password_parameter\" {\n  name = \"p\"\n  parameters = {\n    " +
		"api_token = { type = \"string\" } # <-\n  }\n  tasks = { x = { component = kfp_component.add.ref, inputs = { a = " +
		"1 } } }\n}",
		[]string{`parameters["api_token"]`, "secret_env", "clear text"}},
	{"default_of_an_integer", "resource \"kfp_pipeline\" \"default_of_an_integer\" {\n  name = \"p\"\n  parameters = " +
		"{\n    a = { type = \"integer\", default = \"ten\" } # <-\n  }\n  tasks = { x = { component = " +
		"kfp_component.add.ref, inputs = { a = 1 } } }\n}",
		[]string{`parameters["a"].default`, `"ten" is not an integer`, "digits, such as 10"}},
	{
		"no_tasks", "resource \"kfp_pipeline\" \"no_tasks\" {\n  name = \"p\"\n  tasks = {} # <-\n}",
		[]string{"A pipeline needs at least one task"},
	},

	cron("cron_seconds", `  cron = "0 0 2 * * *" # <-`, "a form with seconds first", `"0 2 * * *"`),
	cron("cron_hour", `  cron = "0 25 * * *" # <-`, `the hour "25" is out of range`),
	cron("cron_timezone", "  cron = \"0 2 * * *\"\n  timezone = \"Europe/Berln\" # <-", `Did you mean "Europe/Berlin"?`),
	cron(
		"cron_concurrency", "  cron = \"0 2 * * *\"\n  concurrency = \"Forbid\" # <-", `"Forbid" is not possible here`,
		`Did you mean "forbid"?`,
	),
	cron(
		"cron_function", "  cron = \"0 2 * * *\"\n  parameters = {\n    n = \"{{ strftime(schedule.time, '%Y') }}\" # "+
			"<-\n  }",
		"There is no function strftime", "format_time",
	),
	python(
		"data_frame", "import pandas as pd\ndef f(d: pd.DataFrame) -> int:\n    return 1\n", "pd.DataFrame is not a type",
		"Input[Dataset]",
	),
	{
		"pending",
		"resource \"kfp_run\" \"pending\" {\n  pipeline = kfp_pipeline.fine.ref\n  timeouts = { pending = \"5\" } # <-\n}",
		[]string{"timeouts.pending", `"5" is not a positive duration`},
	},
	{"backwards", "resource \"kfp_recurring_run\" \"for_backfill\" {\n  name = \"r\"\n  pipeline = " +
		"kfp_pipeline.fine.ref\n  cron = \"0 2 * * *\"\n}\nresource \"kfp_backfill\" \"backwards\" {\n  name = \"b\"\n  " +
		"recurring_run = kfp_recurring_run.for_backfill.ref\n  from = \"2026-02-01T00:00:00Z\"\n  to = " +
		"\"2026-01-01T00:00:00Z\" # <-\n}",
		[]string{"to: to 2026-01-01T00:00:00Z is not after from"}},

	// What is no mistake as long as the rest is not known.
	{
		"unknown_maps",
		"variable \"anything\" {\n  type = any\n}\nresource \"kfp_pipeline\" \"unknown_maps\" {\n  name = \"p\"\n  " +
			"parameters = var.anything\n  tasks = {\n    x = { component = kfp_component.add.ref, inputs = { a = \"{{ " +
			"parameters.z + 1 }}\" } }\n    y = { component = kfp_component.join.ref, inputs = var.anything, when = " +
			"\"tasks.x.output > 1\" }\n  }\n  outputs = { r = \"{{ tasks.y.outputs.anything }}\" }\n}\nresource " +
			"\"kfp_pipeline\" \"unknown_tasks\" {\n  name = \"p\"\n  tasks = var.anything\n  outputs = { r = \"{{ " +
			"tasks.y.output }}\" }\n}\nresource \"kfp_component\" \"unknown_inputs\" {\n  name = \"c\"\n  inputs = " +
			"var.anything\n  container = { image = \"busybox:1.36\", command = [\"echo\", \"{{ inputs.a }}\"] }\n}",
		nil,
	},

	// Terraform's own messages, as the guide "Troubleshooting" has them.
	{
		"dollar", tasksWith("dollar", `x = { component = kfp_component.add.ref, inputs = { a = "${parameters.n}" } }`),
		[]string{
			"Reference to undeclared resource", `A managed resource "parameters" "n" has not been declared in the root module.`,
		},
	},
	{"no_jsonencode", "resource \"kfp_pipeline\" \"no_jsonencode\" {\n  name = \"p\"\n  tasks = { # <-\n    x = { " +
		"component = kfp_component.join.ref, inputs = { words = [\"a\"] } }\n  }\n}",
		[]string{
			"Incorrect attribute value type",
			`Inappropriate value for attribute "tasks": element "x": attribute "inputs": element "words": string required.`,
		}},
	{
		"unquoted_each",
		tasksWith(
			"unquoted_each", `x = { component = kfp_component.add.ref, for_each = jsonencode([1]), inputs = { a = each.value } }`,
		),
		[]string{"each.value cannot be used in this context"},
	},
}
