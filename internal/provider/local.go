package provider

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

// localVariable asks for local pipelines where the configuration does not.
const localVariable = "KFP_LOCAL"

type localModel struct {
	Directory   types.String `tfsdk:"directory"`
	Runner      types.String `tfsdk:"runner"`
	Python      types.String `tfsdk:"python"`
	Parallelism types.Int64  `tfsdk:"parallelism"`
	Approve     types.Bool   `tfsdk:"approve"`
	Env         types.Map    `tfsdk:"env"`
	Secrets     types.Map    `tfsdk:"secrets"`
	ConfigMaps  types.Map    `tfsdk:"config_maps"`
}

// localAttribute declares local pipelines.
func localAttribute() schema.SingleNestedAttribute {
	texts := types.MapType{ElemType: types.StringType}
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Keep pipelines in a directory of this machine, and run their tasks as processes of it: without " +
			"a cluster, as the guide \"Pipelines on this machine\" tells. Excludes all arguments of a connection. " +
			"Environment: `KFP_LOCAL`, which is `1` or a directory, and then counts before any connection.",
		Attributes: map[string]schema.Attribute{
			"directory": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Where objects, logs and artifacts are kept. Default: `.kfp` in the working directory.",
			},
			"runner": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "What runs tasks: `process`. Programs are then those of this machine, and images are not " +
					"used. Default: `process`.",
			},
			"python": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The Python, 3.8 or later, of Python components: a path, or a program in `PATH`. Default: `python3`.",
			},
			"parallelism": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: "How many tasks run at once, those of all runs counted. Default: as many as this machine has " +
					"processors.",
			},
			"approve": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Let approvals through at once. Default: `false`: they wait for their time, or until the file " +
					"is made that their message names.",
			},
			"env": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, Validators: []validator.Map{kit.NoNulls{}},
				MarkdownDescription: "Environment variables of every task. Of this machine's, tasks see those that programs and " +
					"the network need, such as `PATH`, `HOME` and `HTTPS_PROXY`, and no others.",
			},
			"secrets": schema.MapAttribute{
				Optional: true, Sensitive: true, ElementType: texts, Validators: []validator.Map{kit.NoNulls{}},
				MarkdownDescription: "What stands in for Secrets, by name and key. It is in no file but those that a task writes.",
			},
			"config_maps": schema.MapAttribute{
				Optional: true, ElementType: texts, Validators: []validator.Map{kit.NoNulls{}},
				MarkdownDescription: "What stands in for ConfigMaps, by name and key.",
			},
		},
	}
}

// localConfig reads whether pipelines are local, and how. An attribute counts before the environment.
func (m providerModel) localConfig(ctx context.Context, diags *diag.Diagnostics) (config local.Config, isLocal bool) {
	if m.Local.IsNull() {
		return localFromEnvironment()
	}
	if !m.Local.IsUnknown() {
		for _, argument := range m.connection() {
			if !argument.value.IsNull() {
				diags.AddAttributeError(
					path.Root("local"), "Local pipelines need no cluster",
					fmt.Sprintf("The provider is given both local and %s.\n\nTake one of them off. %s=1 in the environment makes "+
						"pipelines local for a while, whatever the configuration connects to.", argument.name, localVariable),
				)
			}
		}
	}
	var l localModel
	diags.Append(m.Local.As(ctx, &l, kit.ObjectOptions)...)
	config = local.Config{
		Directory: l.Directory.ValueString(), Runner: l.Runner.ValueString(), Python: l.Python.ValueString(),
		Parallelism: int(l.Parallelism.ValueInt64()), Approve: l.Approve.ValueBool(),
	}
	for _, part := range []struct {
		from types.Map
		into any
	}{{l.Env, &config.Env}, {l.Secrets, &config.Secrets}, {l.ConfigMaps, &config.ConfigMaps}} {
		if !part.from.IsNull() && !kit.HasUnknown(part.from) {
			diags.Append(part.from.ElementsAs(ctx, part.into, false)...)
		}
	}
	return config, true
}

func localFromEnvironment() (local.Config, bool) {
	text := strings.TrimSpace(os.Getenv(localVariable))
	switch isLocal, err := strconv.ParseBool(text); {
	case text == "":
		return local.Config{}, false
	case err == nil:
		return local.Config{}, isLocal
	}
	return local.Config{Directory: text}, true
}

// argument is an attribute by which a cluster is found.
type argument struct {
	name  string
	value interface {
		IsNull() bool
		IsUnknown() bool
	}
}

// connection are the arguments by which a cluster is found.
func (m providerModel) connection() []argument {
	return []argument{
		{"host", m.Host}, {"username", m.Username}, {"password", m.Password}, {"token", m.Token}, {"insecure", m.Insecure},
		{"tls_server_name", m.TLSServerName}, {"client_certificate", m.ClientCertificate}, {"client_key", m.ClientKey},
		{"cluster_ca_certificate", m.ClusterCACertificate}, {"config_path", m.ConfigPath}, {"config_paths", m.ConfigPaths},
		{"config_context", m.ConfigContext}, {"config_context_auth_info", m.ConfigContextAuthInfo},
		{"config_context_cluster", m.ConfigContextCluster}, {"proxy_url", m.ProxyURL}, {"exec", m.Exec},
	}
}
