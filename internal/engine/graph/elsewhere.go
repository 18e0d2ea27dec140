package graph

import (
	"fmt"
	"strings"
)

// What is said of names that exist in other places.
const (
	noLoop = "each exists in a task with for_each alone. Add for_each, or name the value itself."
	noKey  = "for_each goes over a list: each.value is the element, each.index its place. For a map, make a list " +
		"of it: " + mapAsList
	mapAsList = "for_each = jsonencode([for k, v in … : { key = k, value = v }]), then each.value.key."
	noInputs  = "inputs are what the command of a component's container reads. In a pipeline the values are " +
		"parameters.x and tasks.t.output."
	noOutputs  = "In a pipeline a task's output is tasks.t.output, or tasks.t.outputs.x where it has several."
	noSchedule = "The parameters of a kfp_recurring_run can read it. Declare a parameter of the pipeline, and set it " +
		"there: parameters = { day = \"{{ schedule.time }}\" }."
	noStatus   = "That is known once the run has ended: on_exit tasks can read it. Of a task there is tasks.t.status."
	noPipeline = "A component knows no pipeline. Declare an input, and let the task fill it: inputs = { x = \"{{ %s " +
		"}}\" }."
	noTask      = "task is what a task says of itself: task.name and task.id. Of another one there is tasks.t.status."
	noLastRetry = "That is known in retry.expression, and in env and the amounts of resources of a task that has retry."
)

// notInPipelines says why names of other places do not exist in a pipeline.
var notInPipelines = map[string]string{
	"inputs": noInputs, "outputs": noOutputs, "schedule": noSchedule, "last_retry": noLastRetry, "each": noLoop, "each.key": noKey,
	"task": noTask,
}

// notInTasks says why names of other places do not exist for tasks.
func (s *Scope) notInTasks(n *Node) func(name string) string {
	return func(name string) string {
		if name == "run.status" || name == "run.failures" {
			return noStatus
		}
		task, isTask := strings.CutPrefix(name, "tasks.")
		if _, ok := s.pipeline.OnExit[task]; isTask && ok {
			return fmt.Sprintf(
				"%q is a task of on_exit, which starts when all others have ended. Only tasks of on_exit can need it.", task,
			)
		}
		return s.notHere(n, name)
	}
}

// notInExit says why the tasks of the pipeline do not exist for those that run at its end.
func (s *Scope) notInExit(n *Node) func(name string) string {
	return func(name string) string {
		task, isTask := strings.CutPrefix(name, "tasks.")
		if _, ok := s.pipeline.Tasks[task]; isTask && ok {
			return fmt.Sprintf("Tasks of on_exit run whatever became of the others, so they cannot read outputs: Argo has "+
				"none for them. What became of the run is in run.status and run.failures. "+
				"To use an output at the end, move the task to tasks, with run_if = \"always\" and depends_on = [%q].", task)
		}
		return s.notHere(n, name)
	}
}

func (s *Scope) notHere(n *Node, name string) string {
	if name == "each" && n != nil && n.Item != "" {
		return ""
	}
	if why := s.notInGroup(name); why != "" {
		return why
	}
	return notInPipelines[name]
}

// notInComponents says why the names of a pipeline do not exist in a component.
func notInComponents(name string) string {
	if name == "files" {
		return "The component has no files. Give them, container.files = { \"script.R\" = file(\"script.R\") }, and name the " +
			"directory: {{ files.path }}/script.R."
	}
	if example, ok := takenBy[name]; ok {
		return fmt.Sprintf(noPipeline, example)
	}
	return ""
}

// takenBy is how a task hands a component what the names of a pipeline stand for.
var takenBy = map[string]string{
	"parameters": "parameters.x", "tasks": "tasks.t.output", "run": "run.name", "each": "each.value", "schedule": "parameters.day",
	"task.name": "task.name",
}

// notInSchedules says why the names of a pipeline do not exist where its parameters are set.
func notInSchedules(name string) string { return notInParameters[name] }

var notInParameters = map[string]string{
	"parameters": "The parameters are what is set here. schedule.time, schedule.local_time and run.name, run.id, run.created_at can be read.",
	"tasks":      "No task has run where the parameters are set. Read the output in the pipeline.",
	"inputs":     "The parameters are what is set here. schedule.time, schedule.local_time and run.name, run.id, run.created_at can be read.",
	"each":       "A run has no loop; for_each is a setting of tasks.",
	"task":       "A run is no task; task.name and task.id are what a task says of itself.",
}
