package run

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// Model is a kfp_run in configurations, plans and states.
type Model struct {
	Name           types.String   `tfsdk:"name"`
	Namespace      types.String   `tfsdk:"namespace"`
	Pipeline       types.Object   `tfsdk:"pipeline"`
	Parameters     types.Map      `tfsdk:"parameters"`
	ServiceAccount types.String   `tfsdk:"service_account"`
	Triggers       types.Map      `tfsdk:"triggers"`
	Wait           types.Bool     `tfsdk:"wait"`
	RetryFailed    types.Bool     `tfsdk:"retry_failed"`
	History        types.Object   `tfsdk:"history"`
	Phase          types.String   `tfsdk:"phase"`
	Message        types.String   `tfsdk:"message"`
	StartedAt      types.String   `tfsdk:"started_at"`
	FinishedAt     types.String   `tfsdk:"finished_at"`
	Outputs        types.Map      `tfsdk:"outputs"`
	Tasks          types.Map      `tfsdk:"tasks"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

var taskStatusType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"phase": types.StringType, "message": types.StringType, "started_at": types.StringType, "finished_at": types.StringType,
	"attempts": types.Int64Type, "cached": types.BoolType, "artifacts": types.MapType{ElemType: types.StringType},
}}

func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		Version: kit.RefSchemaVersion,
		MarkdownDescription: "One run of a pipeline. Apply starts it and waits until it succeeds. A new pipeline version, " +
			"other parameters or other `triggers` are a new run. " +
			"A run that retention has removed after it ended stays in the state and does not run again.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Name of the Workflow. Default: the pipeline's name and a hash of the pipeline's version, " +
					"the parameters and the triggers, so that an interrupted apply finds its run again. Two resources that are the " +
					"same in all of these are an error: `triggers` or names tell them apart.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIfConfigured()},
			},
			"namespace": kit.NamespaceAttribute(),
			"pipeline": schema.ObjectAttribute{
				Required: true, AttributeTypes: kit.RefAttributeTypes(),
				MarkdownDescription: "The `ref` of a `kfp_pipeline`.",
				PlanModifiers:       []planmodifier.Object{objectplanmodifier.RequiresReplace()},
			},
			"parameters": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Values of the pipeline's parameters; lists and structs by `jsonencode`, artifacts by their address, such " +
					"as `s3://bucket/key`. Never secrets: " +
					"Argo keeps them in clear text.",
				PlanModifiers: []planmodifier.Map{mapplanmodifier.RequiresReplace()},
			},
			"service_account": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Service account of the pods. Default: the provider's `service_account`, else the " +
					"namespace's `default`.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIfConfigured()},
			},
			"triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any values; a change makes a new run.",
				PlanModifiers:       []planmodifier.Map{mapplanmodifier.RequiresReplace()},
			},
			"wait": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Wait until the run has ended, and fail if it failed. With `false`, apply only starts the " +
					"run; `phase`, `outputs` and `tasks` follow at later refreshes. Default: `true`.",
			},
			"retry_failed": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "What an apply does after the run failed: with `true` it runs the failed tasks of the same " +
					"run again, together with those that did not start because of them, and keeps the results of the others, as " +
					"`argo retry` does. With `false` it makes a whole new run. A changed pipeline, parameter or trigger is always " +
					"a new run. Default: `false`.",
			},
			"history": kit.NestedAttribute("How many ended runs stay in the cluster, to be looked at, after a changed "+
				"pipeline, parameter or trigger has made others in their place. The pipeline's `ttl` may remove them earlier; "+
				"destroy removes them. "+
				"A run that is made anew with nothing changed takes the place of the one before, whose name it has.", map[string]schema.Attribute{
				"succeeded": schema.Int64Attribute{
					Optional: true, Validators: []validator.Int64{int64validator.Between(0, 10000)},
					MarkdownDescription: "Successful runs. Default: 0.",
				},
				"failed": schema.Int64Attribute{
					Optional: true, Validators: []validator.Int64{int64validator.Between(0, 10000)},
					MarkdownDescription: "Failed runs. Default: 1.",
				},
			}),
			"phase":       computed("`Pending`, `Running`, `Succeeded`, `Failed` or `Error`."),
			"message":     computed("What Argo says about the run as a whole; usually empty."),
			"started_at":  computed("Start, RFC 3339 in UTC."),
			"finished_at": computed("End, RFC 3339 in UTC."),
			"outputs": schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The pipeline's outputs as text; lists and structs are JSON (`jsondecode`). One that " +
					"comes from a task that did not run is null.",
			},
			"tasks": schema.MapAttribute{
				Computed: true, ElementType: taskStatusType,
				MarkdownDescription: "What became of each task, by name; of tasks inside nested pipelines by path, such as " +
					"`nested/load`. `attempts` counts pods, `cached` says that no pod was needed. `artifacts` holds the metadata " +
					"of the artifacts that the task made as JSON, metrics among them: " +
					"`jsondecode(kfp_run.x.tasks[\"train\"].artifacts[\"metrics\"]).accuracy`. Those of a loop are a list.",
			},
			"timeouts": kit.TimeoutsWithPending(ctx, timeouts.Opts{
				Create: true, Update: true, Delete: true,
				CreateDescription: "How long to wait for the run, such as `30m`. Default: `1h`.",
				UpdateDescription: "As `create`, where a run is still to be waited for.",
				DeleteDescription: "How long a run in progress may take to stop, with its `on_exit` tasks. Default: `5m`.",
			}),
		},
	}
}
