package acceptance

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/pipeline"
)

// largePipeline has n tasks over 20 components with three inputs and two outputs each, every task with two of another
// one.
func largePipeline(n int) spec.Pipeline {
	refs := make([]spec.Ref, 20)
	for i := range refs {
		refs[i] = spec.Ref{
			Kind: spec.ComponentKind, Namespace: "etl", Name: fmt.Sprintf("step-%d", i), Version: "abcdefghij",
			Interface: spec.Interface{
				Inputs: map[string]spec.Input{
					"text": {Type: spec.String}, "number": {
						Type: spec.Integer, Default: new("1"),
					}, "mode": {Type: spec.String, Optional: true},
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
	server                                    *server
	typ                                       tftypes.Type
	config, proposed, state, changed, nothing *tfprotov6.DynamicValue
}

func newPlanning(t testing.TB, tasks int) *planning {
	t.Helper()
	ctx := t.Context()
	shelf, s := newShelf(t)
	p := largePipeline(tasks)
	compiled, _, found := pipeline.CompilePipeline(p)
	if found.HasError() {
		t.Fatal(found)
	}
	content, err := layout.AsJSON(compiled.Template)
	if err != nil {
		t.Fatal(err)
	}
	shelf.Put(backend.WorkflowTemplates, p.Name, content)
	f := s.terraform()
	l := &planning{server: s, typ: f.typeOf("kfp_pipeline")}
	var m pipeline.Model
	if diags := m.SetSpec(ctx, p); diags.HasError() {
		t.Fatal(diags)
	}
	written, err := m.Tasks.ToTerraformValue(ctx)
	if err != nil {
		t.Fatal(err)
	}
	config, proposed := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	for _, a := range f.schema.ResourceSchemas["kfp_pipeline"].Block.Attributes {
		config[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		proposed[a.Name] = config[a.Name]
		if a.Computed {
			proposed[a.Name] = tftypes.NewValue(a.ValueType(), tftypes.UnknownValue)
		}
	}
	config["name"], config["tasks"] = tftypes.NewValue(tftypes.String, p.Name), written
	proposed["name"], proposed["tasks"] = config["name"], written
	wire := func(v any) *tfprotov6.DynamicValue { return f.wire(l.typ, tftypes.NewValue(l.typ, v)) }
	l.nothing, l.config, l.proposed = wire(nil), wire(config), wire(proposed)
	l.state = l.plan(f, l.nothing, l.proposed).PlannedState
	state := f.unwire(l.typ, l.state)
	state["description"] = tftypes.NewValue(tftypes.String, "another one")
	l.changed = wire(state)
	return l
}

// validate, create, read, keep and update are what Terraform asks of a provider.
func (l *planning) validate(f *terraform) {
	resp, err := f.server.ValidateResourceConfig(
		f.t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "kfp_pipeline", Config: l.config},
	)
	if err != nil || diagnosed(resp.Diagnostics) != "" {
		f.t.Fatal(err, diagnosed(resp.Diagnostics))
	}
}

func (l *planning) plan(f *terraform, state, proposed *tfprotov6.DynamicValue) *tfprotov6.PlanResourceChangeResponse {
	resp, err := f.server.PlanResourceChange(f.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "kfp_pipeline", PriorState: state, ProposedNewState: proposed, Config: l.config,
	})
	if err != nil || diagnosed(resp.Diagnostics) != "" {
		f.t.Fatal(err, diagnosed(resp.Diagnostics))
	}
	return resp
}

func (l *planning) Create(f *terraform) { l.plan(f, l.nothing, l.proposed) }

func (l *planning) Read(f *terraform) {
	resp, err := f.server.ReadResource(
		f.t.Context(), &tfprotov6.ReadResourceRequest{TypeName: "kfp_pipeline", CurrentState: l.state},
	)
	if err != nil || diagnosed(resp.Diagnostics) != "" {
		f.t.Fatal(err, diagnosed(resp.Diagnostics))
	}
}

func (l *planning) keep(f *terraform) {
	l.Read(f)
	l.plan(f, l.state, l.state)
}

func (l *planning) update(f *terraform) {
	l.Read(f)
	l.plan(f, l.state, l.changed)
}

// BenchmarkPlan is the provider's share of a plan of one pipeline: the time per task must not grow with their number. A
// run of more than some 1,500 such tasks would not fit into etcd, so that there is no such plan.
func BenchmarkPlan(b *testing.B) {
	// As in a process of its own; see main.
	b.Setenv("TF_LOG_SDK_FRAMEWORK", "WARN")
	b.Setenv("TF_LOG_SDK_PROTO", "WARN")
	for _, n := range []int{10, 100, 1000, 1500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			l := newPlanning(b, n)
			for _, ask := range []struct {
				name string
				do   func(*terraform)
			}{{"validate", l.validate}, {"create", l.Create}, {"read", l.Read}, {"keep", l.keep}, {"update", l.update}} {
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
