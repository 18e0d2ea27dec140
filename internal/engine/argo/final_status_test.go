package argo_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// notify is a component that wants to know what became of the run, and tells nobody that it has to be given.
func notify() spec.Component {
	c := step()
	c.Name = "notify"
	c.Inputs = map[string]spec.Input{
		"status": {Type: spec.FinalStatus, Optional: true}, "text": {Type: spec.String, Default: new("x")},
	}
	c.Container.Args = []string{"{{ toJSON(inputs.status ?? {}) }}", "{{ outputs.text.path }}"}
	return c
}

func exitPipeline(t *testing.T, task spec.Task) spec.Pipeline {
	t.Helper()
	ref := mustComponent(t, notify()).Ref(notify())
	task.Component = ref
	return spec.Pipeline{
		Namespace: "etl", Name: "told",
		Tasks:  map[string]spec.Task{"work": {Component: stepRef(t)}},
		OnExit: map[string]spec.Task{"tell": task},
	}
}

// A task of on_exit gets the status without saying so; what it says counts, and each is read back as it was written.
func TestFinalStatusIsFilled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		task  spec.Task
		holds string
	}{
		"by itself":   {spec.Task{}, `state: `},
		"said":        {spec.Task{Inputs: map[string]string{"status": "{{ run.final_status }}"}}, `state: `},
		"other":       {spec.Task{Inputs: map[string]string{"status": `{"state":"x"}`}}, `{"state":"x"}`},
		"a part":      {spec.Task{Inputs: map[string]string{"text": "{{ run.final_status.state }}"}}, `state`},
		"with a lock": {spec.Task{Settings: spec.Settings{Synchronization: drawLocks()}}, `state: `},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := exitPipeline(t, c.task)
			checkInverse(t, p)
			o := mustPipeline(t, p)
			accepted(t, mustComponent(t, notify()).Template, mustComponent(t, step()).Template, o.Template)
			var values []string
			for _, template := range o.Template.Spec.Templates {
				if template.DAG == nil {
					continue
				}
				for _, task := range template.DAG.Tasks {
					for _, p := range task.Arguments.Parameters {
						if p.Value != nil {
							values = append(values, p.Value.String())
						}
					}
				}
			}
			if all := strings.Join(values, "\n"); !strings.Contains(all, c.holds) {
				t.Errorf("arguments do not hold %q:\n%s", c.holds, all)
			}
		})
	}
}

// Nobody else gets one, which the plan says.
func TestFinalStatusIsOfOnExit(t *testing.T) {
	t.Parallel()
	p := exitPipeline(t, spec.Task{})
	p.Tasks["early"] = p.OnExit["tell"]
	_, problems := graph.Check(p)
	if len(problems) != 1 || !strings.Contains(problems[0].Detail, "Only tasks of on_exit get one") || problems[0].Path.String() != `tasks["early"].component` {
		t.Errorf("problems: %v", problems)
	}
}
