package run

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/decompile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/backend"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/pages"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// defaultRuns is how many runs are listed where no limit is set.
const defaultRuns = 20

var _ datasource.DataSourceWithConfigure = &runsData{}

// NewData makes the data source kfp_runs.
func NewData() datasource.DataSource { return &runsData{} }

type runsData struct{ kit.Lookup }

type runsDataModel struct {
	Namespace    types.String `tfsdk:"namespace"`
	Pipeline     types.String `tfsdk:"pipeline"`
	RecurringRun types.String `tfsdk:"recurring_run"`
	Backfill     types.String `tfsdk:"backfill"`
	Phases       types.Set    `tfsdk:"phases"`
	Labels       types.Map    `tfsdk:"labels"`
	OrderBy      types.Object `tfsdk:"order_by"`
	Since        types.String `tfsdk:"since"`
	Limit        types.Int64  `tfsdk:"limit"`
	Runs         types.List   `tfsdk:"runs"`
}

var runType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"name": types.StringType, "pipeline": types.StringType, "pipeline_version": types.StringType, "recurring_run": types.StringType, "backfill": types.StringType,
	"phase": types.StringType, "message": types.StringType, "scheduled_time": types.StringType, "created_at": types.StringType, "started_at": types.StringType,
	"finished_at": types.StringType, "duration_seconds": types.Int64Type, "parameters": types.MapType{
		ElemType: types.StringType,
	},
	"url": types.StringType, "metrics": runMetrics, "outputs": types.MapType{ElemType: types.StringType},
	"failed_tasks": types.MapType{ElemType: types.StringType},
}}

func (d *runsData) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_runs"
}

func (d *runsData) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the runs that are in the cluster, newest first: those of `kfp_run`, of recurring runs " +
			"and of backfills. Runs that retention has removed (`history`, `ttl`) are not among them.",
		Attributes: map[string]schema.Attribute{
			"namespace":     kit.DataNamespace(),
			"pipeline":      text("Only runs of the pipeline of this name."),
			"recurring_run": text("Only runs that the recurring run of this name has started."),
			"backfill":      text("Only runs of the backfill of this name."),
			"phases": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Only runs in one of these phases: " +
					"`Pending`, `Running`, `Succeeded`, `Failed`, `Error`.",
				Validators: []validator.Set{
					setvalidator.ValueStringsAre(stringvalidator.OneOf("Pending", "Running", "Succeeded", "Failed", "Error")),
				},
			},
			"labels": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, Validators: []validator.Map{kit.NoNulls{}},
				MarkdownDescription: "Only runs with all of these labels, such as those of `run_labels` of a pipeline.",
			},
			"order_by": orderAttribute(),
			"since": text("Only runs that were due or, without a schedule, made since then: a time in RFC 3339, or a " +
				"duration before now such as `\"36h\"`."),
			"limit": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.Between(1, 1000)},
				MarkdownDescription: "At most so many runs. Default: 20."},
			"runs": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The runs, newest first.",
				NestedObject: schema.NestedAttributeObject{Attributes: runAttributes()},
			},
		},
	}
}

func runAttributes() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	textMap := func(description string) schema.MapAttribute {
		return schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"name":             text("Name of the Workflow."),
		"url":              text("Address of the page that shows the run; null without the provider's `ui_url`."),
		"pipeline":         text("Name of the pipeline."),
		"pipeline_version": text("Version of the pipeline."),
		"recurring_run":    text("Name of the recurring run that started it; null: none did."),
		"backfill":         text("Name of the backfill that it belongs to; null: to none."),
		"phase":            text("`Pending`, `Running`, `Succeeded`, `Failed` or `Error`."),
		"message":          text("What Argo says about the run as a whole; usually empty."),
		"scheduled_time":   text("When it was due, RFC 3339 in UTC; null without a schedule."),
		"created_at":       text("When it was made, RFC 3339 in UTC."),
		"started_at":       text("Start, RFC 3339 in UTC; null before it."),
		"finished_at":      text("End, RFC 3339 in UTC; null before it."),
		"duration_seconds": schema.Int64Attribute{
			Computed: true, MarkdownDescription: "Seconds from the start to the end, or until now; null before the start.",
		},
		"parameters": textMap("Values of the pipeline's parameters, as text."),
		"outputs":    textMap("The pipeline's outputs, as text."),
		"metrics": schema.MapAttribute{
			Computed: true, ElementType: artifactMetrics,
			MarkdownDescription: "The numbers in the metadata of artifacts, by task, output and name: " +
				"`runs[0].metrics[\"train\"][\"metrics\"][\"accuracy\"]`. Those of loops are left out.",
		},
		"failed_tasks": textMap("Messages of the tasks that failed, by their name; of tasks inside nested pipelines by " +
			"path."),
	}
}

