package image

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/buildkit"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

type registryModel struct {
	Username types.String `tfsdk:"username"`
	Password types.String `tfsdk:"password"`
	Token    types.String `tfsdk:"token"`
	Insecure types.Bool   `tfsdk:"insecure"`
	Mirror   types.String `tfsdk:"mirror"`
}

type imageBuilderModel struct {
	BuildKit  types.Object `tfsdk:"buildkit"`
	InCluster types.Object `tfsdk:"in_cluster"`
}

type buildkitModel struct {
	Address           types.String `tfsdk:"address"`
	CACertificate     types.String `tfsdk:"ca_certificate"`
	ClientCertificate types.String `tfsdk:"client_certificate"`
	ClientKey         types.String `tfsdk:"client_key"`
	TLSServerName     types.String `tfsdk:"tls_server_name"`
}

// RegistriesAttribute declares registries, in the provider's configuration.
func RegistriesAttribute() schema.MapNestedAttribute {
	return schema.MapNestedAttribute{
		Optional: true,
		MarkdownDescription: "Container registries by host, such as `harbor.example.com`, `localhost:5000` or " +
			"`docker.io`. For registries that are not given here, or without credentials, the Docker configuration " +
			"(`docker login`, credential helpers such as `ecr-login`) counts, and Google's application default credentials " +
			"for Google's registries. Nothing of it is kept in the state.",
		Validators: []validator.Map{kit.NoNulls{}},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{Optional: true, MarkdownDescription: "User name."},
			"password": schema.StringAttribute{
				Optional: true, Sensitive: true, MarkdownDescription: "Password or access token of the user.",
			},
			"token": schema.StringAttribute{
				Optional: true, Sensitive: true, MarkdownDescription: "Bearer token, in place of `username` and `password`.",
			},
			"insecure": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Allow plain HTTP. For loopback addresses it is always allowed. Default: `false`.",
			},
			"mirror": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "A host, or host and path such as `harbor.example.com/hub-proxy`, from which images of " +
					"this registry are read in its place, base images above all. Nothing is pushed there.",
			},
		}},
	}
}

// ImageBuilderAttribute declares image_builder, in the provider's configuration.
func ImageBuilderAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "What builds the images of `kfp_image` that need commands to run: those with a `dockerfile`, " +
			"and those with Python requirements. " +
			"Images that are only files on a base need no builder. Exactly one of the attributes.",
		Attributes: map[string]schema.Attribute{
			"buildkit": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "A BuildKit daemon that runs already.",
				Validators: []validator.Object{
					objectvalidator.ExactlyOneOf(
						path.MatchRoot("image_builder").AtName("buildkit"), path.MatchRoot("image_builder").AtName("in_cluster"),
					),
				},
				Attributes: map[string]schema.Attribute{
					"address": schema.StringAttribute{
						Required: true, MarkdownDescription: "`tcp://host:port` or `unix:///path`.",
					},
					"ca_certificate": schema.StringAttribute{
						Optional: true,
						MarkdownDescription: "Authority that signed the daemon's certificate, PEM. With this or a client certificate " +
							"TLS is spoken. Default: the system's authorities.",
					},
					"client_certificate": schema.StringAttribute{Optional: true, MarkdownDescription: "Client certificate, PEM."},
					"client_key": schema.StringAttribute{
						Optional: true, Sensitive: true, MarkdownDescription: "Client key, PEM.",
					},
					"tls_server_name": schema.StringAttribute{
						Optional:            true,
						MarkdownDescription: "Name that the daemon's certificate is checked against. Default: the host of `address`.",
					},
				},
			},
			"in_cluster": inClusterAttribute(),
		},
	}
}

// Place is where images are built in the cluster.
type Place struct {
	Cluster   *cluster.Client
	Namespace string // where the builder works unless in_cluster names another
}

// NewTools makes what images are made with, from the attributes registries and image_builder. Nothing is connected to.
func NewTools(
	ctx context.Context, registries types.Map, imageBuilder types.Object, place Place, userAgent string, diags *diag.Diagnostics,
) *kit.ImageTools {
	tools := &kit.ImageTools{Unknown: kit.HasUnknown(registries) || kit.HasUnknown(imageBuilder)}
	if tools.Unknown {
		return tools
	}
	settings := map[string]registry.Settings{}
	var models map[string]registryModel
	if !registries.IsNull() {
		diags.Append(registries.ElementsAs(ctx, &models, false)...)
	}
	for _, host := range slices.Sorted(maps.Keys(models)) {
		r := models[host]
		settings[host] = registry.Settings{
			Username: r.Username.ValueString(), Password: r.Password.ValueString(), Token: r.Token.ValueString(),
			Insecure: r.Insecure.ValueBool(), Mirror: r.Mirror.ValueString(),
		}
	}
	client, err := registry.New(registry.Options{Registries: settings, UserAgent: userAgent, Trace: traceRequests(ctx)})
	if err != nil {
		diags.AddAttributeError(path.Root("registries"), "Invalid registry settings", kit.Sentence(err.Error()))
		return tools
	}
	tools.Registry = client
	if imageBuilder.IsNull() {
		return tools
	}
	var builder imageBuilderModel
	diags.Append(imageBuilder.As(ctx, &builder, kit.ObjectOptions)...)
	if kit.IsKnown(builder.BuildKit) {
		tools.Builder = builder.buildkit(ctx, client, diags)
	}
	if !builder.InCluster.IsNull() {
		tools.Builder = builder.inCluster(ctx, place, client, diags)
	}
	return tools
}

func (m imageBuilderModel) buildkit(
	ctx context.Context, client *registry.Client, diags *diag.Diagnostics,
) image.Builder {
	var b buildkitModel
	diags.Append(m.BuildKit.As(ctx, &b, kit.ObjectOptions)...)
	o := buildkit.Options{Address: b.Address.ValueString()}
	t := buildkit.TLS{
		CA: b.CACertificate.ValueString(), Cert: b.ClientCertificate.ValueString(), Key: b.ClientKey.ValueString(),
		ServerName: b.TLSServerName.ValueString(),
	}
	if t != (buildkit.TLS{}) {
		o.TLS = &t
	}
	builder, err := buildkit.New(o, client)
	if err != nil {
		diags.AddAttributeError(
			path.Root("image_builder").AtName("buildkit"), "Invalid image builder", kit.Sentence(err.Error()),
		)
		return nil
	}
	return builder
}

// traceRequests writes each exchange with a registry to the log. They hold no credentials.
func traceRequests(ctx context.Context) func(registry.Request) {
	return func(r registry.Request) {
		outcome := strconv.Itoa(r.Status)
		if r.Err != "" {
			outcome = r.Err
		}
		tflog.Debug(
			ctx, fmt.Sprintf("registry request: %s %s (%s): %s", r.Method, r.URL, r.Duration.Round(time.Millisecond), outcome),
			map[string]any{"attempt": r.Attempt},
		)
	}
}
