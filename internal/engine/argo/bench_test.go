package argo_test

import (
	"fmt"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// largePipeline has n tasks over 20 components, each with a parameter and outputs of two tasks before.
func largePipeline(b *testing.B, n int) spec.Pipeline {
	b.Helper()
	refs := make([]spec.Ref, 20)
	for i := range refs {
		c := step()
		c.Name = fmt.Sprintf("step-%d", i)
		o, err := compile.Component(c)
		if err != nil {
			b.Fatal(err)
		}
		refs[i] = o.Ref(c)
	}
	p := spec.Pipeline{
		Namespace: "etl", Name: "large", Tasks: map[string]spec.Task{},
		Parameters: map[string]spec.Input{"word": {Type: spec.String, Default: new("x")}},
	}
	for i := range n {
		t := spec.Task{Component: refs[i%len(refs)], Inputs: map[string]string{"text": "{{ parameters.word }}"}}
		if i > 0 {
			t.Inputs["text"] = fmt.Sprintf("{{ parameters.word + '-' + tasks.t_%d.outputs.text }}", i/2)
			t.Inputs["number"] = fmt.Sprintf("{{ tasks.t_%d.outputs.count }}", i-1)
		}
		if i%10 == 9 {
			t.ForEach = `["p","q"]`
			t.Inputs["text"] = "{{ each.index }}-{{ each.value }}"
		}
		if i%10 == 0 && i > 0 {
			delete(t.Inputs, "number") // the task before is a loop
		}
		if i/2%10 == 9 && i%10 != 9 {
			t.Inputs["text"] = "{{ parameters.word }}"
		}
		p.Tasks[fmt.Sprintf("t_%d", i)] = t
	}
	return p
}

// BenchmarkPipeline checks and compiles: the time per task must not grow with the number of tasks.
func BenchmarkPipeline(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		p := largePipeline(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			size := 0
			for b.Loop() {
				g, problems := graph.Check(p)
				if problems.HasError() {
					b.Fatal(problems[0])
				}
				o, err := compile.Pipeline(g)
				if err != nil {
					b.Fatal(err)
				}
				size = o.Size()
			}
			b.ReportMetric(float64(size), "object-B")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/task")
		})
	}
}
