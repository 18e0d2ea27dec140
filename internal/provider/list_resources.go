package provider

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	fwpath "github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/compile"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/layout"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/argo/status"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/cluster"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

var _ list.ListResourceWithConfigure = &lister{}

// lister finds what exists in a namespace, for terraform query. It reads each object as an import would, through the one
// list that it has made anyway.
type lister struct {
	configured
	what     string                                    // in messages
	kind     cluster.Resource                          // of the objects
	selects  func(*cluster.Object) bool                // those that are one of the resource
	of       func() resource.Resource                  // the resource
	name     func(*cluster.Object) string              // in the identity
	title    func(*cluster.Object) string              // for people
	less     func(a, b *cluster.Object) int            // the order
	distinct func([]*cluster.Object) []*cluster.Object // of several objects behind one identity
	filters  string                                    // what labels there are to select by
}

func objectName(o *cluster.Object) string { return o.Name }

func byName(a, b *cluster.Object) int { return strings.Compare(a.Name, b.Name) }

func newestObjectFirst(a, b *cluster.Object) int {
	return cmp.Or(b.CreatedAt().Compare(a.CreatedAt()), byName(a, b))
}

func isKind(kind string) func(*cluster.Object) bool {
	return func(o *cluster.Object) bool {
		return o.Labels[layout.KindLabel] == kind && !layout.IsRetired(o.Labels) && !layout.IsPinnedCopy(o.Labels)
	}
}

func newPipelineLister() list.ListResource {
	return &lister{what: "pipeline", kind: cluster.WorkflowTemplates, of: newPipelineResource, selects: isKind(string(spec.PipelineKind)), name: objectName, title: objectName, less: byName}
}

func newComponentLister() list.ListResource {
	name := func(o *cluster.Object) string { return o.Labels[layout.NameLabel] }
	return &lister{
		what: "component", kind: cluster.WorkflowTemplates, of: newComponentResource, selects: isKind(string(spec.ComponentKind)), name: name, title: name,
		less: func(a, b *cluster.Object) int {
			return cmp.Or(strings.Compare(name(a), name(b)), newestObjectFirst(a, b))
		},
		distinct: func(sorted []*cluster.Object) []*cluster.Object {
			return slices.CompactFunc(sorted, func(a, b *cluster.Object) bool { return name(a) == name(b) })
		},
	}
}

func newRecurringRunLister() list.ListResource {
	return &lister{
		what: "recurring run", kind: cluster.CronWorkflows, of: newRecurringRunResource, name: objectName, title: objectName, less: byName,
		selects: func(o *cluster.Object) bool { return compile.IsRecurringRun(o.Labels) },
	}
}

func newRunLister() list.ListResource {
	return &lister{
		what: "run", kind: cluster.Workflows, of: newRunResource, name: objectName, less: newestObjectFirst,
		filters: " The label `terraform-provider-kfp/pipeline` is the pipeline's name. What a recurring run or a backfill has started is left out, since it belongs to that. The newest runs come first.",
		// What a recurring run or a backfill has started belongs to it.
		selects: func(o *cluster.Object) bool {
			return o.Labels[layout.KindLabel] == layout.RunKind && o.Labels[layout.RecurringLabel] == "" && o.Labels[layout.BackfillLabel] == ""
		},
		title: func(o *cluster.Object) string {
			return strings.TrimSuffix(fmt.Sprintf("%s (%s)", o.Name, o.Labels[status.PhaseLabel]), " ()")
		},
	}
}

func (l *lister) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	l.of().Metadata(ctx, req, resp)
}

type listModel struct {
	Namespace     types.String `tfsdk:"namespace"`
	Name          types.String `tfsdk:"name"`
	LabelSelector types.String `tfsdk:"label_selector"`
}

func (l *lister) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Lists the %ss of a namespace that this provider made, also those that no state of Terraform holds, so that `terraform query -generate-config-out=FILE` writes their configuration and `import` blocks.", l.what),
		Attributes: map[string]schema.Attribute{
			"namespace":      text("The namespace. Default: the provider's."),
			"name":           text("Only names that match this pattern, in which `*` stands for any text, such as `\"etl-*\"`."),
			"label_selector": text("Only objects with these labels, in the notation of `kubectl get -l`, such as `\"team=sales,tier!=test\"`." + l.filters),
		},
	}
}

// List makes one list of the namespace, and results as they are taken from it.
func (l *lister) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	found := l.find(ctx, req.Config, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	if req.Limit > 0 && int64(len(found)) > req.Limit {
		found = found[:req.Limit]
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for _, o := range found {
			if !push(l.result(ctx, req, o)) {
				return
			}
		}
	}
}

func (l *lister) find(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) []*cluster.Object {
	var m listModel
	diags.Append(config.Get(ctx, &m)...)
	selector, err := labels.Parse(m.LabelSelector.ValueString())
	if err != nil {
		addErrorAt(diags, fwpath.Root("label_selector"), "Invalid label selector", fmt.Sprintf("%q is no label selector: %s.", m.LabelSelector.ValueString(), err))
	}
	pattern := cmp.Or(m.Name.ValueString(), "*")
	if _, err := path.Match(pattern, ""); err != nil {
		addErrorAt(diags, fwpath.Root("name"), "Invalid pattern", fmt.Sprintf("%q is no pattern: a bracket is not closed, or a backslash is last.", pattern))
	}
	if diags.HasError() {
		return nil
	}
	namespace := cmp.Or(m.Namespace.ValueString(), l.data.namespace)
	all, err := l.data.cluster.Managed(ctx, l.kind, namespace)
	if err != nil {
		addClusterError(diags, "list", l.what+"s in namespace", namespace, err)
		return nil
	}
	var found []*cluster.Object
	for _, o := range all {
		if matches, _ := path.Match(pattern, l.name(o)); matches && l.selects(o) && selector.Matches(labels.Set(o.Labels)) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, l.less)
	if l.distinct != nil {
		found = l.distinct(found)
	}
	return found
}

// result is one object. What cannot be read of it is a warning, so that the others are listed nevertheless.
func (l *lister) result(ctx context.Context, req list.ListRequest, o *cluster.Object) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = l.title(o)
	result.Diagnostics.Append(identify(ctx, result.Identity, types.StringValue(o.Namespace), types.StringValue(l.name(o)))...)
	if !req.IncludeResource || result.Diagnostics.HasError() {
		return result
	}
	state := tfsdk.State{Schema: req.ResourceSchema, Raw: result.Resource.Raw}
	result.Diagnostics.Append(state.SetAttribute(ctx, fwpath.Root("namespace"), o.Namespace)...)
	result.Diagnostics.Append(state.SetAttribute(ctx, fwpath.Root("name"), o.Name)...)
	of := l.of()
	if r, ok := of.(resource.ResourceWithConfigure); ok {
		r.Configure(ctx, resource.ConfigureRequest{ProviderData: l.data}, &resource.ConfigureResponse{})
	}
	read := resource.ReadResponse{State: tfsdk.State{Schema: state.Schema, Raw: state.Raw.Copy()}, Identity: result.Identity}
	of.Read(ctx, resource.ReadRequest{State: state}, &read)
	for _, d := range read.Diagnostics {
		result.Diagnostics.AddWarning(d.Summary(), d.Detail())
	}
	if !read.Diagnostics.HasError() {
		result.Resource.Raw = read.State.Raw
	}
	return result
}
