package provider

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/local"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/operate"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/pages"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/backfill"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/component"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/functions"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/pipeline"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/recurringrun"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/run"
)

var (
	_ provider.ProviderWithActions       = &kfpProvider{}
	_ provider.ProviderWithListResources = &kfpProvider{}
)

type kfpProvider struct {
	version          string
	defaultNamespace string // empty: default
	countRequests    func() // called before each request to the cluster; nil outside tests
}

// New returns the provider's constructor; version is shown in the user agent.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &kfpProvider{version: version} }
}

type providerModel struct {
	Host                  types.String `tfsdk:"host"`
	Username              types.String `tfsdk:"username"`
	Password              types.String `tfsdk:"password"`
	Token                 types.String `tfsdk:"token"`
	Insecure              types.Bool   `tfsdk:"insecure"`
	TLSServerName         types.String `tfsdk:"tls_server_name"`
	ClientCertificate     types.String `tfsdk:"client_certificate"`
	ClientKey             types.String `tfsdk:"client_key"`
	ClusterCACertificate  types.String `tfsdk:"cluster_ca_certificate"`
	ConfigPath            types.String `tfsdk:"config_path"`
	ConfigPaths           types.List   `tfsdk:"config_paths"`
	ConfigContext         types.String `tfsdk:"config_context"`
	ConfigContextAuthInfo types.String `tfsdk:"config_context_auth_info"`
	ConfigContextCluster  types.String `tfsdk:"config_context_cluster"`
	ProxyURL              types.String `tfsdk:"proxy_url"`
	Exec                  types.Object `tfsdk:"exec"`
	Namespace             types.String `tfsdk:"namespace"`
	ServiceAccount        types.String `tfsdk:"service_account"`
	InstanceID            types.String `tfsdk:"instance_id"`
	UIURL                 types.String `tfsdk:"ui_url"`
	ForceConflicts        types.Bool   `tfsdk:"force_conflicts"`
	TakeOverIdentical     types.Bool   `tfsdk:"take_over_identical"`
	Preflight             types.Bool   `tfsdk:"preflight"`
	UnpinnedImages        types.String `tfsdk:"unpinned_images"`
	Registries            types.Map    `tfsdk:"registries"`
	ImageBuilder          types.Object `tfsdk:"image_builder"`
	Local                 types.Object `tfsdk:"local"`
}

type execModel struct {
	APIVersion types.String `tfsdk:"api_version"`
	Command    types.String `tfsdk:"command"`
	Args       types.List   `tfsdk:"args"`
	Env        types.Map    `tfsdk:"env"`
}

func (p *kfpProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "kfp"
	resp.Version = p.version
}

