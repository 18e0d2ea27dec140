package provider

import (
	"fmt"
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// largePipeline has n tasks over 20 components with three inputs and two outputs each, every task with two of another one.
func largePipeline(n int) spec.Pipeline {
	refs := make([]spec.Ref, 20)
	for i := range refs {
		refs[i] = spec.Ref{
			Kind: spec.ComponentKind, Namespace: "etl", Name: fmt.Sprintf("step-%d", i), Version: "abcdefghij",
			Interface: spec.Interface{
				Inputs: map[string]spec.Input{
					"text": {Type: spec.String}, "number": {Type: spec.Integer, Default: new("1")}, "mode": {Type: spec.String, Optional: true},
				},
				Outputs: map[string]spec.Output{"text": {Type: spec.String}, "count": {Type: spec.Integer}},
			},
		}
	}
	p := spec.Pipeline{Namespace: "etl", Name: "large", Tasks: map[string]spec.Task{}}
	for i := range n {
		t := spec.Task{Component: refs[i%len(refs)], Inputs: map[string]string{"text": "x", "mode": "fast"}}
		if i > 0 {
			t.Inputs["text"] = fmt.Sprintf("{{ 'after-' + tasks.t_%d.outputs.text }}", i/2)
			t.Inputs["number"] = fmt.Sprintf("{{ tasks.t_%d.outputs.count }}", i-1)
		}
		p.Tasks[fmt.Sprintf("t_%d", i)] = t
	}
	return p
}

// planning is a large pipeline in a cluster, and what Terraform sends about it.
type planning struct {
	server        *server
	typ           tftypes.Type
	config, state map[string]tftypes.Value
}

func newPlanning(t testing.TB, tasks int) *planning {
	t.Helper()
	ctx := t.Context()
	shelf, s := newShelf(t)
	p := largePipeline(tasks)
	compiled, _, found := compilePipeline(p)
	if compiled == nil {
		t.Fatal(found)
	}
	content, err := argo.AsJSON(compiled.Template)
	if err != nil {
		t.Fatal(err)
	}
	shelf.put(cluster.WorkflowTemplates, p.Name, content)
	f := s.terraform()
	l := &planning{server: s, typ: f.typeOf("kfp_pipeline"), config: map[string]tftypes.Value{}}
	object, ok := l.typ.(tftypes.Object)
	if !ok {
		t.Fatal("a pipeline is no object")
	}
	for name, typ := range object.AttributeTypes {
		l.config[name] = tftypes.NewValue(typ, nil)
	}
	var m pipelineModel
	if diags := m.setSpec(ctx, p); diags.HasError() {
		t.Fatal(diags)
	}
	if l.config["tasks"], err = m.Tasks.ToTerraformValue(ctx); err != nil {
		t.Fatal(err)
	}
	l.config["name"] = tftypes.NewValue(tftypes.String, p.Name)
	l.state = f.unwire(l.typ, l.create(f).PlannedState)
	return l
}

// validate, create, read, keep and update are what Terraform asks of a provider that it has just started.
func (l *planning) validate(f *terraform) {
	resp, err := f.server.ValidateResourceConfig(f.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: "kfp_pipeline", Config: f.wire(l.typ, tftypes.NewValue(l.typ, l.config)),
	})
	if err != nil || diagnosed(resp.Diagnostics) != "" {
		f.t.Fatal(err, diagnosed(resp.Diagnostics))
	}
}

func (l *planning) create(f *terraform) *tfprotov6.PlanResourceChangeResponse {
	proposed := maps.Clone(l.config)
	for _, a := range f.schema.ResourceSchemas["kfp_pipeline"].Block.Attributes {
		if a.Computed {
			proposed[a.Name] = tftypes.NewValue(a.ValueType(), tftypes.UnknownValue)
		}
	}
	resp, err := f.server.PlanResourceChange(f.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "kfp_pipeline", PriorState: f.wire(l.typ, tftypes.NewValue(l.typ, nil)),
		ProposedNewState: f.wire(l.typ, tftypes.NewValue(l.typ, proposed)), Config: f.wire(l.typ, tftypes.NewValue(l.typ, l.config)),
	})
	if err != nil || diagnosed(resp.Diagnostics) != "" {
		f.t.Fatal(err, diagnosed(resp.Diagnostics))
	}
	return resp
}

func (l *planning) read(f *terraform) {
	if _, problems := f.refresh("kfp_pipeline", l.state); problems != "" {
		f.t.Fatal(problems)
	}
}

func (l *planning) keep(f *terraform) {
	l.read(f)
	if changed := f.plan("kfp_pipeline", l.config, l.state); len(changed) > 0 {
		f.t.Fatal("the plan changes ", changed)
	}
}

func (l *planning) update(f *terraform) {
	config := maps.Clone(l.config)
	config["description"] = tftypes.NewValue(tftypes.String, "another one")
	l.read(f)
	f.planned("kfp_pipeline", config, l.state)
}

// BenchmarkPlan is the provider's share of a plan of one pipeline: the time per task must not grow with their number.
func BenchmarkPlan(b *testing.B) {
	// As in a process of its own; see main.
	b.Setenv("TF_LOG_SDK_FRAMEWORK", "WARN")
	b.Setenv("TF_LOG_SDK_PROTO", "WARN")
	for _, n := range []int{10, 100, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			l := newPlanning(b, n)
			for _, ask := range []struct {
				name string
				do   func(*terraform)
			}{{"validate", l.validate}, {"create", func(f *terraform) { l.create(f) }}, {"read", l.read}, {"keep", l.keep}, {"update", l.update}} {
				b.Run(ask.name, func(b *testing.B) {
					for b.Loop() {
						ask.do(l.server.terraform())
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/task")
				})
			}
		})
	}
}