func (d *runsData) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m runsDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	now := time.Now()
	since, err := SinceTime(m.Since.ValueString(), now)
	if err != nil {
		kit.AddErrorAt(&resp.Diagnostics, path.Root("since"), "Invalid since", err.Error())
		return
	}
	namespace := d.Namespace(m.Namespace)
	labelled := m.labelled(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := d.Session.Backend.List(
		ctx, backend.Workflows, namespace,
		status.RunSelector(m.Pipeline.ValueString(), m.RecurringRun.ValueString(), m.Backfill.ValueString())+labelled,
	)
	if err != nil {
		kit.AddClusterError(&resp.Diagnostics, "list", "runs in namespace", namespace, err)
		return
	}
	var phases []string
	resp.Diagnostics.Append(m.Phases.ElementsAs(ctx, &phases, false)...)
	var runs []spec.RunInfo
	interfaces := d.interfaces(ctx, namespace)
	for _, o := range found {
		run, err := status.ReadRun(o.Into, interfaces(o.Labels[layout.PipelineLabel]))
		if err != nil {
			kit.Report(&resp.Diagnostics, func(problems *problem.List) { operate.AddUnreadableRun(problems, o.Name, err) })
		}
		if status.DueAt(run).Before(since) || len(phases) > 0 && !slices.Contains(phases, string(run.Phase)) {
			continue
		}
		runs = append(runs, run)
	}
	slices.SortFunc(runs, newestFirst)
	var order metricOrder
	if (&kit.Reader{Diags: &resp.Diagnostics}).Object(ctx, m.OrderBy, &order) {
		order.sort(runs)
	}
	limit := defaultRuns
	if !m.Limit.IsNull() {
		limit = int(m.Limit.ValueInt64())
	}
	runs = runs[:min(limit, len(runs))]
	for i, run := range runs {
		d.Session.ReaderOf(namespace, run.Name).Mask(ctx, &runs[i].RunStatus)
	}
	m.Namespace = types.StringValue(namespace)
	m.Runs = d.runList(runs, now)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// labelled is the end of a selector that asks for labels.
func (m runsDataModel) labelled(ctx context.Context, diags *diag.Diagnostics) string {
	wanted := map[string]string{}
	if !m.Labels.IsNull() {
		diags.Append(m.Labels.ElementsAs(ctx, &wanted, false)...)
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		at := path.Root("labels").AtMapKey(name)
		for _, wrong := range append(validation.IsQualifiedName(name), validation.IsValidLabelValue(wanted[name])...) {
			kit.AddErrorAt(diags, at, "Invalid label", fmt.Sprintf("No run can have the label %s = %q: %s.", name, wanted[name], wrong))
		}
		b.WriteString("," + name + "=" + wanted[name])
	}
	return b.String()
}

func newestFirst(a, b spec.RunInfo) int {
	if c := status.DueAt(b).Compare(status.DueAt(a)); c != 0 {
		return c
	}
	return strings.Compare(a.Name, b.Name)
}

// SinceTime reads a time, or a duration before now. Empty is the begin of time.
func SinceTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	ago, err := time.ParseDuration(text)
	if err != nil || ago <= 0 {
		return time.Time{}, fmt.Errorf(
			"%q is neither a time in RFC 3339, such as \"2026-01-31T00:00:00Z\", nor a duration before now, such as \"36h\"",
			text,
		)
	}
	return now.Add(-ago), nil
}

// interfaces returns a function that finds what a pipeline takes and gives, each asked for once. Of one that is gone
// values are shown as they travelled.
func (d *runsData) interfaces(ctx context.Context, namespace string) func(string) spec.Interface {
	known := map[string]spec.Interface{}
	return func(pipeline string) spec.Interface {
		if i, ok := known[pipeline]; ok {
			return i
		}
		var i spec.Interface
		if found, err := d.Session.Backend.Find(ctx, backend.WorkflowTemplates, namespace, pipeline); err == nil {
			if ref, _, err := decompile.ReadRef(found.Into); err == nil {
				i = ref.Interface
			}
		}
		known[pipeline] = i
		return i
	}
}

func (d *runsData) runList(runs []spec.RunInfo, now time.Time) types.List {
	values := make([]attr.Value, len(runs))
	for i, r := range runs {
		failed := map[string]string{}
		for name, task := range r.Tasks {
			if task.Phase.Failed() {
				failed[name] = task.Message
			}
		}
		values[i] = types.ObjectValueMust(runType.AttrTypes, map[string]attr.Value{
			"name": types.StringValue(r.Name), "url": kit.TextOrNull(d.Session.Site.Of(pages.Workflows, r.Namespace, r.Name)),
			"pipeline": types.StringValue(r.Pipeline), "pipeline_version": types.StringValue(r.PipelineVersion),
			"recurring_run": kit.TextOrNull(r.RecurringRun), "backfill": kit.TextOrNull(r.Backfill), "phase": types.StringValue(string(r.Phase)),
			"message": types.StringValue(r.Message), "scheduled_time": kit.TimeValue(r.ScheduledTime), "created_at": kit.TimeValue(r.CreatedAt),
			"started_at": kit.TimeValue(r.StartedAt), "finished_at": kit.TimeValue(r.FinishedAt), "duration_seconds": durationSeconds(r, now),
			"parameters": mapOfTexts(r.Parameters), "outputs": mapOfTexts(r.Outputs), "metrics": metricsValue(r.Tasks), "failed_tasks": mapOfTexts(failed),
		})
	}
	return types.ListValueMust(runType, values)
}

func durationSeconds(r spec.RunInfo, now time.Time) types.Int64 {
	switch {
	case r.StartedAt.IsZero():
		return types.Int64Null()
	case r.FinishedAt.IsZero():
		return types.Int64Value(int64(now.Sub(r.StartedAt).Seconds()))
	}
	return types.Int64Value(int64(r.FinishedAt.Sub(r.StartedAt).Seconds()))
}

func mapOfTexts(m map[string]string) types.Map {
	values := make(map[string]attr.Value, len(m))
	for key, text := range m {
		values[key] = types.StringValue(text)
	}
	return types.MapValueMust(types.StringType, values)
}