func (p *kfpProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	optional := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	secret := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Declares Kubeflow-style machine-learning and ETL pipelines that run on Argo Workflows.",
		Attributes: map[string]schema.Attribute{
			"host":     optional("URL of the Kubernetes API server. Environment: `KUBE_HOST`."),
			"username": optional("User name for basic authentication. Environment: `KUBE_USER`."),
			"password": secret("Password for basic authentication. Environment: `KUBE_PASSWORD`."),
			"token":    secret("Bearer token. Environment: `KUBE_TOKEN`."),
			"insecure": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Do not verify the API server's certificate. Environment: `KUBE_INSECURE`. Default: `false`.",
			},
			"tls_server_name": optional("Name that the API server's certificate is checked against. Environment: " +
				"`KUBE_TLS_SERVER_NAME`."),
			"client_certificate": optional("Client certificate, PEM. Environment: `KUBE_CLIENT_CERT_DATA`."),
			"client_key":         secret("Client key, PEM. Environment: `KUBE_CLIENT_KEY_DATA`."),
			"cluster_ca_certificate": optional("Certificate authority of the API server, PEM. Environment: " +
				"`KUBE_CLUSTER_CA_CERT_DATA`."),
			"config_path": optional("Path of a kubeconfig file. Environment: `KUBE_CONFIG_PATH`."),
			"config_paths": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Paths of kubeconfig files, merged as kubectl does. Environment: `KUBE_CONFIG_PATHS`, " +
					"separated like `PATH`.",
			},
			"config_context":           optional("Context of the kubeconfig. Environment: `KUBE_CTX`."),
			"config_context_auth_info": optional("User of the kubeconfig. Environment: `KUBE_CTX_AUTH_INFO`."),
			"config_context_cluster":   optional("Cluster of the kubeconfig. Environment: `KUBE_CTX_CLUSTER`."),
			"proxy_url": optional("URL of a proxy for all requests to the cluster. Environment: " +
				"`KUBE_PROXY_URL`."),
			"exec": execAttribute(),
			"namespace": optional("Namespace of resources that name none. Environment: `KFP_NAMESPACE`. " +
				"Default: `default`."),
			"service_account": optional("Service account of runs that name none. Environment: " +
				"`KFP_SERVICE_ACCOUNT`. Default: the namespace's `default`."),
			"instance_id": optional("Instance id of the workflow controller (`instanceID` in its config map) " +
				"that runs what is made here. Environment: `KFP_INSTANCE_ID`. Default: the controller without one."),
			"ui_url": optional("Address of Argo's server, such as `https://argo.example.com`, from which the `url` of each " +
				"resource and those in errors about runs are made. Or a template of addresses, with `{kind}` (`workflows`, " +
				"`workflow-templates` or `cron-workflows`), `{namespace}` and `{name}`, such as " +
				"`https://ml.example.com/{namespace}/runs/{name}`. Environment: `KFP_UI_URL`. Default: none, so that every " +
				"`url` is null."),
			"force_conflicts": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Take over fields of components, pipelines and recurring runs that another program " +
					"declares by server-side apply. Default: `false`, so that such a conflict is an error.",
			},
			"take_over_identical": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the creation of a " +
				"component, pipeline or recurring run takes over an object that is there already, if this provider made it and " +
				"it is exactly what would be written. " +
				"Then an apply goes on by itself after one that was killed between making an object and saving its state. Set " +
				"it only where one state alone manages the namespaces: two states that declare the same object would share it, " +
				"and either could delete it. " +
				"Environment: `KFP_TAKE_OVER_IDENTICAL`. Default: `false`, so that creating what exists is an error, which " +
				"holds the `import` block."},
			"preflight": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether an apply looks, before it makes " +
				"the first object, at what it needs: Argo's custom resources, the rights of the provider and of the runs' " +
				"service account, and a workflow controller that serves the namespace. " +
				"Environment: `KFP_PREFLIGHT`. Default: `true`."},
			"unpinned_images": schema.StringAttribute{Optional: true, Validators: []validator.String{
				stringvalidator.OneOf(kit.UnpinnedChoices...),
			},
				MarkdownDescription: "What a plan says of components whose image has a tag and no digest, so that their runs " +
					"cannot be repeated: `warn`, once for an image and where something changes, `allow` or `refuse`. " +
					"Environment: `KFP_UNPINNED_IMAGES`. Default: `warn`."},
			"registries":    image.RegistriesAttribute(),
			"image_builder": image.ImageBuilderAttribute(),
			"local":         localAttribute(),
		},
	}
}

func execAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "A program that prints credentials, as in a kubeconfig.",
		Attributes: map[string]schema.Attribute{
			"api_version": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Version of the client authentication API, such as `client.authentication.k8s.io/v1`.",
			},
			"command": schema.StringAttribute{Required: true, MarkdownDescription: "The program."},
			"args": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Its arguments.",
			},
			"env": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Environment variables to add.",
			},
		},
	}
}

