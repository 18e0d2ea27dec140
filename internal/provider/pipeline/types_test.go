package pipeline

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/sample"
)

func TestTextsThatMeanTheSame(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		same func(a, b string) bool
		a, b string
		want bool
	}{
		{equal[kit.Duration], "60s", "1m", true},
		{equal[kit.Duration], "1h0m0s", "60m", true},
		{equal[kit.Duration], "60s", "61s", false},
		{equal[kit.Duration], "soon", "soon", true},
		{equal[kit.Duration], "soon", "later", false},
		{equal[kit.Duration], "60s", "later", false},
		{equal[kit.Duration], "", "0s", false},
		{equal[kit.Quantity], "1000m", "1", true},
		{equal[kit.Quantity], "1024Mi", "1Gi", true},
		{equal[kit.Quantity], "1G", "1Gi", false},
		{equal[kit.Quantity], "{{ parameters.x }}", "1", false},
		{equal[kit.Quantity], "1", "x", false},
		{equal[kit.JSONText], `{"a":1,"b":[1,2]}`, `{ "b" : [1, 2], "a" : 1 }`, true},
		{equal[kit.JSONText], `[1,2]`, `[2,1]`, false},
		{equal[kit.JSONText], `9007199254740993`, `9007199254740992`, false},
		{equal[kit.JSONText], `{}`, `{} {}`, false},
		{equal[kit.JSONText], `{`, `{}`, false},
		{equal[kit.JSONText], `{}`, `{`, false},
	} {
		if got := tc.same(tc.a, tc.b); got != tc.want {
			t.Errorf("%q and %q are the same: %v", tc.a, tc.b, got)
		}
	}
}

func equal[N kit.Notation](a, b string) bool {
	same, diags := kit.NewText[N](a).StringSemanticEquals(context.Background(), kit.NewText[N](b))
	return same && !diags.HasError()
}

func TestTextsThatAreNotThereAreTheSameAsNoOther(t *testing.T) {
	t.Parallel()
	null, unknown := kit.DurationValue{
		StringValue: types.StringNull(),
	}, kit.DurationValue{StringValue: types.StringUnknown()}
	for _, v := range []kit.DurationValue{null, unknown} {
		if same, _ := v.StringSemanticEquals(t.Context(), kit.NewText[kit.Duration]("0s")); same {
			t.Errorf("%v is the same as 0s", v)
		}
		if same, _ := v.StringSemanticEquals(t.Context(), v); !same {
			t.Errorf("%v is not the same as itself", v)
		}
	}
	if kit.NewText[kit.Duration]("1").Equal(kit.NewText[kit.Quantity]("1")) || (kit.DurationType{}).Equal(kit.QuantityType{}) || (kit.DurationType{}).Equal(types.StringType) {
		t.Error("two notations are one type")
	}
	if (kit.DurationType{}).String() == (kit.QuantityType{}).String() {
		t.Error("messages cannot tell the types apart")
	}
}

// reader is a provider and its only resource, whose Read finds the settings that it holds in the cluster.
type reader struct{ live spec.Settings }

func (*reader) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "test"
}

func (*reader) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (*reader) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (r *reader) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &readerResource{live: r.live} }}
}

func (*reader) DataSources(context.Context) []func() datasource.DataSource { return nil }

type readerResource struct{ live spec.Settings }

type readerModel struct {
	Tasks types.Map `tfsdk:"tasks"`
}

func (*readerResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "test_tasks"
}

func (*readerResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		Attributes: map[string]schema.Attribute{"tasks": kit.NestedMapAttribute("Tasks.", settingsAttributes())},
	}
}

func (*readerResource) Create(context.Context, resource.CreateRequest, *resource.CreateResponse) {}

func (*readerResource) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}

func (*readerResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

func (r *readerResource) Read(ctx context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	task, diags := asObject(ctx, r.live, types.Object{})
	m, more := types.MapValue(settingsType, map[string]attr.Value{"a": task})
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(more...)
	resp.Diagnostics.Append(resp.State.Set(ctx, readerModel{Tasks: m})...)
}

// otherNotations are the settings of sample.EverySetting, written in another way.
func otherNotations() spec.Settings {
	live := sample.EverySetting()
	live.Timeout, live.Retry.Backoff.Duration, live.Retry.Backoff.Max, live.Cache.MaxAge = "1m", "10000ms", "60m", "1440m"
	live.Resources.Requests["cpu"], live.Resources.Limits["cpu"] = "1", "2000m"
	live.Volumes["d"].EmptyDir.SizeLimit, live.Volumes["e"].Ephemeral.Size = "1024Mi", "1024Mi"
	live.Affinity = `{ "nodeAffinity" : {} }`
	return live
}

// The tasks of a pipeline go past the framework, so that it cannot keep what means the same.
func TestOtherNotationsInTasksAreNoDrift(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	w := kit.Writer{Diags: &diags}
	task := func(s spec.Settings, timeout string) map[string]spec.Task {
		return map[string]spec.Task{"a": {Settings: s, Approval: &spec.Approval{Timeout: timeout}}}
	}
	prior := writeTasks(t.Context(), w, task(sample.EverySetting(), "60s"), types.MapNull(taskType))
	got := writeTasks(t.Context(), w, task(otherNotations(), "1m"), prior)
	if diags.HasError() || !got.Equal(prior) {
		t.Errorf("%v: what means the same is written as %s", diags, got)
	}
}

// Another notation in the cluster is no drift, however deep in the attributes it is.
func TestOtherNotationsAreNoDrift(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	live := otherNotations()

	var schemaResp resource.SchemaResponse
	(&readerResource{}).Schema(ctx, resource.SchemaRequest{}, &schemaResp)
	typ := schemaResp.Schema.Type().TerraformType(ctx)
	state := tfsdk.State{Schema: schemaResp.Schema, Raw: tftypes.NewValue(typ, nil)}
	task, _ := asObject(ctx, sample.EverySetting(), types.Object{})
	tasks, diags := types.MapValue(settingsType, map[string]attr.Value{"a": task})
	diags.Append(state.Set(ctx, readerModel{Tasks: tasks})...)
	prior, err := tfprotov6.NewDynamicValue(typ, state.Raw)
	if diags.HasError() || err != nil {
		t.Fatal(diags, err)
	}
	server := providerserver.NewProtocol6(&reader{live})()
	resp, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "test_tasks", CurrentState: &prior})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatal(err, resp)
	}
	got, err := resp.NewState.Unmarshal(typ)
	if err != nil {
		t.Fatal(err)
	}
	diff, err := state.Raw.Diff(got)
	if err != nil || len(diff) > 0 {
		t.Errorf("drift: %v %v", diff, err)
	}
}
