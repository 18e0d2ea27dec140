package pipeline

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// Refresh writes what the cluster holds into the model. Where that is what the state compiles to, the state stays the
// same, spelling and all. root is the config map of a pipeline that has one. found is what a plan says of the pipeline.
func (r *Resource) Refresh(
	ctx context.Context, m *Model, live, root *backend.Object, diags *diag.Diagnostics,
) (found problem.List, same bool) {
	m.Drift = kit.NoDrift()
	prior, _, ds := m.spec(ctx)
	if ds.HasError() {
		// What was read before is no pipeline, such as a task of which nobody knows the component. It is read anew.
		r.readBack(ctx, m, live, root, prior, nil, diags)
		return nil, false
	}
	expected, _, found := CompilePipeline(prior)
	if expected != nil && expected.Version != m.Version.ValueString() && m.Version.ValueString() == live.Labels[layout.VersionLabel] {
		return found, false // another version of this provider compiled it; the plan brings it up to date
	}
	if m.isPackage() && expected != nil {
		return found, r.refreshPackage(ctx, m, live, root, expected)
	}
	if expected != nil && len(pipelineDifferences(live, root, expected)) == 0 {
		return append(found, expected.CheckSize()...), expected.Version == m.Version.ValueString()
	}
	r.readBack(ctx, m, live, root, prior, expected, diags)
	return found, false
}

// refreshPackage tells what differs from what the package compiles to, also of its code. There is no package that would
// say it.
func (r *Resource) refreshPackage(
	ctx context.Context, m *Model, live, root *backend.Object, expected *compile.PipelineObject,
) (same bool) {
	found := pipelineDifferences(live, root, expected)
	for _, code := range expected.Code {
		there, err := r.Session.Backend.Find(ctx, backend.ConfigMaps, code.Namespace, code.Name)
		switch {
		case backend.IsNotFound(err):
			found = append(found, "the config map "+code.Name+" is missing")
		case err == nil:
			for _, differs := range operate.Differences(there, code) {
				found = append(found, "config map "+code.Name+": "+differs)
			}
		}
	}
	m.Drift = kit.ListOfTexts(found)
	return len(found) == 0 && expected.Version == m.Version.ValueString()
}

// readBack writes what the cluster holds into the model, and what no attribute can hold into its drift.
func (r *Resource) readBack(
	ctx context.Context, m *Model, live, root *backend.Object, prior spec.Pipeline, expected *compile.PipelineObject,
	diags *diag.Diagnostics,
) {
	found, unread, err := decompile.ReadPipeline(live.Into, r.Session.Refs(ctx, live.Namespace), &prior)
	if err != nil {
		// Somebody has written what is no WorkflowTemplate of Argo Workflows.
		m.Drift = driftOf([]layout.Unread{{Path: "spec", Reason: err.Error()}}, live, root, expected)
		return
	}
	if noted := found.Options.PipelineRoot; noted != "" {
		if read, ok := decompile.ReadRoot(noted, kit.DecoderOf(root)); ok {
			found.Options.PipelineRoot = read
		}
	}
	diags.Append(m.SetSpec(ctx, found)...)
	again, _, _ := CompilePipeline(found)
	if again == nil {
		again = expected
	}
	if again != nil {
		// The label follows from everything else, of which the attributes tell.
		again.Template.Labels[layout.VersionLabel] = m.Version.ValueString()
	}
	m.Drift = driftOf(unread, live, root, again)
}

// CompilePipeline checks and compiles a pipeline; o is nil if it does not compile, and found says why.
func CompilePipeline(p spec.Pipeline) (o *compile.PipelineObject, g *graph.Graph, found problem.List) {
	g, found = graph.Check(p)
	if found.HasError() {
		return nil, g, found
	}
	compiled, err := compile.Pipeline(g)
	if err != nil {
		found.Errorf(nil, "Cannot compile the pipeline", "%s", err)
		return nil, g, found
	}
	return &compiled, g, found
}

