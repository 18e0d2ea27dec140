package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// spec reads the configuration part of the model.
func (m runModel) spec(ctx context.Context) (run spec.Run, unknown bool, diags diag.Diagnostics) {
	t := texts{diags: &diags}
	run = spec.Run{
		Namespace: t.one(m.Namespace), ServiceAccount: t.one(m.ServiceAccount),
		Parameters: t.strings(ctx, m.Parameters), Triggers: t.strings(ctx, m.Triggers),
	}
	ref, known, ds := refFromObject(path.Root("pipeline"), m.Pipeline)
	diags.Append(ds...)
	run.Pipeline = ref
	if !m.Name.IsNull() && !m.Name.IsUnknown() {
		run.Name = m.Name.ValueString()
	}
	return run, t.unknown || !known || ref.Version == "", diags
}

func (m runModel) pipelineOutputs() map[string]spec.Output {
	ref, _, _ := refFromObject(path.Root("pipeline"), m.Pipeline)
	return ref.Outputs
}

// runsTheSame reports whether the state holds the run that is planned. It keeps its name then: an earlier version of
// this provider computed names from the descriptions of parameters, too.
func (m runModel) runsTheSame(state runModel) bool {
	return isKnown(state.Name) && m.Namespace.Equal(state.Namespace) && m.Pipeline.Equal(state.Pipeline) &&
		m.ServiceAccount.Equal(state.ServiceAccount) && m.Parameters.Equal(state.Parameters) &&
		m.Triggers.Equal(state.Triggers)
}

// setStatus writes what became of the run.
func (m *runModel) setStatus(s spec.RunStatus) {
	m.Phase = types.StringValue(string(s.Phase))
	m.Message = types.StringValue(s.Message)
	m.StartedAt, m.FinishedAt = timeValue(s.StartedAt), timeValue(s.FinishedAt)
	m.Outputs = stringMap(s.Outputs)
	tasks := map[string]attr.Value{}
	for path, t := range s.Tasks {
		tasks[path] = types.ObjectValueMust(taskStatusType.AttrTypes, map[string]attr.Value{
			"phase": types.StringValue(string(t.Phase)), "message": types.StringValue(t.Message),
			"started_at": timeValue(t.StartedAt), "finished_at": timeValue(t.FinishedAt),
			"attempts": types.Int64Value(t.Attempts), "cached": types.BoolValue(t.Cached), "artifacts": stringMap(t.Artifacts),
		})
	}
	m.Tasks = types.MapValueMust(taskStatusType, tasks)
}

func stringMap(values map[string]string) types.Map {
	elements := make(map[string]attr.Value, len(values))
	for name, v := range values {
		elements[name] = types.StringValue(v)
	}
	return types.MapValueMust(types.StringType, elements)
}

// keepResult plans the result that the state holds.
func (m *runModel) keepResult(state runModel) {
	m.Phase, m.Message, m.StartedAt, m.FinishedAt = state.Phase, state.Message, state.StartedAt, state.FinishedAt
	m.Outputs, m.Tasks = state.Outputs, state.Tasks
}

// forgetResult plans a result that only the run will bring.
func (m *runModel) forgetResult() {
	m.Phase, m.Message, m.StartedAt, m.FinishedAt = types.StringUnknown(), types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	m.Outputs, m.Tasks = types.MapUnknown(types.StringType), types.MapUnknown(taskStatusType)
}

// timeValue is null while the time has not come.
func timeValue(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}

// kept reads history, where the last failed run is kept unless told otherwise.
func (m runModel) kept(ctx context.Context, diags *diag.Diagnostics) kept {
	k := kept{Failed: 1}
	t := texts{diags: diags}
	var history historyModel
	if !t.object(ctx, m.History, &history) {
		return k
	}
	if failed := t.number(history.Failed); failed != nil {
		k.Failed = *failed
	}
	if succeeded := t.number(history.Succeeded); succeeded != nil {
		k.Succeeded = *succeeded
	}
	return k
}
