package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type inspectPackageFunction struct{}

var _ function.Function = inspectPackageFunction{}

// NewInspectPackage makes the function inspect_package.
func NewInspectPackage() function.Function { return inspectPackageFunction{} }

func (inspectPackageFunction) Metadata(
	_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse,
) {
	resp.Name = "inspect_package"
}

func (inspectPackageFunction) Definition(
	_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse,
) {
	resp.Definition = function.Definition{
		Summary: "What a package of Kubeflow Pipelines holds, and what is wrong with it",
		MarkdownDescription: "Reads a package of Kubeflow Pipelines, a pipeline or a component, as `package` of `kfp_pipeline` " +
			"and `kfp_component` do, checks and compiles it, and returns what is in it. It needs no cluster and no provider " +
			"configuration, and what is wrong is no error but in the result, so that a test can look at many packages. " +
			"The result is an object:\n\n" +
			"- `kind`: `pipeline`, or `component` for a `component.yaml` of KFP's first version\n" +
			"- `name`, `display_name`, `description`, `sdk_version`: what the package says; empty if it does not\n" +
			"- `parameters`: by name `type`, `default` (null: there is none), `optional` and `description`; `outputs`: types by " +
			"name\n" +
			"- `tasks`: by path, such as `for_loop_1/train`, the `component` and the `image` of each task that runs a container\n" +
			"- `images`, `secrets`, `config_maps`, `claims`: all that it refers to, as it stands there\n" +
			"- `errors`, `warnings`: texts that start with the line, such as `line 12: Unknown field: …`. Where there are errors, " +
			"the rest may be empty.\n\n" +
			"Needs Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "package", MarkdownDescription: "Text of the package, usually `file(\"pipeline.yaml\")`.",
		}},
		Return: function.ObjectReturn{AttributeTypes: inspectedTypes},
	}
}

// What the function returns.
var (
	inspectedTypes = map[string]attr.Type{
		"kind": types.StringType, "name": types.StringType, "display_name": types.StringType,
		"description": types.StringType, "sdk_version": types.StringType,
		"parameters": types.MapType{ElemType: types.ObjectType{AttrTypes: map[string]attr.Type{
			"type": types.StringType, "default": types.StringType, "optional": types.BoolType, "description": types.StringType,
		}}},
		"outputs": types.MapType{ElemType: types.StringType},
		"tasks": types.MapType{ElemType: types.ObjectType{AttrTypes: map[string]attr.Type{
			"component": types.StringType, "image": types.StringType,
		}}},
		"images": texts, "secrets": texts, "config_maps": texts, "claims": texts, "errors": texts, "warnings": texts,
	}
	texts = types.ListType{ElemType: types.StringType}
)

func (inspectPackageFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	resp.Error = resp.Result.Set(ctx, inspect(text))
}