// driftOf lists what is not as this provider would write it and is in no attribute. wanted is nil where what was read
// does not compile.
func driftOf(unread []layout.Unread, live, root *backend.Object, wanted *compile.PipelineObject) types.List {
	var paths []string
	for _, u := range unread {
		paths = append(paths, u.String())
	}
	if wanted != nil {
		paths = append(paths, pipelineDifferences(live, root, wanted)...)
	}
	return kit.ListOfTexts(paths)
}

// SetSpec writes a pipeline that was read from the cluster. What means the same as before stays as it was written.
func (m *Model) SetSpec(ctx context.Context, p spec.Pipeline) diag.Diagnostics {
	var diags diag.Diagnostics
	w := kit.Writer{Diags: &diags}
	m.Namespace, m.Name, m.Description = types.StringValue(p.Namespace), types.StringValue(p.Name), w.Text(
		p.Description, m.Description,
	)
	var ds diag.Diagnostics
	m.Parameters, ds = kit.NewInputs(ctx, p.Parameters, m.Parameters)
	diags.Append(ds...)
	m.Tasks = writeTasks(ctx, w, p.Tasks, m.Tasks)
	m.OnExit = writeTasks(ctx, w, p.OnExit, m.OnExit)
	m.Groups = writeGroups(ctx, w, p.Groups, m.Groups)
	m.Outputs = w.Texts(ctx, types.MapType{ElemType: types.StringType}, p.Outputs, m.Outputs)
	m.Defaults, ds = newSettingsObject(ctx, p.Defaults, m.Defaults)
	diags.Append(ds...)
	m.optionsModel, ds = newOptionsModel(ctx, p.Options, &m.optionsModel)
	diags.Append(ds...)
	return diags
}

var taskType = types.ObjectType{AttrTypes: kit.AttributeTypes(TaskAttributes())}

func writeTasks(ctx context.Context, w kit.Writer, tasks map[string]spec.Task, prior types.Map) types.Map {
	if len(tasks) == 0 && kit.Keeps(prior) {
		return prior
	}
	if len(tasks) == 0 {
		return types.MapNull(taskType)
	}
	old, all := prior.Elements(), make(map[string]attr.Value, len(tasks))
	for name, t := range tasks {
		before := kit.Known(old[name])
		attributes := writeTask(ctx, w, t, newTaskModel(before)).Attributes()
		maps.Copy(attributes, settingsObject.Write(ctx, w, t.Settings, before))
		task, diags := types.ObjectValue(taskType.AttrTypes, attributes)
		w.Diags.Append(diags...)
		all[name] = task
	}
	written, diags := types.MapValue(taskType, all)
	w.Diags.Append(diags...)
	return written
}

func writeTask(ctx context.Context, w kit.Writer, t spec.Task, old taskModel) taskModel {
	component, group, inputs := t.Component, "", t.Inputs
	switch component.Kind {
	case spec.GroupKind:
		component, group = spec.Ref{}, t.Component.Name
	case spec.ImportKind:
		component, inputs = spec.Ref{}, nil
	}
	model := taskModel{
		Component: w.Ref(component, old.Component), Group: w.Text(group, old.Group), DisplayName: w.Text(t.DisplayName, old.DisplayName),
		Inputs:    w.Texts(ctx, kit.TypeAt(taskType, "inputs"), inputs, old.Inputs),
		DependsOn: w.Set(ctx, t.DependsOn, old.DependsOn), RunIf: w.Text(string(t.RunIf), old.RunIf),
		When: w.Text(t.When, old.When), ForEach: w.Text(t.ForEach, old.ForEach), Parallelism: types.Int64PointerValue(t.Parallelism),
		AllowFailure: w.Flag(t.AllowFailure, old.AllowFailure),
	}
	model.Import = writeImport(ctx, w, t, old.Import)
	model.Approval = kit.Nested(ctx, w, kit.TypeAt(taskType, "approval"), t.Approval, old.Approval, func(a spec.Approval, old approvalModel) approvalModel {
		return approvalModel{Timeout: kit.TextIn(a.Timeout, old.Timeout)}
	})
	if t.Approval == nil {
		model.Approval = types.ObjectNull(kit.ObjectTypes(kit.TypeAt(taskType, "approval"))) // {} is a gate: it must not stay
	}
	return model
}
