package argo_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// signed is the ref that a caller reads of a signature.
func signed(t *rapid.T, r spec.Ref) spec.Ref {
	read, err := spec.ParseSignature(r.Signature())
	if err != nil {
		t.Fatal(err)
	}
	read.Version = r.Version
	return read
}

// A pipeline compiles to the same object from refs that went through their signatures, which leave descriptions out.
func TestPipelinesOfSignaturesAreTheSame(t *testing.T) {
	t.Parallel()
	c := step()
	for name, in := range c.Inputs {
		in.Description = "What " + name + " is."
		c.Inputs[name] = in
	}
	c.Inputs["words"] = spec.Input{
		Type: spec.ListOf(spec.String), Default: new(`[ "a",  "b" ]`), Description: "With spaces.",
	}
	c.Outputs["text"] = spec.Output{Type: spec.String, Description: "What it says."}
	component := mustComponent(t, c)
	rapid.Check(t, func(t *rapid.T) {
		p := randomPipeline(t, component.Ref(c))
		p.Tasks["t_0"] = cached(p.Tasks["t_0"])
		want := compiled(t, p)
		for _, tasks := range []map[string]spec.Task{p.Tasks, p.OnExit} {
			for name, task := range tasks {
				task.Component = signed(t, task.Component)
				tasks[name] = task
			}
		}
		if diff := cmp.Diff(want, compiled(t, p)); diff != "" {
			t.Errorf("(-refs +signatures):\n%s", diff)
		}
	})
}

// cached has a key that depends on the text of a default, in every pipeline whose task does not give that input.
func cached(t spec.Task) spec.Task {
	t.Cache = &spec.Cache{Enabled: true, Key: "{{ inputs.words }}"}
	return t
}

func compiled(t *rapid.T, p spec.Pipeline) any {
	g, problems := graph.Check(p)
	if problems.HasError() {
		t.Skip(problems) // such as a list of artifacts of what is cached
	}
	o, err := compile.Pipeline(g)
	if err != nil {
		t.Fatal(err)
	}
	return o.Template
}
