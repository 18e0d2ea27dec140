package backfill

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/recurringrun"
)

// Model is a kfp_backfill in configurations, plans and states.
type Model struct {
	Name              types.String     `tfsdk:"name"`
	Namespace         types.String     `tfsdk:"namespace"`
	RecurringRun      types.Object     `tfsdk:"recurring_run"`
	From              kit.InstantValue `tfsdk:"from"`
	To                kit.InstantValue `tfsdk:"to"`
	Parameters        types.Map        `tfsdk:"parameters"`
	Parallelism       types.Int64      `tfsdk:"parallelism"`
	ContinueOnFailure types.Bool       `tfsdk:"continue_on_failure"`
	Triggers          types.Map        `tfsdk:"triggers"`
	Ticks             types.List       `tfsdk:"ticks"`
	Succeeded         types.List       `tfsdk:"succeeded"`
	Failed            types.List       `tfsdk:"failed"`
	Remaining         types.List       `tfsdk:"remaining"`
	Runs              types.Map        `tfsdk:"runs"`
	URL               types.String     `tfsdk:"url"`
	Timeouts          timeouts.Value   `tfsdk:"timeouts"`
}

var tickResultType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"run": types.StringType, "phase": types.StringType, "message": types.StringType, "started_at": types.StringType, "finished_at": types.StringType,
}}

func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	tickList := func(description string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		Version: kit.RefSchemaVersion,
		MarkdownDescription: "Runs of a recurring run's pipeline for the times between `from` and `to` at which its " +
			"schedule was due: one run for each, in their order, with `schedule.time` as it would have been. " +
			"An apply that is interrupted, or in which runs fail, is taken up by the next one: what has succeeded does not " +
			"run again.\n\n" +
			"The times are fixed when the backfill is made. A later change of the schedule or the pipeline runs nothing " +
			"again; another `from` or `to` runs what is new, other `triggers` run everything again.",
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Name, at most 52 lower-case letters, digits and hyphens. Its runs are named after it and " +
					"their time.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"namespace": schema.StringAttribute{Computed: true, MarkdownDescription: "Namespace of the recurring run."},
			"recurring_run": schema.ObjectAttribute{
				Required: true, AttributeTypes: recurringrun.RefTypes(), MarkdownDescription: "The `ref` of a `kfp_recurring_run`.",
			},
			"from": schema.StringAttribute{
				Required: true, CustomType: kit.InstantType{},
				MarkdownDescription: "Begin, included, in RFC 3339, such as `\"2026-01-31T00:00:00-05:00\"`.",
			},
			"to": schema.StringAttribute{
				Required: true, CustomType: kit.InstantType{},
				MarkdownDescription: "End, not included, in RFC 3339. Not in the future: that is the schedule's own.",
			},
			"parameters": kit.TextMap("Values that differ from those of the recurring run, such as a flag for a full load. " +
				"They may use `schedule.time` in the same way."),
			"parallelism": schema.Int64Attribute{
				Optional: true, Computed: true, Default: int64default.StaticInt64(1), Validators: []validator.Int64{
					int64validator.Between(1, 1000),
				},
				MarkdownDescription: "How many runs are in progress at a time. Default: `1`, one after the other.",
			},
			"continue_on_failure": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether later runs start once one has failed. Default: `false`; those in progress go on " +
					"to their end either way.",
			},
			"triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Any values; a change runs everything again.",
				PlanModifiers: []planmodifier.Map{mapplanmodifier.RequiresReplace()},
			},
			"ticks":     tickList("The times, in order, in the schedule's timezone. They are known at plan."),
			"succeeded": tickList("The times whose run has succeeded."),
			"failed":    tickList("The times whose run has failed. The next apply runs them again."),
			"remaining": tickList("The times whose run has not begun, or has not ended. The next apply goes on with them."),
			"runs": schema.MapAttribute{Computed: true, ElementType: tickResultType,
				MarkdownDescription: "What became of the runs that have ended, by their time: the name of the Workflow, " +
					"`phase`, `message`, `started_at` and `finished_at`."},
			"url": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "Address of the page that lists the runs; null without the provider's `ui_url`, and where " +
					"that is a template, which has pages of single runs.",
			},
			"timeouts": kit.TimeoutsWithPending(ctx, timeouts.Opts{
				Create: true, Update: true, Delete: true,
				CreateDescription: "How long to wait for all runs, such as `6h`. Default: `12h`.",
				UpdateDescription: "As `create`, where runs remain.",
				DeleteDescription: "How long each run in progress may take to stop, with its `on_exit` tasks. Default: `5m`.",
			}),
		},
	}
}
