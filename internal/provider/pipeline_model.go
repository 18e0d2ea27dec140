package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// spec reads the configuration part of the model. Texts that Terraform does not know yet are spec.Unknown; unknown
// tells whether anything is, so that the pipeline can be checked but not compiled.
func (m pipelineModel) spec(ctx context.Context) (p spec.Pipeline, unknown bool, diags diag.Diagnostics) {
	t := texts{diags: &diags}
	p = spec.Pipeline{
		Namespace: t.one(m.Namespace), Name: t.one(m.Name), Description: t.one(m.Description),
		Parameters: inputsSpec(ctx, m.Parameters, &t),
		Tasks:      tasksSpec(ctx, m.Tasks, &t),
		OnExit:     tasksSpec(ctx, m.OnExit, &t),
		Outputs:    t.strings(ctx, m.Outputs),
	}
	if m.Parameters.IsUnknown() {
		t.unknown = true
	}
	var defaults settingsModel
	if t.object(ctx, m.Defaults, &defaults) {
		p.Defaults = defaults.spec(ctx, &t)
	}
	p.Options = m.optionsModel.spec(ctx, &t)
	return p, t.unknown, diags
}

func tasksSpec(ctx context.Context, m types.Map, t *texts) map[string]spec.Task {
	if m.IsUnknown() {
		t.unknown = true
	}
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	models := mapElements[taskModel](ctx, m, t)
	tasks := make(map[string]spec.Task, len(models))
	for name, model := range models {
		tasks[name] = model.spec(ctx, t)
	}
	return tasks
}

type approvalModel struct {
	Timeout durationValue `tfsdk:"timeout"`
}

func (m taskModel) spec(ctx context.Context, t *texts) spec.Task {
	ref, known, diags := refFromObject(ctx, m.Component)
	t.diags.Append(diags...)
	if m.Approval.IsNull() && (!known || ref.Version == "") {
		t.unknown = true
	}
	task := spec.Task{
		Component: ref, DisplayName: t.one(m.DisplayName), Inputs: t.strings(ctx, m.Inputs), DependsOn: t.set(ctx, m.DependsOn),
		RunIf: spec.RunIf(t.one(m.RunIf)), When: t.one(m.When), ForEach: t.one(m.ForEach), AllowFailure: m.AllowFailure.ValueBool(),
	}
	if m.Parallelism.IsUnknown() || m.AllowFailure.IsUnknown() {
		t.unknown = true
	}
	if !m.Parallelism.IsNull() && !m.Parallelism.IsUnknown() {
		task.Parallelism = m.Parallelism.ValueInt64Pointer()
	}
	var gate approvalModel
	if t.object(ctx, m.Approval, &gate) {
		task.Approval = &spec.Approval{Timeout: t.one(gate.Timeout.StringValue)}
	}
	task.Settings = m.settingsModel.spec(ctx, t)
	return task
}
