package pipeline

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// Model is a kfp_pipeline in configurations, plans and states.
type Model struct {
	Name        types.String `tfsdk:"name"`
	Namespace   types.String `tfsdk:"namespace"`
	Description types.String `tfsdk:"description"`
	Parameters  types.Map    `tfsdk:"parameters"`
	Tasks       types.Map    `tfsdk:"tasks"`
	OnExit      types.Map    `tfsdk:"on_exit"`
	Groups      types.Map    `tfsdk:"groups"`
	Outputs     types.Map    `tfsdk:"outputs"`
	Defaults    types.Object `tfsdk:"defaults"`
	Version     types.String `tfsdk:"version"`
	Ref         types.Object `tfsdk:"ref"`
	Drift       types.List   `tfsdk:"drift"`
	packageModel
	optionsModel
}

// taskModel is what a task is beside its settings.
type taskModel struct {
	Component    types.Object
	Group        types.String
	Approval     types.Object
	Import       types.Object
	DisplayName  types.String
	Inputs       types.Map
	DependsOn    types.Set
	RunIf        types.String
	When         types.String
	ForEach      types.String
	Parallelism  types.Int64
	AllowFailure types.Bool
}

func newTaskModel(of map[string]attr.Value) taskModel {
	return taskModel{
		Component:    kit.As[types.Object](of["component"]),
		Group:        kit.As[types.String](of["group"]),
		Approval:     kit.As[types.Object](of["approval"]),
		Import:       kit.As[types.Object](of["import"]),
		DisplayName:  kit.As[types.String](of["display_name"]),
		Inputs:       kit.As[types.Map](of["inputs"]),
		DependsOn:    kit.As[types.Set](of["depends_on"]),
		RunIf:        kit.As[types.String](of["run_if"]),
		When:         kit.As[types.String](of["when"]),
		ForEach:      kit.As[types.String](of["for_each"]),
		Parallelism:  kit.As[types.Int64](of["parallelism"]),
		AllowFailure: kit.As[types.Bool](of["allow_failure"]),
	}
}

// Attributes are those of a task that are no settings.
func (m taskModel) Attributes() map[string]attr.Value {
	return map[string]attr.Value{
		"component":     m.Component,
		"group":         m.Group,
		"approval":      m.Approval,
		"import":        m.Import,
		"display_name":  m.DisplayName,
		"inputs":        m.Inputs,
		"depends_on":    m.DependsOn,
		"run_if":        m.RunIf,
		"when":          m.When,
		"for_each":      m.ForEach,
		"parallelism":   m.Parallelism,
		"allow_failure": m.AllowFailure,
	}
}

func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "Name, at most 52 lower-case letters, digits and hyphens; that of the WorkflowTemplate in " +
				"the cluster.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"namespace":   kit.NamespaceAttribute(),
		"description": schema.StringAttribute{Optional: true, MarkdownDescription: "What the pipeline does."},
		"parameters": schema.MapNestedAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Parameters by name. Tasks read them as `{{ parameters.x }}`. Artifacts too: a " +
				"task of another pipeline gives one, or a run by its address. Those of a package follow from it.",
			NestedObject: schema.NestedAttributeObject{Attributes: kit.InputAttributes()},
			Validators:   []validator.Map{kit.NoNulls{}},
		},
		"tasks":  tasksAttribute(false),
		"groups": groupsAttribute(),
		"on_exit": schema.MapNestedAttribute{
			Optional: true,
			MarkdownDescription: "Tasks that always run at the end, whatever became of the others. They may read " +
				"`run.status` and `run.failures`, and parameters, but no outputs of `tasks`.",
			NestedObject: nestedObject(TaskAttributes()),
			Validators:   []validator.Map{kit.NoNulls{}},
		},
		"outputs": schema.MapAttribute{
			Optional: true, Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Outputs by name, such as `{{ tasks.quote.outputs.quote }}`. Those of a package follow from it.",
		},
		"defaults": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Settings of every task that does not set them itself.",
			Attributes:          settingsAttributes(),
		},
		"version": schema.StringAttribute{Computed: true, MarkdownDescription: "Hash of everything that the pipeline is."},
		"drift":   kit.DriftAttribute(),
		"ref": schema.ObjectAttribute{
			Computed: true, AttributeTypes: kit.RefAttributeTypes(),
			MarkdownDescription: "What the `pipeline` of a run or a recurring run, and the `component` of a task, take: " + kit.RefDescription,
		},
	}
	maps.Copy(attributes, packageAttributes())
	maps.Copy(attributes, optionsAttributes())
	resp.Schema = schema.Schema{
		Version: kit.RefSchemaVersion,
		MarkdownDescription: "A graph of tasks that pass parameters and artifacts to each other. It is compiled and " +
			"type-checked at plan, without a cluster.",
		Attributes: attributes,
	}
}

// TaskAttributes declare a task.
func TaskAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"component": schema.ObjectAttribute{
			Optional: true, AttributeTypes: kit.RefAttributeTypes(),
			MarkdownDescription: "What the task runs: the `ref` of a `kfp_component` or of another `kfp_pipeline`. Exactly " +
				"one of `component`, `group`, `import` and `approval`.",
		},
		"group": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "What the task runs: the name of one of the pipeline's `groups`, whose parameters are its `inputs`.",
		},
		"approval": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "A gate in place of a component: the run waits here until somebody resumes it (`argo resume`).",
			Attributes: map[string]schema.Attribute{
				"timeout": kit.DurationAttribute("Go on by itself after this time, such as `24h`. Default: wait for ever."),
			},
		},
		"import": importAttribute(),
		"display_name": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Name that people see in Argo's user interface: 2 to 63 letters, digits, hyphens and dots. " +
				"Default: the task's name.",
		},
		"inputs": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Inputs by name: a constant (lists and structs by `jsonencode`), or a text with `{{ }}` " +
				"such as `{{ tasks.cost.output }}`.",
		},
		"depends_on": kit.TextSet("Names of tasks that must be over first though no output of theirs is used."),
		"run_if": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "What must have become of the tasks before: `all_succeeded` (the default), `any_succeeded`, " +
				"`all_failed`, `any_failed`, `all_done` or `always`. A task that runs after a failure has handled it, so that the " +
				"run can succeed; not with `always`, which runs when all before are over and leaves the failure a failure.",
		},
		"when": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Boolean expression; the task is skipped, without a pod, where it is false. Example: " +
				"`tasks.flip.output == \"heads\"`.",
		},
		"for_each": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "List over which the task is repeated: `jsonencode([...])`, or `{{ }}` with a list. The " +
				"task reads `each.value` and `each.index`; its outputs are lists.",
		},
		"parallelism": schema.Int64Attribute{
			Optional:            true,
			MarkdownDescription: "How many repetitions of `for_each` run at a time. Default: no bound.",
		},
		"allow_failure": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "The tasks behind this one run, and the run succeeds, even if this one fails. Default: " +
				"`false`.",
		},
	}
	maps.Copy(attributes, settingsAttributes())
	return attributes
}

// nestedObject sets the type that the framework would otherwise make anew, again and again, for each attribute of each
// task.
func nestedObject(attributes map[string]schema.Attribute) schema.NestedAttributeObject {
	types := make(map[string]attr.Type, len(attributes))
	for name, a := range attributes {
		types[name] = a.GetType()
	}
	return schema.NestedAttributeObject{Attributes: attributes, CustomType: basetypes.ObjectType{AttrTypes: types}}
}
