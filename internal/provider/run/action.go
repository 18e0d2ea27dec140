package run

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/graph"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/pages"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/problem"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

var (
	_ action.ActionWithConfigure  = &runAction{}
	_ action.ActionWithModifyPlan = &runAction{}
)

// NewAction makes the action kfp_run.
func NewAction() action.Action { return &runAction{} }

// runAction runs a pipeline now. Each invocation is a run of its own, and nothing of it is kept in the state.
type runAction struct {
	data *kit.Session
}

type runActionModel struct {
	Namespace      types.String   `tfsdk:"namespace"`
	Pipeline       types.Object   `tfsdk:"pipeline"`
	Parameters     types.Map      `tfsdk:"parameters"`
	ServiceAccount types.String   `tfsdk:"service_account"`
	Wait           types.Bool     `tfsdk:"wait"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

func (a *runAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run"
}

func (a *runAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Runs a pipeline now, and tells of each task as it starts and ends. Every invocation is a " +
			"new run, which stays in the cluster as long as the pipeline's `ttl` says. Needs Terraform 1.14 or later.",
		Attributes: map[string]schema.Attribute{
			"namespace": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Namespace. Default: the provider's `namespace`.",
			},
			"pipeline": schema.ObjectAttribute{
				Required: true, AttributeTypes: kit.RefAttributeTypes(), MarkdownDescription: "The `ref` of a `kfp_pipeline`.",
			},
			"parameters": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Values of the pipeline's parameters; lists and structs by `jsonencode`, artifacts by their address, such " +
					"as `s3://bucket/key`. Never secrets: " +
					"Argo keeps them in clear text.",
			},
			"service_account": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Service account of the pods. Default: the provider's `service_account`, else the " +
					"namespace's `default`.",
			},
			"wait": schema.BoolAttribute{
				Optional: true, MarkdownDescription: "Wait until the run has ended, and fail if it failed. Default: `true`.",
			},
			"timeouts": actionTimeouts(ctx),
		},
	}
}

// actionTimeouts are the framework's timeouts and pending.
func actionTimeouts(ctx context.Context) schema.SingleNestedAttribute {
	all := schema.SingleNestedAttribute{Optional: true, Attributes: map[string]schema.Attribute{}}
	opts := timeouts.Opts{InvokeDescription: "How long to wait for the run, such as `30m`. Default: `1h`."}
	if known, ok := timeouts.AttributesWithOpts(ctx, opts).(schema.SingleNestedAttribute); ok {
		all.Attributes = known.Attributes
	}
	all.Attributes["pending"] = schema.StringAttribute{Optional: true, MarkdownDescription: kit.PendingDescription}
	known := map[string]attr.Type{}
	for name, a := range all.Attributes {
		known[name] = a.GetType()
	}
	all.CustomType = timeouts.Type{ObjectType: types.ObjectType{AttrTypes: known}}
	return all
}

func (a *runAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	if req.ProviderData == nil {
		return
	}
	d, ok := req.ProviderData.(*kit.Session)
	if !ok {
		resp.Diagnostics.AddError(
			"Internal error", "The provider's configuration has an unexpected type. Please report this.",
		)
		return
	}
	a.data = d
}

// ModifyPlan checks the parameters against the pipeline's, so that a wrong one is said at plan.
func (a *runAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config runActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || a.data == nil {
		return
	}
	run, diags := a.spec(ctx, config)
	resp.Diagnostics.Append(diags...)
	if !diags.HasError() {
		kit.AddProblems(&resp.Diagnostics, graph.CheckRun(run))
	}
}

func (a *runAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config runActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, diags := a.spec(ctx, config)
	resp.Diagnostics.Append(diags...)
	timeout, diags := config.Timeouts.Invoke(ctx, defaultRunTimeout)
	resp.Diagnostics.Append(diags...)
	kit.AddErrors(&resp.Diagnostics, graph.CheckRun(run))
	if resp.Diagnostics.HasError() {
		return
	}
	// What makes the run another one than all before it.
	run.Triggers = map[string]string{"invocation": rand.Text()}
	pending := kit.PendingTimeout(config.Timeouts.Object, &resp.Diagnostics)
	a.invoke(ctx, run, timeout, pending, config.Wait.IsNull() || config.Wait.ValueBool(), func(text string) {
		resp.SendProgress(action.InvokeProgressEvent{Message: text})
	}, &resp.Diagnostics)
}

func (a *runAction) invoke(
	ctx context.Context, run spec.Run, timeout, pending time.Duration, wait bool, tell func(string),
	diags *diag.Diagnostics,
) {
	if !kit.Reported(diags, func(problems *problem.List) bool {
		return a.data.ReadyForRuns(ctx, run.Namespace, run.ServiceAccount, problems)
	}) {
		return
	}
	object, _, err := a.data.StartRun(ctx, run, "")
	if err != nil {
		kit.AddClusterError(diags, "start", "run of pipeline", run.Pipeline.Name, err)
		return
	}
	url := a.data.Site.Of(pages.Workflows, object.Namespace, object.Name)
	tell(strings.TrimSpace("Started run " + object.Namespace + "/" + object.Name + ". " + url))
	if !wait {
		return
	}
	waiting := operate.Awaited{
		Run: run, Namespace: object.Namespace, Name: object.Name, Outputs: run.Pipeline.Outputs,
		Timeout: timeout, TimeoutName: "timeouts.invoke", Pending: pending,
		Again: "Mend the cause and invoke the action again.",
		Later: "Invoked again, the action starts another run.",
		Tell:  tell,
	}
	status := kit.Reported(
		diags, func(problems *problem.List) spec.RunStatus { return a.data.AwaitRun(ctx, waiting, problems) },
	)
	for _, name := range slices.Sorted(maps.Keys(status.Outputs)) {
		tell("Output " + name + ": " + operate.Cut(status.Outputs[name], operate.MaxLine))
	}
}

// spec reads the configuration.
func (a *runAction) spec(ctx context.Context, m runActionModel) (spec.Run, diag.Diagnostics) {
	if m.Namespace.IsNull() {
		m.Namespace = types.StringValue(a.data.Namespace)
	}
	if m.ServiceAccount.IsNull() {
		m.ServiceAccount = types.StringValue(a.data.ServiceAccount)
	}
	run, _, diags := Model{
		Namespace: m.Namespace, ServiceAccount: m.ServiceAccount, Pipeline: m.Pipeline, Parameters: m.Parameters,
		Name: types.StringNull(), Triggers: types.MapNull(types.StringType),
	}.spec(ctx)
	return run, diags
}
