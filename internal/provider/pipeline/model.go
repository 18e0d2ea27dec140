package pipeline

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// spec reads the configuration part of the model. Texts that Terraform does not know yet are spec.Unknown; unknown
// tells whether anything is, so that the pipeline can be checked but not compiled.
func (m Model) spec(ctx context.Context) (p spec.Pipeline, unknown bool, diags diag.Diagnostics) {
	t := kit.Reader{Diags: &diags}
	p = spec.Pipeline{
		Namespace: t.Text(m.Namespace), Name: t.Text(m.Name), Description: t.Text(m.Description),
		Parameters: kit.InputsSpec(ctx, m.Parameters, &t),
		Tasks:      tasksSpec(ctx, path.Root("tasks"), m.Tasks, &t),
		OnExit:     tasksSpec(ctx, path.Root("on_exit"), m.OnExit, &t),
		Groups:     groupsSpec(ctx, m.Groups, &t),
		Outputs:    t.Strings(ctx, m.Outputs),
		Open: spec.Open{
			Parameters: m.Parameters.IsUnknown(), Tasks: isOpen(m.Tasks), OnExit: isOpen(m.OnExit), Groups: isOpen(m.Groups),
		},
	}
	if m.Parameters.IsUnknown() {
		t.Unknown = true
	}
	if defaults := settingsObject.ReadObject(ctx, &t, m.Defaults); defaults != nil {
		p.Defaults = *defaults
	}
	p.Options = m.optionsModel.spec(ctx, &t)
	switch {
	case m.isPackage():
		p = m.packaged(ctx, &t, p)
	case m.Tasks.IsNull():
		kit.AddErrorAt(
			&diags, path.Root("tasks"), "Nothing to run",
			"The pipeline has neither tasks nor package. Declare its tasks, or give the text of a compiled pipeline of "+
				"Kubeflow Pipelines: package = file(\"pipeline.yaml\").",
		)
	}
	return p, t.Unknown, diags
}

// isOpen reports whether a map of objects, or one of them as a whole, is not known yet.
func isOpen(m types.Map) bool {
	return m.IsUnknown() || slices.ContainsFunc(slices.Collect(maps.Values(m.Elements())), attr.Value.IsUnknown)
}

func tasksSpec(ctx context.Context, at path.Path, m types.Map, t *kit.Reader) map[string]spec.Task {
	if m.IsUnknown() {
		t.Unknown = true
	}
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	tasks := map[string]spec.Task{}
	for name, v := range m.Elements() {
		if !kit.IsKnown(v) {
			t.Unknown = t.Unknown || v.IsUnknown()
			continue
		}
		attributes := kit.Known(v)
		model := newTaskModel(attributes)
		model.checkKind(at.AtMapKey(name), t.Diags)
		task := model.spec(ctx, at.AtMapKey(name), t)
		task.Settings = settingsObject.Read(ctx, t, attributes)
		tasks[name] = task
	}
	return tasks
}

// checkKind refuses a task that runs nothing, or several things. The framework has a validator for that, but each one
// walks through the whole pipeline: a thousand tasks would take a minute.
func (m taskModel) checkKind(at path.Path, diags *diag.Diagnostics) {
	var given []string
	for _, kind := range []struct {
		name  string
		value attr.Value
	}{{"component", m.Component}, {"group", m.Group}, {"import", m.Import}, {"approval", m.Approval}} {
		if !kind.value.IsNull() {
			given = append(given, kind.name)
		}
	}
	switch {
	case len(given) == 0:
		kit.AddErrorAt(
			diags, at.AtName("component"), "Nothing to run",
			"The task has neither component nor group nor import nor approval. Give the ref of a kfp_component or of a "+
				"kfp_pipeline as its component, the name of one of the pipeline's groups as its group, the address of an artifact "+
				"that exists as its import, or make it a gate with approval = {}.",
		)
	case len(given) > 1 && !m.Approval.IsNull():
		kit.AddErrorAt(
			diags, at.AtName("approval"), "Two things to run",
			"The task has both "+given[0]+" and approval. A gate runs nothing: move it to a task of its own.",
		)
	case len(given) > 1:
		kit.AddErrorAt(
			diags, at.AtName(given[1]), "Two things to run",
			"The task has both "+given[0]+" and "+given[1]+". Remove one of them, or make two tasks.",
		)
	case !m.Import.IsNull() && !m.Inputs.IsNull():
		kit.AddErrorAt(
			diags, at.AtName("inputs"), "Setting without a use",
			"The task is an import, which takes its address and metadata alone. Remove inputs.",
		)
	}
}

type approvalModel struct {
	Timeout kit.DurationValue `tfsdk:"timeout"`
}

func (m taskModel) spec(ctx context.Context, at path.Path, t *kit.Reader) spec.Task {
	ref, known, diags := kit.RefFromObject(at.AtName("component"), m.Component)
	t.Diags.Append(diags...)
	switch {
	case !m.Group.IsNull():
		ref = spec.Ref{Kind: spec.GroupKind, Name: t.Text(m.Group)}
	case !m.Import.IsNull():
	case m.Approval.IsNull() && (!known || ref.Version == ""):
		t.Unknown = true
	}
	task := spec.Task{
		Component: ref, DisplayName: t.Text(m.DisplayName), Inputs: t.Strings(ctx, m.Inputs), OpenInputs: m.Inputs.IsUnknown(), DependsOn: t.Set(ctx, m.DependsOn),
		RunIf: spec.RunIf(t.Text(m.RunIf)), When: t.Text(m.When), ForEach: t.Text(m.ForEach), AllowFailure: m.AllowFailure.ValueBool(),
	}
	if m.Parallelism.IsUnknown() || m.AllowFailure.IsUnknown() {
		t.Unknown = true
	}
	if !m.Parallelism.IsNull() && !m.Parallelism.IsUnknown() {
		task.Parallelism = m.Parallelism.ValueInt64Pointer()
	}
	m.readImport(ctx, &task, t)
	var gate approvalModel
	if t.Object(ctx, m.Approval, &gate) {
		task.Approval = &spec.Approval{Timeout: t.Text(gate.Timeout.StringValue)}
	}
	return task
}
