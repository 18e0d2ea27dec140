package pipeline

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// importModel is a task that gives an artifact which exists already.
type importModel struct {
	URI      types.String `tfsdk:"uri"`
	Type     types.String `tfsdk:"type"`
	Metadata types.String `tfsdk:"metadata"`
}

func importAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "An artifact that exists already, in place of a component, as KFP's `importer` gives it: the task " +
			"runs nothing, and its output is `artifact`.",
		Attributes: map[string]schema.Attribute{
			"uri": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Its address: `s3://bucket/key`, `gs://bucket/key`, `https://…`, or `repository://key` in the " +
					"artifact repository of the run. All but the scheme and the options after a `?` may hold `{{ }}`; " +
					"`gs://{{ parameters.model }}` takes a bucket with a key, or a whole address, from one value.",
			},
			"type": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Type of the artifact, such as `Model`. Default: `Artifact`.",
			},
			"metadata": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Metadata of the artifact: a struct (`jsonencode({...})`), or `{{ }}` with one, such as " +
					"`{{ {'day': parameters.day} }}`.",
			},
		},
	}
}

// readImport makes the task one that takes what the import says.
func (m taskModel) readImport(ctx context.Context, task *spec.Task, t *kit.Reader) {
	if m.Import.IsUnknown() {
		t.Unknown = true
	}
	var model importModel
	if !t.Object(ctx, m.Import, &model) {
		return
	}
	switch text := t.Text(model.Type); text {
	case spec.Unknown: // what the task gives is not known yet
	case "":
		task.Component = spec.ImportRef(spec.Artifact)
	default:
		task.Component = spec.ImportRef(spec.Type(text))
	}
	task.Inputs = map[string]string{spec.ImportURI: t.Text(model.URI)}
	if text := t.Text(model.Metadata); text != "" {
		task.Inputs[spec.ImportMetadata] = text
	}
}

// writeImport undoes readImport.
func writeImport(ctx context.Context, w kit.Writer, t spec.Task, old types.Object) types.Object {
	of := kit.TypeAt(taskType, "import")
	if t.Component.Kind != spec.ImportKind {
		return types.ObjectNull(kit.ObjectTypes(of))
	}
	return kit.Nested(ctx, w, of, &t, old, func(t spec.Task, old importModel) importModel {
		model := importModel{
			URI: w.Text(t.Inputs[spec.ImportURI], old.URI), Metadata: w.Text(t.Inputs[spec.ImportMetadata], old.Metadata),
			Type: w.Text(string(t.Component.Outputs[spec.ImportOutput].Type), old.Type),
		}
		if model.Type.ValueString() == string(spec.Artifact) && old.Type.ValueString() == "" {
			model.Type = old.Type
		}
		return model
	})
}
