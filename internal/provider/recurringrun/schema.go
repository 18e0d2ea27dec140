package recurringrun

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/schedule"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// Model is a kfp_recurring_run in configurations, plans and states.
type Model struct {
	Name              types.String      `tfsdk:"name"`
	Namespace         types.String      `tfsdk:"namespace"`
	Description       types.String      `tfsdk:"description"`
	Pipeline          types.Object      `tfsdk:"pipeline"`
	Pin               types.Bool        `tfsdk:"pin"`
	Parameters        types.Map         `tfsdk:"parameters"`
	ServiceAccount    types.String      `tfsdk:"service_account"`
	Cron              kit.CronValue     `tfsdk:"cron"`
	Crons             types.List        `tfsdk:"crons"`
	Interval          kit.DurationValue `tfsdk:"interval"`
	Timezone          types.String      `tfsdk:"timezone"`
	StartTime         kit.InstantValue  `tfsdk:"start_time"`
	EndTime           kit.InstantValue  `tfsdk:"end_time"`
	StartingDeadline  kit.DurationValue `tfsdk:"starting_deadline"`
	Enabled           types.Bool        `tfsdk:"enabled"`
	Concurrency       types.String      `tfsdk:"concurrency"`
	MaxConcurrency    types.Int64       `tfsdk:"max_concurrency"`
	History           types.Object      `tfsdk:"history"`
	Schedule          types.String      `tfsdk:"schedule"`
	NextRuns          types.List        `tfsdk:"next_runs"`
	LastScheduledTime types.String      `tfsdk:"last_scheduled_time"`
	PinnedPipeline    types.Object      `tfsdk:"pinned_pipeline"`
	Drift             types.List        `tfsdk:"drift"`
	URL               types.String      `tfsdk:"url"`
	Ref               types.Object      `tfsdk:"ref"`
}

// RefTypes is the type of a recurring run's ref: all that a backfill has to know of it.
func RefTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"name": types.StringType, "namespace": types.StringType, "pipeline": types.ObjectType{
			AttrTypes: kit.RefAttributeTypes(),
		}, "pin": types.BoolType,
		"parameters": types.MapType{ElemType: types.StringType}, "service_account": types.StringType,
		"lines": types.ListType{ElemType: types.StringType}, "timezone": types.StringType,
	}
}

func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "Name, at most 52 lower-case letters, digits and hyphens; that of the CronWorkflow in the " +
				"cluster. Its runs are named after it and the time that they were due.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"namespace":   kit.NamespaceAttribute(),
		"description": kit.OptionalText("What the runs are for. Argo's user interface shows it at each of them."),
		"pipeline": schema.ObjectAttribute{
			Required: true, AttributeTypes: kit.RefAttributeTypes(),
			MarkdownDescription: "The `ref` of a `kfp_pipeline`. Every run uses the version that was applied last, unless " +
				"`pin` is set.",
		},
		"pin": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: "Whether to stay with the pipeline's version (that of pipelines inside it included) that " +
				"was the newest when `pin` was set, whatever becomes of the pipeline. Set it to `false` and to `true` again to " +
				"move on. Default: `false`.",
		},
		"parameters": kit.TextMap("Values of the pipeline's parameters; lists and structs by `jsonencode`. Texts may hold " +
			"`{{ }}` with `schedule.time`, the time that the run was due in RFC 3339 and UTC, " +
			"`schedule.local_time`, the same in the schedule's timezone, and `run.name`, `run.id`, `run.created_at`. Example: `{{ " +
			"format_time(schedule.local_time, \"2006-01-02\", \"-24h\") }}` is the day before, by a layout in the way of Go. " +
			"Never secrets: Argo keeps parameters in clear text."),
		"service_account": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Service account of the pods. Default: the provider's `service_account`, else the " +
				"namespace's `default`.",
		},
		"enabled": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: "Whether runs start. Switching it on again never makes up for what was missed. Runs in " +
				"progress go on either way. Default: `true`.",
		},
	}
	addTimes(attributes)
	addConcurrency(attributes)
	addRecurringResults(attributes)
	resp.Schema = schema.Schema{
		Version: kit.RefSchemaVersion,
		MarkdownDescription: "Runs of a pipeline by the clock. It is one CronWorkflow that every change updates in place: " +
			"an edit neither stops a run in progress nor starts one that was missed. " +
			"Destroying it lets runs in progress finish; those that have ended, and those that wait for `max_concurrency`, " +
			"are removed with it.",
		Attributes: attributes,
	}
}

