package component

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// Model is a kfp_component in configurations, plans and states.
type Model struct {
	Name        types.String `tfsdk:"name"`
	Namespace   types.String `tfsdk:"namespace"`
	Description types.String `tfsdk:"description"`
	Inputs      types.Map    `tfsdk:"inputs"`
	Outputs     types.Map    `tfsdk:"outputs"`
	Python      types.Object `tfsdk:"python"`
	Container   types.Object `tfsdk:"container"`
	Env         types.Map    `tfsdk:"env"`
	Resources   types.Object `tfsdk:"resources"`
	Version     types.String `tfsdk:"version"`
	Ref         types.Object `tfsdk:"ref"`
	Drift       types.List   `tfsdk:"drift"`
	packageModel
}

type pythonModel struct {
	Source            types.String `tfsdk:"source"`
	File              types.String `tfsdk:"file"`
	Function          types.String `tfsdk:"function"`
	BaseImage         types.String `tfsdk:"base_image"`
	Image             types.String `tfsdk:"image"`
	Packages          types.List   `tfsdk:"packages"`
	IndexURLs         types.List   `tfsdk:"index_urls"`
	TrustedHosts      types.List   `tfsdk:"trusted_hosts"`
	AdditionalSources types.Map    `tfsdk:"additional_sources"`
	Files             types.Map    `tfsdk:"files"`
	KFP               types.Bool   `tfsdk:"kfp"`
}

type containerModel struct {
	Image   types.String `tfsdk:"image"`
	Command types.List   `tfsdk:"command"`
	Args    types.List   `tfsdk:"args"`
	Files   types.Map    `tfsdk:"files"`
}

func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name, at most 52 lower-case letters, digits and hyphens.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(isMade,
				"Another name is another component.", "Another name is another component.")},
		},
		"namespace": kit.NamespaceAttribute(),
		"description": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "What the component does. Default: the first part of the Python function's " +
				"docstring, or what the package says.",
		},
		"inputs": schema.MapNestedAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Inputs by name. Declared for a container; derived from the signature of a Python " +
				"function and from a package, of which they may only say the same.",
			NestedObject: schema.NestedAttributeObject{Attributes: kit.InputAttributes()},
			Validators:   []validator.Map{kit.NoNulls{}},
		},
		"outputs": schema.MapNestedAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Outputs by name. Declared for a container; derived from the signature of a Python " +
				"function, where a single return value is called `Output`, and from a package; they may only say the same.",
			NestedObject: schema.NestedAttributeObject{Attributes: kit.OutputAttributes()},
			Validators:   []validator.Map{kit.NoNulls{}},
		},
		"python":    PythonAttribute(),
		"container": ContainerAttribute(),
		"env": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Environment variables. Never secrets: Kubernetes shows them to everybody who may read the " +
				"object. A task's `secret_env` is for those.",
		},
		"resources": kit.NestedAttribute(
			"What the container asks for and may use at most. A task can override it.", kit.ResourcesObject.Attributes(),
		),
		"version": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Hash of everything that the component is. The cluster object is called `<name>-<version>`.",
		},
		"drift": kit.DriftAttribute(),
		"ref": schema.ObjectAttribute{
			Computed: true, AttributeTypes: kit.RefAttributeTypes(),
			MarkdownDescription: "What a task's `component` takes: " + kit.RefDescription,
		},
	}
	maps.Copy(attributes, packageAttributes())
	resp.Schema = schema.Schema{
		Version: kit.RefSchemaVersion,
		MarkdownDescription: "One step that pipelines can run: a Python function, any container, or a component of Kubeflow " +
			"Pipelines as it is. Each change makes a new immutable version; an old version is removed once no pipeline, " +
			"recurring run or unfinished run uses it.",
		Attributes: attributes,
	}
}

// PythonAttribute declares a Python function.
func PythonAttribute() schema.SingleNestedAttribute {
	list := func(description string) schema.ListAttribute {
		return schema.ListAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: description, Validators: []validator.List{kit.NoNulls{}},
		}
	}
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "A Python function. Its inputs and outputs come from its signature.",
		Attributes: map[string]schema.Attribute{
			"source": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Text of the file that defines the function, usually `file(\"${path.module}/component.py\")`.",
			},
			"file": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Name of the file in messages and tracebacks. Default: `component.py`.",
			},
			"function": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Name of the function. Default: the only one that the file defines.",
			},
			"base_image": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Image with Python 3.8 or later that runs a self-contained function. Exactly one of " +
					"`base_image` and `image`, unless the source's KFP decorator names one.",
			},
			"image": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Image that holds the function's modules, usually `kfp_image.x.reference`. The function " +
					"may then import them.",
			},
			"packages": list("Packages that pip installs when the task starts, such as `pandas==2.2.2`. Slower and less " +
				"repeatable than an image made by `kfp_image`."),
			"index_urls":    list("Package indexes that pip uses in place of the default."),
			"trusted_hosts": list("Hosts that pip may reach without TLS."),
			"additional_sources": schema.MapAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Texts of further Python files by file name, such as `{ \"helpers.py\" = " +
					"file(\"helpers.py\") }`. They are run in the same namespace before the function, which uses what they define " +
					"without an import."},
			"files": schema.MapAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Texts of small data files by file name, which the function finds in the pod as " +
					"`/kfp/component/<name>`. An argument that is annotated as `dsl.EmbeddedInput[Dataset]`, or of another " +
					"artifact type, has them too: its `.path` is the only file, or a directory with all of them. All files of a " +
					"component may have 1 MiB together."},
			"kfp": schema.BoolAttribute{Optional: true,
				MarkdownDescription: "Whether values are read and written as leniently as Kubeflow Pipelines does it: whole " +
					"numbers arrive as `int`, texts of `OutputPath` are read as `True` or ` 3`, an artifact that was never " +
					"written is empty. For code that relies on it. Default: `false`, types are strict."},
		},
	}
}

// ContainerAttribute declares a container.
func ContainerAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Any container image. `command` and `args` may hold `{{ inputs.x }}`, `{{ " +
			"inputs.an_artifact.path }}` and `{{ outputs.y.path }}`, the file that the container has to write. An element " +
			"whose expression gives a list is as many arguments, and one that gives `nil` is none: `{{ inputs.x == nil ? [] : " +
			"['--x', inputs.x] }}`.",
		Attributes: map[string]schema.Attribute{
			"image": schema.StringAttribute{Required: true, MarkdownDescription: "Image reference, best with a digest."},
			"command": schema.ListAttribute{Optional: true, Computed: true, ElementType: types.StringType, Validators: []validator.List{kit.NoNulls{}},
				MarkdownDescription: "Program and first arguments. Default: the image's entrypoint, and without `args` its " +
					"command behind it, as the registry has them when the component is made."},
			"args": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Arguments.", Validators: []validator.List{kit.NoNulls{}},
			},
			"files": schema.MapAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Texts of small files by file name, such as `{ \"model.R\" = file(\"model.R\") }`, which the " +
					"container finds as `{{ files.path }}/<name>`, readable and not executable. All of them may have 1 MiB together."},
		},
	}
}
