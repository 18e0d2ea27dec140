package argo_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/expr-lang/expr"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// words are those of expr-lang, and names that mean something to it or to Argo elsewhere.
var words = []string{
	"and", "contains", "else", "endsWith", "false", "if", "in", "let", "matches", "nil", "not", "or", "startsWith", "true",
	"len", "map", "env", "tasks", "item", "inputs", "null", "status", "steps", "sprig", "int",
}

// wordy is a component whose inputs and outputs are called like that.
func wordy() spec.Component {
	c := step()
	c.Name, c.Inputs, c.Outputs = "wordy", map[string]spec.Input{}, map[string]spec.Output{}
	c.Container.Args = nil
	for _, w := range words {
		c.Inputs[w] = spec.Input{Type: spec.String, Default: new("x")}
		c.Outputs[w] = spec.Output{Type: spec.String}
		c.Container.Args = append(c.Container.Args, "{{ inputs."+w+" }}", "{{ outputs."+w+".path }}")
	}
	return c
}

// Tasks, parameters, inputs, outputs and fields may have any of these names, in every construct: Argo takes the
// pipeline, its conditions on tasks are expressions that evaluate, and it is read back.
func TestEveryNameIsAName(t *testing.T) {
	t.Parallel()
	component := mustComponent(t, wordy())
	ref := component.Ref(wordy())
	p := spec.Pipeline{
		Namespace: "etl", Name: "words", Parameters: map[string]spec.Input{}, Tasks: map[string]spec.Task{},
		OnExit: map[string]spec.Task{}, Outputs: map[string]string{},
	}
	for i, w := range words {
		before := words[max(0, i-1)]
		p.Parameters[w] = spec.Input{Type: spec.Struct, Default: new(`{"` + w + `":1}`)}
		task := spec.Task{Component: ref, Inputs: map[string]string{w: "{{ parameters." + w + "." + w + " }}"}}
		if i > 0 {
			switch i % 5 {
			case 0:
				task.DependsOn = []string{before}
			case 1:
				task.Inputs[w] = "{{ tasks." + before + ".outputs." + before + " }}"
			case 2:
				task.When = "tasks." + before + ".status != 'Failed'"
			case 3:
				task.Inputs[w], task.RunIf = "{{ tasks."+before+".outputs."+w+" ?? 'none' }}", spec.AllDone
			case 4:
				task.DependsOn, task.RunIf = []string{before}, spec.AnyFailed
				task.ForEach, task.Parallelism = `["a"]`, new(int64(1))
			}
		}
		p.Tasks[w] = task
		p.OnExit[w] = spec.Task{Component: ref, Inputs: map[string]string{w: "{{ {'" + w + "': run.status}." + w + " }}"}}
		p.Outputs[w] = "{{ tasks." + w + ".outputs." + w + " ?? 'none' }}"
		if task.ForEach != "" {
			p.Outputs[w] = "{{ tasks." + w + ".outputs." + w + " }}"
		}
	}
	checkInverse(t, p)
	o := mustPipeline(t, p)
	accepted(t, component.Template, o.Template)
	for _, template := range o.Template.Spec.Templates {
		if template.DAG == nil {
			continue // a loop
		}
		for _, task := range template.DAG.Tasks {
			if task.Depends != "" {
				evaluates(t, task.Depends)
			}
		}
	}
}

var dependency = regexp.MustCompile(`[a-zA-Z0-9][-a-zA-Z0-9]*?\.[A-Z][a-zA-Z]+`)

// evaluates lets expr-lang read a condition on tasks as Argo's controller does.
func evaluates(t *testing.T, depends string) {
	t.Helper()
	env := map[string]map[string]bool{}
	for _, match := range dependency.FindAllString(depends, -1) {
		name, state, _ := strings.Cut(match, ".")
		name = strings.ReplaceAll(name, "-", "_")
		if env[name] == nil {
			env[name] = map[string]bool{}
		}
		env[name][state] = true
	}
	program, err := expr.Compile(strings.ReplaceAll(depends, "-", "_"), expr.Env(env))
	if err == nil {
		_, err = expr.Run(program, env)
	}
	if err != nil {
		t.Errorf("depends %q: %v", depends, err)
	}
}
