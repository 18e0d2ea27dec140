package expr

import "strings"

// foreignNames say what to write in place of names that people know from elsewhere: Argo, Python, Terraform, Airflow,
// dbt and Jinja. A "*" stands for any segment.
var foreignNames = map[string]string{
	"True": "Write true.", "False": "Write false.", "None": "Write nil.", "null": "Write nil.", "NULL": "Write nil.", "undefined": "Write nil.",

	"workflow": "Of Argo's workflow there are run.name, run.id and run.created_at, for workflow.name, workflow.uid and " +
		"workflow.creationTimestamp, and parameters.x, for workflow.parameters.x.",
	"workflow.name":       "Argo's workflow.name is run.name here.",
	"workflow.uid":        "Argo's workflow.uid is run.id here.",
	"workflow.parameters": "Argo's workflow.parameters.x is parameters.x here.",
	"workflow.status":     "Argo's workflow.status is run.status here, which on_exit tasks can read.",
	"workflow.failures":   "Argo's workflow.failures is run.failures here, which on_exit tasks can read.",
	"workflow.scheduledTime": "Argo's workflow.scheduledTime is schedule.time, which the parameters of a " +
		"kfp_recurring_run can read: hand it to the pipeline as a parameter.",
	"workflow.creationTimestamp": "Argo's workflow.creationTimestamp is run.created_at here. A kfp_recurring_run has " +
		"schedule.time, when the run was due.",
	"item":                       "Argo's item is each.value here, in a task with for_each.",
	"steps":                      "Argo's steps.x is tasks.x here.",
	"lastRetry":                  "Argo's lastRetry.exitCode is last_retry.exit_code here, in retry.expression.",
	"inputs.parameters":          "Argo's inputs.parameters.x is inputs.x here.",
	"inputs.artifacts":           "Argo's inputs.artifacts.x.path is inputs.x.path here.",
	"outputs.parameters":         "Argo's outputs.parameters.x.path is outputs.x.path here.",
	"outputs.artifacts":          "Argo's outputs.artifacts.x.path is outputs.x.path here.",
	"tasks.*.outputs.parameters": "Argo's tasks.t.outputs.parameters.x is tasks.t.outputs.x here.",
	"tasks.*.outputs.artifacts":  "Argo's tasks.t.outputs.artifacts.x is tasks.t.outputs.x here.",
	"tasks.*.outputs.result":     "Argo's tasks.t.outputs.result is tasks.t.output here, of a task with one output.",
	"tasks.*.exitCode": "A task has outputs and a status: tasks.t.status is \"Succeeded\", \"Failed\", " +
		"\"Error\", \"Skipped\" or \"Omitted\".",

	"var":       terraforms,
	"local":     terraforms,
	"module":    terraforms,
	"data":      terraforms,
	"path":      terraforms,
	"terraform": terraforms,
	"count":     terraforms,

	"params":              "Airflow's params.x is parameters.x here.",
	"dag_run":             "Airflow's dag_run.conf is parameters here, dag_run.run_id is run.name.",
	"run_id":              "Airflow's run_id is run.name here.",
	"ds":                  airflowTime,
	"ts":                  airflowTime,
	"ds_nodash":           airflowTime,
	"execution_date":      airflowTime,
	"logical_date":        airflowTime,
	"data_interval_start": airflowTime,
	"macros":              airflowTime,
	"ti":                  "Airflow's ti.xcom_pull(task_ids=\"t\") is tasks.t.output here.",
	"task_instance":       "Airflow's task_instance.xcom_pull(task_ids=\"t\") is tasks.t.output here.",

	"env": "Hand the value to the pipeline as a parameter. A task gets variables by env and secret_env.",
	"os":  "Expressions are no Python, and see no environment. Hand the value to the pipeline as a parameter.",
	"secrets": "Expressions see no secrets: Argo would keep them in clear text. Give them to the pod by secret_env of " +
		"the task.",
	"loop": "Jinja's loop.index is each.index here, in a task with for_each; it starts at 0.",
	"dsl": "KFP's dsl.PIPELINE_JOB_NAME_PLACEHOLDER is run.name here, …_JOB_ID_… run.id, …_JOB_CREATE_TIME_UTC_… " +
		"run.created_at, …_TASK_NAME_… task.name and …_TASK_ID_… task.id.",
}

const (
	terraforms  = "That is Terraform's, which fills it in before: write it as ${…} outside of the {{ }}."
	airflowTime = "Write format_time(schedule.time, \"2006-01-02\") in the parameters of a kfp_recurring_run, and hand " +
		"it to the pipeline as a parameter."
)

// foreignName looks up a reference, the longest beginning of it first.
func foreignName(segments []string) string {
	for n := min(len(segments), 4); n > 0; n-- {
		name := strings.Join(segments[:n], ".")
		if hint, ok := foreignNames[name]; ok {
			return hint
		}
		if n > 2 {
			general := append([]string{segments[0], Anything}, segments[2:n]...)
			if hint, ok := foreignNames[strings.Join(general, ".")]; ok {
				return hint
			}
		}
	}
	return ""
}

// foreignFunctions say what to write in place of functions of Python, Terraform, Jinja, dbt and Argo.
var foreignFunctions = map[string]string{
	"str": "string(x)", "tostring": "string(x)", "tonumber": "int(x) or float(x)", "tobool": `x == "true"`, "bool": `x == "true"`,
	"length": "len(x)", "size": "len(x)", "sorted": "sort(x)", "range": "1..10, a list of the numbers",
	"json": "toJSON(x)", "tojson": "toJSON(x)", "jsonencode": "toJSON(x)", "dumps": "toJSON(x)",
	"jsondecode": "fromJSON(x)", "fromjson": "fromJSON(x)", "loads": "fromJSON(x)",
	"strftime": `format_time(schedule.time, "2006-01-02"), with a layout in the way of Go`, "formatdate": `format_time(schedule.time, "2006-01-02"), with a layout in the way of Go`,
	"timeadd": `format_time(schedule.time, "2006-01-02", "24h")`, "isoformat": `format_time(schedule.time, "2006-01-02")`,
	"contains": `x contains "part" for a text, x in list for a list`, "startswith": `x startsWith "begin"`, "endswith": `x endsWith "end"`,
	"substr": "text[0:3]", "lookup": "get(x, key)", "coalesce": "x ?? y", "default": `x ?? "fallback"`, "try": "x ?? y", "ifnull": "x ?? y",
	"format": "texts and expressions together, such as a-{{ x }}-b, or a + b", "strip": "trim(x)", "trimspace": "trim(x)", "print": "the value alone",
	"var": "parameters.x", "ref": "tasks.t.output, or name the task in depends_on", "source": "tasks.t.output", "env_var": "parameters.x",
	"list": "[a, b]", "dict": "{a: b}", "merge": "a map of all fields, {a: x.a, b: y.b}",
}

// insteadOf says what to write for a function that does not exist, or for a method of a value; empty: nobody knows.
func insteadOf(name string) string {
	if use, ok := foreignFunctions[strings.ToLower(name)]; ok {
		return "Write " + use + "."
	}
	return ""
}