func addTimes(attributes map[string]schema.Attribute) {
	attributes["cron"] = schema.StringAttribute{
		Optional: true, CustomType: kit.CronType{},
		MarkdownDescription: "When to run: minute, hour, day of month, month, day of week, such as `\"0 2 * * *\"`, or " +
			"`@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. Exactly one of `cron`, `crons` and `interval`.",
	}
	attributes["crons"] = schema.ListAttribute{
		Optional: true, ElementType: kit.CronType{}, Validators: []validator.List{
			kit.NoNulls{}, listvalidator.SizeAtLeast(1),
		},
		MarkdownDescription: "Several lines as in `cron`. A time that two of them name is one run.",
	}
	attributes["interval"] = kit.DurationAttribute("Time from run to run, such as `\"15m\"`. One that divides a day is " +
		"counted from midnight; others are counted from the last change or run, and drift.")
	attributes["timezone"] = schema.StringAttribute{
		Optional: true, Computed: true, Default: stringdefault.StaticString(schedule.DefaultTimezone),
		MarkdownDescription: "IANA name of the timezone in which `cron`, `crons` and `interval` are meant, such as " +
			"`\"America/New_York\"`. Default: `\"UTC\"`.",
	}
	attributes["start_time"] = schema.StringAttribute{Optional: true, CustomType: kit.InstantType{},
		MarkdownDescription: "Nothing runs before this time (RFC 3339, such as `\"2026-01-31T08:00:00+01:00\"`)."}
	attributes["end_time"] = schema.StringAttribute{Optional: true, CustomType: kit.InstantType{},
		MarkdownDescription: "Nothing starts from this time on (RFC 3339). It may be moved later again."}
	attributes["starting_deadline"] = kit.DurationAttribute("How late a run may start that was missed because the " +
		"controller was down or because `concurrency = \"forbid\"` skipped it, such as `\"10m\"`. Only the latest missed " +
		"one is made up for. Default: none is.")
}

func addConcurrency(attributes map[string]schema.Attribute) {
	attributes["concurrency"] = schema.StringAttribute{
		Optional: true, Computed: true, Default: stringdefault.StaticString(string(spec.ConcurrencyAllow)),
		MarkdownDescription: "What happens when a run is due while an earlier one is in progress: `allow` (both run), " +
			"`forbid` (the new one is skipped) or `replace` (the earlier one is ended at once, without its `on_exit` tasks). " +
			"Default: `allow`.",
	}
	attributes["max_concurrency"] = schema.Int64Attribute{Optional: true,
		MarkdownDescription: "How many runs are in progress at a time under `concurrency = \"allow\"`; those due beyond " +
			"that wait for their turn. Default: no bound."}
	attributes["history"] = kit.NestedAttribute("How many ended runs are kept. The pipeline's `ttl` may remove them "+
		"earlier.", map[string]schema.Attribute{
		"succeeded": schema.Int64Attribute{
			Optional: true, Validators: []validator.Int64{int64validator.Between(0, 10000)},
			MarkdownDescription: "Successful runs. Default: 3.",
		},
		"failed": schema.Int64Attribute{
			Optional: true, Validators: []validator.Int64{int64validator.Between(0, 10000)},
			MarkdownDescription: "Failed runs. Default: 1.",
		},
	})
}

func addRecurringResults(attributes map[string]schema.Attribute) {
	attributes["schedule"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "The schedule in words, such as `at 02:00 every day (America/New_York)`.",
	}
	attributes["next_runs"] = schema.ListAttribute{Computed: true, ElementType: types.StringType,
		MarkdownDescription: "When the next five runs are due, in the schedule's timezone and with its changes of the " +
			"clock; empty while `enabled` is `false`. Brought up to date at each refresh."}
	attributes["last_scheduled_time"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "When the last run was due, RFC 3339 in UTC; null if there was none yet.",
	}
	attributes["pinned_pipeline"] = schema.ObjectAttribute{
		Computed: true, AttributeTypes: kit.RefAttributeTypes(),
		MarkdownDescription: "The pipeline's version that `pin` holds; null without.",
	}
	attributes["drift"] = schema.ListAttribute{Computed: true, ElementType: types.StringType,
		MarkdownDescription: "Paths in the CronWorkflow that somebody else has changed and that no attribute shows. The " +
			"next apply undoes them."}
	attributes["url"] = kit.URLAttribute("the recurring run and its runs")
	attributes["ref"] = schema.ObjectAttribute{
		Computed: true, AttributeTypes: RefTypes(), MarkdownDescription: "What the `recurring_run` of a `kfp_backfill` " +
			"takes.",
	}
}
