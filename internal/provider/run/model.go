package run

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// spec reads the configuration part of the model.
func (m Model) spec(ctx context.Context) (run spec.Run, unknown bool, diags diag.Diagnostics) {
	t := kit.Reader{Diags: &diags}
	run = spec.Run{
		Namespace: t.Text(m.Namespace), ServiceAccount: t.Text(m.ServiceAccount),
		Parameters: t.Strings(ctx, m.Parameters), Triggers: t.Strings(ctx, m.Triggers),
	}
	ref, known, ds := kit.RefFromObject(path.Root("pipeline"), m.Pipeline)
	diags.Append(ds...)
	run.Pipeline = ref
	if !m.Name.IsNull() && !m.Name.IsUnknown() {
		run.Name = m.Name.ValueString()
	}
	return run, t.Unknown || !known || ref.Version == "", diags
}

func (m Model) pipelineOutputs() map[string]spec.Output {
	ref, _, _ := kit.RefFromObject(path.Root("pipeline"), m.Pipeline)
	return ref.Outputs
}

// runsTheSame reports whether the state holds the run that is planned. It keeps its name then: an earlier version of
// this provider computed names from the descriptions of parameters, too.
func (m Model) runsTheSame(state Model) bool {
	return kit.IsKnown(state.Name) && m.Namespace.Equal(state.Namespace) && m.Pipeline.Equal(state.Pipeline) &&
		m.ServiceAccount.Equal(state.ServiceAccount) && m.Parameters.Equal(state.Parameters) &&
		m.Triggers.Equal(state.Triggers)
}

// setStatus writes what became of the run.
func (m *Model) setStatus(s spec.RunStatus) {
	m.Phase = types.StringValue(string(s.Phase))
	m.Message = types.StringValue(s.Message)
	m.StartedAt, m.FinishedAt = kit.TimeValue(s.StartedAt), kit.TimeValue(s.FinishedAt)
	m.Outputs = outputsOf(s, m.pipelineOutputs())
	tasks := map[string]attr.Value{}
	for path, t := range s.Tasks {
		tasks[path] = types.ObjectValueMust(taskStatusType.AttrTypes, map[string]attr.Value{
			"phase": types.StringValue(string(t.Phase)), "message": types.StringValue(t.Message),
			"started_at": kit.TimeValue(t.StartedAt), "finished_at": kit.TimeValue(t.FinishedAt),
			"attempts": types.Int64Value(t.Attempts), "cached": types.BoolValue(t.Cached), "artifacts": stringMap(t.Artifacts),
		})
	}
	m.Tasks = types.MapValueMust(taskStatusType, tasks)
}

// outputsOf are the outputs of a run. One that the run may leave out, and has, is null.
func outputsOf(s spec.RunStatus, declared map[string]spec.Output) types.Map {
	outputs := stringMap(s.Outputs).Elements()
	for name, o := range declared {
		if _, given := s.Outputs[name]; o.Optional && !given && !o.Type.IsArtifact() && s.Phase == spec.PhaseSucceeded {
			outputs[name] = types.StringNull()
		}
	}
	return types.MapValueMust(types.StringType, outputs)
}

func stringMap(values map[string]string) types.Map {
	elements := make(map[string]attr.Value, len(values))
	for name, v := range values {
		elements[name] = types.StringValue(v)
	}
	return types.MapValueMust(types.StringType, elements)
}

// keepResult plans the result that the state holds.
func (m *Model) keepResult(state Model) {
	m.Phase, m.Message, m.StartedAt, m.FinishedAt = state.Phase, state.Message, state.StartedAt, state.FinishedAt
	m.Outputs, m.Tasks = state.Outputs, state.Tasks
}

// forgetResult plans a result that only the run will bring.
func (m *Model) forgetResult() {
	m.Phase, m.Message, m.StartedAt, m.FinishedAt = types.StringUnknown(), types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	m.Outputs, m.Tasks = types.MapUnknown(types.StringType), types.MapUnknown(taskStatusType)
}

// Kept reads history, where the last failed run is kept unless told otherwise.
func (m Model) kept(ctx context.Context, diags *diag.Diagnostics) operate.Kept {
	k := operate.Kept{Failed: 1}
	t := kit.Reader{Diags: diags}
	var history kit.HistoryModel
	if !t.Object(ctx, m.History, &history) {
		return k
	}
	if failed := t.Number(history.Failed); failed != nil {
		k.Failed = *failed
	}
	if succeeded := t.Number(history.Succeeded); succeeded != nil {
		k.Succeeded = *succeeded
	}
	return k
}

// checkTimeouts reads all of them, since a mistake would otherwise show when the run has started.
func (m Model) checkTimeouts(diags *diag.Diagnostics) { kit.PendingTimeout(m.Timeouts.Object, diags) }
