package graph

import (
	"maps"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// FinalStatusText is what an input of type spec.FinalStatus is given in on_exit unless the task gives it something.
const FinalStatusText = "{{ run.final_status }}"

// finalStatus is what KFP's driver gives a PipelineTaskFinalStatus: its keys, its words for the state, its name for the
// tasks that the exit task waits for. KFP leaves error empty; here it holds the messages of the tasks that failed.
const finalStatus = `{{ {
	state: run.status == 'Succeeded' ? 'COMPLETE' : 'FAILED',
	pipelineTaskName: 'exit-handler-1',
	pipelineJobResourceName: run.name,
	error: run.status == 'Succeeded' || len(run.failures) == 0 ? {} : {message: join(map(run.failures, #.displayName + ': ' + (#.message ?? '')), '; ')},
} }}`

// finalStatusVar is run.final_status: an expression over the names that on_exit has anyhow.
func finalStatusVar(exit map[string]expr.Var) expr.Var {
	v := expr.Var{Type: spec.Struct}
	if t, errs := expr.Parse(finalStatus); len(errs) == 0 {
		v.Code, _ = t.In(Env{Shared: exit}).CompileValueFrom(spec.Struct)
	}
	return v
}

// ExitTask is a task of on_exit with what it is given without saying so.
func ExitTask(t spec.Task) spec.Task {
	for name, in := range t.Component.Inputs {
		if _, given := t.Inputs[name]; given || in.Type != spec.FinalStatus {
			continue
		}
		inputs := maps.Clone(t.Inputs)
		if inputs == nil {
			inputs = map[string]string{}
		}
		inputs[name], t.Inputs = FinalStatusText, inputs
	}
	return t
}

// finalStatusElsewhere refuses a task that wants to know what became of a run that is not over.
func (c *checker) finalStatusElsewhere(at problem.Path, t spec.Task) {
	for _, name := range spec.Names(t.Component.Inputs) {
		if _, given := t.Inputs[name]; !given && t.Component.Inputs[name].Type == spec.FinalStatus {
			c.problems.Errorf(at.Attr("component"), "PipelineTaskFinalStatus outside on_exit",
				"Input %q of component %q is a PipelineTaskFinalStatus, which says what became of the run. Only tasks of "+
					"on_exit get one: move the task there, or give the input a struct.",
				name, t.Component.Name)
		}
	}
}
