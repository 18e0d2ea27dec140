package expr_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/argoproj/argo-workflows/v3/util/template"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/expr"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// BenchmarkArgoTags measures what a tag costs Argo's controller at each pass over a pipeline's template, with as many
// variables around.
func BenchmarkArgoTags(b *testing.B) {
	for _, tag := range []string{"{{inputs.parameters.p7}}", "{{=inputs.parameters.p7}}", "{{=int(inputs.parameters.p7) + 1}}", "{{=tasks.x.outputs.parameters.Output}}"} {
		b.Run(tag, func(b *testing.B) {
			vars := map[string]any{}
			for i := range 60 {
				vars[fmt.Sprintf("inputs.parameters.p%d", i)] = "5"
			}
			const tags = 100
			doc, err := json.Marshal(map[string]string{"value": strings.Repeat(tag+" ", tags)})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := template.Replace(string(doc), vars, true); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/tags, "µs/tag")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	w := standardWorld("x")
	for _, text := range []string{"{{ parameters.s }}", "{{ parameters.n + 1 }}", "{{ filter(parameters.texts, # " +
		"startsWith 'a') }}", "s3://{{ parameters.s }}/{{ parameters.n }}"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				t, _ := expr.Parse(text)
				t.In(w.env).Check(spec.Any)
				if _, err := t.In(w.env).Compile(spec.Any); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecompile(b *testing.B) {
	w := standardWorld("x")
	d := expr.NewDecompiler(w.env)
	for _, text := range []string{"{{ parameters.s }}", "{{ parameters.n + 1 }}", "{{ map(parameters.texts, # + '{') }}"} {
		b.Run(text, func(b *testing.B) {
			t, _ := expr.Parse(text)
			compiled, err := t.In(w.env).Compile(spec.Any)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, ok := d.Text(compiled, spec.Any); !ok {
					b.Fatal(compiled)
				}
			}
		})
	}
}
