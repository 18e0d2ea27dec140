package image

import (
	"cmp"
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/incluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/image/registry"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/provider/kit"
)

type inClusterModel struct {
	Namespace        types.String `tfsdk:"namespace"`
	Image            types.String `tfsdk:"image"`
	ServiceAccount   types.String `tfsdk:"service_account"`
	ImagePullSecrets types.Set    `tfsdk:"image_pull_secrets"`
	NodeSelector     types.Map    `tfsdk:"node_selector"`
	Tolerations      types.List   `tfsdk:"tolerations"`
	Annotations      types.Map    `tfsdk:"annotations"`
	Requests         types.Map    `tfsdk:"requests"`
	Limits           types.Map    `tfsdk:"limits"`
	StartTimeout     types.String `tfsdk:"start_timeout"`
}

type inClusterTolerationModel struct {
	Key      types.String `tfsdk:"key"`
	Operator types.String `tfsdk:"operator"`
	Value    types.String `tfsdk:"value"`
	Effect   types.String `tfsdk:"effect"`
}

func inClusterAttribute() schema.SingleNestedAttribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	texts := func(description string) schema.MapAttribute {
		return schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "A rootless BuildKit that the provider starts as a pod when something is to be built, and " +
			"removes right after. The files go to it through the Kubernetes API: no port is opened, and nothing is installed " +
			"where Terraform runs. " +
			"The pod runs as an ordinary user without a seccomp profile, which a namespace of the Pod Security level " +
			"`privileged` admits. Images are pushed from the pod, so the registry must be known there by the same name. " +
			"`in_cluster = {}` takes all defaults.",
		Attributes: map[string]schema.Attribute{
			"namespace":          text("Namespace of the pod. Default: the provider's `namespace`."),
			"image":              text("A rootless BuildKit. Default: `" + incluster.DefaultImage + "`."),
			"service_account":    text("Service account of the pod, which gets no token. Default: the namespace's `default`."),
			"image_pull_secrets": kit.TextSet("Names of secrets with which the node pulls `image`."),
			"node_selector":      texts("Labels that the node must have."),
			"tolerations": schema.ListNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Taints of nodes that the pod tolerates.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"key":      text("Key of the taint. Default: any."),
					"operator": text("`Equal` or `Exists`. Default: `Equal`."),
					"value":    text("Value of the taint."),
					"effect":   text("`NoSchedule`, `PreferNoSchedule` or `NoExecute`. Default: any."),
				}},
			},
			"annotations": texts("Annotations of the pod."),
			"requests": texts("What the node must have free, as Kubernetes quantities: `cpu`, `memory`, " +
				"`ephemeral-storage`."),
			"limits":        texts("What the pod may use at most, as Kubernetes quantities."),
			"start_timeout": text("Time until the pod has to run, such as `\"5m\"`. Default: 3 minutes."),
		},
	}
}

func (m imageBuilderModel) inCluster(
	ctx context.Context, place Place, client *registry.Client, diags *diag.Diagnostics,
) image.Builder {
	var in inClusterModel
	diags.Append(m.InCluster.As(ctx, &in, kit.ObjectOptions)...)
	t := kit.Reader{Diags: diags}
	at := path.Root("image_builder").AtName("in_cluster")
	o := incluster.Options{
		Namespace: cmp.Or(
			in.Namespace.ValueString(), place.Namespace,
		), Image: in.Image.ValueString(), ServiceAccount: in.ServiceAccount.ValueString(),
		ImagePullSecrets: t.Set(
			ctx, in.ImagePullSecrets,
		), NodeSelector: t.Strings(ctx, in.NodeSelector), Annotations: t.Strings(ctx, in.Annotations),
		Resources: corev1.ResourceRequirements{
			Requests: quantities(at.AtName("requests"), t.Strings(ctx, in.Requests), diags),
			Limits:   quantities(at.AtName("limits"), t.Strings(ctx, in.Limits), diags),
		},
	}
	var tolerations []inClusterTolerationModel
	if !in.Tolerations.IsNull() {
		diags.Append(in.Tolerations.ElementsAs(ctx, &tolerations, false)...)
	}
	for _, to := range tolerations {
		o.Tolerations = append(o.Tolerations, corev1.Toleration{
			Key: to.Key.ValueString(), Operator: corev1.TolerationOperator(to.Operator.ValueString()),
			Value: to.Value.ValueString(), Effect: corev1.TaintEffect(to.Effect.ValueString()),
		})
	}
	if text := in.StartTimeout.ValueString(); text != "" {
		timeout, err := time.ParseDuration(text)
		if err != nil || timeout <= 0 {
			kit.AddErrorAt(
				diags, at.AtName("start_timeout"), "Invalid duration", "\""+text+"\" is no duration. Write it as \"90s\" or "+
					"\"5m\".",
			)
		}
		o.StartTimeout = timeout
	}
	return incluster.New(o, place.Cluster, client)
}

func quantities(at path.Path, texts map[string]string, diags *diag.Diagnostics) corev1.ResourceList {
	if len(texts) == 0 {
		return nil
	}
	out := corev1.ResourceList{}
	for name, text := range texts {
		q, err := resource.ParseQuantity(text)
		if err != nil {
			kit.AddErrorAt(
				diags, at.AtMapKey(name), "Invalid quantity", "\""+text+"\" is no quantity. Write it as \"500m\", \"2\" or "+
					"\"4Gi\".",
			)
			continue
		}
		out[corev1.ResourceName(name)] = q
	}
	return out
}