func (p *kfpProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var m providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	insecure, err := boolOr(m.Insecure, "KUBE_INSECURE")
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("insecure"), "Invalid environment variable", err.Error())
		return
	}
	preflight, err := boolOrElse(m.Preflight, "KFP_PREFLIGHT", true)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("preflight"), "Invalid environment variable", err.Error())
		return
	}
	takeOver, err := boolOr(m.TakeOverIdentical, "KFP_TAKE_OVER_IDENTICAL")
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("take_over_identical"), "Invalid environment variable", err.Error())
		return
	}
	config := cluster.Config{
		Host: stringOr(m.Host, "KUBE_HOST"), Username: stringOr(m.Username, "KUBE_USER"), Password: stringOr(
			m.Password, "KUBE_PASSWORD",
		),
		Token: stringOr(m.Token, "KUBE_TOKEN"), Insecure: insecure, TLSServerName: stringOr(
			m.TLSServerName, "KUBE_TLS_SERVER_NAME",
		),
		ClientCertificate: stringOr(
			m.ClientCertificate, "KUBE_CLIENT_CERT_DATA",
		), ClientKey: stringOr(m.ClientKey, "KUBE_CLIENT_KEY_DATA"),
		ClusterCACertificate: stringOr(m.ClusterCACertificate, "KUBE_CLUSTER_CA_CERT_DATA"),
		ConfigContext: stringOr(
			m.ConfigContext, "KUBE_CTX",
		), ConfigContextAuth: stringOr(m.ConfigContextAuthInfo, "KUBE_CTX_AUTH_INFO"),
		ConfigContextCluster: stringOr(
			m.ConfigContextCluster, "KUBE_CTX_CLUSTER",
		), ProxyURL: stringOr(m.ProxyURL, "KUBE_PROXY_URL"),
		UserAgent: "terraform-provider-kfp/" + p.version, CountRequests: p.countRequests,
	}
	for name, address := range map[string]string{"host": config.Host, "proxy_url": config.ProxyURL} {
		if err := cluster.CheckAddress(address); err != nil {
			resp.Diagnostics.AddAttributeError(
				path.Root(name), "Invalid address", "The provider's "+name+" cannot be read: "+err.Error()+".",
			)
		}
	}
	config.ConfigPaths = m.configPaths(ctx)
	if !m.Exec.IsNull() && !m.Exec.IsUnknown() {
		var exec execModel
		resp.Diagnostics.Append(m.Exec.As(ctx, &exec, kit.ObjectOptions)...)
		config.Exec = exec.engine(ctx)
	}
	if wrong := validation.IsValidLabelValue(stringOr(m.InstanceID, "KFP_INSTANCE_ID")); len(wrong) > 0 {
		resp.Diagnostics.AddAttributeError(path.Root("instance_id"), "Invalid instance id", fmt.Sprintf(
			"%q cannot be the value of a label, by which a controller finds its workflows: %s.\n\nUse the instanceID of the "+
				"controller's config map.",
			stringOr(m.InstanceID, "KFP_INSTANCE_ID"), strings.Join(wrong, "; ")))
		return
	}
	site, err := m.site()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("ui_url"), "Invalid address", "The provider's ui_url: "+err.Error()+".")
		return
	}
	client := cluster.New(config)
	d := &kit.Session{
		Operator: &operate.Operator{
			Backend:           client,
			InstanceID:        stringOr(m.InstanceID, "KFP_INSTANCE_ID"),
			ForceConflicts:    m.ForceConflicts.ValueBool(),
			TakeOverIdentical: takeOver,
			Preflight:         preflight,
			Unknown:           m.anyUnknown(),
			Site:              site,
			Log:               logEvent,
		},
		Namespace:      stringOr(m.Namespace, "KFP_NAMESPACE"),
		ServiceAccount: stringOr(m.ServiceAccount, "KFP_SERVICE_ACCOUNT"),
		Unpinned:       kit.UnpinnedImages{Choice: stringOr(m.UnpinnedImages, "KFP_UNPINNED_IMAGES")},
	}
	d.Namespace = cmp.Or(d.Namespace, p.defaultNamespace, "default")
	d.Images = image.NewTools(
		ctx, m.Registries, m.ImageBuilder, image.Place{Cluster: client, Namespace: d.Namespace}, config.UserAgent,
		&resp.Diagnostics,
	)
	if localConfig, isLocal := m.localConfig(ctx, &resp.Diagnostics); isLocal {
		here := local.New(localConfig)
		if err := here.Configured(); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("local"), "Invalid configuration of local pipelines", err.Error()+".")
		}
		d.Backend, d.Preflight, d.Unknown = here, false, false
		d.Unpinned.Choice = kit.AllowUnpinned // no image is used
		d.Images.Keeper = here
	}
	resp.ResourceData, resp.DataSourceData, resp.ActionData, resp.ListResourceData = d, d, d, d
}

// site is where people see runs in a browser.
func (m providerModel) site() (pages.Site, error) {
	if m.UIURL.IsUnknown() {
		return pages.Unknown(), nil
	}
	return pages.Parse(stringOr(m.UIURL, "KFP_UI_URL"))
}

// logEvent writes what the operator tells into Terraform's log.
func logEvent(ctx context.Context, e operate.Event) {
	if e.News {
		tflog.Info(ctx, e.Message, e.Fields)
		return
	}
	tflog.Debug(ctx, e.Message, e.Fields)
}

func (m providerModel) configPaths(ctx context.Context) []string {
	var paths []string
	if !m.ConfigPaths.IsNull() && !m.ConfigPaths.IsUnknown() {
		m.ConfigPaths.ElementsAs(ctx, &paths, false)
	}
	if p := stringOr(m.ConfigPath, "KUBE_CONFIG_PATH"); p != "" && len(paths) == 0 {
		paths = []string{p}
	}
	if list := os.Getenv("KUBE_CONFIG_PATHS"); list != "" && len(paths) == 0 {
		paths = filepath.SplitList(list)
	}
	return paths
}

func (m providerModel) anyUnknown() bool {
	for _, argument := range m.connection() {
		if argument.value.IsUnknown() {
			return true
		}
	}
	for _, v := range m.Exec.Attributes() {
		if v.IsUnknown() {
			return true
		}
	}
	return false
}

func (m execModel) engine(ctx context.Context) *cluster.Exec {
	e := &cluster.Exec{APIVersion: m.APIVersion.ValueString(), Command: m.Command.ValueString()}
	if !m.Args.IsUnknown() {
		m.Args.ElementsAs(ctx, &e.Args, false)
	}
	if !m.Env.IsUnknown() {
		m.Env.ElementsAs(ctx, &e.Env, false)
	}
	return e
}

func stringOr(v types.String, env string) string {
	if !v.IsNull() && !v.IsUnknown() {
		return v.ValueString()
	}
	return os.Getenv(env)
}

func boolOr(v types.Bool, env string) (bool, error) { return boolOrElse(v, env, false) }

func boolOrElse(v types.Bool, env string, otherwise bool) (bool, error) {
	if !v.IsNull() && !v.IsUnknown() {
		return v.ValueBool(), nil
	}
	text := strings.TrimSpace(os.Getenv(env))
	if text == "" {
		return otherwise, nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("%s is %q; use true or false", env, text)
	}
	return b, nil
}

func (p *kfpProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{component.New, image.New, pipeline.New, run.New, recurringrun.New, backfill.New}
}

func (p *kfpProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{image.NewData, component.NewData, pipeline.NewData, run.NewData}
}

func (p *kfpProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		functions.NewMermaid, functions.NewSVG, functions.NewReport, functions.NewNextRuns, functions.NewInspectPackage,
	}
}

// Actions need Terraform 1.14; older versions do not see them.
func (p *kfpProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{run.NewAction}
}

// ListResources are for terraform query, which needs Terraform 1.14; older versions do not see them.
func (p *kfpProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{component.NewLister, pipeline.NewLister, run.NewLister, recurringrun.NewLister}
}
